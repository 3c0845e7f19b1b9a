"""
Where a stream stands, as text that the engine stores and never looks into.

A stream is first read through by the list, then by changes in passes: a pass begins at the *floor*, up to which
everything was read, and goes up by (last modified, id). Instants are the vendor's, in epoch milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, cast

LISTING: Final = "list"
CHANGES: Final = "changes"
SEEN_MOST: Final = 1_000
"""Rows remembered as given already; more come twice, which costs the engine a comparison and nobody a write."""


@dataclass(frozen=True, slots=True)
class Listing:
    """
    A first load under way.

    Attributes:
        after: The list's own place; empty at the start.
        began: When the load began; changes since then are read after it. 0 before the first answer.
    """

    after: str = ""
    began: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """
    Reading changes.

    Attributes:
        floor: Everything changed before this was read.
        began: When the running pass began; 0 between passes.
        at: Where the running pass is: everything changed before this was read in it.
        key: Inside one instant with more rows than a page: the last id that was read; empty otherwise.
        skip: Rows to skip at this place, where a page could not tell how far it went.
        wide: When a pass last looked back further than the usual overlap.
        seen: Rows given lately: id → last modified.
        first: Whether these are the first changes ever read of a stream without a first load.
    """

    floor: int
    began: int = 0
    at: int = 0
    key: str = ""
    skip: int = 0
    wide: int = 0
    seen: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    first: bool = False


def encoded(cursor: Listing | Changes) -> str:
    """Return *cursor* as text."""
    if isinstance(cursor, Listing):
        return _text({"mode": LISTING, "after": cursor.after, "began": cursor.began})
    newest = sorted(cursor.seen.items(), key=lambda pair: pair[1])[-SEEN_MOST:]
    return _text({
        "mode": CHANGES,
        "floor": cursor.floor,
        "began": cursor.began,
        "at": cursor.at,
        "key": cursor.key,
        "skip": cursor.skip,
        "wide": cursor.wide,
        "seen": dict(newest),
        "first": cursor.first,
    })


def decoded(text: str) -> Listing | Changes:
    """
    Return the cursor that *text* holds.

    Raises:
        ValueError: It is none of ours.
    """
    held = cast("dict[str, object]", json.loads(text))
    mode = held.pop("mode", None)
    try:
        if mode == LISTING:
            return Listing(**cast("dict[str, str]", held))  # type: ignore[arg-type]
        if mode == CHANGES:
            return Changes(**cast("dict[str, int]", held))  # type: ignore[arg-type]
    except TypeError as error:
        raise ValueError(f"no cursor of this adapter: {error}") from None
    raise ValueError(f"no cursor of this adapter: mode {mode!r}")


def _text(held: dict[str, object]) -> str:
    """Return JSON without blanks."""
    return json.dumps(held, separators=(",", ":"))
