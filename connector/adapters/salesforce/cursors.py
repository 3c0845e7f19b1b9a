"""
Where a stream stands, as text that the engine stores and never looks into.

A stream is read in passes in the order of (SystemModstamp, Id). A pass begins at the *floor*, up to which everything
was read; within it the vendor's own locator leads on, and when that is lost, the last row's stamp and id. A first load
may be a Bulk job instead. Instants are the vendor's, in epoch milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Final, cast

SEEN_MOST: Final = 1_000
"""Rows remembered as given already; more come twice, which costs the engine a comparison and nobody a write."""


@dataclass(frozen=True, slots=True)
class Place:
    """
    Reading by passes.

    Attributes:
        floor: Everything changed before this was read; 0 when nothing was.
        began: When the running pass began; 0 between passes.
        at: Stamp of the last row read in the running pass, or its start.
        key: Id of that row; empty at the start.
        until: The running pass asks only for rows changed before this; 0 for all.
        locator: The vendor's path of the pass's next page; empty when a new query is due.
        wide: When a pass last looked back further than the usual overlap, by our clock.
        seen: Rows of the last pass that this one may meet again: id → digest of their values.
        met: The same, gathered for the next pass.
        first: Whether this pass is the first load.
        job: A finished Bulk job that is still to be removed; empty for none.
    """

    floor: int = 0
    began: int = 0
    at: int = 0
    key: str = ""
    until: int = 0
    locator: str = ""
    wide: int = 0
    seen: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    met: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    first: bool = False
    job: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """
    A first load by a Bulk job.

    Attributes:
        job: Its id.
        began: When it was ordered; changes since then are read after it.
        ready: Whether its results can be had.
        locator: Its own word for the next page; empty for the first.
    """

    job: str
    began: int
    ready: bool = False
    locator: str = ""


def encoded(cursor: Place | Load) -> str:
    """Return *cursor* as text."""
    if isinstance(cursor, Load):
        return _text({"mode": "load", **asdict(cursor)})
    held = {name: getattr(cursor, name) for name in Place.__dataclass_fields__}
    return _text({"mode": "place", **held, "seen": _newest(cursor.seen), "met": _newest(cursor.met)})


def decoded(text: str) -> Place | Load:
    """
    Return the cursor that *text* holds.

    Raises:
        ValueError: It is none of ours.
    """
    held = cast("dict[str, Any]", json.loads(text))
    mode = held.pop("mode", None)
    try:
        if mode == "load":
            return Load(**held)
        if mode == "place":
            return Place(**held)
    except TypeError as error:
        raise ValueError(f"no cursor of this adapter: {error}") from None
    raise ValueError(f"no cursor of this adapter: mode {mode!r}")


def _newest(rows: Mapping[str, str]) -> dict[str, str]:
    """Return the rows that were met last; they stand in the order of their change."""
    return dict(list(rows.items())[-SEEN_MOST:])


def _text(held: dict[str, object]) -> str:
    """Return JSON without blanks."""
    return json.dumps(held, separators=(",", ":"))
