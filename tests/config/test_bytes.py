"""Files that are hardly files: other encodings, odd line ends, damage, size."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config.load import load, render
from connector.config.text import LARGEST

from tests.config.support import ENVIRON, EXAMPLE, NOW, from_text, loaded

TEXT = EXAMPLE.read_text(encoding="utf-8")


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """Editors on Windows put one in front."""
    assert from_text(tmp_path, b"\xef\xbb\xbf" + TEXT.encode()).config is not None


def test_windows_line_ends_move_no_place(tmp_path: Path) -> None:
    """Line, column and caret are those of the same file with other line ends."""
    broken = TEXT.replace('language = "en"', 'langauge = "en"')
    unix, windows = from_text(tmp_path, broken), from_text(tmp_path, broken.replace("\n", "\r\n"))
    assert [render(one, unix.lines) for one in unix.problems] == [
        render(one, windows.lines) for one in windows.problems
    ]
    assert unix.problems[0].line == TEXT[: TEXT.index("language")].count("\n") + 1


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (TEXT.encode("utf-16"), (1, 1), "the file is in UTF-16."),
        ('a = "x"\nb = "Größe"\n'.encode("latin-1"), (2, 8), "this is not UTF-8: byte 0xf6."),
        (b'a = "x"\nb = "y\0"\n', (2, 7), "there is a NUL character."),
        (b"#" * (LARGEST + 1), (1, 1), "the file has more than 4,194,304 bytes."),
        (b"a = " + b"[" * 5_000 + b"]" * 5_000, (1, 1), "tables and lists are nested too deeply."),
        (b"a = " + b"9" * 5_000, (1, 1), "a value cannot be read"),
    ],
    ids=["utf-16", "latin-1", "nul", "huge", "deep", "digits"],
)
def test_a_file_that_cannot_be_read_says_where_and_why(
    tmp_path: Path, content: bytes, place: tuple[int, int], message: str
) -> None:
    """One problem with a place, never an exception."""
    found = from_text(tmp_path, content)
    (problem,) = found.problems
    assert found.config is None
    assert (problem.line, problem.column) == place
    assert problem.message.startswith(message)
    assert render(problem, found.lines).startswith(f"config.toml:{place[0]}:{place[1]}: {message}")


def test_a_number_that_no_float_holds_exactly_is_refused(tmp_path: Path) -> None:
    """Beyond 2**53 what is written is not what would be counted."""
    found = from_text(tmp_path, TEXT.replace("points = 20", "points = 9007199254740993", 1))
    assert [one.message for one in found.problems] == ["the number is too large to be exact."]


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    """The first thing a new admin meets."""
    (problem,) = loaded(tmp_path / "config.toml").problems
    assert problem.message == "there is no such file."
    assert "connector init" in problem.hint


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A volume that was mounted without its file appears as a folder."""
    (problem,) = load(tmp_path, ENVIRON, NOW).problems
    assert problem.message == "this is a folder."
