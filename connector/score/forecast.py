"""
When a score could cross a threshold though nothing happens.

A lower bound, in closed form: every rule that could move the score the wrong way is taken to do so with all it has at
the first instant at which it could, and what decays is taken to decay by the shortest half-life.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connector.agreement import PointsFrom
from connector.criteria.moments import later
from connector.criteria.timed import soonest
from connector.score.weights import Weight

_LONGEST: Final = timedelta(days=36_525).total_seconds()
_EARLY: Final = 1 - 1e-9
"""Closed forms are computed in floating point: look this much sooner."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """At *at* the score moves by at most *amount* millionths the way that is watched; None is any amount."""

    at: datetime
    amount: int | None


def crossing(weights: Sequence[Weight], need: int, *, falling: bool, now: datetime) -> datetime | None:
    """
    Return the earliest instant at which the sum of *weights* could have moved by *need* millionths; None for never.

    Args:
        weights: Every rule that the score is made of.
        need: At least 1.
        falling: Whether a fall is watched, else a rise.
        now: The instant of the weights.
    """
    turns = sorted((turn for one in weights for turn in _turns(one, falling=falling)), key=lambda turn: turn.at)
    fades = [one for one in weights if one.fades and _fades(one, falling=falling)]
    total = sum(one.fades for one in fades)
    shortest = min((one.rule.half_life for one in fades if one.rule.half_life), default=None)
    rest, start = need - (len(weights) if total else 0), now
    for turn in turns:
        at = _faded(total, rest, shortest, now)
        if at is not None and at < turn.at:
            return max(at, start)
        start = turn.at
        if turn.amount is None:
            return start
        rest -= turn.amount
        if rest <= 0:
            return start
    at = _faded(total, rest, shortest, now)
    return None if at is None else max(at, start)


def _faded(total: int, need: int, half_life: timedelta | None, now: datetime) -> datetime | None:
    """Return when decay of *total* by *half_life* has taken *need* of it."""
    if half_life is None or total <= need:
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


def _turns(weight: Weight, *, falling: bool) -> Iterable[_Turn]:
    """Yield the moves of one rule the watched way: what it gives ends or shrinks, or what it would give begins."""
    sign = 1 if falling else -1
    if not weight.holds:
        gain = None if weight.potential is None else -sign * weight.potential
        if weight.until is not None and _could(weight, gain, falling=falling):
            yield _Turn(weight.until, gain)
        return
    at = soonest((weight.until, weight.shrinks_at))
    if at is None:
        return
    if isinstance(weight.rule.points, PointsFrom) and weight.rule.points.attribute:
        yield _Turn(at, None)
    elif sign * weight.micro > 0:
        yield _Turn(at, sign * weight.micro)


def _could(weight: Weight, gain: int | None, *, falling: bool) -> bool:
    """Return whether a rule that begins to hold would move the score the watched way."""
    if gain is not None:
        return gain > 0
    points = weight.rule.points
    return isinstance(points, PointsFrom) or (points < 0) is falling
