"""Everything random in the sandbox, reproducible from one seed."""

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

    def correlation_id(self, at_ms: int) -> str:
        """Return a UUID of version 7 for the instant, as HubSpot's answers carry since 2026."""
        bits = self.of("correlation").getrandbits(74)
        value = (at_ms & 0xFFFFFFFFFFFF) << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | (bits & (1 << 62) - 1)
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Ids:
    """Record ids of one object type: decimal, growing in blocks, but shuffled inside each block."""

    BLOCK = 128
    STEP = 49_861

    def __init__(self, first: int, stream: random.Random) -> None:
        """Begin at *first*."""
        self._next_block = first
        self._stream = stream
        self._left: list[int] = []

    def take(self) -> int:
        """Return an id that was never given before; not in the order of time."""
        if not self._left:
            start, self._next_block = self._next_block, self._next_block + self.BLOCK * self.STEP
            self._left = [start + n * self.STEP + self._stream.randrange(self.STEP) for n in range(self.BLOCK)]
            self._stream.shuffle(self._left)
        return self._left.pop()
