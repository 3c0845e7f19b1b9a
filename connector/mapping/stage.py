"""A vendor's stage values and our stages, both ways: several values may mean one stage, the first is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connector.mapping.spec import StageColumn
from connector.model import Stage


@dataclass(frozen=True, slots=True)
class Seen:
    """
    A stage value as it was read.

    Attributes:
        raw: The vendor's value; None when it is empty.
        stage: Ours; None when it is empty or not mapped (`raw` tells which). What is not mapped is never overwritten.
    """

    raw: str | None
    stage: Stage | None


def stages(column: StageColumn) -> Mapping[str, Stage]:
    """Return our stage for each vendor's value; a value under two stages means the first of the file."""
    found: dict[str, Stage] = {}
    for stage, values in column.values.items():
        for value in values:
            found.setdefault(value, Stage(stage))
    return MappingProxyType(found)


def seen(raw: str | None, known: Mapping[str, Stage]) -> Seen:
    """Return what a vendor's value means; letters must agree exactly, as vendors' internal values do."""
    return Seen(raw or None, known.get(raw) if raw else None)


def written_as(column: StageColumn, stage: Stage) -> str | None:
    """Return the vendor's value that is written for *stage*; None when the file maps none."""
    values = column.values.get(stage, ())
    return values[0] if values else None
