"""A clock that runs like the machine's but can be set ahead, in two processes alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.sandbox.instants import utc_now

PAUSE = timedelta(minutes=5)
"""Between two passes of `run`, as configured by default; changes spread over it."""
SETTLED = timedelta(minutes=2)
"""Longer than the search index lags and than a pass looks back."""


class ShiftedClock:
    """Tells the machine's instant plus what it was set ahead by."""

    def __init__(self) -> None:
        """Begin with the machine's instant."""
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the instant, in UTC."""
        return utc_now() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Set it ahead."""
        self._ahead += by
