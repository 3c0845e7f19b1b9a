"""The nouns of a parsed query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Path:
    """A field, perhaps through parents: ``("Account", "Industry")``; *at* is its place in the query."""

    parts: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function: ``COUNT(Id)``, ``toLabel(Status)``; *path* is None for ``COUNT()``."""

    name: str
    path: Path | None
    at: int


class ValueKind(StrEnum):
    """What a literal is."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"
    DATE = "date"
    DATETIME = "datetime"
    RANGE = "range"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Value:
    """
    A literal: what a string says, all others as written; *count* is the n of LAST_N_DAYS:n.

    *instant* is that of a datetime.
    """

    kind: ValueKind
    text: str
    at: int
    count: int | None = None
    instant: datetime | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field or function against one literal; *operator* is one of = != < <= > >= LIKE."""

    operand: Path | Call
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """A field against several literals or the ids of another query; *operator* IN, NOT IN, INCLUDES, EXCLUDES."""

    operand: Path | Call
    operator: str
    values: tuple[Value, ...] = ()
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Junction:
    """Several conditions, all joined by AND or all by OR."""

    word: str
    conditions: tuple[Condition, ...]


Condition = Comparison | Membership | Not | Junction


@dataclass(frozen=True, slots=True)
class Column:
    """One entry of SELECT with its alias."""

    what: Path | Call
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One entry of ORDER BY; empty values come first unless said otherwise, also when descending."""

    what: Path | Call
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query, outer or inner; *everything* is the ALL, STANDARD or CUSTOM of FIELDS()."""

    sobject: str
    at: int
    alias: str = ""
    columns: tuple[Column, ...] = ()
    children: tuple[Query, ...] = ()
    everything: str = ""
    where: Condition | None = None
    group: tuple[Path, ...] = ()
    having: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def count_only(self) -> bool:
        """Say whether this is ``SELECT COUNT()``, whose answer is its total."""
        only = self.columns[0].what if len(self.columns) == 1 else None
        return isinstance(only, Call) and only.path is None

    @property
    def aggregate(self) -> bool:
        """Say whether the answer has AggregateResults instead of records."""
        counts = (isinstance(each.what, Call) and each.what.name in AGGREGATES for each in self.columns)
        return bool(self.group) or any(counts)


AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"})
