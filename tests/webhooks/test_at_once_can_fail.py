"""Judging at once, lingering and waking, broken line by line: each break is noticed by a fact."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

ONCE: Final = "tests/webhooks/test_at_once.py::test_"
LOOP: Final = "tests/cli/test_loop.py::test_"
BELL: Final = "tests/test_bell.py::test_"
MUTANTS: Final = (
    Mutant(
        "connector.at_once",
        "people=sorted(taken.people)",
        "people=None",
        f"{ONCE}whoever_an_event_is_about_is_judged_and_nobody_else",
    ),
    Mutant(
        "connector.at_once",
        "moved=moved, people",
        "people",
        f"{ONCE}the_brake_of_the_run_holds_for_all_that_was_let_go",
    ),
    Mutant(
        "connector.at_once",
        ", people=taken.people)",
        ")",
        f"{ONCE}what_a_pass_has_yet_to_weigh_is_left_to_it",
    ),
    Mutant(
        "connector.pull",
        "part, left = left[:FEW_ROWS], left[FEW_ROWS:]",
        "part, left = left[:FEW_ROWS], left[FEW_ROWS + 1 :]",
        f"{ONCE}a_pass_that_gives_way_stores_and_judges_the_same",
    ),
    Mutant(
        "connector.sync",
        "FEW if engine.give_way() else PEOPLE",
        "PEOPLE",
        f"{ONCE}a_pass_that_gives_way_stores_and_judges_the_same",
    ),
    Mutant(
        "connector.schedule",
        "    if free >= _PLENTY:\n",
        "    if free >= 1:\n",
        f"{LOOP}a_lone_write_goes_at_once_and_a_flood_waits_for_company",
    ),
    Mutant(
        "connector.schedule",
        "    if waiting >= max(",
        "    if waiting > 10 * max(",
        f"{LOOP}a_lone_write_goes_at_once_and_a_flood_waits_for_company",
    ),
    Mutant(
        "connector.schedule",
        "_LONGEST_LINGER * (1 - max(free, 0) / _PLENTY)",
        "_LONGEST_LINGER * (max(free, 0) / _PLENTY)",
        f"{LOOP}a_lone_write_goes_at_once_and_a_flood_waits_for_company",
    ),
    Mutant("connector.bell", "if for_all:", "if True:", f"{BELL}one_ring_wakes_one"),
    Mutant("connector.bell", "if for_all:", "if False:", f"{BELL}a_loud_ring_wakes_all"),
    Mutant(
        "connector.bell",
        "            if self._rung == seen:\n",
        "            if True:\n",
        f"{BELL}a_ring_while_at_work_is_not_missed",
    ),
)


def test_every_broken_line_is_noticed() -> None:
    """By the fact that it breaks."""
    assert surviving(MUTANTS) == []
