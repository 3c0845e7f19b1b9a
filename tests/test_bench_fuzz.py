"""Odd input is survived by every parser, and a parser that does not survive is found."""

from __future__ import annotations

import random
from pathlib import Path

from bench.fuzz import parsers, run


def test_no_parser_falls_over_odd_input(tmp_path: Path) -> None:
    """The same inputs in every run; the long run is by command."""
    found = run(parsers(tmp_path), seed=7, seconds=8, most=120)
    assert found.failures == []
    assert all(found.tried.values())


def test_a_parser_that_falls_over_is_found() -> None:
    """One that raises, and one that is slow, each with its input."""

    def falls(given: bytes, _chance: random.Random) -> None:
        """Believe that everything is UTF-8."""
        given.decode()

    found = run({"falls": (falls, [b'{"a": "b"}'])}, seed=7, seconds=5, most=300)
    assert found.failures
    name, words, given = found.failures[0]
    assert (name, words.partition(":")[0]) == ("falls", "UnicodeDecodeError")
    assert b"\xff" in given or any(byte > 127 for byte in given)
