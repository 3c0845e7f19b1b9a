"""Creating, changing and deleting records: what is stored, what moves with it, and what the journal says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.instants import instant, parsed
from connector.sandbox.journal import Entry
from connector.sandbox.people import text_of
from connector.sandbox.salesforce import rules, undo
from connector.sandbox.salesforce.errors import converted, deleted, not_found, refused
from connector.sandbox.salesforce.ids import sobject_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.sandbox.journal import Action
    from connector.sandbox.salesforce.schema import SObject
    from connector.sandbox.salesforce.state import By, Row, State

RESPONDED: Final = "Responded"
PERSON_TIES: Final = ("WhoId", "LeadId", "ContactId")
LOCKING: Final = ("WhoId", "WhatId", "AccountId", "LeadId", "ContactId")


def create(state: State, kind: SObject, given: Mapping[str, object], by: By) -> str:
    """
    Create a record as the API would; return its id.

    Raises:
        Refusal: The values are not taken.
    """
    if not kind.writable:
        raise refused("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {kind.label}")
    values = rules.cleaned(state, kind, given, by)
    state.locks.check((str(values[name]) for name in LOCKING if values.get(name)), by.at_ms)
    if kind.name == "Lead" and by.assign and state.manner.assignment_rule:
        values["OwnerId"] = state.furniture.rule_user
    return insert(state, kind, values, by)


def insert(state: State, kind: SObject, values: Mapping[str, Any], by: By) -> str:
    """Store a new record without looking at its values; return its id."""
    stored = {"CreatedById": by.user_id, "LastModifiedById": by.user_id, **values}
    if "OwnerId" in kind.fields:
        stored.setdefault("OwnerId", by.user_id)
    stored.update(_follows(state, kind, stored))
    record_id = state.db.insert(kind.name, stored, at_ms=state.stamp_ms(by.at_ms))
    undo.created(state, kind, record_id)
    note(state, "create", kind.name, record_id, values, by)
    return record_id


def current(state: State, kind: SObject, record_id: str) -> Row:
    """Return a record that can be written; refuse what never was, what is in the bin, and a converted lead."""
    row = state.db.get(kind.name, record_id) if sobject_of(record_id) == kind.name else None
    if row is None:
        raise not_found()
    if row.get("IsDeleted"):
        raise deleted()
    return row


def change(state: State, kind: SObject, record_id: str, given: Mapping[str, object], by: By) -> None:
    """
    Change a record as the API would.

    Raises:
        Refusal: The record or the values are not taken.
    """
    before = current(state, kind, record_id)
    if kind.name == "Lead" and before["IsConverted"]:
        raise converted()
    values = rules.cleaned(state, kind, given, by, before)
    ties = [record_id, *(str(before[name]) for name in LOCKING if kind.name in rules.ACTIVITIES and before.get(name))]
    state.locks.check(ties, by.at_ms)
    if kind.name == "Lead" and by.assign and state.manner.assignment_rule:
        values["OwnerId"] = state.furniture.rule_user
    store(state, kind, record_id, values, by)


def store(state: State, kind: SObject, record_id: str, values: Mapping[str, Any], by: By) -> None:
    """Change a record without looking at its values; every write moves its SystemModstamp, also one of the same."""
    before = state.db.get(kind.name, record_id) or {}
    stamp = max(state.stamp_ms(by.at_ms), _ms(before))
    stored = {**values, **_follows(state, kind, {**before, **values})}
    if by.actor != "system":
        stored |= {"LastModifiedById": by.user_id, "LastModifiedDate": stamp}
    undo.changing(state, kind, record_id)
    state.db.update(kind.name, record_id, stored, stamp_ms=stamp)
    note(state, "update", kind.name, record_id, values, by)


def _ms(row: Row) -> int:
    """Return when a record was created, before which no change can be stamped."""
    return parsed(str(row.get("CreatedDate") or "")) or 0


def remove(state: State, kind: SObject, record_id: str, by: By, master_id: str = "") -> None:
    """Move a record to the recycle bin, its tasks, events and memberships with it; a merged one knows its master."""
    current(state, kind, record_id)
    state.locks.check([record_id], by.at_ms)
    values: dict[str, object] = {"IsDeleted": True}
    if master_id:
        values["MasterRecordId"] = master_id
    stored = {**values, "LastModifiedById": by.user_id, "LastModifiedDate": state.stamp_ms(by.at_ms)}
    undo.changing(state, kind, record_id)
    state.db.update(kind.name, record_id, stored, stamp_ms=state.stamp_ms(by.at_ms))
    note(state, "archive", kind.name, record_id, {"MasterRecordId": master_id} if master_id else {}, by)
    if master_id:
        return
    for child, name in _children(kind.name):
        for each in state.db.find(child, name, record_id):
            row = state.db.get(child, each)
            if row and not row.get("IsDeleted"):
                remove(state, state.schema.of(child), each, by)


def _children(name: str) -> tuple[tuple[str, str], ...]:
    """Return what goes to the bin with a record of this object: child object and its field."""
    if name not in {"Lead", "Contact"}:
        return ()
    return (("Task", "WhoId"), ("Event", "WhoId"), ("CampaignMember", f"{name}Id"))


def _follows(state: State, kind: SObject, whole: Row) -> dict[str, object]:
    """Return the values that follow from others by way of another record."""
    if kind.name in rules.ACTIVITIES:
        return {"AccountId": _account(state, whole)}
    if kind.name == "CampaignMember":
        responded = _responds(state, whole)
        since = whole.get("FirstRespondedDate") or (state.clock().date().isoformat() if responded else None)
        return {"HasResponded": responded, "FirstRespondedDate": since}
    return {}


def _account(state: State, whole: Row) -> str | None:
    """Return the account of an activity: the one it is about, else that of its contact."""
    what, who = str(whole.get("WhatId") or ""), str(whole.get("WhoId") or "")
    if sobject_of(what) == "Account":
        return what
    if sobject_of(what) == "Opportunity":
        return (state.db.get("Opportunity", what) or {}).get("AccountId")
    return (state.db.get("Contact", who) or {}).get("AccountId") if sobject_of(who) == "Contact" else None


def _responds(state: State, whole: Row) -> bool:
    """Say whether a membership's status means an answer, as its campaign has it."""
    status = whole.get("Status")
    rows = (
        state.db.get("CampaignMemberStatus", each)
        for each in state.db.find("CampaignMemberStatus", "CampaignId", whole.get("CampaignId"))
    )
    own = {row["Label"]: bool(row["HasResponded"]) for row in rows if row}
    return own.get(status, status == RESPONDED)


def note(  # noqa: PLR0913 -- all that an entry says
    state: State, action: Action, kind: str, record_id: str, values: Mapping[str, Any], by: By
) -> None:
    """Write one entry into the journal; values as text, nothing for null."""
    shown = {name: "" if value is None else text_of(value) for name, value in values.items()}
    linked: tuple[tuple[str, str], ...] = ()
    if action == "create":
        linked = tuple((sobject_of(shown[name]), shown[name]) for name in PERSON_TIES if shown.get(name))
    state.journal.add(Entry(instant(by.at_ms), by.actor, action, kind, record_id, shown, linked, by.method, by.path))
