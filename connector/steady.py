"""Time that no hand sets: for rests, deadlines and limits, where the wall clock may jump by hours or years."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from connector.adapters.base import Clock
from connector.store.base import Writing

JUMP: Final = timedelta(minutes=1)
"""What the wall clock may gain or lose against the steady one without anybody noticing: slewing, a leap second."""
FAR: Final = timedelta(hours=1)
"""From such a jump on everybody is judged again: verdicts and their next looks were dated by the wrong clock."""
_SEEN: Final = "clock seen"


def steady_clock() -> Clock:
    """Return a clock that begins at this machine's time and then only counts, a suspended machine's hours too."""
    began = datetime.now(UTC)
    ticking = time.CLOCK_BOOTTIME if hasattr(time, "CLOCK_BOOTTIME") else time.CLOCK_MONOTONIC
    first = time.clock_gettime(ticking)
    return lambda: began + timedelta(seconds=time.clock_gettime(ticking) - first)


class Watch:
    """Knows how far the wall clock was from the steady one at the last look."""

    def __init__(self) -> None:
        """Know of no look yet."""
        self._apart: timedelta | None = None

    def jumped(self, wall: datetime, steady: datetime, seen: str) -> timedelta:
        """
        Return how far the wall clock jumped since the last look; nothing for what slewing does.

        Args:
            wall: Now, by the wall clock.
            steady: Now, by the steady one.
            seen: The note that an earlier process left, for the first look; "" for none.
        """
        apart, before = wall - steady, self._apart
        self._apart = apart
        if before is None:
            back = wall - datetime.fromisoformat(seen) if seen else timedelta()
            return back if back < -JUMP else timedelta()
        return apart - before if abs(apart - before) > JUMP else timedelta()


def mend(tx: Writing, watch: Watch, wall: datetime, steady: datetime, quiet: timedelta) -> timedelta:
    """
    Let nothing wait for an instant that only a wrong clock knew; return how far the wall clock jumped.

    Writes that wait go now, unknown ones are probed after *quiet*; after a jump of hours everybody is judged again.
    """
    jumped = watch.jumped(wall, steady, tx.note(_SEEN))
    if jumped:
        tx.bring_forward(wall, wall + quiet)
    if abs(jumped) >= FAR:
        tx.touch_all(wall)
    tx.save_note(_SEEN, wall.isoformat())
    return jumped
