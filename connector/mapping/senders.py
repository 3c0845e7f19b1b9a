"""
Whom a payload is about, and what it says of them.

A person known from payloads has a row for the sender's own id, or for the address where the payload has no id. A
payload with both makes a row of each and joins them for good: whoever later comes with either is the same person. What
is told stands on the row of the id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from connector.mapping.converters import Converter, converter, text
from connector.mapping.fields import Reading, address, place
from connector.mapping.paths import Getter, Raw, plain
from connector.mapping.queries import MISSING, conditions, finder, query, sole
from connector.mapping.refusal import Refusal, shown
from connector.mapping.spec import Column, EngagementMapping, FieldSpec, FieldType, ObjectMapping
from connector.mapping.stage import seen, stages
from connector.mapping.told import Told
from connector.mapping.twins import twin_reader
from connector.model import PERSON, CrmRef, Record, Stage, Value

ID: Final = "id"
"""Key of `person` in an engagement for the sender's own id of the person."""
MAPPING: Final = "connector:mapping"
"""Key of a raw payload: which engagement mapping it is read by; a person's row is read by it too when it has one."""
ADDRESS: Final = "connector:address"
"""Key of a person's raw row: the address that the payload named beside the id."""
BARE: Final = "connector:bare"
"""Key of a person's raw row that stands for an address only: nothing is read from it."""
_EMAIL: Final = "email"
_LONGEST_ID: Final = 255


@dataclass(frozen=True, slots=True)
class Named:
    """
    Whom a payload names.

    Attributes:
        id: The sender's own id; empty for none.
        email: Their address; empty for none.
        problem: Why it cannot be told; empty when it can, and when nobody is named.
    """

    id: str = ""
    email: str = ""
    problem: str = ""

    def __bool__(self) -> bool:
        """Tell whether anybody is named."""
        return bool(self.id or self.email)


Namer = Callable[[Raw], Named]


class _Heard(NamedTuple):
    """One column of a payload, ready to read."""

    field: str
    path: str
    find: Callable[[Raw], object]
    convert: Converter
    default: Value
    holds: Callable[[Raw], bool]


def namer(ids: Sequence[str], emails: Sequence[str]) -> Namer:
    """
    Return a function that tells whom a payload names.

    Args:
        ids: Paths of the sender's own id, the first that leads to anything counts.
        emails: Paths of the address, likewise.
    """
    id_getters, email_getters = _getters(ids), _getters(emails)

    def name(raw: Raw) -> Named:
        words: list[str] = []
        for getters in (id_getters, email_getters):
            path, value = _reached(raw, getters)
            if isinstance(value, list):
                return Named(problem=f'{len(value)} people stand at "{path}"; take them one by one with `each`')
            word = text(value)
            if isinstance(word, Refusal):
                return Named(problem=f'the person from "{path}": {word.reason}')
            words.append(str(word or ""))
            if len(words[-1]) > _LONGEST_ID:
                return Named(problem=f'the person from "{path}": {shown(value)} is too long for a name')
        # Where the id is an address it is one: "Ann@Acme.Example" and "ann@acme.example" are not two people.
        return Named(address(words[0].lower()) or words[0], address(words[1].lower()))

    return name


def _getters(paths: Sequence[str]) -> tuple[tuple[str, Getter], ...]:
    """Return *paths* ready to ask."""
    return tuple((path, query(path)) for path in paths)


def _reached(raw: Raw, getters: Sequence[tuple[str, Getter]]) -> tuple[str, object]:
    """Return the first path that leads to anything, and what stands there."""
    for path, get in getters:
        value = sole(get(raw))
        if value not in (None, "", []):
            return path, value
    return "", None


def namer_of(mapping: ObjectMapping, fields: Mapping[str, FieldSpec]) -> Namer:
    """Return whom the paths of `[mapping.SYSTEM.person]` name."""
    return namer([mapping.id] if mapping.id else (), [one.path for one in identifying(mapping.columns, fields)])


def namer_in(mapping: EngagementMapping, fields: Mapping[str, FieldSpec]) -> Namer:
    """Return whom the `person.…` paths of an engagement name: an address, and any other field for the sender's id."""
    emails = [path for name, path in mapping.person.items() if is_address(name, fields)]
    return namer([path for name, path in mapping.person.items() if not is_address(name, fields)], emails)


def is_address(name: str, fields: Mapping[str, FieldSpec]) -> bool:
    """Tell whether a field of this name holds an address."""
    return name in fields and fields[name].type is FieldType.EMAIL


def identifying(columns: Sequence[Column], fields: Mapping[str, FieldSpec]) -> tuple[Column, ...]:
    """Return the columns whose value identifies: those of the field called email, else of the first of type e-mail."""
    names = [one.field for one in columns if fields[one.field].type is FieldType.EMAIL]
    chosen = _EMAIL if _EMAIL in names else names[0] if names else ""
    return tuple(one for one in columns if one.field == chosen)


def rows_of(system: str, named: Named, raw: Raw, at: datetime) -> tuple[Record, ...]:
    """Return the rows of whom a payload names, the one that carries what it says first."""
    if named.id and named.email and named.id != named.email:
        carrying = Record(CrmRef(system, PERSON, named.id), at, {**raw, ADDRESS: named.email})
        return carrying, Record(CrmRef(system, PERSON, named.email), at, {BARE: True})
    return (Record(CrmRef(system, PERSON, named.id or named.email), at, raw),)


class PersonReader:
    """Reads what payloads of one system say of people; keeps nothing, never raises."""

    def __init__(
        self,
        system: str,
        mapping: ObjectMapping | None,
        engagements: Sequence[EngagementMapping],
        fields: Mapping[str, FieldSpec],
    ) -> None:
        """
        Compile what stands in the mapping.

        Raises:
            BadPath: A path or query cannot be read (the configuration check finds it first).
            KeyError: A column names a field that is not declared (likewise).
        """
        self._own = _heard(mapping.columns, fields) if mapping is not None else ()
        self._by_engagement = {one.index: _heard(_columns_in(one, fields), fields) for one in engagements}
        # Beside the sender's own id the address is something told: it says that the two are one person.
        named = identifying(mapping.columns, fields) if mapping is not None and not mapping.id else ()
        names = {one.field for one in named}
        telling = tuple(one for one in self._own if one.field not in names)
        # Where nothing but who people are is mapped at all, that is what is wanted of them.
        self._telling = telling or (() if engagements else self._own)
        stage = mapping.stage if mapping is not None else None
        self._stage = (finder(stage.field), stages(stage), stage.field) if stage is not None else None
        self._twins = twin_reader(mapping.twins) if mapping is not None else None
        self._system = system

    def says_anything(self, raw: Raw) -> bool:
        """Tell whether *raw* says anything of a person beside who they are; null says something, absence does not."""
        if self._stage is not None and self._stage[0](raw) is not MISSING:
            return True
        return any(one.find(raw) is not MISSING and one.holds(raw) for one in self._telling)

    def read(self, record: Record) -> tuple[Reading, Told]:
        """Return who the person of *record* is, and what it says of them."""
        raw = record.raw
        if raw.get(BARE) is True:
            return Reading(email=address(record.ref.id)), Told(record.modified_at, {})
        index = raw.get(MAPPING)
        problems: list[str] = []
        heard = self._by_engagement.get(index, ()) if isinstance(index, int) else self._own
        values = _values(record, heard, problems)
        told = Told(record.modified_at, MappingProxyType(values))
        stage: Stage | None = None
        if not isinstance(index, int):
            told, stage = self._with_stage(record, told, problems)
        other = raw.get(ADDRESS)
        twins: tuple[CrmRef, ...] = (CrmRef(self._system, PERSON, other),) if isinstance(other, str) else ()
        twins += self._twins(raw) if self._twins is not None and not isinstance(index, int) else ()
        reading = Reading(
            values=MappingProxyType({name: value for name, value in values.items() if value is not None}),
            raw_stage=told.raw_stage,
            stage=stage,
            email=address(record.ref.id),
            twins=twins,
            problems=tuple(problems),
        )
        return reading, told

    def _with_stage(self, record: Record, told: Told, problems: list[str]) -> tuple[Told, Stage | None]:
        """Return *told* with what the payload says of the stage."""
        if self._stage is None:
            return told, None
        find, known, path = self._stage
        found = find(record.raw)
        if found is MISSING:
            return told, None
        value = text(found)
        if isinstance(value, Refusal):
            problems.append(f'{place(record.ref)}: stage from "{path}": {value.reason}')
            return told, None
        read = seen(value if isinstance(value, str) else None, known)
        return Told(told.at, told.values, speaks_of_stage=True, raw_stage=read.raw), read.stage


def _columns_in(mapping: EngagementMapping, fields: Mapping[str, FieldSpec]) -> tuple[Column, ...]:
    """Return the declared fields by which an engagement names its person: they are told as well."""
    return tuple(Column(name, path) for name, path in mapping.person.items() if name in fields)


def _heard(columns: Sequence[Column], fields: Mapping[str, FieldSpec]) -> tuple[_Heard, ...]:
    """Return *columns* ready to read, by field."""
    return tuple(
        _Heard(
            one.field,
            one.path,
            finder(one.path),
            converter(fields[one.field], one.values),
            one.default,
            conditions(one.when),
        )
        for one in sorted(columns, key=lambda column: column.field)
    )


def _values(record: Record, columns: Sequence[_Heard], problems: list[str]) -> dict[str, Value]:
    """
    Return what *columns* find: null empties a field, a text without letters says nothing (an unfilled form).

    Of several columns for one field the first that is not empty counts.
    """
    values: dict[str, Value] = {}
    for name, path, find, convert, default, holds in columns:
        raw = find(record.raw)
        if raw is MISSING or not holds(record.raw) or values.get(name) is not None:
            continue
        value = convert(raw)
        if isinstance(value, Refusal):
            value = convert(sole(raw))
        if isinstance(value, Refusal):
            problems.append(f'{place(record.ref)}: field "{name}" from "{path}": {value.reason}')
        elif value is not None or default is not None:
            values[name] = default if value is None else value
        elif raw is None:
            values.setdefault(name, None)
    return values


def told_id(raw: Raw, get: Getter) -> str:
    """Return the id at a place of a payload as text; empty for none."""
    return plain(sole(get(raw))) or ""
