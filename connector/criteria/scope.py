"""What a criterion may name, and the small readers that every part of the parser shares."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from connector import durations
from connector.mapping.spec import FieldSpec
from connector.problems import Path, Problem, did_you_mean

_LISTED: Final = 12


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Everything that a criterion may name.

    Attributes:
        fields: What is known about a person, by name.
        engagements: Attributes that some mapping can fill, by engagement type.
        scores: Names of the scores; "total" is known without being in it.
        read_list: Returns the entries of the list file of that name; may raise OSError or UnicodeDecodeError.
    """

    fields: Mapping[str, FieldSpec]
    engagements: Mapping[str, frozenset[str]]
    scores: frozenset[str]
    read_list: Callable[[str], Sequence[str]]


@dataclass(slots=True)
class Reading:
    """
    One pass over what an admin wrote: the scope, and the problems found so far.

    Attributes:
        scope: What may be named.
        problems: In the order in which they were met; only grows.
    """

    scope: Scope
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: Path, message: str, hint: str = "") -> None:
        """Note that what stands at *path* is wrong."""
        self.problems.append(Problem(path, message, hint))

    def table(self, raw: object, path: Path, known: Iterable[str]) -> Mapping[str, object] | None:
        """Return *raw* when it is a table; its keys that are not *known* are noted."""
        if not isinstance(raw, Mapping):
            self.wrong(path, f"a table was expected, not {shown(raw)}.", "Write it in braces: { … }.")
            return None
        names = tuple(known)
        for key in raw:
            if key not in names:
                hint = did_you_mean(str(key), names) or f"Known here: {listed(names)}."
                self.wrong((*path, key), f'unknown key "{key}".', hint)
        return raw

    def text(self, raw: object, path: Path) -> str | None:
        """Return *raw* when it is a text with something in it."""
        if isinstance(raw, str) and raw.strip():
            return raw
        self.wrong(path, f"a text was expected, not {shown(raw)}.", f"Write it in quotes{_quoted(raw)}.")
        return None

    def texts(self, raw: object, path: Path) -> tuple[str, ...] | None:
        """Return the texts of *raw*, which is one text or a list of them."""
        if not isinstance(raw, list):
            one = self.text(raw, path)
            return None if one is None else (one,)
        if not raw:
            self.wrong(path, "the list is empty.", "Name at least one.")
            return None
        found = [self.text(entry, (*path, index)) for index, entry in enumerate(raw)]
        return tuple(entry for entry in found if entry is not None) if None not in found else None

    def number(self, raw: object, path: Path) -> float | None:
        """Return *raw* when it is a finite number; a whole number stays an int."""
        if isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw):
            return raw
        hint = (
            f"Write {raw} without quotes." if isinstance(raw, str) and _numeric(raw) else "Write a number such as 50."
        )
        self.wrong(path, f"a number was expected, not {shown(raw)}.", hint)
        return None

    def flag(self, raw: object, path: Path) -> bool | None:
        """Return *raw* when it is true or false."""
        if isinstance(raw, bool):
            return raw
        self.wrong(path, f"true or false was expected, not {shown(raw)}.", "Write true or false, without quotes.")
        return None

    def day(self, raw: object, path: Path) -> date | None:
        """Return *raw* when it is a day without a time."""
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        self.wrong(path, f"a date was expected, not {shown(raw)}.", "Write it without quotes: 2026-11-01.")
        return None

    def instant(self, raw: object, path: Path) -> datetime | None:
        """Return *raw* in UTC when it is an instant with an offset."""
        if isinstance(raw, datetime) and raw.tzinfo is not None:
            return raw.astimezone(UTC)
        found = f"an instant with an offset was expected, not {shown(raw)}."
        self.wrong(path, found, "Write it without quotes: 2026-11-01T09:00:00+01:00.")
        return None

    def span(self, raw: object, path: Path) -> timedelta | None:
        """Return the span of time that *raw* names; it must be longer than nothing."""
        read = durations.parse(raw)
        if isinstance(read, durations.Unreadable):
            self.wrong(path, read.message, read.hint)
            return None
        if not read:
            self.wrong(path, f"{shown(raw)} is no time at all.", 'Write a longer span, such as "1 day".')
            return None
        return read

    def unknown_name(self, path: Path, message: str, name: str, known: Iterable[str]) -> None:
        """Note that *name* is not among *known*, with the nearest of them or all."""
        names = sorted(known)
        hint = did_you_mean(name, names) or (f"Known: {listed(names)}." if names else "")
        self.wrong(path, message, hint)


def shown(value: object) -> str:
    """Return *value* the way an admin wrote it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if value.strip() else "an empty text"
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, list) else str(value)


def listed(names: Sequence[str]) -> str:
    """Return *names* as a sentence would list them: "a, b and c"; many are cut short."""
    if len(names) > _LISTED:
        return ", ".join(names[:_LISTED]) + " …"
    if len(names) < 2:  # noqa: PLR2004 - one name needs no "and"
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]


def _numeric(text: str) -> bool:
    """Return whether *text* would be a number without its quotes."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _quoted(raw: object) -> str:
    """Return the end of the hint that shows *raw* in quotes where that helps."""
    return f': "{shown(raw)}"' if isinstance(raw, int | float) else ""
