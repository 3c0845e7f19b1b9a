"""Every form a vendor's value can have: what it becomes, or why it is refused."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import pytest

from connector.mapping.converters import converter
from connector.mapping.refusal import TEXT_LIMIT, Refusal
from connector.mapping.spec import FieldSpec, FieldType
from connector.model import Value

T = FieldType
MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)
AT = datetime(2026, 11, 1, 10, 30, 5, 123000, tzinfo=UTC)

ACCEPTED: tuple[tuple[FieldType, object, Value], ...] = (
    *((kind, empty, None) for kind in T for empty in (None, "", "  ")),
    (T.TEXT, " Ann ", "Ann"),
    (T.TEXT, "Jürgen 🎉", "Jürgen 🎉"),
    (T.TEXT, "one\ntwo", "one\ntwo"),
    (T.TEXT, 5, "5"),
    (T.TEXT, 5.0, "5"),
    (T.TEXT, 2.5, "2.5"),
    (T.TEXT, True, "true"),
    (T.TEXT, "x" * TEXT_LIMIT, "x" * TEXT_LIMIT),
    (T.INTEGER, "200", 200),
    (T.INTEGER, " 200 ", 200),
    (T.INTEGER, "-3", -3),
    (T.INTEGER, "+3", 3),
    (T.INTEGER, "007", 7),
    (T.INTEGER, "5.0", 5),
    (T.INTEGER, "5.00", 5),
    (T.INTEGER, "1.2E3", 1200),
    (T.INTEGER, "1e+3", 1000),
    (T.INTEGER, 200, 200),
    (T.INTEGER, 200.0, 200),
    (T.INTEGER, str(2**63 - 1), 2**63 - 1),
    (T.DECIMAL, "1200000.50", 1200000.5),
    (T.DECIMAL, "-.5", -0.5),
    (T.DECIMAL, "5.", 5.0),
    (T.DECIMAL, "1.5e3", 1500.0),
    (T.DECIMAL, "1.000", 1.0),
    (T.DECIMAL, 7, 7.0),
    (T.DECIMAL, 7.25, 7.25),
    *((T.BOOLEAN, raw, True) for raw in ("true", "TRUE", " yes ", "1", 1, 1.0, True)),
    *((T.BOOLEAN, raw, False) for raw in ("false", "False", "no", "0", 0, False)),
    (T.DATE, "2026-11-01", date(2026, 11, 1)),
    (T.DATE, "1793491200000", date(2026, 11, 1)),
    (T.DATE, 1793491200000, date(2026, 11, 1)),
    (T.DATE, "0", date(1970, 1, 1)),
    (T.DATE, "-86400000", date(1969, 12, 31)),
    (T.DATE, "2026-11-01T00:00:00Z", date(2026, 11, 1)),
    (T.DATE, "2026-11-01T01:00:00+01:00", date(2026, 11, 1)),
    (T.DATE, date(2026, 11, 1), date(2026, 11, 1)),
    (T.INSTANT, "2026-11-01T10:30:05.123Z", AT),
    (T.INSTANT, "2026-11-01T10:30:05.123456789Z", AT.replace(microsecond=123456)),
    (T.INSTANT, "2026-11-01T00:00:00Z", MIDNIGHT),
    (T.INSTANT, "2026-11-01T00:00Z", MIDNIGHT),
    (T.INSTANT, " 2026-11-01t00:00:00z ", MIDNIGHT),
    (T.INSTANT, "2026-11-01 00:00:00Z", MIDNIGHT),
    (T.INSTANT, "2026-11-01T01:00:00+01:00", MIDNIGHT),
    (T.INSTANT, "2026-10-31T19:00:00.000-0500", MIDNIGHT),
    (T.INSTANT, "2026-11-01T01:00:00+01", MIDNIGHT),
    (T.INSTANT, "1793491200000", MIDNIGHT),
    (T.INSTANT, 1793491200000, MIDNIGHT),
    (T.INSTANT, 1793491200000.0, MIDNIGHT),
    (T.INSTANT, AT, AT),
    (T.CHOICE, "anything", "anything"),
    (T.EMAIL, " Ann@Acme.Example ", "ann@acme.example"),
    (T.EMAIL, "no address at all", "no address at all"),
    (T.LIST, "a; b;;a;c ", ("a", "b", "c")),
    (T.LIST, ";", None),
    (T.LIST, ["a", 2, None, " a "], ("a", "2")),
    (T.LIST, [], None),
)

REFUSED: tuple[tuple[FieldType, object, str], ...] = (
    (T.TEXT, {"a": 1}, "a nested object is not a text"),
    (T.TEXT, ["a"], "a list is not a text"),
    (T.TEXT, math.nan, "nan is not a text"),
    (T.TEXT, math.inf, "inf is not a text"),
    (T.TEXT, "a\0b", '"a\\u0000b" holds a NUL character'),
    (T.TEXT, "a\ud800b", '"a\\ud800b" holds half a character (a lone surrogate)'),
    (T.TEXT, "x" * (TEXT_LIMIT + 1), f'"{"x" * 60}…" (65,537 characters) is longer than 65,536 characters'),
    (T.INTEGER, "many", '"many" is not a whole number'),
    (T.INTEGER, "1,200", '"1,200" is not a whole number'),
    (T.INTEGER, "1.200", '"1.200" is not a whole number'),
    (T.INTEGER, "1.000", '"1.000" is not a whole number'),
    (T.INTEGER, "1 200", '"1 200" is not a whole number'),
    (T.INTEGER, "1'200", '"1\'200" is not a whole number'),
    (T.INTEGER, "1_200", '"1_200" is not a whole number'),
    (T.INTEGER, "٣", '"٣" is not a whole number'),
    (T.INTEGER, "2.5", '"2.5" is not a whole number'),
    (T.INTEGER, "1.25e1", '"1.25e1" is not a whole number'),
    (T.INTEGER, 2.5, "2.5 is not a whole number"),
    (T.INTEGER, True, "true is not a whole number"),
    (T.INTEGER, math.nan, "nan is not a whole number"),
    (T.INTEGER, math.inf, "inf is not a whole number"),
    (T.INTEGER, [1], "a list is not a whole number"),
    (T.INTEGER, str(2**63), f'"{2**63}" is too large for a whole number'),
    (T.INTEGER, 2**200, "a number of 201 bits is too large for a whole number"),
    (T.INTEGER, "9" * 5000, f'"{"9" * 60}…" (5,000 characters) is not a whole number'),
    (T.INTEGER, "1e99", '"1e99" is too large for a whole number'),
    (T.DECIMAL, "1,5", '"1,5" is not a number'),
    (T.DECIMAL, "1.000.000", '"1.000.000" is not a number'),
    (T.DECIMAL, "NaN", '"NaN" is not a number'),
    (T.DECIMAL, "Infinity", '"Infinity" is not a number'),
    (T.DECIMAL, "1e999", '"1e999" is too large for a number'),
    (T.DECIMAL, math.nan, "nan is not a number"),
    (T.DECIMAL, -math.inf, "-inf is too large for a number"),
    (T.DECIMAL, 10**400, "a number of 1,329 bits is too large for a number"),
    (T.DECIMAL, True, "true is not a number"),
    (T.DECIMAL, {}, "a nested object is not a number"),
    (T.BOOLEAN, "maybe", '"maybe" is neither true nor false'),
    (T.BOOLEAN, 2, "2 is neither true nor false"),
    (T.BOOLEAN, math.nan, "nan is neither true nor false"),
    (T.BOOLEAN, [], "a list is neither true nor false"),
    (T.DATE, "1.11.2026", '"1.11.2026" is not a date'),
    (T.DATE, "2026-02-30", '"2026-02-30" is not a date that exists'),
    (T.DATE, "2026-11-01T10:30:00Z", '"2026-11-01T10:30:00Z" is not midnight UTC, so it is an instant and no date'),
    (T.DATE, "1793491200001", '"1793491200001" is not midnight UTC, so it is an instant and no date'),
    (T.DATE, "864000000000000", '"864000000000000" is not a date: out of range'),
    (T.DATE, True, "true is not a date"),
    (T.DATE, AT, "a value of type datetime is not a date"),
    (T.INSTANT, "2026-11-01", '"2026-11-01" is a date, not an instant'),
    (T.INSTANT, "2026-11-01T10:30:00", '"2026-11-01T10:30:00" is an instant without a time zone'),
    (T.INSTANT, "2026-11-01T25:00:00Z", '"2026-11-01T25:00:00Z" is not an instant that exists'),
    (T.INSTANT, "0001-01-01T00:00:00+01:00", '"0001-01-01T00:00:00+01:00" is not an instant that exists'),
    (T.INSTANT, "2026-W44-7T10:00:00Z", '"2026-W44-7T10:00:00Z" is not an instant'),
    (T.INSTANT, "20261101T100000Z", '"20261101T100000Z" is not an instant'),
    (T.INSTANT, "1793491200", '"1793491200" is not an instant in milliseconds since 1970 (seconds?)'),
    (T.INSTANT, "999999999999999", '"999999999999999" is not an instant: out of range'),
    (T.INSTANT, "yesterday", '"yesterday" is not an instant'),
    (T.INSTANT, "x" * 100, f'"{"x" * 60}…" (100 characters) is not an instant'),
    (T.INSTANT, True, "true is not an instant"),
    (T.INSTANT, math.nan, "nan is not an instant"),
    (T.INSTANT, datetime(2026, 11, 1), "a value of type datetime is not an instant"),  # noqa: DTZ001 - the case
    (T.EMAIL, 5, "5 is not an e-mail address"),
    (T.EMAIL, ["a@b.example"], "a list is not an e-mail address"),
    (T.EMAIL, "a\0@b.example", '"a\\u0000@b.example" holds a NUL character'),
    (T.LIST, 5, "5 is not a list"),
    (T.LIST, [["a"]], "a list is not a text"),
    (T.LIST, ["a" * 40_000, "b" * 40_000], "a list is longer than 65,536 characters"),
)


@pytest.mark.parametrize(("kind", "raw", "expected"), ACCEPTED)
def test_accepted(kind: FieldType, raw: object, expected: Value) -> None:
    """A form that vendors use becomes our value, of the very type."""
    value = converter(FieldSpec("field", kind))(raw)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(("kind", "raw", "reason"), REFUSED)
def test_refused(kind: FieldType, raw: object, reason: str) -> None:
    """Any other form is refused in words that show the value."""
    assert converter(FieldSpec("field", kind))(raw) == Refusal(reason)


def test_a_choice_takes_its_options_only() -> None:
    """A value that is no option is refused with the options and the nearest one."""
    convert = converter(FieldSpec("grade", T.CHOICE, ("D", "C", "B-", "silver", "gold")))
    assert convert(" gold ") == "gold"
    assert convert("glod") == Refusal(
        '"glod" is none of the options ("D", "C", "B-", "silver", "gold"). Did you mean "gold"?'
    )
    assert isinstance(convert("Gold"), Refusal)


def test_long_option_lists_are_cut() -> None:
    """A message names at most eight options."""
    convert = converter(FieldSpec("size", T.CHOICE, tuple(str(number) for number in range(100, 120))))
    refusal = convert("?")
    assert isinstance(refusal, Refusal)
    assert refusal.reason.endswith('"107" and 12 more)')


def test_values_are_translated_first() -> None:
    """The vendor's word becomes ours before it is converted; a word without translation is refused."""
    flag = converter(FieldSpec("checked", T.BOOLEAN), {"Yes, please": "true", "Nope": "false"})
    assert (flag("Yes, please"), flag(" Nope "), flag(None), flag("")) == (True, False, None, None)
    assert flag("true") == Refusal('"true" is none of the mapped values ("Yes, please", "Nope")')
    assert isinstance(flag({"a": 1}), Refusal)


def test_a_translation_is_exact_before_it_is_trimmed() -> None:
    """A vendor's internal value may end in a space, and then the space counts."""
    convert = converter(FieldSpec("grade", T.CHOICE, ("A", "B")), {"x ": "A", "x": "B"})
    assert (convert("x "), convert("x"), convert(" x ")) == ("A", "B", "B")


def test_the_parts_of_a_list_are_translated_one_by_one() -> None:
    """A list is taken apart before its words are translated."""
    convert = converter(FieldSpec("topics", T.LIST), {"1": "api", "2": "price"})
    assert convert("1;2;1") == ("api", "price")
    assert convert(None) is None
    assert isinstance(convert("1;3"), Refusal)
