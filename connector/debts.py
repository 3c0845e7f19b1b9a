"""
What could not be written down because the store took nothing: kept in memory, and written before anything new is sent.

What a process cannot pay before it ends is found by the next one: claims of a dead epoch are free, INFLIGHT is probed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from connector.store.base import Store, Writing

Debt = Callable[[Writing], object]


class Debts:
    """Writes that are owed to the store, oldest first; safe for threads."""

    def __init__(self) -> None:
        """Owe nothing."""
        self._owed: deque[Debt] = deque()
        self._lock = threading.Lock()

    def owe(self, debt: Debt) -> None:
        """Remember to do *debt* inside a transaction, as soon as one is to be had."""
        self._owed.append(debt)

    def pay(self, store: Store) -> int:
        """
        Write everything that is owed, in one transaction; return how much it was.

        Raises:
            StoreBusy: Not now; all of it stays owed.
            StoreStopped: Not now; all of it stays owed.
        """
        if not self._owed:
            return 0
        with self._lock:
            paying = list(self._owed)
            with store.writing() as tx:
                for debt in paying:
                    debt(tx)
            for _ in paying:
                self._owed.popleft()
        return len(paying)
