"""Our results as the vendor takes them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from connector.mapping.write import as_text, changes, cut, fields_to_write
from connector.model import Value

from tests.mapping.made import CONTACT

MAPPING = replace(
    CONTACT, write={"engagement": "c_score", "qualified_at": "c_on", "reasons": "c_why", "stage": "c_stage"}
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        ((), ""),
        (True, "true"),
        (False, "false"),
        (30, "30"),
        (30.4, "30"),
        (-2.0, "-2"),
        (math.nan, ""),
        (math.inf, ""),
        ("sql", "sql"),
        (("one", "two"), "one\ntwo"),
        (date(2026, 11, 1), "2026-11-01"),
        (datetime(2026, 11, 1, 10, tzinfo=UTC), "2026-11-01T10:00:00Z"),
        (datetime(2026, 11, 1, 10, 0, 0, 123999, tzinfo=UTC), "2026-11-01T10:00:00.123Z"),
        (datetime(2026, 11, 1, 10, 0, 0, 7000, tzinfo=UTC), "2026-11-01T10:00:00.007Z"),
        (datetime(2026, 11, 1, 0, tzinfo=timezone(timedelta(hours=1))), "2026-10-31T23:00:00Z"),
        ("a\0b\ud800c", "ab?c"),
    ],
)
def test_a_value_as_text(value: Value, text: str) -> None:
    """Each type has one form on the wire, and what no wire takes is replaced."""
    assert as_text(value) == text


def test_only_mapped_results_that_were_given_are_written() -> None:
    """A result without a column and a column without a result are left out; an empty result clears."""
    results = {"engagement": 30, "fit": 20, "reasons": None}
    assert fields_to_write(MAPPING, results) == {"c_score": "30", "c_why": ""}


def test_a_date_field_gets_the_day_of_the_zone() -> None:
    """In a field of type date an instant is written as its day where the company is, never as midnight elsewhere."""
    late = {"qualified_at": datetime(2026, 11, 1, 23, 30, tzinfo=UTC)}
    berlin = ZoneInfo("Europe/Berlin")
    assert fields_to_write(MAPPING, late, {"c_on": "date"}, berlin) == {"c_on": "2026-11-02"}
    assert fields_to_write(MAPPING, late, {"c_on": "date"}) == {"c_on": "2026-11-01"}
    assert fields_to_write(MAPPING, late, {"c_on": "instant"}, berlin) == {"c_on": "2026-11-01T23:30:00Z"}


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("one two three", 10, "one two …"),
        ("one two three", 9, "one two …"),
        ("first line\nsecond line", 16, "first line …"),
        ("x" * 20, 10, "xxxxxxxx …"),
        ("a bbbbbbbbbbbbbbbbbb", 12, "a bbbbbbbb …"),
        ("abc", 2, " …"),
        ("abc", 1, " "),
        ("abc", 0, ""),
    ],
)
def test_a_long_text_is_cut_where_a_word_ends(text: str, limit: int, expected: str) -> None:
    """A text is never longer than the limit, and is cut at a line or a word when that loses less than half."""
    assert cut(text, limit) == expected
    assert len(cut(text, limit)) <= limit


@pytest.mark.parametrize(
    ("wanted", "there", "differs"),
    [
        ("30", "30", False),
        ("30", "30.0", False),
        ("30", " 30 ", False),
        ("30", "31", True),
        ("30", "", True),
        ("", "", False),
        ("", "30", True),
        ("2026-11-01T00:00:00Z", "1793491200000", False),
        ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00.000Z", False),
        ("2026-11-01T00:00:00Z", "2026-11-01T00:00:01Z", True),
        ("true", "false", True),
        ("because", "Because", True),
    ],
)
def test_only_real_differences_are_changes(wanted: str, there: str, differs: bool) -> None:  # noqa: FBT001 - expected
    """A value that the vendor spells in another way is not written again."""
    assert changes({"field": wanted}, {"field": there}) == ({"field": wanted} if differs else {})


def test_a_field_that_was_not_read_counts_as_different() -> None:
    """Without knowing what stands there a result is written."""
    assert changes({"field": "30"}, {}) == {"field": "30"}
