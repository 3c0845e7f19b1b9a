"""Everything random in a sandbox, reproducible from one seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

from connector.sandbox.instants import span_ms

if TYPE_CHECKING:
    from datetime import timedelta

Item = TypeVar("Item")


class Chance:
    """A seeded source of randomness; each purpose draws from its own stream, so one does not disturb another."""

    def __init__(self, seed: int) -> None:
        """Take the *seed*."""
        self._seed = seed
        self._streams: dict[str, random.Random] = {}

    def of(self, purpose: str) -> random.Random:
        """Return the stream of one purpose."""
        stream = self._streams.get(purpose)
        if stream is None:
            stream = random.Random(f"{self._seed}:{purpose}")  # noqa: S311 -- reproducible, nothing secret
            self._streams[purpose] = stream
        return stream

    def span_ms(self, purpose: str, between: tuple[timedelta, timedelta]) -> int:
        """Return a random duration in milliseconds between the two, both included."""
        low, high = span_ms(between[0]), span_ms(between[1])
        return low if low >= high else self.of(purpose).randint(low, high)

    def shuffled(self, purpose: str, items: list[Item]) -> list[Item]:
        """Return the items in another order."""
        mixed = list(items)
        self.of(purpose).shuffle(mixed)
        return mixed
