"""
Business hours: when something is due that must be done while people are at work; pure.

The rules. Business time passes only between opening and closing on an open day, by the clock on the wall of the zone
asked for; what is left at closing goes on at the next opening, and the moment of closing still counts as open. A plain
span ("2 days") passes at all hours, its whole days by the calendar, so that ten o'clock stays ten o'clock when the
clocks change; where it ends outside the hours it rolls forward to the next opening, because nobody is there before.
Closing at 00:00 means midnight at the end of the day. Where no day is ever open, spans pass as if there were no hours:
`never_open` tells, for `validate`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from connector.agreement import Hours
from connector.problems import did_you_mean

_LONGEST_CLOSED: Final = 400
"""Days in a row after which we take it that nobody ever opens; longer than any real closure."""
_HORIZON: Final = 3_700
"""Days ahead beyond which nothing is due: ten years."""
_ISO: Final = 2
_DAY: Final = timedelta(days=1)


class Calendar(Protocol):
    """Days off, asked one at a time."""

    def __contains__(self, day: date) -> bool:
        """Tell whether *day* is off."""


class UnknownHolidays(ValueError):  # noqa: N818 - the name says what is unknown, and it is turned into a Problem
    """There is no holiday calendar of this code; the message names near ones."""


@dataclass(frozen=True, slots=True)
class _NoHolidays:
    """The calendar of those who work through."""

    def __contains__(self, day: date) -> bool:
        """Say no to every day."""
        return False


@functools.cache
def calendar(code: str) -> Calendar:
    """
    Return the public holidays of *code*: a country ("DE") or one of its regions ("DE-BY"); "" has none.

    Country codes are those of ISO 3166-1 with two letters, regions as the `holidays` package knows them; case does not
    matter. The package is loaded at the first real code.

    Raises:
        UnknownHolidays: There is no such country or region.
    """
    if not code.strip():
        return _NoHolidays()
    # Loaded here because it costs a tenth of a second, which `connector version` must not pay.
    import holidays  # noqa: PLC0415

    regions = {one: names for one, names in holidays.list_supported_countries().items() if len(one) == _ISO}
    country, _, region = code.strip().partition("-")
    country = country.upper()
    if country not in regions:
        raise UnknownHolidays(_unknown(code, country, regions, "Use a country such as DE, or a region such as DE-BY."))
    if not region:
        return holidays.country_holidays(country)
    by_name = {name.lower(): name for name in regions[country]}
    if region.lower() not in by_name:
        known = [f"{country}-{name}" for name in regions[country]]
        every = f"Known are {country} and {', '.join(known)}." if known else f"{country} has no regions: use {country}."
        raise UnknownHolidays(_unknown(code, f"{country}-{region.upper()}", known, every))
    return holidays.country_holidays(country, subdiv=by_name[region.lower()])


def _unknown(code: str, word: str, known: object, otherwise: str) -> str:
    """Return the sentence about a code that nobody knows, with the nearest that somebody does."""
    near = did_you_mean(word, [str(one) for one in known]) if isinstance(known, list | dict) else ""
    return " ".join(part for part in (f'there is no holiday calendar "{code}".', near, otherwise) if part)


def due(start: datetime, span: timedelta, hours: Hours, *, business: bool, zone: ZoneInfo | None = None) -> datetime:
    """
    Return when *span* after *start* has passed by the rules of this module, in UTC and inside the hours.

    A later start or a longer span is never due sooner; a negative span counts as none.

    Args:
        start: Any aware instant.
        span: How much time.
        hours: When people are at work, and which days are off.
        business: Whether only business time counts.
        zone: Whose clock; the configured one when None.
    """
    where = zone or hours.timezone
    span = max(span, timedelta(0))
    if business:
        return _business(start.astimezone(UTC), span, hours, where)
    return opening(_days_later(start, span.days, where) + (span - timedelta(days=span.days)), hours, where)


def opening(at: datetime, hours: Hours, zone: ZoneInfo | None = None) -> datetime:
    """Return *at* when that is inside the hours, else the next opening, in UTC."""
    return _business(at.astimezone(UTC), timedelta(0), hours, zone or hours.timezone)


def next_morning(at: datetime, hours: Hours, zone: ZoneInfo | None = None) -> datetime:
    """Return the first opening on a later day than *at*, in UTC: when an owner's next day begins."""
    where = zone or hours.timezone
    tomorrow = at.astimezone(where).date() + _DAY
    return _business(datetime.combine(tomorrow, time(0), where).astimezone(UTC), timedelta(0), hours, where)


def never_open(hours: Hours, on: date) -> bool:
    """Tell whether nobody is at work on any day in the year or so from *on*."""
    calendar_days = (on + _DAY * ahead for ahead in range(_LONGEST_CLOSED))
    off = calendar(hours.holidays)
    return all(_day(day, hours, off, hours.timezone) is None for day in calendar_days)


def _days_later(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same time of day *days* later, in UTC; a time that the clocks jump over becomes the jump itself."""
    local = start.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    late = local.replace(tzinfo=zone, fold=start.astimezone(zone).fold).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == local:
        return late
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == before else (early, middle)
    return late.replace(microsecond=0)


def _business(start: datetime, span: timedelta, hours: Hours, zone: ZoneInfo) -> datetime:
    """Walk through the open days until *span* has passed."""
    left, last = span, None
    for opens, closes in _open_days(start, hours, zone):
        begin = max(start, opens)
        if begin + left <= closes:
            return begin + left
        left -= max(closes - begin, timedelta(0))
        last = closes
    # Nobody ever opens (then hours mean nothing), or it is more than ten years away (then that is far enough).
    return start + span if last is None else max(start, last)


def _open_days(start: datetime, hours: Hours, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield opening and closing of the open days that end after *start*, in UTC, for as long as it makes sense."""
    first, off, closed = start.astimezone(zone).date() - _DAY, calendar(hours.holidays), 0
    for ahead in range(_HORIZON):
        # The day before is looked at as well: with closing at midnight it may still be open.
        day = first + _DAY * ahead
        span = _day(day, hours, off, zone)
        closed = 0 if span else closed + 1
        if closed > _LONGEST_CLOSED:
            return
        if span and span[1] >= start:
            yield span


def _day(day: date, hours: Hours, off: Calendar, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """Return opening and closing of *day* in UTC; None when it is closed, or when no time lies between the two."""
    if day.weekday() not in hours.days or day in hours.closed or day in off:
        return None
    until = day + _DAY if hours.end == time(0) else day
    opens = datetime.combine(day, hours.start, zone).astimezone(UTC)
    closes = datetime.combine(until, hours.end, zone).astimezone(UTC)
    return (opens, closes) if opens < closes else None
