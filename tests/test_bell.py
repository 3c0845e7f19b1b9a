"""The bell wakes one who rests for a ring, all for a loud one, and nobody sleeps through a ring they have not seen."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from connector.bell import Bell

_LONG = timedelta(seconds=20)
_SOON = 5.0


class Sleepers:
    """Threads that rest until a ring beyond what they saw."""

    def __init__(self, bell: Bell, count: int) -> None:
        """Let them fall asleep."""
        self.awake: list[int] = []
        self._asleep = threading.Barrier(count + 1)
        self._threads = [threading.Thread(target=self._sleep, args=(bell, n), daemon=True) for n in range(count)]
        for one in self._threads:
            one.start()
        self._asleep.wait()
        time.sleep(0.05)

    def _sleep(self, bell: Bell, number: int) -> None:
        """Rest once."""
        seen = bell.rung
        self._asleep.wait()
        bell.rest(seen, _LONG)
        self.awake.append(number)

    def woken(self, count: int) -> bool:
        """Tell whether as many are awake, soon, and no more a moment later."""
        until = time.monotonic() + _SOON
        while len(self.awake) < count and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.05)
        return len(self.awake) == count


def test_one_ring_wakes_one() -> None:
    """The others go on resting, ring for ring."""
    bell = Bell()
    sleepers = Sleepers(bell, 3)
    for count in (1, 2, 3):
        bell.ring()
        assert sleepers.woken(count)


def test_a_loud_ring_wakes_all() -> None:
    """However many they are."""
    bell = Bell()
    sleepers = Sleepers(bell, 3)
    bell.ring(for_all=True)
    assert sleepers.woken(3)


def test_a_ring_while_at_work_is_not_missed() -> None:
    """Who looked before it was rung does not rest at all."""
    bell = Bell()
    seen = bell.rung
    bell.ring()
    began = time.monotonic()
    bell.rest(seen, _LONG)
    assert time.monotonic() - began < _SOON


def test_nobody_rests_longer_than_they_want() -> None:
    """Without a ring the pause ends it."""
    began = time.monotonic()
    Bell().rest(0, timedelta(milliseconds=30))
    assert 0.02 < time.monotonic() - began < _SOON
