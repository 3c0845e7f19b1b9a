"""A sorted set of whole numbers that grows and shrinks cheaply and knows the rank of each."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK = 1024
"""How many keys a block holds after a split; one block is what an insertion moves at most twice."""


class SortedKeys:
    """Whole numbers in order, kept in blocks: 200,000 of them cost about eight bytes each beside the numbers."""

    def __init__(self, keys: Iterable[int] = ()) -> None:
        """Take the first *keys*, in any order."""
        ordered = sorted(keys)
        self._blocks = [ordered[i : i + BLOCK] for i in range(0, len(ordered), BLOCK)]
        self._last = [block[-1] for block in self._blocks]
        self._size = len(ordered)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return self._size

    def __iter__(self) -> Iterator[int]:
        """Return all keys, ascending."""
        for block in self._blocks:
            yield from block

    def __contains__(self, key: int) -> bool:
        """Say whether *key* is there."""
        at = bisect_left(self._last, key)
        if at == len(self._blocks):
            return False
        block = self._blocks[at]
        place = bisect_left(block, key)
        return place < len(block) and block[place] == key

    def add(self, key: int) -> None:
        """Insert *key*; a key that is there already stays single."""
        if not self._blocks:
            self._blocks, self._last, self._size = [[key]], [key], 1
            return
        at = min(bisect_left(self._last, key), len(self._blocks) - 1)
        block = self._blocks[at]
        place = bisect_left(block, key)
        if place < len(block) and block[place] == key:
            return
        block.insert(place, key)
        self._size += 1
        if len(block) > 2 * BLOCK:
            self._blocks[at : at + 1] = [block[:BLOCK], block[BLOCK:]]
            self._last[at : at + 1] = [block[BLOCK - 1], block[-1]]
        else:
            self._last[at] = block[-1]

    def discard(self, key: int) -> None:
        """Remove *key* if it is there."""
        at = bisect_left(self._last, key)
        if at == len(self._blocks):
            return
        block = self._blocks[at]
        place = bisect_left(block, key)
        if place == len(block) or block[place] != key:
            return
        del block[place]
        self._size -= 1
        if block:
            self._last[at] = block[-1]
        else:
            del self._blocks[at], self._last[at]

    def rank(self, key: int) -> int:
        """Return how many keys are smaller than *key*."""
        at = bisect_left(self._last, key)
        before = sum(map(len, self._blocks[:at]))
        return before if at == len(self._blocks) else before + bisect_left(self._blocks[at], key)

    def page(self, rank: int, count: int) -> list[int]:
        """Return up to *count* keys from the one at *rank* on."""
        for at, block in enumerate(self._blocks):
            if rank < len(block):
                return list(islice(self._from(at, rank), count))
            rank -= len(block)
        return []

    def _from(self, at: int, place: int) -> Iterator[int]:
        """Return the keys from a place in block *at* on."""
        yield from self._blocks[at][place:]
        for block in self._blocks[at + 1 :]:
            yield from block
