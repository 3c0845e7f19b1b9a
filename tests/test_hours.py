"""Business time: always inside the hours, never backwards, right on the days when the clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.agreement import Hours
from connector.hours import UnknownHolidays, calendar, due, never_open, next_morning, opening

BERLIN, NEW_YORK, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")
OFFICE = Hours(frozenset(range(5)), time(9), time(17, 30), BERLIN, "DE-BY", frozenset({date(2026, 12, 28)}))
NIGHT = Hours(frozenset(range(7)), time(1, 30), time(4), BERLIN)
ALWAYS = Hours(frozenset(range(7)), time(0), time(0), BERLIN)

INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
SPANS = st.timedeltas(timedelta(0), timedelta(hours=80))
ZONES = st.sampled_from([BERLIN, NEW_YORK, KOLKATA])
HOURS = st.sampled_from([OFFICE, NIGHT, ALWAYS, replace(OFFICE, holidays="US-CA", days=frozenset({2, 6}))])


def local(text: str, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@given(INSTANTS, SPANS, HOURS, ZONES, st.booleans())
@settings(max_examples=300, deadline=None)
def test_nothing_is_due_while_nobody_is_there(
    start: datetime,
    span: timedelta,
    hours: Hours,
    zone: ZoneInfo,
    business: bool,  # noqa: FBT001 - drawn
) -> None:
    """The result is an open day of that zone, between opening and closing, and not before the start."""
    result = due(start, span, hours, business=business, zone=zone)
    assert result >= start
    there = result.astimezone(zone)
    end_of_day = hours.end == time(0)
    day = there.date() - timedelta(days=1) if end_of_day and there.time() == time(0) else there.date()
    candidates = {day, there.date()} if end_of_day else {day}
    assert any(
        one.weekday() in hours.days and one not in hours.closed and one not in calendar(hours.holidays)
        for one in candidates
    )
    assert end_of_day or hours.start <= there.time() <= hours.end


@given(INSTANTS, INSTANTS, SPANS, SPANS, HOURS, ZONES, st.booleans())
@settings(max_examples=300, deadline=None)
def test_later_is_never_sooner(  # noqa: PLR0913 - two of each, drawn
    one: datetime,
    other: datetime,
    short: timedelta,
    long: timedelta,
    hours: Hours,
    zone: ZoneInfo,
    business: bool,  # noqa: FBT001 - drawn
) -> None:
    """A later start or a longer span never makes it due sooner."""
    (one, other), (short, long) = sorted((one, other)), sorted((short, long))
    first = due(one, short, hours, business=business, zone=zone)
    assert first <= due(other, short, hours, business=business, zone=zone)
    if business or short.days == long.days:
        assert first <= due(one, long, hours, business=business, zone=zone)


@given(INSTANTS, SPANS, SPANS)
@settings(max_examples=200, deadline=None)
def test_business_time_adds_up(start: datetime, one: timedelta, other: timedelta) -> None:
    """Two spans after each other take as long as both at once, but for the night between closing and opening."""
    at_once = due(start, one + other, OFFICE, business=True)
    after_each_other = due(due(start, one, OFFICE, business=True), other, OFFICE, business=True)
    assert opening(at_once, OFFICE) == opening(after_each_other, OFFICE)


@pytest.mark.parametrize(
    ("zone", "start", "hours", "span", "expected"),
    [
        # Spring forward: the night shift is an hour shorter by the clock on the wall.
        (BERLIN, "2026-03-29T01:30", NIGHT, timedelta(hours=1, minutes=30), "2026-03-29T04:00"),
        (BERLIN, "2026-03-29T01:30", NIGHT, timedelta(hours=2), "2026-03-30T02:00"),
        (NEW_YORK, "2026-03-08T01:30", NIGHT, timedelta(hours=1, minutes=30), "2026-03-08T04:00"),
        # Fall back: it is an hour longer.
        (BERLIN, "2026-10-25T01:30", NIGHT, timedelta(hours=3, minutes=30), "2026-10-25T04:00"),
        (NEW_YORK, "2026-11-01T01:30", NIGHT, timedelta(hours=3, minutes=30), "2026-11-01T04:00"),
        # India never changes its clocks; half an hour of offset is no trouble.
        (KOLKATA, "2026-03-29T01:30", NIGHT, timedelta(hours=2, minutes=30), "2026-03-29T04:00"),
        (KOLKATA, "2026-03-27T16:30", OFFICE, timedelta(hours=4), "2026-03-30T12:00"),
        # The weekend of the change does not count, so Monday is as any Monday.
        (BERLIN, "2026-03-27T16:30", OFFICE, timedelta(hours=4), "2026-03-30T12:00"),
        (NEW_YORK, "2026-10-30T16:30", OFFICE, timedelta(hours=4), "2026-11-02T12:00"),
        # Around the clock.
        (BERLIN, "2026-10-25T00:00", ALWAYS, timedelta(hours=25), "2026-10-26T00:00"),
        (BERLIN, "2026-11-20T23:00", ALWAYS, timedelta(hours=2), "2026-11-21T01:00"),
    ],
)
def test_the_clock_on_the_wall_rules(zone: ZoneInfo, start: str, hours: Hours, span: timedelta, expected: str) -> None:
    """On the days when the clocks change business time is real time between opening and closing."""
    assert due(local(start, zone), span, hours, business=True, zone=zone) == local(expected, zone)


def test_a_plain_day_into_the_hour_that_is_not_there_ends_at_the_jump() -> None:
    """Half past two on the day before spring is three o'clock on the day itself, and nobody overtakes it."""
    before = [local(f"2026-03-28T0{at // 60}:{at % 60:02}", BERLIN) for at in range(90, 240, 7)]
    results = [due(one, timedelta(days=1), ALWAYS, business=False) for one in before]
    assert results == sorted(results)
    assert due(local("2026-03-28T02:30", BERLIN), timedelta(days=1), ALWAYS, business=False) == local(
        "2026-03-29T03:00", BERLIN
    )


@pytest.mark.parametrize(
    ("code", "day", "off"),
    [
        ("DE-BY", date(2026, 1, 6), True),
        ("DE-BE", date(2026, 1, 6), False),
        ("DE", date(2026, 10, 3), True),
        ("de-by", date(2026, 1, 6), True),
        ("US-CA", date(2026, 7, 3), True),
        ("GB-SCT", date(2026, 11, 30), True),
        ("DE-Augsburg", date(2026, 8, 8), True),
        ("", date(2026, 12, 25), False),
    ],
)
def test_holidays_are_those_of_the_region(code: str, day: date, off: bool) -> None:  # noqa: FBT001 - a row of the table
    """Epiphany is off in Bavaria and not in Berlin."""
    assert (day in calendar(code)) == off


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("DE-BX", 'no holiday calendar "DE-BX". Did you mean "DE-'),
        ("DEU", 'no holiday calendar "DEU". Did you mean "'),
        ("XX", "Use a country such as DE"),
        ("Bavaria", "Use a country such as DE"),
        ("VA-ROME", "VA has no regions: use VA."),
        ("DE-", ""),
    ],
)
def test_an_unknown_code_is_refused_with_near_ones(code: str, said: str) -> None:
    """The message can stand in a Problem as it is."""
    if not said:
        assert date(2026, 10, 3) in calendar(code)
        return
    with pytest.raises(UnknownHolidays) as refused:
        calendar(code)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "hours",
    [
        replace(OFFICE, days=frozenset()),
        replace(OFFICE, end=time(9)),
        replace(OFFICE, end=time(8)),
        replace(OFFICE, closed=frozenset(date(2026, 1, 1) + timedelta(days=at) for at in range(900))),
    ],
)
def test_hours_that_never_open_do_not_hang(hours: Hours) -> None:
    """Where no day is open spans pass as if there were no hours, and `validate` can tell."""
    start = local("2026-11-20T10:00", BERLIN)
    assert never_open(hours, date(2026, 11, 20))
    assert not never_open(OFFICE, date(2026, 11, 20))
    for business in (True, False):
        assert due(start, timedelta(hours=4), hours, business=business) == start + timedelta(hours=4)


def test_a_span_of_a_hundred_years_ends_within_ten() -> None:
    """The longest span that can be written neither hangs nor overflows."""
    start = local("2026-11-20T10:00", BERLIN)
    minute = replace(OFFICE, end=time(9, 1))
    assert start < due(start, timedelta(days=36_525), minute, business=True) < start + timedelta(days=3_700)


def test_the_next_morning_is_the_next_open_day() -> None:
    """What a brake holds on Friday goes on Monday morning, also when it was held before opening."""
    monday = local("2026-11-23T09:00", BERLIN)
    assert next_morning(local("2026-11-20T18:00", BERLIN), OFFICE) == monday
    assert next_morning(local("2026-11-20T07:00", BERLIN), OFFICE) == monday
    assert next_morning(local("2026-11-22T12:00", BERLIN), OFFICE, NEW_YORK) == local("2026-11-23T09:00", NEW_YORK)
