"""
Take vendor rows in: whose they are, what they say, what that changes; rows and cursor in one transaction.

Values are compared, not timestamps: a row that says nothing new (our own write coming back, a background touch by the
vendor) changes nothing and costs no evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from connector.adapters.base import Fetched, Page
from connector.commands import Rank
from connector.engine import Engine
from connector.events import Refused
from connector.keeping import kept, rows_of, same, told
from connector.lifecycle import SET_BACK, Seen, observe
from connector.mapping.compiled import Mapped
from connector.mapping.digest import digest_of_raw
from connector.mapping.told import Told
from connector.model import COMPANIES, PERSON, CrmRef, Engagement, Record, Stage, Standing, Transition
from connector.sightings import Sight, drop_waiting, sight_of
from connector.store.base import Dossier, Held, Quarantined, Writing
from connector.whose import assigned, owners, remember_twins


@dataclass(frozen=True, slots=True)
class Taken:
    """
    What rows came to.

    Attributes:
        people: Who is due because of them.
        refused: What could not be mapped and was put aside.
    """

    people: frozenset[int]
    refused: tuple[Refused, ...]

    @property
    def changed(self) -> int:
        """How many rows were news."""
        return len(self.people) + len(self.refused)


@dataclass(slots=True)
class _Batch:
    """What one transaction gathers before it writes; lives only while that transaction lasts."""

    engine: Engine
    tx: Writing
    now: datetime
    system: str
    fresh_start: bool
    """Whether people who are new here were there before us (first load) rather than born since."""
    asked: datetime
    """When the request left that brought the rows, by our clock."""
    rows: dict[CrmRef, Held] = field(default_factory=dict)
    engagements: list[tuple[int, Engagement]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    companies: set[CrmRef] = field(default_factory=set)
    refused: list[Quarantined] = field(default_factory=list)
    clean: list[CrmRef] = field(default_factory=list)
    seen: list[tuple[int, Seen]] = field(default_factory=list)
    newcomers: set[int] = field(default_factory=set)
    fresh: set[CrmRef] = field(default_factory=set)
    """Rows of people that we did not hold before, or held as deleted."""
    others: set[CrmRef] = field(default_factory=set)
    """Rows that say something else than they did: what was refused for them may be taken now."""


def strangers(engine: Engine, system: str, page: Page) -> None:
    """
    Read, by the strong read, the rows that *page* hangs on and that we do not know: a new meeting's contact.

    Raises:
        AdapterDown: They cannot be read now; the page is then asked for again.
    """
    parents = list(dict.fromkeys(ref for record in page.records for ref in record.parents))
    if not parents or not engine.adapters[system].abilities.reads:
        return
    wanted = engine.config.systems[system].wanted.objects
    with engine.store.reading() as look:
        known = look.held(parents)
        owned = look.owners_of(refs=[ref for ref in parents if ref not in known])
    missing = [ref for ref in parents if ref not in known and ref not in owned and ref.object in wanted]
    for name in sorted({ref.object for ref in missing}):
        asked = engine.clock()
        found = engine.adapters[system].fetch(
            [ref for ref in missing if ref.object == name], Rank.BACKFILL if page.backfill else Rank.READ
        )
        _store_fetched(engine, system, found, asked, backfill=page.backfill)


def take_fresh(engine: Engine, found: Fetched, asked: datetime) -> frozenset[int]:
    """
    Store what a strong read that left at *asked* found; return the people whom somebody moved back in the meantime.

    Only rows that say something new are touched; their people are due again.
    """
    systems = {ref.system for ref in (*found.records, *found.gone, *found.moved)}
    set_back: set[int] = set()
    for system in sorted(systems):
        set_back |= _store_fetched(engine, system, found, asked, backfill=False)
    return frozenset(set_back)


def _store_fetched(engine: Engine, system: str, found: Fetched, asked: datetime, *, backfill: bool) -> set[int]:
    """Store the part of *found* that belongs to *system*; return the people who were moved back."""
    records, gone = rows_of(found, system)
    if not records and not gone:
        return set()
    with engine.store.writing() as tx:
        before = tx.held([record.ref for record in records])
        taken = take_rows(engine, tx, system, records, gone, asked, backfill=backfill)
        after = tx.held([record.ref for record in records]) if taken.changed else {}
        moved = {
            row.person_id for ref, row in after.items() if ref in before and row.raw_stage != before[ref].raw_stage
        }
        standings = [one.standing for one in tx.dossiers(sorted(moved), companies=False)] if moved else []
    for event in taken.refused:
        engine.tell(event)
    return {one.person_id for one in standings if any(barrier.reason == SET_BACK for barrier in one.barriers)}


def take_rows(  # noqa: PLR0913 - the parts of a page beside where they go
    engine: Engine,
    tx: Writing,
    system: str,
    records: Sequence[Record],
    gone: Sequence[CrmRef],
    asked: datetime,
    *,
    backfill: bool,
) -> Taken:
    """
    Store rows and deletions of *system* in a transaction of the caller's, who tells of `refused` after it.

    Rows may come in any order and number; an activity may come with the rows of the people whom it names.
    """
    batch = _Batch(engine, tx, engine.clock(), system, fresh_start=backfill, asked=asked)
    reader = engine.readers[system]
    records = [record for record in records if record.ref.object in reader.objects]
    parents = {ref for record in records for ref in record.parents}
    merged = {ref for record in records for ref in record.merged}
    known = tx.held(list(dict.fromkeys([record.ref for record in records] + sorted(parents | merged | set(gone)))))
    mapped = [(record, _mapped(engine, system, record, known, batch.now)) for record in records]
    people = [(record, one) for record, one in mapped if not one.problems and _is_person(engine, record)]
    assignment = assigned(tx, people, known)
    remember_twins(tx, people, known)
    for stays, goes in assignment.merges:
        tx.merge_people(stays, goes, batch.now)
    owner_of, made = owners(tx, assignment, batch.now)
    batch.newcomers |= made
    for record, one in mapped:
        if one.problems:
            _refuse(batch, record, one)
        elif record.ref.object in COMPANIES:
            _take_company(batch, record, one, known.get(record.ref))
        elif record.ref in owner_of:
            _take_person(batch, record, one, known, owner_of[record.ref])
        else:
            _take_activity(batch, record, one, known, owner_of)
    _take_gone(batch, gone, known)
    _write(batch)
    return Taken(frozenset(batch.touched), tuple(Refused(one.ref, one.problem) for one in batch.refused))


def _is_person(engine: Engine, record: Record) -> bool:
    """Tell whether rows of this object are people: mapped with columns, or named by what a system sends."""
    ref, mapping = record.ref, engine.config.mappings[record.ref.system]
    named = mapping.payloads and ref.object == PERSON
    return ref.object not in COMPANIES and (named or mapping.of(ref.object) is not None)


def _mapped(engine: Engine, system: str, record: Record, known: Mapping[CrmRef, Held], now: datetime) -> Mapped:
    """Read a row against what we kept of it and of the rows that were merged into it."""
    held = known.get(record.ref)
    return engine.readers[system].take(
        record,
        held.marks if held else {},
        now,
        inherited=[known[ref].marks for ref in record.merged if ref in known],
        seen_at=held.modified_at if held else None,
    )


def _refuse(batch: _Batch, record: Record, one: Mapped) -> None:
    """Put a row aside with its problem; what we knew of it stands."""
    batch.refused.append(Quarantined(record.ref, "; ".join(one.problems), digest_of_raw(record), batch.now, batch.now))


def _take_company(batch: _Batch, record: Record, one: Mapped, before: Held | None) -> None:
    """Keep a company; its people are due when it says something new."""
    batch.clean.append(record.ref)
    if before is not None and record.modified_at < before.modified_at:
        return
    after = kept(record, one, before, 0)
    if not same(before, after):
        batch.companies.add(record.ref)
    if not same(before, after) or before is None or dict(before.written) != dict(after.written):
        batch.rows[record.ref] = after


def _take_person(batch: _Batch, record: Record, one: Mapped, known: Mapping[CrmRef, Held], person_id: int) -> None:
    """Keep a person's row and what it tells of engagement; an older version than the one we know tells only that."""
    batch.clean.append(record.ref)
    if one.told is not None:
        _take_told(batch, record, one, one.told, known, person_id)
        return
    before = known.get(record.ref)
    if before is None or before.gone_at is not None:
        batch.fresh.add(record.ref)
    batch.engagements += [(person_id, happening) for happening in one.happenings.new]
    batch.withdrawn += one.happenings.withdrawn
    stale = before is not None and record.modified_at < before.modified_at
    after = replace(before, marks=one.happenings.marks) if before and stale else kept(record, one, before, person_id)
    after = after if stale else _look_at_stage(batch, record, before, after)
    news = bool(one.happenings.new or one.happenings.withdrawn)
    if not same(before, after):
        batch.others.add(record.ref)
        news = True
    for ref in record.merged:
        old = known.get(ref)
        if old is not None and old.gone_at is None:
            batch.rows[ref] = replace(old, person_id=person_id, gone_at=batch.now)
            batch.tx.readdress(ref, record.ref)
            news = True
    if news:
        batch.touched.add(person_id)
    if news or before is None or before.marks != after.marks or dict(before.written) != dict(after.written):
        batch.rows[record.ref] = after


def _take_told(  # noqa: PLR0913 - a row and what is known of it
    batch: _Batch, record: Record, one: Mapped, said: Told, known: Mapping[CrmRef, Held], person_id: int
) -> None:
    """Add what an event said of a person to what earlier ones did; the same row may be told of often in one batch."""
    before = batch.rows.get(record.ref, known.get(record.ref))
    if before is None or before.gone_at is not None:
        batch.fresh.add(record.ref)
    after = told(record, one, said, before, person_id)
    if said.speaks_of_stage or before is None:
        after = _look_at_stage(batch, record, before, after)
    if not same(before, after):
        batch.others.add(record.ref)
        batch.touched.add(person_id)
    batch.rows[record.ref] = after


def _look_at_stage(batch: _Batch, record: Record, before: Held | None, after: Held) -> Held:
    """Note a stage that we did not write; return the row to keep, with our own stage where the look was overtaken."""
    if before is not None and before.raw_stage == after.raw_stage and before.stage == after.stage:
        return after
    sight = Sight.OTHERS if before is None else sight_of(batch.tx, after, batch.asked)
    if before is not None and sight is Sight.OVERTAKEN:
        return replace(after, raw_stage=before.raw_stage, stage=before.stage, stage_at=before.stage_at)
    if sight is not Sight.ECHO:
        _note_stage(batch, record, before, after, behind=sight is Sight.AHEAD_OF_US)
    return after


def _note_stage(batch: _Batch, record: Record, before: Held | None, after: Held, *, behind: bool = False) -> None:
    """Note the stage of a row in a system whose stages count."""
    if record.ref.system not in batch.engine.config.home.stages:
        return
    seen = Seen(
        system=record.ref.system,
        before=before.stage if before else None,
        after=Stage.OTHER if after.raw_stage is not None and after.stage is None else after.stage,
        known=before is not None,
        at=record.modified_at,
        behind=behind,
        # A merge or a conversion brings a new record too, and nobody was away.
        returned=before is None and not record.merged,
    )
    batch.seen.append((after.person_id, seen))


def _take_activity(
    batch: _Batch, record: Record, mapped: Mapped, known: Mapping[CrmRef, Held], owner_of: Mapping[CrmRef, int]
) -> None:
    """Give what a meeting, a call, an e-mail or a list membership tells to everybody it concerns."""
    batch.clean.append(record.ref)
    unknown = [ref for ref in record.parents if ref not in known and ref not in owner_of]
    theirs = dict(batch.tx.owners_of(refs=unknown)) if unknown else {}
    theirs.update((ref, known[ref].person_id) for ref in record.parents if ref in known)
    people = {owner_of.get(ref, theirs.get(ref, 0)) for ref in record.parents} - {0}
    for person_id in sorted(people):
        # One meeting with two people is engagement of both: the store keeps keys by person.
        batch.engagements += [(person_id, one) for one in mapped.happenings.new]
    if mapped.happenings.withdrawn:
        batch.withdrawn += mapped.happenings.withdrawn
        batch.touched.update(people)


def _take_gone(batch: _Batch, gone: Sequence[CrmRef], known: Mapping[CrmRef, Held]) -> None:
    """Mark deleted rows; their people are looked at again with what is left."""
    batch.clean += gone
    for ref in gone:
        row = known.get(ref)
        if row is None:
            # An activity that somebody deleted did not take place, or not as it stood there.
            batch.withdrawn += batch.engine.readers[ref.system].row_keys(ref)
            continue
        if row.gone_at is not None:
            continue
        batch.rows[ref] = replace(row, gone_at=batch.now)
        if row.person_id:
            batch.touched.add(row.person_id)
        else:
            batch.companies.add(ref)


def _write(batch: _Batch) -> None:
    """Write everything the rows came to."""
    tx = batch.tx
    tx.save_held(batch.rows.values())
    tx.unpark(batch.others)
    if batch.engagements:
        # Somebody is due only for engagement that is really new; the store tells by its keys.
        payloads = batch.engine.readers[batch.system].payloads
        add = tx.renew_engagements if payloads else tx.add_all_engagements
        batch.touched |= add(batch.engagements, batch.now)
    if batch.withdrawn:
        batch.touched |= tx.withdraw(batch.withdrawn)
    if batch.companies:
        for people in tx.people_at(sorted(batch.companies)).values():
            batch.touched.update(people)
    if batch.seen:
        _observe_all(batch)
    if batch.refused:
        tx.quarantine(batch.refused)
    if batch.clean:
        tx.release_quarantine(batch.clean)
    if batch.touched:
        tx.touch(batch.touched, batch.now)


def _was_there(batch: _Batch, dossier: Dossier) -> bool:
    """Tell whether the person had a living row before this batch."""
    return any(row.person_id and row.gone_at is None and row.ref not in batch.fresh for row in dossier.held)


def _observe_all(batch: _Batch) -> None:
    """Take over the stages that others set; people who came after go-live need no baseline."""
    config = batch.engine.config
    ids = [person_id for person_id, _ in batch.seen]
    standings: dict[int, Standing] = {}
    there: set[int] = set()
    known = [one for one in dict.fromkeys(ids) if one not in batch.newcomers]
    if known:
        dossiers = batch.tx.dossiers(known, companies=False)
        standings = {one.standing.person_id: one.standing for one in dossiers}
        there = {one.standing.person_id for one in dossiers if _was_there(batch, one)}
    before = {**standings, **{person_id: Standing(person_id) for person_id in batch.newcomers}}
    for person_id in batch.newcomers:
        before_us = batch.fresh_start or batch.now < config.agreement.effective
        agreement = "" if before_us else config.agreement.hash
        standings[person_id] = Standing(person_id, agreement=agreement)
    steps: list[Transition] = []
    for person_id, look in batch.seen:
        standing = standings.get(person_id)
        if standing is None:
            continue
        seen = replace(look, returned=look.returned and person_id not in there | batch.newcomers)
        there.add(person_id)
        standings[person_id], new = observe(standing, seen, config.agreement.hold, config.playbooks, config.home.stages)
        steps += new
    changed = [one for person_id, one in standings.items() if one != before[person_id]]
    batch.tx.save_standings(changed)
    drop_waiting(batch.tx, before, changed, batch.now)
    batch.tx.add_transitions(steps)
    batch.touched.update(one.person_id for one in changed)
