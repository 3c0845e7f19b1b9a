"""The search index: a copy of the records that follows the store after a delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.hubspot.sorted_keys import SortedKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from connector.sandbox.hubspot.table import Row

ID_BITS = 44
"""Enough for every id the sandbox gives; a key holds the modified instant above them."""
ID_MASK = (1 << ID_BITS) - 1


def key_of(modified_ms: int, record_id: int = 0) -> int:
    """Return the key that sorts by last modification and then by id."""
    return modified_ms << ID_BITS | record_id


class SearchIndex:
    """
    What search sees.

    Only the records whose copy differs from the store are kept twice; for all others the store's row is the copy.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.by_modified = SortedKeys()
        self._stale: dict[int, Row | None] = {}
        self._versions: dict[int, int] = {}

    def picture(self, record_id: int, live: Mapping[int, Row]) -> Row | None:
        """Return the record as the index knows it, None when the index does not have it."""
        return self._stale[record_id] if record_id in self._stale else live.get(record_id)

    def ids(self, live: Iterable[int]) -> Iterable[int]:
        """Return the ids of all records in the index, given those of the store."""
        gone = [key for key, row in self._stale.items() if row is not None]
        seen = set(gone)
        yield from (key for key in live if key not in seen and self._stale.get(key, True) is not None)
        yield from gone

    def differing(self) -> list[int]:
        """Return the ids whose copy is not that of the store."""
        return list(self._stale)

    def load(self, rows: Iterable[Row]) -> None:
        """Take rows that were there before the sandbox began: the index knows them already."""
        self.by_modified = SortedKeys([*self.by_modified, *(key_of(r.modified_ms, r.id) for r in rows)])

    def written(self, record_id: int, before: Row | None, after: Row | None) -> Callable[[int], None]:
        """
        Note that the store moved from *before* to *after* (None: not there).

        Returns:
            What brings this version into the index; to be called when the delay is over.
        """
        if record_id not in self._stale:
            self._stale[record_id] = before
        version = after.version if after else (before.version + 1 if before else 0)
        self._versions[record_id] = version

        def catch_up(_at_ms: int) -> None:
            """Take this version in, unless a newer one is in already."""
            self._take_in(record_id, after, version)

        return catch_up

    def _take_in(self, record_id: int, after: Row | None, version: int) -> None:
        """Replace the copy of a record by a newer version."""
        if record_id not in self._stale:
            return
        copy = self._stale[record_id]
        if copy is not None and copy.version >= version:
            return
        if copy is not None:
            self.by_modified.discard(key_of(copy.modified_ms, record_id))
        if after is not None:
            self.by_modified.add(key_of(after.modified_ms, record_id))
        if self._versions[record_id] == version:
            del self._stale[record_id], self._versions[record_id]
        else:
            self._stale[record_id] = after
