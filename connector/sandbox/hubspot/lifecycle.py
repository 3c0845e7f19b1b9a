"""The lifecycle stage: it only moves forward, and its instants are stamped a few seconds later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector.sandbox.instants import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.sandbox.hubspot.kinds import Kind
    from connector.sandbox.hubspot.schema import Schema

STAGE = "lifecyclestage"
DEFAULT_STAGE = "lead"
"""What a new contact gets when nothing else is said; a setting of the portal."""
STAMP_DELAY = (timedelta(seconds=2), timedelta(seconds=6))
ENTERED_CURRENT = "hs_v2_date_entered_current_stage"


def rank(schema: Schema, kind: Kind, stage: str) -> int:
    """Return the place of a stage in the portal's own order."""
    options = schema.of(kind)[STAGE].options
    return next((option.order for option in options if option.value == stage), -1)


def taken(schema: Schema, kind: Kind, before: str, wanted: str) -> str:
    """
    Return the stage that a write of *wanted* leaves.

    Backward is accepted and ignored unless the stage was cleared by an earlier request
    (contacts guide, read 30 Mar 2026).
    """
    if not before or not wanted:
        return wanted
    return wanted if rank(schema, kind, wanted) > rank(schema, kind, before) else before


def furthest(schema: Schema, kind: Kind, one: str, other: str) -> str:
    """Return the later of two stages; an empty one gives way."""
    return one if rank(schema, kind, one) >= rank(schema, kind, other) else other


def stamps(before: str, after: str, at_ms: int) -> Mapping[str, str]:
    """Return the read-only instants of a move from one stage to another at an instant."""
    marks = {}
    if before:
        marks[f"hs_v2_date_exited_{before}"] = iso(at_ms)
    if after:
        marks[f"hs_lifecyclestage_{after}_date"] = iso(at_ms)
        marks[f"hs_v2_date_entered_{after}"] = iso(at_ms)
    return marks
