"""What an admin may write for a span of time, and what is said when it is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.durations import Unreadable, parse, parse_due, spoken

READ = {
    "14 days": timedelta(days=14),
    "1 day": timedelta(days=1),
    "2 weeks": timedelta(days=14),
    "1 hour": timedelta(hours=1),
    "90 minutes": timedelta(minutes=90),
    "1.5 hours": timedelta(minutes=90),
    "30 seconds": timedelta(seconds=30),
    "0 seconds": timedelta(0),
    " 3  Days ": timedelta(days=3),
    "3days": timedelta(days=3),
}

REFUSED = {
    "14": ('"14" has no unit.', 'Write "14 days" or "2 weeks".'),
    "7": ('"7" has no unit.', 'Write "7 days" or "1 week".'),
    "5": ('"5" has no unit.', 'Write "5 days" or "5 hours".'),
    14: ("14 has no unit.", 'Write "14 days" or "2 weeks".'),
    "6 months": ('"6 months" is not exact: months differ in length.', 'Write "180 days".'),
    "1 year": ('"1 year" is not exact: years differ in length.', 'Write "365 days".'),
    "3 dayz": (
        '"3 dayz" has the unknown unit "dayz".',
        'Did you mean "days"? Units are seconds, minutes, hours, days and weeks.',
    ),
    "4 business hours": ('"4 business hours" is business time, which only a due date knows.', 'Write "4 hours".'),
    "soon": ('"soon" is no span of time.', 'Write a number and a unit, such as "14 days" or "90 minutes".'),
    "-3 days": ('"-3 days" is no span of time.', 'Write a number and a unit, such as "14 days" or "90 minutes".'),
    "90000 weeks": ('"90000 weeks" is longer than 100 years.', "Leave the limit out to count all time."),
    True: ("a span of time was expected, not true or false.", 'Write a text such as "14 days".'),
    None: ("a span of time was expected, not None.", 'Write a text such as "14 days".'),
}


@pytest.mark.parametrize(("text", "span"), READ.items(), ids=READ)
def test_a_number_and_a_unit_are_read(text: str, span: timedelta) -> None:
    """Whole and decimal numbers, singular and plural, any case and spacing give the span."""
    assert parse(text) == span


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=map(str, REFUSED))
def test_what_is_no_span_says_what_to_write(text: object, said: tuple[str, str]) -> None:
    """A refused text is answered with what was found and what to write."""
    assert parse(text) == Unreadable(*said)


def test_business_hours_are_told_apart() -> None:
    """A due date may count business time only."""
    assert parse_due("4 business hours") == (timedelta(hours=4), True)
    assert parse_due("4 hours") == (timedelta(hours=4), False)


def test_business_days_are_refused() -> None:
    """A business day has no length of its own."""
    assert isinstance(parse_due("2 business days"), Unreadable)


@given(st.integers(1, 3_000_000_000).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_spoken_span_is_read_back_as_itself(span: timedelta) -> None:
    """What is printed may be written into the file again."""
    assert parse(spoken(span)) == span


def test_spans_are_spoken_in_their_natural_unit() -> None:
    """Fourteen days are days, three weeks are weeks."""
    spans = (timedelta(days=14), timedelta(days=21), timedelta(minutes=90), timedelta(days=1), timedelta(0))
    assert [spoken(span) for span in spans] == ["14 days", "3 weeks", "90 minutes", "1 day", "0 seconds"]
