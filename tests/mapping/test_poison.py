"""Whatever stands in a row, reading it never raises: it is read, or refused in a short printable sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.config.systems import wanted_of
from connector.mapping.compiled import compile_mapping
from connector.mapping.digest import digest_of_raw
from connector.mapping.happenings import NO_MARKS
from connector.mapping.vocabulary import HUBSPOT
from connector.model import Record

from tests.mapping.made import FIELDS, NOW, SYSTEM, ref, row

READER = compile_mapping(SYSTEM, FIELDS, HUBSPOT)
NAMES = {
    **wanted_of(SYSTEM, None, tasks=False).fields,
    # What the vocabulary reads beside what is mapped.
    "meeting": ("hs_createdate", "hs_timestamp", "hs_meeting_start_time", "hs_meeting_source", "hs_meeting_outcome"),
    "membership": ("list", "joined_at"),
}
DEEP: list[object] = []
for _ in range(5000):
    DEEP = [DEEP]

WEIRD = (
    "x" * 100_000,
    "9" * 100_000,
    ";" * 100_000,
    "\ud800",
    "a\0b",
    "\u202e",
    math.nan,
    math.inf,
    10**5000,
    -(10**30),
    True,
    {"a": {"b": [None]}},
    DEEP,
    [math.nan, {"x": "\udfff"}],
    b"bytes",
    datetime(1, 1, 1, tzinfo=UTC),
    object(),
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.sampled_from([
        "2026-11-01T10:00:00Z",
        "1793491200000",
        "2026-11-01",
        "CANCELED",
        "INCOMING_EMAIL",
        "Newsletter",
    ]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def judge(record: Record) -> None:
    """Take *record* and demand what holds for every record there is."""
    mapped = READER.take(record, NO_MARKS, NOW)
    for problem in mapped.problems:
        assert problem.startswith(f"hubspot {record.ref.object} {record.ref.id}: ")
        assert len(problem) < 400, "a message never carries the value itself"
        assert problem.isprintable()
    assert (mapped.digest == "") is bool(mapped.problems)
    if mapped.problems:
        assert (mapped.happenings.new, mapped.happenings.marks) == ((), NO_MARKS)
    for one in mapped.happenings.new:
        assert one.count >= 1
        assert one.at <= NOW
        "".join(str(value) for value in one.attributes.values()).encode()
    "".join(str(value) for value in mapped.reading.values.values()).encode()
    assert digest_of_raw(record) == digest_of_raw(record)


@pytest.mark.parametrize("kind", sorted(NAMES))
@pytest.mark.parametrize("value", WEIRD, ids=range(len(WEIRD)))
def test_weird_values_are_read_or_refused(kind: str, value: object) -> None:
    """One weird value in every mapped field at once does no harm."""
    judge(row(dict.fromkeys(NAMES[kind], value), kind))


@pytest.mark.parametrize("name", NAMES["contact"])
def test_a_field_of_ten_megabytes_is_refused(name: str) -> None:
    """Ten megabytes in any one field of a contact do no harm, and are told by their length."""
    judge(row({name: "9" * 10_000_000}))


@given(st.sampled_from(sorted(NAMES)), st.data())
def test_any_row_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    """Any JSON in any mapped fields does no harm."""
    raw: Mapping[str, object] = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES[kind], ANYTHING)))
    judge(row(raw, kind))


def test_the_digest_of_a_raw_row_knows_types_and_not_order() -> None:
    """Two raw rows have one digest exactly when they hold the same, in any order of keys."""
    one = digest_of_raw(row({"a": 1, "b": ["x", None]}))
    assert one == digest_of_raw(row({"b": ["x", None], "a": 1}))
    others = ({"a": "1", "b": ["x", None]}, {"a": True, "b": ["x", None]}, {"a": 1.0, "b": ["x", None]})
    more = ({"a": 1, "b": ["x", None, None]}, {"a": 1, "b": [["x"], None]}, {"a": 1, "c": ["x", None]})
    assert len({one} | {digest_of_raw(row(raw)) for raw in (*others, *more)}) == 7


def test_rows_of_unmapped_objects_say_nothing() -> None:
    """A row of an object that nothing is mapped from is read as nothing, without a problem."""
    record = Record(ref("1", "ticket"), NOW, {"subject": "x"})
    mapped = READER.take(record, NO_MARKS, NOW)
    assert (dict(mapped.reading.values), mapped.happenings.new, mapped.problems) == ({}, (), ())
    assert "ticket" not in READER.objects
