"""The calls an org has left: a rolling day, an approximate gauge in the headers, and the limits resource."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connector.sandbox.instants import DAY_MS
from connector.sandbox.salesforce.errors import bad_request

if TYPE_CHECKING:
    import random

MINUTE_MS: Final = 60_000
MOST: Final = 15_000
"""Calls in 24 hours of a Developer Edition (recorded May 2026)."""
JITTER: Final = 5
"""How far the gauge is off, up or down (recorded December 2021: five calls went 8464, 8462, 8460, 8463, 8466)."""


@dataclass(slots=True)
class Limits:
    """
    The counter of one org.

    Attributes:
        most: Calls in any 24 hours.
        on: Whether a call beyond is refused.
        refused: How many were.
        others: Calls of other programs in the org, which the gauge shows too.
    """

    on: bool = True
    most: int = MOST
    refused: int = 0
    others: int = 0
    calls: int = 0
    _minutes: deque[tuple[int, int]] = field(default_factory=deque)
    _today: int = 0

    def used(self, at_ms: int) -> int:
        """Return how many calls the last 24 hours have seen."""
        while self._minutes and self._minutes[0][0] * MINUTE_MS <= at_ms - DAY_MS:
            self._today -= self._minutes.popleft()[1]
        return self._today + self.others

    def check(self, at_ms: int) -> None:
        """Count one call; refuse it when the day is used up."""
        self.calls += 1
        if self.used(at_ms) >= self.most and self.on:
            self.refused += 1
            raise bad_request("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403)
        minute = at_ms // MINUTE_MS
        before = self._minutes.pop()[1] if self._minutes and self._minutes[-1][0] == minute else 0
        self._minutes.append((minute, before + 1))
        self._today += 1

    def header(self, at_ms: int, chance: random.Random) -> str:
        """Return the gauge as answers carry it: near the truth, now higher, now lower."""
        shown = self.used(at_ms) + chance.randint(-JITTER, JITTER)
        return f"api-usage={max(0, shown)}/{self.most}"

    def body(self, at_ms: int) -> dict[str, object]:
        """Answer ``GET /limits``; the entries a connector may ask for."""
        left = max(0, self.most - self.used(at_ms))
        return {
            "DailyApiRequests": {"Max": self.most, "Remaining": left},
            "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
            "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
            "DataStorageMB": {"Max": 5, "Remaining": 5},
            "SingleEmail": {"Max": 15, "Remaining": 15},
        }
