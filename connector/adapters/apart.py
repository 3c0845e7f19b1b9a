"""
What has to go apart, for adapters that write in batches.

A poisoned row must not hold up the others: a batch that is refused as a whole without naming rows has written nothing,
so all its rows may go again, in companies of ten the next time and alone the time after; the poisoned one is then
refused by itself. It is remembered in memory only: a restart costs the same three requests.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

TOGETHER: Final = 10
"""How many rows of a refused batch go together the next time."""
_MOST: Final = 10_000


class Apart:
    """Which commands go in smaller company because a batch with them was refused; safe for threads."""

    def __init__(self, most: int) -> None:
        """Begin with none; a batch has at *most* so many rows."""
        self._batch = most
        self._sizes: dict[str, int] = {}
        self._lock = threading.Lock()

    def companies(self, keys: Sequence[str]) -> list[tuple[str, ...]]:
        """Return *keys* in the batches in which they may go, the largest first, each in the order given."""
        with self._lock:
            sizes = {key: self._sizes.get(key, self._batch) for key in keys}
        found: list[tuple[str, ...]] = []
        for size in sorted(set(sizes.values()), reverse=True):
            same = [key for key in keys if sizes[key] == size]
            found += [tuple(same[start : start + size]) for start in range(0, len(same), size)]
        return found

    def refused(self, keys: Sequence[str]) -> None:
        """Let *keys* go in smaller company from now on."""
        size = TOGETHER if len(keys) > TOGETHER else 1
        with self._lock:
            if len(self._sizes) > _MOST:
                self._sizes.clear()
            self._sizes.update(dict.fromkeys(keys, size))

    def settled(self, keys: Sequence[str]) -> None:
        """Forget *keys*, which have their answer."""
        with self._lock:
            for key in keys:
                self._sizes.pop(key, None)
