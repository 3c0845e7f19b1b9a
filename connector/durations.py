"""Spans of time as an admin writes them: "14 days", "90 minutes", "4 business hours"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connector.problems import did_you_mean

_UNITS: Final = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_INEXACT: Final = {"month": 30, "quarter": 90, "year": 365}
_LONGEST: Final = timedelta(days=36_525)
_WRITTEN: Final = re.compile(
    r"(?P<number>[0-9]{1,10}(?:\.[0-9]{1,6})?)\s*(?P<business>business\s+)?(?P<unit>[^\W\d_]*)"
)
_EXAMPLE: Final = 'Write a number and a unit, such as "14 days" or "90 minutes".'
_WEEK: Final = 7
_DAYS_SPOKEN_WHOLE: Final = 14


@dataclass(frozen=True, slots=True)
class Unreadable:
    """
    Why a text is no span of time.

    Attributes:
        message: What is wrong and what was found, one sentence.
        hint: What to write instead.
    """

    message: str
    hint: str


def parse(text: object) -> timedelta | Unreadable:
    """Return the span that *text* names, 0 seconds to 100 years; business time is refused."""
    read = parse_due(text)
    if isinstance(read, Unreadable):
        return read
    span, business = read
    if business:
        return Unreadable(f'"{text}" is business time, which only a due date knows.', f'Write "{spoken(span)}".')
    return span


def parse_due(text: object) -> tuple[timedelta, bool] | Unreadable:
    """
    Return the span that *text* names and whether it counts business time only.

    Months, quarters and years are refused because they are not equally long; business days because their length hangs
    on the business hours.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return Unreadable(f"a span of time was expected, not {_kind(text)}.", 'Write a text such as "14 days".')
    shown = f'"{text}"' if isinstance(text, str) else f"{text}"
    match = _WRITTEN.fullmatch(str(text).strip().lower())
    if match is None:
        return Unreadable(f"{shown} is no span of time.", _EXAMPLE)
    number, unit, business = float(match["number"]), match["unit"], match["business"] is not None
    if not unit:
        return Unreadable(f"{shown} has no unit.", _with_unit(match["number"]))
    return _measured(shown, number, unit, business=business)


def spoken(span: timedelta) -> str:
    """Return *span* in the largest unit that needs no fraction; up to 14 days are said in days."""
    for unit in ("week", "day", "hour", "minute", "second"):
        size = _UNITS[unit]
        if span and span % size == timedelta(0) and not (unit == "week" and span.days <= _DAYS_SPOKEN_WHOLE):
            count = span // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{span.total_seconds():g} seconds"


def _measured(shown: str, number: float, unit: str, *, business: bool) -> tuple[timedelta, bool] | Unreadable:
    """Return *number* of *unit*, or why that is not a length."""
    singular = unit.removesuffix("s")
    if singular in _INEXACT:
        days = round(number * _INEXACT[singular])
        return Unreadable(f"{shown} is not exact: {singular}s differ in length.", f'Write "{days} days".')
    if singular not in _UNITS:
        near = did_you_mean(unit, [one + "s" for one in _UNITS])
        known = "Units are seconds, minutes, hours, days and weeks."
        return Unreadable(f'{shown} has the unknown unit "{unit}".', f"{near} {known}".strip())
    if business and singular not in {"hour", "minute"}:
        return Unreadable(f"{shown} cannot be counted: business days differ.", 'Write "8 business hours", for example.')
    seconds = number * _UNITS[singular].total_seconds()
    if seconds > _LONGEST.total_seconds():
        return Unreadable(f"{shown} is longer than 100 years.", "Leave the limit out to count all time.")
    return timedelta(seconds=seconds), business


def _with_unit(number: str) -> str:
    """Return the sentence that gives *number* a unit."""
    if number.isdigit() and int(number) and int(number) % _WEEK == 0:
        weeks = int(number) // _WEEK
        return f'Write "{number} days" or "{weeks} week{"" if weeks == 1 else "s"}".'
    return f'Write "{number} days" or "{number} hours".'


def _kind(value: object) -> str:
    """Return what *value* is, in an admin's word."""
    names = {bool: "true or false", list: "a list", dict: "a table"}
    return names.get(type(value), f"{value!r}")
