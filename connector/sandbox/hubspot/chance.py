"""What is random in HubSpot's own way: record ids and correlation ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox import chance

if TYPE_CHECKING:
    import random


class Chance(chance.Chance):
    """A seeded source of randomness that also makes HubSpot's correlation ids."""

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
