"""How often one source may knock: a bucket for each address, of which only the busy ones are remembered."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Final

_REMEMBERED: Final = 10_000
"""Addresses; of more the one that was quiet for longest is forgotten."""


class Rate:
    """A token bucket for each source; seconds are of a clock that only goes forward."""

    def __init__(self, per_second: float, burst: float) -> None:
        """Let every source do *burst* at once and *per_second* in the long run."""
        self._per_second = per_second
        self._burst = burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, source: str, now: float) -> int:
        """Return 0 and count one, or the whole seconds after which the source may come again."""
        left = self._filled(source, now)
        if left < 1:
            return math.ceil((1 - left) / self._per_second)
        self._keep(source, left - 1, now)
        return 0

    def empty(self, source: str, now: float) -> int:
        """Return the whole seconds for which the source has nothing left, 0 when it has; counts nothing."""
        left = self._filled(source, now)
        return 0 if left >= 1 else math.ceil((1 - left) / self._per_second)

    def _filled(self, source: str, now: float) -> float:
        """Return what the source has by now."""
        left, at = self._left.get(source, (self._burst, now))
        return min(self._burst, left + (now - at) * self._per_second)

    def _keep(self, source: str, left: float, now: float) -> None:
        """Remember what a source has left."""
        self._left[source] = left, now
        self._left.move_to_end(source)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
