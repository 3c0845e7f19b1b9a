"""
What a system sends by itself, read by its mapping: whom it is about, what they did, what it says of them.

One delivery may hold many events, and one event many happenings (`each`). What is asked for and cannot be read puts the
whole delivery aside: half of it would be decided on wrongly and in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connector.mapping.arrived import Arrived, Read
from connector.mapping.compiled import SystemReader
from connector.mapping.envelopes import MOST_EVENTS, Event, Unreadable, events_in
from connector.mapping.happenings import NO_MARKS
from connector.mapping.moments import sent_at
from connector.mapping.paths import Getter, Raw
from connector.mapping.queries import conditions, query, sole
from connector.mapping.refusal import Refusal
from connector.mapping.senders import MAPPING, Named, Namer, PersonReader, namer_in, namer_of, rows_of, told_id
from connector.mapping.spec import EngagementMapping, FieldSpec, ObjectMapping, SystemMapping
from connector.mapping.vocabulary import PAYLOAD, PAYLOADS
from connector.model import PERSON, CrmRef, Record

ENVELOPE: Final = "envelope"
"""Where an item of `each` has the whole body that it stands in."""
_OURS: Final = "connector:"
_NOT_NAMED: Final = Named()


@dataclass(frozen=True, slots=True)
class Part:
    """
    One thing that an event of a delivery says, and by which mapping.

    Attributes:
        event: Which event of the delivery, from 1 on.
        mapping: Which engagement it is; None for what it says of the person.
        named: Whom it is about; nobody where something is only taken back.
        records: Rows for the store: the person's first.
        problems: Why it cannot be taken; plain sentences.
    """

    event: int
    mapping: EngagementMapping | None
    named: Named
    records: tuple[Record, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Item:
    """One object that mappings are held against: an event's body, or what `each` found in it."""

    raw: Raw
    ref: str
    sent: datetime | None


@dataclass(frozen=True, slots=True)
class _Source:
    """One engagement mapping, ready to read; `name` is None where the person's own mapping names them."""

    mapping: EngagementMapping
    holds: Callable[[Raw], bool]
    name: Namer | None
    at: Getter | None
    id: Getter | None


class PayloadReader:
    """Reads the deliveries of one system; keeps nothing between two, may be called from any thread, never raises."""

    def __init__(self, mapping: SystemMapping, fields: Mapping[str, FieldSpec]) -> None:
        """
        Compile *mapping*.

        Raises:
            BadPath: A path or query cannot be read (the configuration check finds it first).
            KeyError: A column names a field that is not declared (likewise).
        """
        self._system = mapping.system
        self.rows = SystemReader(mapping, fields)
        """Reads the rows that are made of a delivery, as the store's side does."""
        own = mapping.of(PERSON)
        self._own = own
        self._namer = namer_of(own, fields) if own is not None else None
        self._told_at = query(own.at) if own is not None and own.at else None
        engagements = tuple(one for one in mapping.engagements if one.object == PAYLOADS)
        self._people = PersonReader(mapping.system, own, engagements, fields)
        self._sources = tuple(_source(one, fields) for one in engagements)
        self._lists = {written: query(written) for written in _eaches(engagements, own) if written}

    def asked_for(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> bool:
        """
        Tell whether the mapping asks for anything in a delivery: a happening, or something of a person it names.

        What cannot be parsed is asked for. Who somebody is, and nothing else of them, is not.
        """
        try:
            for place, event in enumerate(events_in(body, content_type, headers), 1):
                items = self._items(event, str(place))
                if any(source.holds(item.raw) for source in self._sources for item in items[source.mapping.each]):
                    return True
                if self._own is not None and any(self._tells(item.raw) for item in items[self._own.each]):
                    return True
        except Unreadable:
            return True
        return False

    def read(self, arrived: Arrived) -> Read:
        """Return what a delivery says: rows, or the problems for which all of it is put aside."""
        try:
            parts = self.parts(arrived)
        except Unreadable as problem:
            return Read(problems=(f"{problem}",))
        problems = [sentence for part in parts for sentence in part.problems]
        if problems:
            return Read(problems=tuple(dict.fromkeys(problems)))
        people = [record for part in parts for record in part.records if record.ref.object == PERSON]
        others = [record for part in parts for record in part.records if record.ref.object != PERSON]
        return Read(records=(*people, *others))

    def parts(self, arrived: Arrived) -> tuple[Part, ...]:
        """
        Return all that a delivery says, in the order of its events and of the mapping.

        Raises:
            Unreadable: The body cannot be taken apart.
        """
        found: list[Part] = []
        events = events_in(arrived.body, arrived.content_type, arrived.headers)
        for place, event in enumerate(events, 1):
            items = self._items(event, event.identity or f"{arrived.id}#{place}")
            for written, those in items.items():
                for item in those:
                    found += self._parts_of(written, item, place, arrived.at)
            if len(found) > MOST_EVENTS:
                message = f"the body tells of more than {MOST_EVENTS:,} happenings"
                raise Unreadable(message)
        return tuple(found)

    def _items(self, event: Event, ref: str) -> dict[str, tuple[_Item, ...]]:
        """Return what mappings are held against, by their `each`; "" is the event itself."""
        body = {key: value for key, value in event.body.items() if not key.startswith(_OURS)}
        sent = sent_at(body.get("time")) if event.identity else None
        at = sent if isinstance(sent, datetime) else None
        found: dict[str, tuple[_Item, ...]] = {"": (_Item(body, ref, at),)}
        for written, get in self._lists.items():
            value = get(body)
            elements = value if isinstance(value, list) else [] if value is None else [value]
            if len(elements) > MOST_EVENTS:
                message = f'"{written}" leads to {len(elements):,} events, more than {MOST_EVENTS:,}'
                raise Unreadable(message)
            found[written] = tuple(
                _Item(_with_envelope(one, body), f"{ref}:{written}:{number}", at)
                for number, one in enumerate(elements, 1)
            )
        return found

    def _tells(self, raw: Raw) -> bool:
        """Tell whether *raw* says something of a person whom it names."""
        return self._people.says_anything(raw) and self._namer is not None and bool(self._namer(raw))

    def _parts_of(self, each: str, item: _Item, place: int, received: datetime) -> Iterator[Part]:
        """Yield what one item says."""
        first: tuple[Named, datetime] | None = None
        for source in self._sources:
            if source.mapping.each == each and source.holds(item.raw):
                named = (source.name or self._namer or _nobody)(item.raw)
                at = _instant(item, source.at, received)
                yield self._happening(source, item, place, named, at)
                if first is None and not isinstance(at, Refusal):
                    first = (named, at)
        if self._own is not None and self._own.each == each and self._people.says_anything(item.raw):
            yield from self._telling(item, place, first, received)

    def _happening(self, source: _Source, item: _Item, place: int, named: Named, at: datetime | Refusal) -> Part:
        """Return a happening that *item* tells of, or takes back."""
        mapping = source.mapping
        says = f'event {place}: engagement "{mapping.type}"'
        problems = []
        if named.problem and not mapping.withdraws:
            problems.append(f"{says}: {named.problem}")
        elif not named and not mapping.withdraws:
            where = " and ".join(f'"{path}"' for path in (*mapping.person.values(),)) or "the paths of the person"
            problems.append(f"{says}: it names nobody; nothing stands at {where}")
        if source.id is not None and not told_id(item.raw, source.id):
            problems.append(f'{says}: nothing that names it stands at "{mapping.id}"')
        if isinstance(at, Refusal):
            problems.append(f'{says}: at from "{mapping.at}": {at.reason}')
        if problems or isinstance(at, Refusal):
            return Part(place, mapping, named, (), tuple(problems))
        people: tuple[Record, ...] = ()
        if not mapping.withdraws:
            raw = {**item.raw, MAPPING: mapping.index} if mapping.person else {}
            people = rows_of(self._system, named, raw, at)
        # It hangs on the row that carries the person, and a withdrawal on nobody: the key says what it takes back.
        row = Record(
            CrmRef(self._system, PAYLOAD, item.ref),
            at,
            {**item.raw, MAPPING: mapping.index},
            tuple(one.ref for one in people[:1]),
        )
        return self._checked(Part(place, mapping, named, (*people, row)), at)

    def _telling(
        self, item: _Item, place: int, first: tuple[Named, datetime] | None, received: datetime
    ) -> Iterator[Part]:
        """Yield what *item* says of a person; nothing when it names nobody."""
        named = self._namer(item.raw) if self._namer is not None else _NOT_NAMED
        if not named and not named.problem and first is not None:
            named = first[0]
        if named.problem:
            yield Part(place, None, named, (), (f"event {place}: {named.problem}",))
        elif named:
            at = _instant(item, self._told_at, received, first[1] if first is not None else None)
            if isinstance(at, Refusal):
                written = self._own.at if self._own is not None else ""
                yield Part(place, None, named, (), (f'event {place}: person: at from "{written}": {at.reason}',))
            else:
                yield self._checked(Part(place, None, named, rows_of(self._system, named, item.raw, at)), at)

    def _checked(self, part: Part, now: datetime) -> Part:
        """Return *part* with what the store's side would say against its rows."""
        problems = [
            f"event {part.event}: {sentence}"
            for record in part.records
            for sentence in self.rows.take(record, NO_MARKS, now).problems
        ]
        return Part(part.event, part.mapping, part.named, part.records, tuple(problems)) if problems else part


def _source(mapping: EngagementMapping, fields: Mapping[str, FieldSpec]) -> _Source:
    """Return *mapping* ready to read."""
    return _Source(
        mapping,
        conditions(mapping.when),
        namer_in(mapping, fields) if mapping.person else None,
        query(mapping.at) if mapping.at else None,
        query(mapping.id) if mapping.id else None,
    )


def _eaches(engagements: tuple[EngagementMapping, ...], own: ObjectMapping | None) -> dict[str, None]:
    """Return every `each` of a mapping, once."""
    return dict.fromkeys([*(one.each for one in engagements), own.each if own is not None else ""])


def _nobody(_raw: Raw) -> Named:
    """Return nobody."""
    return _NOT_NAMED


def _with_envelope(element: object, body: Raw) -> Raw:
    """Return an element of a list with the whole body beside it; what is no object stands under `value`."""
    if not isinstance(element, dict):
        return {"value": element, ENVELOPE: body}
    own = {key: value for key, value in element.items() if not key.startswith(_OURS)}
    return own if ENVELOPE in own else {**own, ENVELOPE: body}


def _instant(
    item: _Item, get: Getter | None, received: datetime, otherwise: datetime | None = None
) -> datetime | Refusal:
    """Return when what *item* says was so, else what stands in for it; never later than it was received."""
    at = sent_at(sole(get(item.raw))) if get is not None else None
    if isinstance(at, Refusal):
        return at
    return min(at or otherwise or item.sent or received, received)
