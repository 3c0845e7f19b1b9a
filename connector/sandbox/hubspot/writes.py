"""Every change of a record goes through here: store, index, history, journal and what HubSpot does later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.sandbox.hubspot import lifecycle
from connector.sandbox.hubspot.kinds import COMPANIES, CONTACTS, DEALS, TASKS, Kind, kind_of
from connector.sandbox.hubspot.rollups import after_activity
from connector.sandbox.hubspot.table import Row
from connector.sandbox.instants import SECOND_MS, instant, iso, parsed
from connector.sandbox.journal import NO_CHANGES, Action, Actor, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.sandbox.hubspot.portal_state import State

LATE_BUMP = (timedelta(hours=1), timedelta(hours=9))
"""When background work touches a contact a second time: hours after its creation (recorded February 2026)."""
OVERDUE_BUMP = (timedelta(milliseconds=300), timedelta(milliseconds=700))
SOURCES: dict[Actor, str] = {"api": "INTEGRATION", "rep": "CRM_UI", "system": "CALCULATED"}

Tie = tuple[Kind, int, bool]
"""A record to be tied to: its kind, its id, whether as the primary one."""


def note(  # noqa: PLR0913 -- an entry has that many sides
    state: State,
    actor: Actor,
    action: Action,
    kind_name: str,
    record_id: int | str,
    at_ms: int,
    changes: Mapping[str, str] = NO_CHANGES,
    linked: tuple[tuple[str, str], ...] = (),
) -> None:
    """Write one entry of the journal."""
    method, path = state.request_line if actor == "api" else ("", "")
    state.journal.add(
        Entry(instant(at_ms), actor, action, kind_name, str(record_id), dict(changes), linked, method, path)
    )


def _publish(  # noqa: PLR0913 -- the record before and after
    state: State, kind: Kind, record_id: int, before: Row | None, after: Row | None, at_ms: int
) -> None:
    """Let the search index see a change after its delay."""
    catch_up = state.table(kind).index.written(record_id, before, after)
    delay = state.chance.span_ms("index lag", state.manner.index_lag)
    if delay:
        state.agenda.at(at_ms + delay, catch_up)
    else:
        catch_up(at_ms)


def create(  # noqa: PLR0913 -- everything a creation consists of
    state: State,
    kind: Kind,
    values: Mapping[str, str],
    actor: Actor,
    at_ms: int,
    ties: tuple[Tie, ...] = (),
) -> Row:
    """Create a record with *values* (validated, empty ones dropped) and its ties; return its row."""
    table = state.table(kind)
    kept = {name: value for name, value in values.items() if value}
    _defaults(kind, kept, at_ms)
    row = Row(table.ids.take(), kept, at_ms, at_ms)
    insert(state, kind, row, at_ms)
    table.remember(row, kept, None, at_ms, SOURCES[actor])
    linked = tuple((target.name, str(other)) for target, other, _ in ties)
    note(state, actor, "create", kind.name, row.id, at_ms, kept, linked)
    for target, other, primary in ties:
        tie(state, (kind, row.id), (target, other), at_ms, primary=primary, quiet=True)
    if kind.activity:
        after_activity(state, kind, row, at_ms, settle)
    if kind is DEALS:
        _deal_moves_stage(state, row, at_ms)
    return state.table(kind).live[row.id]


def insert(state: State, kind: Kind, row: Row, at_ms: int) -> None:
    """Store a record that comes into being complete, and plan what HubSpot does to it later."""
    state.table(kind).put(row)
    _publish(state, kind, row.id, None, row, at_ms)
    _plan_background(state, kind, row, at_ms)


def _defaults(kind: Kind, kept: dict[str, str], at_ms: int) -> None:
    """Add what a new record has without being told."""
    if kind is CONTACTS:
        stage = kept.setdefault(lifecycle.STAGE, lifecycle.DEFAULT_STAGE)
        kept.setdefault(f"hs_lifecyclestage_{stage}_date", iso(at_ms))
    if kind in {CONTACTS, COMPANIES} and lifecycle.STAGE in kept:
        kept.setdefault(lifecycle.ENTERED_CURRENT, iso(at_ms))
    if kind is COMPANIES and "domain" in kept:
        kept.setdefault("website", kept["domain"])
    if kind is TASKS and kept.get("hs_task_status") == "COMPLETED":
        kept.setdefault("hs_task_completion_date", iso(at_ms))
    if "hubspot_owner_id" in kept:
        kept.setdefault("hubspot_owner_assigneddate", iso(at_ms))


def _plan_background(state: State, kind: Kind, row: Row, at_ms: int) -> None:
    """Put on the agenda what HubSpot will do to a new record by itself."""
    stage = row.values.get(lifecycle.STAGE, "")

    def touch(due_ms: int) -> None:
        """Touch the record; the instants of its first stage appear with it."""
        marks = lifecycle.stamps("", stage, at_ms) if stage and kind in {CONTACTS, COMPANIES} else NO_CHANGES
        settle(state, kind, row.id, marks, due_ms)

    state.agenda.at(at_ms + state.chance.span_ms("bump", kind.bump), touch)
    if kind is CONTACTS:
        late = at_ms + state.chance.span_ms("late bump", LATE_BUMP)
        state.agenda.at(late, lambda due_ms: settle(state, kind, row.id, NO_CHANGES, due_ms))
    if kind is TASKS:
        _watch_due(state, row, at_ms)


def _watch_due(state: State, row: Row, at_ms: int) -> None:
    """Touch a task the moment it becomes overdue, if it is still open and still due then."""
    due = row.values.get("hs_timestamp", "")
    due_ms = parsed(due)
    if due_ms is None or due_ms <= at_ms:
        return

    def overdue(late_ms: int) -> None:
        """Touch the task unless somebody completed, moved or deleted it."""
        now = state.table(TASKS).live.get(row.id)
        if now and now.values.get("hs_timestamp") == due and now.values.get("hs_task_status") != "COMPLETED":
            settle(state, TASKS, row.id, NO_CHANGES, late_ms)

    state.agenda.at(due_ms + state.chance.span_ms("overdue", OVERDUE_BUMP), overdue)


def settle(state: State, kind: Kind, record_id: int, changes: Mapping[str, str], at_ms: int) -> None:
    """Change a record as the system does: no rules, no journal unless values change, nothing if it is gone."""
    table = state.table(kind)
    before = table.live.get(table.now_under(record_id))
    if before is None:
        return
    values = {**before.values, **changes} if changes else before.values
    _replace(state, kind, before, values, max(at_ms, before.modified_ms))
    if changes:
        table.remember(before, changes, before, at_ms, SOURCES["system"])
        note(state, "system", "update", kind.name, before.id, at_ms, changes)


def _replace(state: State, kind: Kind, before: Row, values: Mapping[str, str], at_ms: int) -> Row:
    """Store a new version of a record."""
    after = replace(before, values=values, modified_ms=at_ms, version=before.version + 1)
    state.table(kind).put(after)
    _publish(state, kind, before.id, before, after, at_ms)
    return after


def update(  # noqa: PLR0913 -- everything an update consists of
    state: State, kind: Kind, record_id: int, changes: Mapping[str, str], actor: Actor, at_ms: int
) -> Row:
    """
    Write *changes* (validated) to a live record and return its new row; a cleared value stays an empty text.

    A backward stage is dropped without a word when the API writes it; by hand it is taken. The modification instant
    moves even if nothing changed.
    """
    table = state.table(kind)
    before = table.live[record_id]
    applied = dict(changes)
    stage_before = before.values.get(lifecycle.STAGE, "")
    if applied.get(lifecycle.STAGE) and kind in {CONTACTS, COMPANIES}:
        if actor == "api":
            applied[lifecycle.STAGE] = lifecycle.taken(state.schema, kind, stage_before, applied[lifecycle.STAGE])
        if applied[lifecycle.STAGE] == stage_before:
            del applied[lifecycle.STAGE]
    _consequences(kind, before, applied, at_ms)
    after = _replace(state, kind, before, {**before.values, **applied}, at_ms)
    table.remember(after, applied, before, at_ms, SOURCES[actor])
    note(state, actor, "update", kind.name, record_id, at_ms, applied)
    if lifecycle.STAGE in applied and kind in {CONTACTS, COMPANIES}:
        _stamp_later(state, kind, record_id, stage_before, applied[lifecycle.STAGE], at_ms)
    if kind is TASKS and "hs_timestamp" in applied:
        _watch_due(state, after, at_ms)
    if kind is DEALS and "dealstage" in applied:
        _deal_moves_stage(state, after, at_ms)
    if kind is CONTACTS and applied.get("associatedcompanyid"):
        company = int(applied["associatedcompanyid"])
        if company in state.table(COMPANIES).live:
            state.links.tie(CONTACTS, record_id, COMPANIES, company, primary=True)
    return after


def _consequences(kind: Kind, before: Row, applied: dict[str, str], at_ms: int) -> None:
    """Add the values that change together with the written ones."""
    if "hubspot_owner_id" in applied and applied["hubspot_owner_id"] != before.values.get("hubspot_owner_id", ""):
        applied["hubspot_owner_assigneddate"] = iso(at_ms) if applied["hubspot_owner_id"] else ""
    if kind is TASKS and "hs_task_status" in applied:
        done = applied["hs_task_status"] == "COMPLETED"
        applied["hs_task_completion_date"] = iso(at_ms) if done else ""
    if applied.get(lifecycle.STAGE) and kind in {CONTACTS, COMPANIES}:
        applied[lifecycle.ENTERED_CURRENT] = iso(at_ms)


def _stamp_later(  # noqa: PLR0913 -- the move and its instant
    state: State, kind: Kind, record_id: int, before: str, after: str, at_ms: int
) -> None:
    """Stamp the instants of a stage change a few seconds after it."""
    marks = lifecycle.stamps(before, after, at_ms)
    due = at_ms + state.chance.span_ms("stamps", lifecycle.STAMP_DELAY)
    state.agenda.at(due, lambda due_ms: settle(state, kind, record_id, marks, due_ms))


def _deal_moves_stage(state: State, deal: Row, at_ms: int) -> None:
    """Move the contacts of a deal as HubSpot's own setting does: open to opportunity, won to customer."""
    stage = "customer" if deal.values.get("dealstage") == "closedwon" else "opportunity"
    for contact in state.links.of(DEALS, deal.id, CONTACTS):
        move_stage(state, contact, stage, at_ms)


def move_stage(state: State, contact: int, stage: str, at_ms: int) -> None:
    """Move a contact forward to a stage by the system, a second later; never back."""

    def move(due_ms: int) -> None:
        """Move it if it is still there and not beyond."""
        if contact in state.table(CONTACTS).live:
            before = state.table(CONTACTS).live[contact].values.get(lifecycle.STAGE, "")
            if lifecycle.taken(state.schema, CONTACTS, before, stage) != before:
                update(state, CONTACTS, contact, {lifecycle.STAGE: stage}, "system", due_ms)

    state.agenda.at(at_ms + SECOND_MS, move)


def archive(state: State, kind: Kind, record_id: int, actor: Actor, at_ms: int) -> bool:
    """Move a record to the recycle bin; False when it is not there."""
    table = state.table(kind)
    before = table.take_out(record_id)
    if before is None:
        return False
    table.archived[record_id] = replace(before, archived_ms=at_ms, modified_ms=at_ms, version=before.version + 1)
    _publish(state, kind, record_id, before, None, at_ms)
    note(state, actor, "archive", kind.name, record_id, at_ms)
    return True


def erase(  # noqa: PLR0913 -- who, what and when
    state: State, kind: Kind, record_id: int, actor: Actor, at_ms: int, action: Action = "erase"
) -> Row | None:
    """Remove a record for good, with its ties and list memberships; return what it was."""
    table = state.table(kind)
    before = table.take_out(record_id) or table.archived.pop(record_id, None)
    if before is None:
        return None
    table.history.pop(record_id, None)
    _publish(state, kind, record_id, before, None, at_ms)
    for target_name, other, _ in state.links.all_of(kind, record_id):
        target = kind_of(target_name)
        if target is not None:
            state.links.untie(kind, record_id, target, other)
    if kind is CONTACTS:
        state.lists.drop(record_id)
    note(state, actor, action, kind.name, record_id, at_ms)
    return before


def tie(  # noqa: PLR0913 -- both ends, the instant and how
    state: State,
    source: tuple[Kind, int],
    target: tuple[Kind, int],
    at_ms: int,
    *,
    primary: bool = False,
    actor: Actor = "api",
    quiet: bool = False,
) -> None:
    """Tie two records; a contact's primary company shows in ``associatedcompanyid``. A *quiet* tie is not noted."""
    state.links.tie(*source, *target, primary=primary)
    for (kind, record_id), (other_kind, _) in ((source, target), (target, source)):
        if kind is CONTACTS and other_kind is COMPANIES and record_id in state.table(CONTACTS).live:
            company = state.links.primary(CONTACTS, record_id, COMPANIES)
            known = state.table(CONTACTS).live[record_id].values.get("associatedcompanyid")
            if company is not None and str(company) != known:
                settle(state, CONTACTS, record_id, {"associatedcompanyid": str(company)}, at_ms)
    if not quiet:
        linked = ((target[0].name, str(target[1])),)
        note(state, actor, "associate", source[0].name, source[1], at_ms, NO_CHANGES, linked)
