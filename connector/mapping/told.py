"""
What senders tell of people bit by bit: a partial row, and how partial rows add up whatever order they come in.

Each field keeps the instant at which it was last told. The later word stands, of two words of one instant the one that
sorts last: so every order, and every repetition, of the same tellings ends in the same state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from connector.mapping.happenings import Marks
from connector.model import NOTHING, Value

_TOLD: Final = "told:"
_STAGE: Final = "told stage"


@dataclass(frozen=True, slots=True)
class Told:
    """
    What one event says of a person; what it does not speak of is in none of these.

    Attributes:
        at: When that was true, by the sender's clock.
        values: Our fields; None for one that it says is empty.
        speaks_of_stage: Whether it says anything of the stage.
        raw_stage: The sender's stage value; None when it says there is none.
    """

    at: datetime
    values: Mapping[str, Value]
    speaks_of_stage: bool = False
    raw_stage: str | None = None


class Sum(NamedTuple):
    """What a row comes to: its fields that are not empty, its stage, and when each was told."""

    values: Mapping[str, Value]
    raw_stage: str | None
    marks: Marks


NOTHING_YET: Final = Sum(NOTHING, None, MappingProxyType({}))


def added(before: Sum, told: Told) -> Sum:
    """Return what is known when *told* is added to *before*: in any order and number the same."""
    at = told.at.astimezone(UTC).isoformat(timespec="microseconds")
    values, marks, raw_stage = dict(before.values), dict(before.marks), before.raw_stage
    for name, value in told.values.items():
        if _stands(at, value, marks.get(_TOLD + name), values.get(name)):
            marks[_TOLD + name] = (at, 0)
            values.pop(name, None)
            if value is not None:
                values[name] = value
    if told.speaks_of_stage and _stands(at, told.raw_stage, marks.get(_STAGE), raw_stage):
        marks[_STAGE] = (at, 0)
        raw_stage = told.raw_stage
    in_order = MappingProxyType({name: values[name] for name in sorted(values)})
    return Sum(in_order, raw_stage, MappingProxyType(marks))


def newest(rows: Iterable[tuple[Mapping[str, Value], Marks]]) -> Mapping[str, Value]:
    """Return the fields of one person over several such rows of one system: of each field the last word on any row."""
    found: dict[str, Value] = {}
    at: dict[str, tuple[str, int]] = {}
    for values, marks in rows:
        for mark, told in marks.items():
            name = mark.removeprefix(_TOLD)
            if name != mark and _stands(told[0], values.get(name), at.get(name), found.get(name)):
                at[name] = told
                found[name] = values.get(name)
    return MappingProxyType({name: value for name, value in sorted(found.items()) if value is not None})


def _stands(at: str, value: Value, told: tuple[str, int] | None, known: Value) -> bool:
    """Tell whether a word stands against the one known so far; instants are text of one width."""
    return told is None or (at, _rank(value)) > (told[0], _rank(known))


def _rank(value: Value) -> tuple[bool, str]:
    """Return what decides between two words of one instant: something goes before nothing, then the text."""
    return (value is not None, repr(value))
