"""Comparisons of dates and instants with now: what holds, and until when it goes on doing so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.criteria.syntax import Compare, Op
from connector.mapping.spec import FieldSpec, FieldType
from connector.model import Value

Timed = tuple[bool, datetime | None]
"""Whether it holds, and the first instant at which that turns; None for never."""

TICK: Final = timedelta(microseconds=1)
"""The least time there is: the end of a window belongs to it, the next tick does not."""

MOMENTS: Final = frozenset({Op.WITHIN, Op.OLDER_THAN, Op.IN_NEXT})
"""The comparisons that turn by time alone."""


def later(at: datetime, span: timedelta) -> datetime | None:
    """Return *at* plus *span* (which may be negative), or None beyond the end of the calendar."""
    try:
        return at + span
    except OverflowError:
        return None


def midnight(day: date, days: int, zone: ZoneInfo) -> datetime | None:
    """Return when the day *days* after *day* begins in *zone*, in UTC; None beyond the end of the calendar."""
    try:
        return datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)
    except OverflowError:
        return None


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the day of *at* in *zone*; at the very ends of the calendar its day in UTC."""
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        return at.date()


def moment_test(test: Compare, spec: FieldSpec, zone: ZoneInfo) -> Callable[[Value, datetime], Timed]:
    """Return the test of a fitting value at an instant, for within, older_than and in_next."""
    span = test.value
    if not isinstance(span, timedelta):
        message = f"{test.op} needs a span of time, not {span!r}"
        raise TypeError(message)
    if spec.type is FieldType.DATE:
        of_day = _OF_DAYS[test.op]
        return lambda value, now: of_day(value, span.days, local_day(now, zone), zone)  # type: ignore[arg-type] # fits
    of_instant = _OF_INSTANTS[test.op]
    return lambda value, now: of_instant(value, span, now)  # type: ignore[arg-type] # it fits the field's type


def _day_within(day: date, days: int, today: date, zone: ZoneInfo) -> Timed:
    """Return whether *day* is today or at most *days* before."""
    age = (today - day).days
    if age < 0:
        return False, midnight(day, 0, zone)
    return (True, midnight(day, days + 1, zone)) if age <= days else (False, None)


def _day_older(day: date, days: int, today: date, zone: ZoneInfo) -> Timed:
    """Return whether *day* is more than *days* before today."""
    return (True, None) if (today - day).days > days else (False, midnight(day, days + 1, zone))


def _day_next(day: date, days: int, today: date, zone: ZoneInfo) -> Timed:
    """Return whether *day* is today or at most *days* ahead."""
    ahead = (day - today).days
    if ahead > days:
        return False, midnight(day, -days, zone)
    return (True, midnight(day, 1, zone)) if ahead >= 0 else (False, None)


def _instant_within(at: datetime, span: timedelta, now: datetime) -> Timed:
    """Return whether *at* is now or at most *span* before."""
    if at > now:
        return False, at
    return (True, later(at, span + TICK)) if now - at <= span else (False, None)


def _instant_older(at: datetime, span: timedelta, now: datetime) -> Timed:
    """Return whether *at* is more than *span* before now."""
    return (True, None) if now - at > span else (False, later(at, span + TICK))


def _instant_next(at: datetime, span: timedelta, now: datetime) -> Timed:
    """Return whether *at* is now or at most *span* ahead."""
    if at - now > span:
        return False, later(at, -span)
    return (True, later(at, TICK)) if at >= now else (False, None)


_OF_DAYS: Final[Mapping[Op, Callable[[date, int, date, ZoneInfo], Timed]]] = {
    Op.WITHIN: _day_within,
    Op.OLDER_THAN: _day_older,
    Op.IN_NEXT: _day_next,
}
_OF_INSTANTS: Final[Mapping[Op, Callable[[datetime, timedelta, datetime], Timed]]] = {
    Op.WITHIN: _instant_within,
    Op.OLDER_THAN: _instant_older,
    Op.IN_NEXT: _instant_next,
}
