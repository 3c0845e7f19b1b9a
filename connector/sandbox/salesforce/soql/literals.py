"""Literals: what may stand on the right side of a comparison, and the spans that date words mean."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from connector.sandbox.salesforce.soql.cursor import Cursor
from connector.sandbox.salesforce.soql.errors import located, malformed, unexpected
from connector.sandbox.salesforce.soql.nodes import Value, ValueKind
from connector.sandbox.salesforce.soql.tokens import Kind, unescaped

PLAIN: Final = {
    Kind.NUMBER: ValueKind.NUMBER,
    Kind.MONEY: ValueKind.MONEY,
    Kind.DATE: ValueKind.DATE,
    Kind.DATETIME: ValueKind.DATETIME,
}
DAYS: Final = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
NINETY: Final = {"LAST_90_DAYS": -90, "NEXT_90_DAYS": 90}
WHICH: Final = {"LAST": -1, "THIS": 0, "NEXT": 1}
MONTHS: Final = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
CALENDAR: Final = re.compile(r"(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)")
COUNTED: Final = re.compile(r"(?:(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S|N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO)")
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)

Span = tuple[date, date]
"""The first day, and the day after the last."""


def value(words: Cursor, *, like: bool = False) -> Value:
    """Read one literal; a pattern of LIKE keeps the backslashes of its escaped wildcards."""
    word = words.take()
    if word.kind is Kind.TEXT:
        return Value(ValueKind.TEXT, unescaped(word.value, word.at + 1, like=like), word.at)
    if word.kind in PLAIN:
        instant = _instant(word.raw) if word.kind is Kind.DATETIME else None
        if word.kind is Kind.DATE:
            _day(word.raw)
        return Value(PLAIN[word.kind], word.value, word.at, instant=instant)
    if word.upper in {"TRUE", "FALSE"}:
        return Value(ValueKind.BOOLEAN, word.upper, word.at)
    if word.upper == "NULL":
        return Value(ValueKind.NULL, "NULL", word.at)
    if word.upper in DAYS or word.upper in NINETY or CALENDAR.fullmatch(word.upper):
        return Value(ValueKind.RANGE, word.upper, word.at)
    if COUNTED.fullmatch(word.upper):
        words.need_sign(":")
        count = words.take()
        if count.kind is not Kind.NUMBER or not count.raw.isdigit():
            raise unexpected(count.raw)
        return Value(ValueKind.RANGE, word.upper, word.at, int(count.raw))
    raise unexpected(word.raw)


def _instant(text: str) -> datetime:
    """Return the instant of a datetime literal in UTC."""
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise malformed(f"Invalid datetime: {text}") from None


def _day(text: str) -> date:
    """Return the day of a date literal."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise malformed(f"Invalid date: {text}") from None


def _month(day: date, months: int, size: int) -> date:
    """Return the first day of the month, quarter or year of *day*, moved by so many months."""
    number = day.year * 12 + day.month - 1
    number = number - number % size + months
    return date(number // 12, number % 12 + 1, 1)


def _unit(today: date, unit: str, by: int) -> date:
    """Return the first day of the unit that lies *by* units from today's; weeks begin on Sunday (locale en_US)."""
    if unit == "DAY":
        return today + by * DAY
    if unit == "WEEK":
        return today - (today.weekday() + 1) % 7 * DAY + by * WEEK
    return _month(today, by * MONTHS[unit], MONTHS[unit])


def span(text: str, given: Value, today: date) -> Span:
    """
    Return the days that a date word means.

    LAST_N_DAYS:n runs from n days ago to the end of today, NEXT_N_DAYS:n from tomorrow for n days; counted weeks,
    months, quarters and years are whole ones before or after the present one.

    Raises:
        SoqlError: The word leads out of the calendar.
    """
    word, count = given.text, given.count or 0
    try:
        if word in DAYS:
            return today + DAYS[word] * DAY, today + (DAYS[word] + 1) * DAY
        if word in NINETY:
            return (today - 90 * DAY, today + DAY) if NINETY[word] < 0 else (today + DAY, today + 91 * DAY)
        if found := CALENDAR.fullmatch(word):
            by = WHICH[found[1]]
            return _unit(today, found[2], by), _unit(today, found[2], by + 1)
        counted = COUNTED.fullmatch(word)
        if counted is None:
            raise unexpected(word)
        way, unit, ago = counted.groups()
        if ago:
            return _unit(today, ago, -count), _unit(today, ago, 1 - count)
        if way == "LAST":
            return _unit(today, unit, -count), _unit(today, unit, 1 if unit == "DAY" else 0)
        return _unit(today, unit, 1), _unit(today, unit, 1 + count)
    except (OverflowError, ValueError):
        raise located(text, given.at, "MALFORMED_QUERY", f"date literal out of range: {word}:{count}") from None
