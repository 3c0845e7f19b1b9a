"""
Take what systems sent out of the inbox: rows through the same door as pulled rows, hints by a strong read.

What a delivery says and that it was taken are saved in one transaction, so that a step that dies takes it again and
nothing counts twice. What cannot be read is put aside with its reason, and tried again when the mapping is another one;
what waits for somebody whom nobody knows yet is tried again as soon as they are known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from connector.adapters.base import AdapterDown, Fetched
from connector.adapters.incoming import Arrived, Incoming, Read
from connector.commands import Rank
from connector.engine import Engine
from connector.events import Refused
from connector.ingest import take_rows
from connector.keeping import rows_of
from connector.mapping.fields import address
from connector.model import PERSON, CrmRef, Record
from connector.store.base import Delivery, Post, Reading, Writing

KEPT_ASIDE: Final = timedelta(days=30)
"""How long a delivery that was put aside keeps its body."""
REMEMBERED: Final = timedelta(days=7)
"""How long a delivery that was taken is known again by its id."""
WAITS: Final = "nobody is known as"
"""How the reason begins for which a delivery waits for somebody; `unknown_people = "wait"`."""
_AGAIN: Final = timedelta(seconds=10)
_SWEEP: Final = timedelta(hours=1)
_MOST_WAITING: Final = 2_000
_MAPPED: Final = "arrivals mapping:"
_LOOKED: Final = "arrivals looked again"
_SWEPT: Final = "arrivals swept"


@dataclass(frozen=True, slots=True)
class Taken:
    """
    What one step came to.

    Attributes:
        people: Who is due because of it.
        deliveries: How many were settled.
        aside: How many were put aside.
        hints: How many rows were fetched because somebody said that they changed.
        more: Whether others wait that could be taken now.
    """

    people: frozenset[int] = frozenset()
    deliveries: int = 0
    aside: int = 0
    hints: int = 0
    more: bool = False


@dataclass(slots=True)
class _Batch:
    """Deliveries of one system on their way into the store; lives only while one step lasts."""

    read: dict[int, Read] = field(default_factory=dict)
    aside: dict[int, str] = field(default_factory=dict)
    later: set[int] = field(default_factory=set)
    fetched: list[tuple[Fetched, datetime]] = field(default_factory=list)
    hints: int = 0


def take_arrivals(engine: Engine, limit: int = 500) -> Taken:
    """
    Take up to *limit* deliveries of each system that sends, oldest first; safe to repeat and to break off anywhere.

    A system that cannot be read keeps the deliveries that need it for later; they are not put aside.
    """
    _mend(engine)
    parts = [_take_system(engine, name, incoming, limit) for name, incoming in engine.incoming.items()]
    taken = Taken(
        people=frozenset().union(*(one.people for one in parts)),
        deliveries=sum(one.deliveries for one in parts),
        aside=sum(one.aside for one in parts),
        hints=sum(one.hints for one in parts),
        more=any(one.more for one in parts),
    )
    if _look_again(engine, busy=bool(taken.deliveries)):
        taken = Taken(taken.people, taken.deliveries, taken.aside, taken.hints, more=True)
    _sweep(engine)
    return taken


def _take_system(engine: Engine, system: str, incoming: Incoming, limit: int) -> Taken:
    """Take the deliveries of one system."""
    with engine.store.reading() as look:
        rows = look.deliveries(states=(Post.NEW,), system=system, limit=limit)
    if not rows:
        return Taken()
    batch = _Batch()
    for row in rows:
        batch.read[row.id] = _understood(incoming, row)
    batch.aside = {id_: "; ".join(read.problems) for id_, read in batch.read.items() if read.problems}
    _fetch(engine, system, batch)
    asked = engine.clock()
    with engine.store.writing() as tx:
        if _waits(engine, system):
            _hold_strangers(engine, tx, system, batch)
        taken = _store(engine, tx, system, batch, asked)
        done = [id_ for id_ in batch.read if id_ not in batch.aside and id_ not in batch.later]
        tx.settle_deliveries(done, engine.clock())
        tx.put_aside(batch.aside, engine.clock())
    for event in taken.refused:
        engine.tell(event)
    for id_, problem in batch.aside.items():
        engine.tell(Refused(CrmRef(system, "delivery", str(id_)), problem))
    more = len(rows) == limit and len(batch.later) < limit
    return Taken(taken.people, len(done), len(batch.aside), batch.hints, more=more)


def _understood(incoming: Incoming, row: Delivery) -> Read:
    """Return what a delivery says."""
    return incoming.read(Arrived(row.event_id, row.body, row.content_type, row.received_at, row.headers))


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the rows of one system came to."""

    people: frozenset[int]
    refused: tuple[Refused, ...]


def _store(engine: Engine, tx: Writing, system: str, batch: _Batch, asked: datetime) -> _Stored:
    """Store what was read and fetched; what is to be forgotten is gone."""
    records: list[Record] = []
    gone: dict[CrmRef, None] = {}
    for id_, read in batch.read.items():
        if id_ not in batch.aside and id_ not in batch.later:
            records += read.records
            gone.update(dict.fromkeys(read.forget))
    people: set[int] = set()
    refused: list[Refused] = []
    for found, at in batch.fetched:
        rows, away = rows_of(found, system)
        taken = take_rows(engine, tx, system, rows, away, at, backfill=False)
        people |= taken.people
        refused += taken.refused
    if records or gone:
        ordered = sorted(records, key=lambda record: record.ref.object != PERSON)
        taken = take_rows(engine, tx, system, ordered, list(gone), asked, backfill=False)
        people |= taken.people
        refused += taken.refused
    return _Stored(frozenset(people), tuple(refused))


def _fetch(engine: Engine, system: str, batch: _Batch) -> None:
    """Read every row that a delivery hints at, once each, by object; when that cannot be, those deliveries wait."""
    wanted = engine.config.systems[system].wanted.objects
    hinting = {
        id_: [ref for ref in read.hints if ref.object in wanted]
        for id_, read in batch.read.items()
        if read.hints and id_ not in batch.aside
    }
    refs = list(dict.fromkeys(ref for hints in hinting.values() for ref in hints))
    if not refs:
        return
    if engine.resting(system) is not None:
        batch.later |= {id_ for id_, hints in hinting.items() if hints}
        return
    try:
        for name in sorted({ref.object for ref in refs}):
            asked = engine.clock()
            found = engine.adapters[system].fetch([ref for ref in refs if ref.object == name], Rank.READ)
            batch.fetched.append((found, asked))
        engine.came_back(system)
        batch.hints = len(refs)
    except AdapterDown as down:
        engine.went_down(system, down.kind, down.reason, down.after)
        batch.later |= {id_ for id_, hints in hinting.items() if hints}


def _waits(engine: Engine, system: str) -> bool:
    """Tell whether deliveries about somebody unknown wait instead of making them."""
    return getattr(engine.config.systems[system].options, "unknown_people", "create") == "wait"


def _hold_strangers(engine: Engine, look: Reading, system: str, batch: _Batch) -> None:
    """Put deliveries aside that are about somebody nobody knows."""
    asking = {id_: read for id_, read in batch.read.items() if id_ not in batch.aside}
    for id_, name in _strangers(engine, look, system, asking).items():
        batch.aside[id_] = f'{WAITS} "{name}" yet; it is taken as soon as somebody is'


def _strangers(engine: Engine, look: Reading, system: str, asking: Mapping[int, Read]) -> dict[int, str]:
    """Return which deliveries are about strangers, and the name of one; those of one batch introduce each other."""
    groups = {id_: _groups(engine, system, read.records) for id_, read in asking.items()}
    names = {name for theirs in groups.values() for group in theirs for name in group}
    refs = [name for name in names if isinstance(name, CrmRef)]
    known = set(look.owners_of(refs=refs, emails=[name for name in names if isinstance(name, str)]))
    unknown = {id_: theirs for id_, theirs in groups.items() if theirs}
    while True:
        ready = [id_ for id_, theirs in unknown.items() if all(not known.isdisjoint(group) for group in theirs)]
        if not ready:
            break
        for id_ in ready:
            known.update(name for group in unknown.pop(id_) for name in group)
    return {id_: _name(next(group for group in theirs if known.isdisjoint(group))) for id_, theirs in unknown.items()}


def _groups(engine: Engine, system: str, records: Iterable[Record]) -> list[frozenset[CrmRef | str]]:
    """Return the people of a delivery, each as all the names that they go by in it."""
    groups: list[frozenset[CrmRef | str]] = []
    for record in records:
        if record.ref.object != PERSON:
            continue
        reading = engine.readers[system].read_person(record)
        names: set[CrmRef | str] = {record.ref, *reading.twins, *([reading.email] if reading.email else [])}
        names |= {found for ref in reading.twins if ref.object == PERSON and (found := address(ref.id))}
        for group in [one for one in groups if not names.isdisjoint(one)]:
            groups.remove(group)
            names |= group
        groups.append(frozenset(names))
    return groups


def _name(group: frozenset[CrmRef | str]) -> str:
    """Return how somebody is called in a sentence: by their address where they have one."""
    addresses = sorted(name for name in group if isinstance(name, str))
    return (addresses or sorted(name.id for name in group if isinstance(name, CrmRef)))[0]


def _look_again(engine: Engine, *, busy: bool) -> int:
    """Release deliveries whose person is known by now; while others come in, only every few seconds."""
    now = engine.clock()
    with engine.store.reading() as look:
        if not look.deliveries_waiting().get(Post.ASIDE):
            return 0
        looked = look.note(_LOOKED)
        if busy and looked and now - datetime.fromisoformat(looked) < _AGAIN:
            return 0
        ready: list[int] = []
        for system, incoming in engine.incoming.items():
            if _waits(engine, system):
                rows = look.deliveries(states=(Post.ASIDE,), system=system, limit=_MOST_WAITING)
                waiting = {row.id: _understood(incoming, row) for row in rows if row.problem.startswith(WAITS)}
                strangers = _strangers(engine, look, system, waiting)
                ready += [id_ for id_ in waiting if id_ not in strangers]
    if ready or busy:
        with engine.store.writing() as tx:
            tx.replay_deliveries(ready)
            tx.save_note(_LOOKED, now.isoformat())
    return len(ready)


def _mend(engine: Engine) -> None:
    """Try again what was put aside under another mapping."""
    with engine.store.reading() as look:
        changed = {
            system: name
            for system in engine.incoming
            if look.note(_MAPPED + system) != (name := _fingerprint(engine, system))
        }
        if not changed:
            return
        aside = [row.id for system in changed for row in _aside_of(look, system)]
    with engine.store.writing() as tx:
        tx.replay_deliveries(aside)
        for system, name in changed.items():
            tx.save_note(_MAPPED + system, name)


def _aside_of(look: Reading, system: str) -> Sequence[Delivery]:
    """Return what was put aside of one system."""
    return look.deliveries(states=(Post.ASIDE,), system=system, limit=_MOST_WAITING)


def _fingerprint(engine: Engine, system: str) -> str:
    """Return a short name for all that decides how deliveries of *system* are read."""
    parts = (engine.config.mappings[system], list(engine.config.fields.values()), _waits(engine, system))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _sweep(engine: Engine) -> None:
    """Forget, once an hour, what was kept long enough."""
    now = engine.clock()
    with engine.store.reading() as look:
        swept = look.note(_SWEPT)
    if swept and now - datetime.fromisoformat(swept) < _SWEEP:
        return
    with engine.store.writing() as tx:
        tx.forget_deliveries(now - REMEMBERED, now - KEPT_ASIDE)
        tx.save_note(_SWEPT, now.isoformat())
