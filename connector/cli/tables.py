"""Tables as plain text: aligned, no frames, readable in a log and in a terminal alike."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """
    Return *rows* under *head*, columns as wide as they need to be.

    Args:
        head: Names of the columns.
        rows: Text of every cell.
        right: Positions of columns that are aligned to the right, for numbers.
    """
    if not rows:
        return "(none)"
    every = [list(head), *[[one_line(cell) for cell in row] for row in rows]]
    widths = [max(_width(row[at]) for row in every) for at in range(len(head))]
    every.insert(1, ["-" * width for width in widths])
    lines = []
    for row in every:
        cells = [
            " " * (width - _width(cell)) + cell if at in right else cell + " " * (width - _width(cell))
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def one_line(text: str) -> str:
    """Return *text* without line breaks and control characters."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _width(text: str) -> int:
    """Return how many columns *text* takes on a terminal."""
    return sum(2 if east_asian_width(sign) in {"W", "F"} else 1 for sign in text)
