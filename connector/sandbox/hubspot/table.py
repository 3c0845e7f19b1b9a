"""The records of one object type: the store that every strong read sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.index import SearchIndex
from connector.sandbox.hubspot.sorted_keys import SortedKeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connector.sandbox.hubspot.chance import Ids
    from connector.sandbox.hubspot.kinds import Kind


@dataclass(frozen=True, slots=True)
class Row:
    """
    One record at one version; a change makes a new row, so an old one can stay in the search index.

    *values* holds what was written (text; a property that is not in it is unset); what HubSpot calculates is
    worked out when it is read.
    """

    id: int
    values: Mapping[str, str]
    created_ms: int
    modified_ms: int
    version: int = 0
    archived_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier or present value of a property, for ``propertiesWithHistory``."""

    value: str
    at_ms: int
    source: str


class Table:
    """All records of one kind, by id and by unique value, with what became of merged ones."""

    def __init__(self, kind: Kind, ids: Ids, unique: Iterable[str]) -> None:
        """Begin empty; values of the *unique* properties are kept apart from each other."""
        self.kind = kind
        self.ids = ids
        self.live: dict[int, Row] = {}
        self.archived: dict[int, Row] = {}
        self.order = SortedKeys()
        self.merged: dict[int, int] = {}
        self.unique: dict[str, dict[str, int]] = {name: {} for name in unique}
        self.history: dict[int, dict[str, list[Past]]] = {}
        self.index = SearchIndex()

    def __len__(self) -> int:
        """Return how many records are not archived."""
        return len(self.live)

    def __iter__(self) -> Iterator[Row]:
        """Return the records that are not archived, by ascending id."""
        return (self.live[key] for key in self.order)

    def put(self, row: Row) -> None:
        """Store *row* as the present version of its record."""
        before = self.live.get(row.id)
        if before is None:
            self.order.add(row.id)
        for name, holders in self.unique.items():
            self._hold(holders, row.id, before.values.get(name) if before else None, row.values.get(name))
        self.live[row.id] = row

    def take_out(self, record_id: int) -> Row | None:
        """Remove a record from the live ones and free its unique values; return it."""
        row = self.live.pop(record_id, None)
        if row is not None:
            self.order.discard(record_id)
            for name, holders in self.unique.items():
                self._hold(holders, record_id, row.values.get(name), None)
        return row

    @staticmethod
    def _hold(holders: dict[str, int], record_id: int, before: str | None, after: str | None) -> None:
        """Move a unique value from what the record held to what it holds now."""
        if before == after:
            return
        if before and holders.get(before.lower()) == record_id:
            del holders[before.lower()]
        if after:
            holders[after.lower()] = record_id

    def holder(self, name: str, value: str) -> int | None:
        """Return the live record that holds a unique *value*, compared without regard to case."""
        return self.unique[name].get(value.lower())

    def now_under(self, record_id: int) -> int:
        """Return the id under which a record lives after all merges it went through."""
        while record_id in self.merged:
            record_id = self.merged[record_id]
        return record_id

    def remember(self, row: Row, changes: Mapping[str, str], before: Row | None, at_ms: int, source: str) -> None:
        """Add the changed values to the record's history; its first value is kept with the record's creation."""
        past = self.history.setdefault(row.id, {})
        for name, value in changes.items():
            entries = past.setdefault(name, [])
            if not entries and before is not None and name in before.values:
                entries.append(Past(before.values[name], before.created_ms, source))
            if not entries or entries[-1].value != value:
                entries.append(Past(value, at_ms, source))
