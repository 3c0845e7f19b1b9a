"""Rolling windows: at most so many in any span, and how long until the next."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime, timedelta
from typing import Final

_NEAR: Final = 1e-6
"""Rates come out of a multiplication with a percentage; 0.6 * 5 is not exactly 3."""
_LARGE: Final = 20
"""From so many in a span on, a fraction of one more does not matter."""
_SPANS: Final = 10
"""A fraction is kept over at most so many spans."""


class Window:
    """At most *most* takings in any *span*; not safe for threads by itself."""

    def __init__(self, most: int, span: timedelta) -> None:
        """Begin empty."""
        self.most = most
        self.span = span
        self._taken: deque[datetime] = deque()

    def take(self, now: datetime) -> None:
        """Count one."""
        self._taken.append(now)

    def used(self, now: datetime) -> int:
        """Return how many fall into the span that ends now."""
        self._forget(now)
        return len(self._taken)

    def wait(self, now: datetime, room: float) -> timedelta | None:
        """Return how long until one more fits into that part of the window, None when it does now."""
        self._forget(now)
        most = max(1, math.ceil(self.most * room))
        over = len(self._taken) - most
        return None if over < 0 else self._taken[over] + self.span - now

    def inheriting(self, other: Window) -> Window:
        """Return this window with what *other* has counted."""
        self._taken = other._taken
        return self

    def _forget(self, now: datetime) -> None:
        """Drop what has left the window; after a clock was set back, what lies ahead counts as taken now."""
        while self._taken and self._taken[0] <= now - self.span:
            self._taken.popleft()
        if self._taken and self._taken[-1] > now:
            self._taken = deque(min(at, now) for at in self._taken)


def windows(rate: float, span: timedelta, margin: timedelta) -> tuple[Window, ...]:
    """
    Return the windows that keep *rate* per *span*, a fraction included; the last one holds the rate over its own span.

    2.5 a second become at most 3 in any second and 5 in any two; 0.5 a second becomes 1 in two. Spans grow by *margin*.
    """
    if rate < 1:
        return (Window(1, span / rate + margin),)
    whole = math.floor(rate + _NEAR)
    if rate - whole < _NEAR or whole >= _LARGE:
        return (Window(whole, span + margin),)
    several = next((n for n in range(2, _SPANS + 1) if abs(rate * n - round(rate * n)) < _NEAR), _SPANS)
    most = math.floor(rate * several + _NEAR)
    return (Window(math.ceil(rate), span + margin), Window(most, span * several + margin))
