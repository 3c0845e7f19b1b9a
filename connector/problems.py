"""Problems as values: a place, what is wrong, what to do; collected, never raised one at a time."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Path = tuple[str | int, ...]
"""Keys and zero-based positions from the top of the file: ("agreement", "rule", 0, "when")."""

_CLOSE_ENOUGH: Final = 0.6


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong with what somebody wrote.

    Attributes:
        path: Where, in the terms of the file; the config loader turns it into file:line:column.
        message: What is wrong and what was found, one sentence without the place.
        hint: What to do; may be empty.
        file: The file that it stands in when that is not the configuration itself; may be empty.
        line: One-based; 0 where it is not known (yet).
        column: One-based; 0 where it is not known (yet).
        warning: True when the program can go on.
    """

    path: Path
    message: str
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    warning: bool = False


class ConfigurationInvalid(Exception):  # noqa: N818 - the name says the state of the configuration
    """The configuration cannot be used; carries every problem that was found (exit code 78)."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep *problems*, in the order of the file."""
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``Did you mean "…"?`` for the nearest of *known*, or nothing when none is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=_CLOSE_ENOUGH)
    return f'Did you mean "{near[0]}"?' if near else ""


def written(path: Path) -> str:
    """Return *path* as an admin would write it: ``agreement.rule[1].when`` (positions count from 1)."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text
