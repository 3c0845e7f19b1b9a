"""What a simulated CRM does by itself later, carried out lazily whenever somebody looks at the clock."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Agenda:
    """Actions with the instant they are due, in that order; nothing runs until :meth:`run_until` is called."""

    def __init__(self) -> None:
        """Begin empty."""
        self._due: list[tuple[int, int, Callable[[int], None]]] = []
        self._count = 0

    def at(self, due_ms: int, action: Callable[[int], None]) -> None:
        """Carry out *action* at an instant; it is called with that instant, however late the call is."""
        heapq.heappush(self._due, (due_ms, self._count, action))
        self._count += 1

    def run_until(self, now_ms: int) -> None:
        """Carry out everything due by now, oldest first, also what these actions add."""
        while self._due and self._due[0][0] <= now_ms:
            due_ms, _, action = heapq.heappop(self._due)
            action(due_ms)

    def __len__(self) -> int:
        """Return how many actions wait."""
        return len(self._due)
