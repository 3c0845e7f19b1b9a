"""Rows come again, late and out of order; what happened is counted once all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.compiled import SystemReader, compile_mapping
from connector.mapping.happenings import NO_MARKS, Marks
from connector.mapping.spec import SystemMapping, When
from connector.mapping.vocabulary import HUBSPOT
from connector.model import Engagement, Record

from tests.mapping.made import BOOKED, FIELDS, FORMS, NOW, VIEWS, row

READER = compile_mapping(SystemMapping("hubspot", (), (VIEWS, FORMS, BOOKED)), FIELDS, HUBSPOT)
START = datetime(2026, 11, 1, tzinfo=UTC)


class Shelf:
    """What a store keeps of one row: its marks, its newest version, engagement by key."""

    def __init__(self, reader: SystemReader = READER) -> None:
        """Begin with a row never seen."""
        self.reader = reader
        self.marks: Marks = NO_MARKS
        self.seen_at: datetime | None = None
        self.engagements: dict[str, Engagement] = {}

    def take(self, record: Record) -> None:
        """Take one version of the row as a sync would: new keys are added, marks replaced."""
        mapped = self.reader.take(record, self.marks, NOW, seen_at=self.seen_at)
        assert mapped.problems == ()
        for one in mapped.happenings.new:
            self.engagements.setdefault(one.key, one)
        self.marks = mapped.happenings.marks
        self.seen_at = max(self.seen_at or record.modified_at, record.modified_at)

    @property
    def views(self) -> int:
        """How many page views were counted."""
        return sum(one.count for one in self.engagements.values() if one.type == "page_viewed")


def versions(values: Sequence[int]) -> list[Record]:
    """Return the successive versions of a row whose counter shows *values*, an hour apart."""
    return [row({"views": str(value)}, modified_at=START + timedelta(hours=hour)) for hour, value in enumerate(values)]


def growth(values: Sequence[int]) -> int:
    """Return by how much *values* grew in all, said plainly: the first one whole, then every step upwards."""
    return sum(max(after - before, 0) for before, after in zip([0, *values], values, strict=False))


@given(st.lists(st.integers(0, 50), max_size=12), st.data())
def test_growth_is_counted_exactly_once(values: list[int], data: st.DataObject) -> None:
    """Whatever a counter does, and however often each version is read, its growth is counted exactly once."""
    shelf = Shelf()
    for record in versions(values):
        for _ in range(data.draw(st.integers(1, 3))):
            shelf.take(record)
    assert shelf.views == growth(values)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=10), st.data())
def test_late_copies_change_nothing(values: list[int], data: st.DataObject) -> None:
    """Old versions that arrive between newer ones neither count nor move a mark."""
    records = versions(values)
    shelf, straight = Shelf(), Shelf()
    for index, record in enumerate(records):
        straight.take(record)
        shelf.take(record)
        for late in data.draw(st.lists(st.sampled_from(records[: index + 1]), max_size=3)):
            shelf.take(late)
    assert shelf.engagements == straight.engagements
    assert shelf.marks == straight.marks


@given(st.lists(st.integers(0, 50), max_size=10), st.integers(0, 9))
def test_a_rollback_repeats_the_same_keys(values: list[int], crash: int) -> None:
    """Marks that were rolled back with their engagement give the same engagement when the rows are read again."""
    straight, crashed = Shelf(), Shelf()
    for index, record in enumerate(versions(values)):
        straight.take(record)
        if index == crash:
            lost = Shelf()
            lost.marks, lost.seen_at = crashed.marks, crashed.seen_at
            lost.take(record)
        crashed.take(record)
    assert crashed.engagements == straight.engagements


@given(st.permutations(range(6)), st.lists(st.integers(0, 5), max_size=8))
def test_forms_count_once_in_any_order(order: list[int], again: list[int]) -> None:
    """Each new date of a stamp is one happening, in whatever order and however often the versions come."""
    records = [
        row(
            {"converted": (START + timedelta(minutes=one)).isoformat(), "form_name": f"Form {one}"},
            modified_at=START + timedelta(hours=one),
        )
        for one in range(6)
    ]
    straight, mixed = Shelf(), Shelf()
    for record in records:
        straight.take(record)
    for index in [*order, *again]:
        mixed.take(records[index])
    assert mixed.engagements == straight.engagements
    assert len(mixed.engagements) == 6


@given(st.permutations(range(4)))
def test_a_cancelled_meeting_is_gone_in_any_order(order: list[int]) -> None:
    """Versions of one meeting give one key, and the cancelled one takes back that very key."""
    outcomes = ("SCHEDULED", "RESCHEDULED", "SCHEDULED", "CANCELED")
    records = [
        row({"hs_meeting_source": "MEETINGS_PUBLIC", "hs_meeting_outcome": one}, "meeting", "77") for one in outcomes
    ]
    made: set[str] = set()
    withdrawn: set[str] = set()
    for index in order:
        happenings = READER.take(records[index], NO_MARKS, NOW).happenings
        made.update(one.key for one in happenings.new)
        withdrawn.update(happenings.withdrawn)
    assert made == withdrawn == set(READER.row_keys(records[0].ref))


def test_a_condition_that_does_not_hold_only_moves_the_baseline() -> None:
    """Growth while `when` does not hold is never counted afterwards."""
    in_germany = replace(VIEWS, when=(When("country", equals=("DE",)),))
    shelf = Shelf(compile_mapping(SystemMapping("hubspot", (), (in_germany,)), FIELDS, HUBSPOT))
    for hour, (country, value) in enumerate([("FR", 5), ("FR", 9), ("DE", 9), ("DE", 10)]):
        raw = {"views": value, "country": country}
        shelf.take(row(raw, modified_at=START + timedelta(hours=hour)))
    assert shelf.views == 1
