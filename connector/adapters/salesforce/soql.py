r"""
The one place where SOQL is written.

There are no bind parameters over REST: every value goes through `literal`, every name through a pattern. Conditions
are data of this module, and there is none for "not equal" or "not in": the sources disagree about what those answer for
empty fields, so no query of ours asks.

Literals by the pages "Quoted String Escape Sequences" and "Date Formats and Date Literals" of Salesforce's SOQL
reference, read on 2026-11-23; any other backslash is an error there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

from connector.adapters.salesforce.ids import to18

Literal = str | int | bool | date | datetime | None

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}", re.ASCII)
"""A field, or a field of a parent; SOQL follows at most five relationships upwards."""
_ESCAPES: Final = {
    ord("\\"): "\\\\",
    ord("'"): "\\'",
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
    ord("\b"): "\\b",
    ord("\f"): "\\f",
    **{code: f"\\u{code:04X}" for code in (*range(8), 0x0B, *range(0x0E, 0x20), 0x7F, 0x2028, 0x2029)},
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a WHERE clause; made by the functions of this module only."""

    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """
    A query under construction; each step returns a new one.

    Attributes:
        source: The object asked.
        fields: What is selected, each once and in this order.
        conditions: All of them must hold.
        order: Ascending.
        most: Most rows; 0 for all.
    """

    source: str
    fields: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    order: tuple[str, ...] = ()
    most: int = 0

    def where(self, *conditions: Condition) -> Query:
        """Return the query with *conditions* added."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def order_by(self, *names: str) -> Query:
        """Return the query with its rows in ascending order of *names*."""
        return replace(self, order=tuple(name_of(each) for each in names))

    def at_most(self, rows: int) -> Query:
        """Return the query with a limit."""
        return replace(self, most=int(rows))

    @property
    def text(self) -> str:
        """Return the SOQL."""
        parts = ["SELECT", ", ".join(self.fields), "FROM", self.source]
        parts += [f"WHERE {' AND '.join(each.text for each in self.conditions)}"] if self.conditions else []
        parts += [f"ORDER BY {', '.join(self.order)}"] if self.order else []
        parts += [f"LIMIT {self.most}"] if self.most else []
        return " ".join(parts)


def select(source: str, fields: Iterable[str]) -> Query:
    """
    Return a query for *fields* of *source*.

    Raises:
        ValueError: A name is none, or there is no field.
    """
    names = tuple(dict.fromkeys(name_of(each) for each in fields))
    if not names:
        raise ValueError(f"nothing is selected from {source}")
    return Query(name_of(source), names)


def count(source: str) -> Query:
    """Return a query that only counts the rows of *source*."""
    return Query(name_of(source), ("COUNT()",))


def equal(field: str, value: Literal) -> Condition:
    """Return: the field is *value*; text is compared without regard to case, as Salesforce does."""
    return Condition(f"{name_of(field)} = {literal(value)}")


def above(field: str, value: Literal) -> Condition:
    """Return: the field is greater than *value*."""
    return Condition(f"{name_of(field)} > {literal(value)}")


def since(field: str, value: Literal) -> Condition:
    """Return: the field is *value* or greater."""
    return Condition(f"{name_of(field)} >= {literal(value)}")


def below(field: str, value: Literal) -> Condition:
    """Return: the field is less than *value*."""
    return Condition(f"{name_of(field)} < {literal(value)}")


def among(field: str, values: Collection[Literal]) -> Condition:
    """
    Return: the field is one of *values*.

    Raises:
        ValueError: There are none; an empty list is no SOQL.
    """
    if not values:
        raise ValueError(f"no value to look for in {field}")
    return Condition(f"{name_of(field)} IN ({', '.join(literal(each) for each in values)})")


def either(*conditions: Condition) -> Condition:
    """Return: at least one holds; in parentheses, since AND and OR may not be mixed without them."""
    return Condition(f"({' OR '.join(each.text for each in conditions)})")


def both(*conditions: Condition) -> Condition:
    """Return: all hold; in parentheses."""
    return Condition(f"({' AND '.join(each.text for each in conditions)})")


def ids(values: Iterable[str]) -> Sequence[str]:
    """
    Return record ids in their long form, each once.

    Raises:
        ValueError: One is no id, or its checksum is wrong.
    """
    return list(dict.fromkeys(to18(each) for each in values))


def literal(value: Literal) -> str:
    """
    Return *value* as SOQL writes it; instants in UTC, to the second unless they have a fraction.

    Raises:
        ValueError: An instant has no zone.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return f"'{escape(value)}'"
    return str(value)


def escape(text: str) -> str:
    """Return *text* as it stands between single quotes."""
    return text.translate(_ESCAPES)


def name_of(text: str) -> str:
    """
    Return *text* when it has the form of an object's or a field's name.

    Raises:
        ValueError: It has not; names come from describe, so this is a mistake of ours or an attack.
    """
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is no name of an object or a field")
    return text


def _instant(at: datetime) -> str:
    """Return an aware instant in UTC; Salesforce takes Z, and needs %2B for a plus in a URL."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no zone")
    at = at.astimezone(UTC)
    milliseconds = at.microsecond // 1000
    fraction = f".{milliseconds:03d}" if milliseconds else ""
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"
