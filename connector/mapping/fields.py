"""
One record of a mapped object, read by its declared columns.

A record with one unreadable column is refused whole: half a person would be decided on wrongly and in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from connector.mapping.converters import Converter, converter, text
from connector.mapping.paths import Getter, Raw, condition, getter, plain
from connector.mapping.refusal import Refusal
from connector.mapping.spec import Column, FieldSpec, FieldType, ObjectMapping
from connector.mapping.stage import seen, stages
from connector.mapping.twins import twin_reader
from connector.mapping.vocabulary import NO_WORDS, Vocabulary
from connector.model import COMPANIES, NOT_EVALUATED, NOTHING, CrmRef, Record, Stage, Value

_EMAIL: Final = "email"
NOTHING_WRITTEN: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What the columns of one object found in one record.

    Attributes:
        values: Our fields in alphabetical order; empty ones are left out.
        raw_stage: The vendor's stage value; None when empty or when the object has no stage column.
        stage: The same as our stage; None when empty or not mapped (raw_stage tells which).
        owner_id: The vendor's owner of the row; empty for none.
        company: The primary company's row; None where there is none, and for companies themselves.
        email: The address that identifies, lower case; empty for none, for companies, and for what is no address.
        written: What stands in the fields that our results are written to, as text, "" for empty; fields that were not
            read are left out.
        twins: Rows of other systems that the record names as the same person.
        problems: Plain sentences with place, field and value; when there are any the record is to be quarantined and
            nothing else here may be used.
    """

    values: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    raw_stage: str | None = None
    stage: Stage | None = None
    owner_id: str = ""
    company: CrmRef | None = None
    email: str = ""
    written: Mapping[str, str] = field(default_factory=lambda: NOTHING_WRITTEN)
    twins: tuple[CrmRef, ...] = ()
    problems: tuple[str, ...] = ()


Reader = Callable[[Record], Reading]


class _Compiled(NamedTuple):
    """One column, ready to read; a tuple because taking it apart is the inner loop of everything."""

    field: str
    path: str
    get: Getter
    convert: Converter
    default: Value
    holds: Callable[[Raw], bool] | None


def place(ref: CrmRef) -> str:
    """Return how a record is named in messages: ``hubspot contact 123``."""
    return f"{ref.system} {ref.object} {ref.id}"


def reader(mapping: ObjectMapping, fields: Mapping[str, FieldSpec], words: Vocabulary = NO_WORDS) -> Reader:
    """
    Return a function that reads records of *mapping*; compiled once, called for each record, never raises.

    A column is read only where its `when` holds; an empty value takes the column's default. Of several columns for one
    field the first that is not empty counts.

    Raises:
        BadPath: A path in the mapping cannot be read (the configuration check finds it first).
        KeyError: A column names a field that is not declared (likewise).
    """
    alphabetical = sorted(mapping.columns, key=lambda column: column.field)
    columns = tuple(_compiled(column, fields[column.field]) for column in alphabetical)
    identifying = "" if mapping.object in COMPANIES else _identifying(mapping.columns, fields)
    stage_of = _stage_reader(mapping)
    owner_path = mapping.owner or words.owner
    owner = getter(owner_path) if owner_path else None
    twins = twin_reader(mapping.twins)
    targets = tuple(dict.fromkeys(mapping.write.values()))
    has_company = mapping.object not in COMPANIES

    def read(record: Record) -> Reading:
        problems: list[str] = []
        values = _values(record, columns, problems)
        if record.raw.get(NOT_EVALUATED) is True:
            values[NOT_EVALUATED] = True
        raw_stage, stage = stage_of(record, problems)
        owner_id = text(owner(record.raw)) if owner is not None else None
        if isinstance(owner_id, Refusal):
            problems.append(f'{place(record.ref)}: owner from "{owner_path}": {owner_id.reason}')
        raw = record.raw
        return Reading(
            values=MappingProxyType(values),
            raw_stage=raw_stage,
            stage=stage,
            owner_id=owner_id if isinstance(owner_id, str) else "",
            company=next((ref for ref in record.parents if ref.object in COMPANIES), None) if has_company else None,
            email=address(values.get(identifying)) if identifying else "",
            written={name: plain(raw[name]) or "" for name in targets if name in raw} if targets else NOTHING_WRITTEN,
            twins=twins(raw) if twins is not None else (),
            problems=tuple(problems),
        )

    return read


def address(value: Value) -> str:
    """Return *value* when it can identify somebody across systems, else ""; "n/a" in two systems is not one person."""
    if not isinstance(value, str):
        return ""
    local, at, domain = value.rpartition("@")
    return value if local and at and "." in domain and " " not in value else ""


def _compiled(column: Column, spec: FieldSpec) -> _Compiled:
    """Return *column* ready to read."""
    return _Compiled(
        field=column.field,
        path=column.path,
        get=getter(column.path),
        convert=converter(spec, column.values),
        default=column.default,
        holds=condition(column.when),
    )


def _identifying(columns: tuple[Column, ...], fields: Mapping[str, FieldSpec]) -> str:
    """Return the field whose value identifies a person: the one called email, else the first of type e-mail."""
    names = [column.field for column in columns if fields[column.field].type is FieldType.EMAIL]
    return _EMAIL if _EMAIL in names else names[0] if names else ""


def _values(record: Record, columns: tuple[_Compiled, ...], problems: list[str]) -> dict[str, Value]:
    """Return what *columns* find that is not empty; add a sentence for each that cannot be read."""
    raw = record.raw
    values: dict[str, Value] = {}
    for name, path, get, convert, default, holds in columns:
        if holds is not None and not holds(raw):
            continue
        value = convert(get(raw))
        if value is None:
            value = default
            if value is None:
                continue
        elif isinstance(value, Refusal):
            problems.append(f'{place(record.ref)}: field "{name}" from "{path}": {value.reason}')
            continue
        values.setdefault(name, value)
    return values


def _stage_reader(mapping: ObjectMapping) -> Callable[[Record, list[str]], tuple[str | None, Stage | None]]:
    """Return a function that reads the stage column, and adds a sentence when it cannot be read."""
    column = mapping.stage
    if column is None:
        return lambda _record, _problems: (None, None)
    known = stages(column)
    get = getter(column.field)

    def read(record: Record, problems: list[str]) -> tuple[str | None, Stage | None]:
        value = text(get(record.raw))
        if isinstance(value, Refusal):
            problems.append(f'{place(record.ref)}: stage from "{column.field}": {value.reason}')
            return None, None
        found = seen(value if isinstance(value, str) else None, known)
        return found.raw, found.stage

    return read
