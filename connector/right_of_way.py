"""A pass gives way to what arrives: after each part of its work others go first, yet they never stop it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

LASTS: Final = timedelta(milliseconds=250)
"""How long after an arrival a pass keeps to its share: longer than from a webhook to its task."""
_TURNS: Final = 4
"""For each moment that it works, a pass lets the others have so many: it keeps a fifth of the time."""


class RightOfWay:
    """Who takes in what arrives claims it, the one thread that makes passes gives it; shared by both."""

    def __init__(self, wait: Callable[[timedelta], object], ticks: Callable[[], float] = time.monotonic) -> None:
        """Give way to nobody yet; *wait* passes the time, *ticks* tells it in seconds and never goes back."""
        self._wait = wait
        self._ticks = ticks
        self._until = self._since = ticks()

    def claim(self) -> None:
        """Let passes give way from now on, for a moment."""
        self._until = self._ticks() + LASTS.total_seconds()

    def give(self) -> bool:
        """Wait while others have the right of way, as long as this thread's share asks; tell whether they had it."""
        now = self._ticks()
        claimed = now < self._until
        if claimed:
            self._wait(min(timedelta(seconds=_TURNS * (now - self._since)), LASTS))
        self._since = self._ticks()
        return claimed
