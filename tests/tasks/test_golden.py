"""What a rep reads about people one recognises, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tasks.people import PEOPLE, golden

FOLDER = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", PEOPLE)
def test_the_task_reads_as_agreed(name: str) -> None:
    """Subject, due time, text and HTML are those of the golden file."""
    assert golden(PEOPLE[name].task()) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_every_golden_text_has_its_person() -> None:
    """No file is left over from somebody who went."""
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(PEOPLE)
