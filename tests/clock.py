"""A clock that moves only when a test says so; one of the two edges where tests stand in for the world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, so that business hours and weekends are where a reader expects them."""


class VirtualClock:
    """
    Tells the instant it was set to; called like the real clock, it never moves by itself.

    A sleep under this clock is a step: whoever would have waited gets the time they waited for.
    """

    def __init__(self, at: datetime = START) -> None:
        """Stand still at an aware instant."""
        self._at = at

    def __call__(self) -> datetime:
        """Return the instant, in UTC."""
        return self._at.astimezone(UTC)

    def advance(self, by: timedelta) -> datetime:
        """
        Move forward and return the new instant.

        Raises:
            ValueError: The step goes back; a clock of ours is monotonic like the ones it stands for.
        """
        if by < timedelta():
            raise ValueError(f"a clock does not go back: {by}")
        self._at += by
        return self()

    def set(self, at: datetime) -> datetime:
        """Jump to a later instant and return it."""
        return self.advance(at - self._at)

    def sleep(self, by: timedelta) -> None:
        """Pass for a sleep: the time is over at once."""
        self.advance(by)
