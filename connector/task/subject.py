"""The headline of a task: a template with {placeholders}, of which empty ones leave no hole; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from connector.task.clean import clean, shortened, tidied
from connector.words import Words

LONGEST: Final = 200
KNOWN: Final = ("first_name", "last_name", "company", "job_title", "email", "phone", "stage", "top_reason")
"""Placeholders that may always be used, also where no such field is declared (then they are empty)."""

_PLACEHOLDER: Final = re.compile(r"\{\s*([^{}\s]+)\s*\}")
_VALUE: Final = 60
_SHORT_VALUE: Final = 24

_HOLE: Final = "\x00"
_BETWEEN: Final = r"[,;:|/·•\u2013—&+@>→*=~#-]"
_STRENGTH: Final = ":\u2013—-;|/·•,"
_MERGED: Final = (
    # Brackets or quotation marks around nothing.
    (re.compile(rf"[(\[{{<“„\"'«]\s*{_HOLE}\s*[)\]}}>”“\"'»]"), _HOLE),
    # Somebody's, but nobody is there.
    (re.compile(rf"{_HOLE}['\u2019]s\b"), _HOLE),
    # Nothing but separators between two holes.
    (re.compile(rf"{_HOLE}(?:\s*{_BETWEEN}*\s*{_HOLE})+"), _HOLE),
)
_CLOSED: Final = (
    # At the beginning of the line or of a bracket the separator behind the hole goes with it.
    (re.compile(rf"(^|[(\[{{])\s*{_HOLE}\s*(?:{_BETWEEN}+\s*)*"), r"\1"),
    # At the end of the line or of a bracket the separator before it does.
    (re.compile(rf"(?:\s*{_BETWEEN}+)*\s*{_HOLE}\s*($|[)\]}}])"), r"\1"),
)
_AMID: Final = re.compile(rf"(\s*{_BETWEEN}+\s*){_HOLE}(\s*{_BETWEEN}+\s*)")
_BEFORE_MARK: Final = re.compile(rf"\s*{_HOLE}\s*([.,;:!?)\]}}])")
_LEFT: Final = re.compile(rf"\s*{_HOLE}\s*")


def placeholders(template: str) -> tuple[str, ...]:
    """Return the names between braces in *template*, once each, in order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(template)))


def unknown_placeholders(template: str, fields: Iterable[str]) -> tuple[str, ...]:
    """Return the placeholders of *template* that are neither one of *fields* nor one of `KNOWN`."""
    known = {*KNOWN, *fields}
    return tuple(name for name in placeholders(template) if name not in known)


def headline(template: str, values: Mapping[str, str], words: Words) -> str:
    """
    Return *template* with its placeholders filled, one line of at most `LONGEST` characters; "" when nothing is left.

    A placeholder without a value goes with what hung on it: brackets, quotation marks, a preposition before it, and
    the separator towards its neighbour. Where the template names a person of whom no name is known, their e-mail
    address stands instead, unless the template has that anyway.
    """
    used = placeholders(template)
    known = dict(values)
    named = [name for name in used if name in {"first_name", "last_name"}]
    nameless = not (known.get("first_name") or known.get("last_name"))
    if named and nameless and "email" not in used:
        known[named[0]] = known.get("email", "")
    line = ""
    for longest in (_VALUE, _SHORT_VALUE):
        line = _filled(template, {name: _fit(name, text, longest) for name, text in known.items()}, words)
        if len(line) <= LONGEST:
            return line
    return shortened(line, LONGEST)


def _fit(name: str, text: str, longest: int) -> str:
    """Return the value of one placeholder, short enough to stand beside the others; the reason is short already."""
    return tidied(text, LONGEST if name == "top_reason" else longest)


def _filled(template: str, values: Mapping[str, str], words: Words) -> str:
    """Return *template* with *values*, holes closed."""
    parts = _PLACEHOLDER.split(template)
    # Split gives text and placeholder names in turn.
    texts = [
        clean_part if index % 2 == 0 else values.get(clean_part, "") or _HOLE
        for index, clean_part in enumerate(_cleaned(parts))
    ]
    line = "".join(texts)
    if not parts[0].strip() and parts[1:2] == ["top_reason"]:
        line = line[:1].upper() + line[1:]
    return " ".join(_without_holes(line, words.texts["dangling"]).split())


def _cleaned(parts: list[str]) -> list[str]:
    """Return the template's own text without control characters; its spaces at the edges carry meaning and stay."""
    return [
        (" " if part[:1].isspace() else "") + clean(part, 10 * LONGEST) + (" " if part[-1:].isspace() else "")
        if index % 2 == 0
        else part
        for index, part in enumerate(parts)
    ]


def _without_holes(line: str, dangling: str) -> str:
    """Return *line* with every hole closed."""
    preposition = re.compile(rf"(?<!\w)(?:{'|'.join(dangling.split())})\s+{_HOLE}", re.IGNORECASE)
    before = ""
    while before != line:
        before = line
        for pattern, instead in (*_MERGED, (preposition, _HOLE)):
            line = pattern.sub(instead, line)
    for pattern, instead in _CLOSED:
        line = pattern.sub(instead, line)
    line = _AMID.sub(lambda match: max(match[1], match[2], key=_strength), line)
    line = _BEFORE_MARK.sub(r"\1", line)
    return _LEFT.sub(" ", line)


def _strength(separator: str) -> int:
    """Return how much *separator* separates: of two that meet over a hole the stronger stays."""
    return max((len(_STRENGTH) - _STRENGTH.index(one) for one in separator if one in _STRENGTH), default=0)
