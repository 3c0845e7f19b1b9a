"""A problem as an admin reads it: place, what is wrong, what to do, and the line with a caret; or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from connector.config.positions import Positions
from connector.problems import Problem, written

_WIDEST: Final = 160
_ODD: Final = "\ufffd"
"""Stands for what a terminal would act on instead of showing it."""


def render(problem: Problem, lines: Sequence[str] = ()) -> str:
    """
    Return *problem* as text: one line, and below it the line of the file where *lines* has it.

    ``config.toml:14:1: agreement.rule[2].when.field: no field "employes" is declared. Did you mean "employees"?``
    """
    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    head = ": ".join(part for part in (place, written(problem.path), sentence(problem)) if part)
    block = _block(problem, lines)
    return f"{head}\n{block}" if block else head


def sentence(problem: Problem) -> str:
    """Return message and hint, without the place."""
    return f"{problem.message} {problem.hint}".strip()


def as_json(problem: Problem) -> Mapping[str, object]:
    """Return *problem* for scripts."""
    return {
        "severity": "warning" if problem.warning else "error",
        "file": problem.file,
        "line": problem.line or None,
        "column": problem.column or None,
        "path": written(problem.path),
        "message": problem.message,
        "hint": problem.hint,
    }


def _block(problem: Problem, lines: Sequence[str]) -> str:
    """Return the line of the file with carets below what is wrong; nothing where the place is the whole file."""
    if not 0 < problem.line <= len(lines):
        return ""
    line = "".join(
        sign if sign.isprintable() else _ODD for sign in lines[problem.line - 1].rstrip("\r\n").expandtabs(1)
    )
    length = _length(problem, lines)
    if not length or not line.strip():
        return ""
    start = problem.column - 1
    if len(line) > _WIDEST:
        cut = max(0, start - _WIDEST // 2)
        line, start = line[cut : cut + _WIDEST], start - cut
    number = str(problem.line)
    margin = " " * len(number)
    carets = "^" * max(1, min(length, len(line) - start))
    return f"{margin} |\n{number} | {line}\n{margin} | {' ' * start}{carets}"


def _length(problem: Problem, lines: Sequence[str]) -> int:
    """Return how many characters are wrong; 0 when the place is only the beginning of the file."""
    if not problem.path:
        return 1
    span = Positions("\n".join(line.rstrip("\r\n") for line in lines)).find(problem.path)
    return span.length if span is not None else 0
