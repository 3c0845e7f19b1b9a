"""A pass lets what arrives go first for four fifths of the time, and has the whole of it when nothing arrives."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from connector.right_of_way import LASTS, RightOfWay

from tests.broken import Mutant, surviving

MOMENT: Final = 0.01


class Street:
    """Time that passes only when somebody works or waits."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self.now = 100.0
        self.waited: list[timedelta] = []
        self.way = RightOfWay(self._wait, lambda: self.now)

    def _wait(self, pause: timedelta) -> None:
        """Let time pass."""
        self.waited.append(pause)
        self.now += pause.total_seconds()


def test_nobody_waits_where_nothing_arrives() -> None:
    """A pass that is alone loses no time and works in large parts."""
    street = Street()
    street.now += 5
    assert street.way.give() is False
    assert street.waited == []


def test_a_pass_keeps_a_fifth_of_the_time() -> None:
    """However much arrives, a pass goes on: after each moment of work it waits for four."""
    street = Street()
    street.way.give()
    began, worked = street.now, 0.0
    for _ in range(20):
        street.way.claim()
        street.now += MOMENT
        worked += MOMENT
        assert street.way.give() is True
    assert worked / (street.now - began) == pytest.approx(1 / 5)


def test_a_long_part_is_not_paid_for_in_full() -> None:
    """Who was long at work, or waited for the vendor, lets others go first for a moment and no longer."""
    street = Street()
    street.now += 60
    street.way.claim()
    street.way.give()
    assert street.waited == [LASTS]


def test_a_claim_ends_by_itself() -> None:
    """A lone webhook holds a pass up for a moment only."""
    street = Street()
    street.way.claim()
    street.now += LASTS.total_seconds() + MOMENT
    assert street.way.give() is False


HERE: Final = "tests.test_right_of_way"
MUTANTS: Final = (
    Mutant("connector.right_of_way", "claimed = now < self._until", "claimed = True", f"{HERE}:check_alone"),
    Mutant("connector.right_of_way", "_TURNS: Final = 4", "_TURNS: Final = 40", f"{HERE}:check_share"),
    Mutant(
        "connector.right_of_way",
        "min(timedelta(seconds=_TURNS * (now - self._since)), LASTS)",
        "timedelta(seconds=_TURNS * (now - self._since))",
        f"{HERE}:check_long",
    ),
    Mutant(
        "connector.right_of_way",
        "        self._since = self._ticks()\n        return claimed",
        "        return claimed",
        f"{HERE}:check_share",
    ),
)


def check_alone(_folder: Path) -> None:
    """See the tests: for a broken line."""
    test_nobody_waits_where_nothing_arrives()
    test_a_claim_ends_by_itself()


def check_share(_folder: Path) -> None:
    """See the test: for a broken line."""
    test_a_pass_keeps_a_fifth_of_the_time()


def check_long(_folder: Path) -> None:
    """See the test: for a broken line."""
    test_a_long_part_is_not_paid_for_in_full()


def test_wrong_lines_are_noticed() -> None:
    """Each way to be rude, or too polite, fails a test above."""
    assert surviving(MUTANTS) == []
