"""Points as whole millionths, so that sums are exact and a threshold is met or not, never nearly."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache
from typing import Final

MICRO: Final = 1_000_000
"""A line is rounded to this part of a point; sums of such whole numbers are exact."""

MOST: Final = 10.0**12
"""Beyond so many points a line says nothing more."""


def micro(points: float) -> int:
    """Return *points* in whole millionths."""
    return round(max(-MOST, min(MOST, points)) * MICRO)


@cache
def at_least(points: float) -> int:
    """Return the fewest millionths that are at least *points*."""
    return math.ceil(Decimal(repr(points)) * MICRO)


@cache
def at_most(points: float) -> int:
    """Return the most millionths that are at most *points*."""
    return math.floor(Decimal(repr(points)) * MICRO)
