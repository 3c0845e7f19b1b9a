"""What an admin is told about a broken configuration, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.golden_cases import FOLDER, told

CASES = sorted(FOLDER.glob("*.toml"))
LEAST = 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_configuration_is_answered_in_these_words(case: Path) -> None:
    """The message names place, what is wrong, what was found and what to do."""
    assert told(case) == case.with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_enough_cases_and_none_without_an_answer() -> None:
    """A case without its expected words would check nothing, and so would words without their case."""
    assert len(CASES) >= LEAST
    assert {case.stem for case in CASES} == {answer.stem for answer in FOLDER.glob("*.txt")}
