"""
When a score could cross a threshold though nothing happens.

A lower bound, in closed form: every rule that could move the score the wrong way is taken to do so with all it has at
the first instant at which it could, and what decays is taken to decay by the shortest half-life.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final

from connector.agreement import PointsFrom
from connector.criteria.moments import later
from connector.score.weights import Weight

_LONGEST: Final = timedelta(days=36_525).total_seconds()
_FOREVER: Final = timedelta.max
_EARLY: Final = 1 - 1e-9
"""Closed forms are computed in floating point: look this much sooner."""


_Turn = tuple[datetime, int | None]
"""At that instant the score moves by at most so many millionths the way that is watched; None is any amount."""


def crossing(weights: Sequence[Weight], need: int, *, falling: bool, now: datetime) -> datetime | None:
    """
    Return the earliest instant at which the sum of *weights* could have moved by *need* millionths; None for never.

    Args:
        weights: Every rule that the score is made of.
        need: At least 1.
        falling: Whether a fall is watched, else a rise.
        now: The instant of the weights.
    """
    turns: list[_Turn] = []
    total, shortest = 0, _FOREVER
    for one in weights:
        turn = _turn(one, falling=falling)
        if turn is not None:
            turns.append(turn)
        if one.fades and one.rule.half_life is not None and _fades(one, falling=falling):
            total += one.fades
            shortest = min(shortest, one.rule.half_life)
    rest, start = need - (len(weights) if total else 0), now
    for turn_at, amount in sorted(turns, key=itemgetter(0)):
        at = _faded(total, rest, shortest, now)
        if at is not None and at < turn_at:
            return max(at, start)
        start = turn_at
        if amount is None:
            return start
        rest -= amount
        if rest <= 0:
            return start
    at = _faded(total, rest, shortest, now)
    return None if at is None else max(at, start)


def _faded(total: int, need: int, half_life: timedelta, now: datetime) -> datetime | None:
    """Return when decay of *total* by *half_life* has taken *need* of it."""
    if total <= need:
        return None
    if need <= 0:
        return now
    seconds = half_life.total_seconds() * math.log2(total / (total - need)) * _EARLY
    return later(now, timedelta(seconds=seconds)) if seconds < _LONGEST else None


def _fades(weight: Weight, *, falling: bool) -> bool:
    """Return whether decay moves the score the watched way."""
    if isinstance(weight.rule.points, PointsFrom):
        return True
    return (weight.rule.points > 0) is falling


def _turn(weight: Weight, *, falling: bool) -> _Turn | None:
    """Return the move of one rule the watched way: what it gives ends or shrinks, or what it would give begins."""
    sign = 1 if falling else -1
    if not weight.holds:
        gain = None if weight.potential is None else -sign * weight.potential
        if weight.until is None or not _could(weight, gain, falling=falling):
            return None
        return weight.until, gain
    at = weight.until
    if weight.shrinks_at is not None:
        at = weight.shrinks_at if at is None else min(at, weight.shrinks_at)
    if at is None:
        return None
    if isinstance(weight.rule.points, PointsFrom) and weight.rule.points.attribute:
        return at, None
    return (at, sign * weight.micro) if sign * weight.micro > 0 else None


def _could(weight: Weight, gain: int | None, *, falling: bool) -> bool:
    """Return whether a rule that begins to hold would move the score the watched way."""
    if gain is not None:
        return gain > 0
    points = weight.rule.points
    return isinstance(points, PointsFrom) or (points < 0) is falling
