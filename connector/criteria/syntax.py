"""The words of a criterion as a tree of frozen nouns; parsed from TOML, compiled once, printed for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from connector.model import Value


class Op(StrEnum):
    """Comparisons over a field or an attribute."""

    EQUALS = "equals"
    IN = "in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    CONTAINS = "contains"
    HAS_WORD = "has_word"
    MATCHES = "matches"
    DOMAIN_IN = "domain_in"
    IS_SET = "is_set"
    WITHIN = "within"
    OLDER_THAN = "older_than"
    IN_NEXT = "in_next"


@dataclass(frozen=True, slots=True)
class Compare:
    """
    One comparison; several on one field stand in an `All`.

    Attributes:
        op: The comparison.
        value: What it is compared with: a value, several texts of which any will do (contains, has_word), a frozenset
            (in, domain_in), a timedelta for the three about dates, a bool for is_set.
        label: How a list is called when it is long, "the 4,700 free-mail domains"; may be empty.
    """

    op: Op
    value: Value | timedelta | frozenset[Value]
    label: str = ""


@dataclass(frozen=True, slots=True)
class FieldIs:
    """A comparison over a field of the person; unknown when the field is empty (but for is_set)."""

    field: str
    test: Compare


@dataclass(frozen=True, slots=True)
class Did:
    """
    Engagement of a kind, so often, within a span.

    Attributes:
        types: Any of these.
        where: Comparisons on attributes, all of which must hold for a happening to count.
        at_least: How many; with distinct "day" how many different days, with *total_of* how much in sum.
        at_most: No more than so many; None for no upper bound.
        within: Only happenings so young; None for all time.
        not_within: True asks that none happened within *within* (silence).
        distinct: "day" counts different local days; "" counts happenings; else an attribute's different values.
        total_of: Attribute that is summed instead of counted; empty for counting.
    """

    types: tuple[str, ...]
    where: tuple[tuple[str, Compare], ...] = ()
    at_least: float = 1
    at_most: float | None = None
    within: timedelta | None = None
    not_within: bool = False
    distinct: str = ""
    total_of: str = ""


@dataclass(frozen=True, slots=True)
class ScoreIs:
    """Points of one score (or "total") at least and/or at most so many."""

    score: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class StageIs:
    """The person stands in one of these stages, perhaps for at least or at most so long."""

    stages: tuple[str, ...]
    for_at_least: timedelta | None = None
    for_at_most: timedelta | None = None


@dataclass(frozen=True, slots=True)
class All:
    """All parts hold; an empty All is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; an empty Any is false."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; not unknown is unknown."""

    part: Condition


Condition = FieldIs | Did | ScoreIs | StageIs | All | Any | Not


def sources(condition: Condition) -> tuple[Did, ...]:
    """
    Return the engagements on which *condition* can rest, in order and each once.

    Silence, at-most-none, and whatever stands in a `Not` rest on what did not happen and are left out.
    """
    if isinstance(condition, Did):
        return () if condition.not_within or condition.at_least <= 0 else (condition,)
    if isinstance(condition, All | Any):
        return tuple(dict.fromkeys(did for part in condition.parts for did in sources(part)))
    return ()
