"""The reading half of the adapter: streams, pulls, and the strong read with what is looked up beside each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from connector.adapters.base import OPEN_DEALS, Fetched, Page, Stream, Wanted
from connector.adapters.salesforce.activities import Activities
from connector.adapters.salesforce.asking import Asker, chunks
from connector.adapters.salesforce.changes import Reader
from connector.adapters.salesforce.columns import Columns, Kind, kinds
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.ids import is_id, to18
from connector.adapters.salesforce.loading import Loader
from connector.adapters.salesforce.objects import (
    ACCOUNT_STAMP,
    EMAIL_MESSAGE,
    INDIVIDUAL_STAMP,
    OF_CHANGED_ACCOUNTS,
    OF_CHANGED_INDIVIDUALS,
    STREAMS,
)
from connector.adapters.salesforce.records import Row, key_of, record
from connector.adapters.salesforce.soql import Query, among, equal, select
from connector.adapters.salesforce.survivors import Sorted, sort_out
from connector.adapters.salesforce.vocabulary import ACTIVITIES, CONTACT, PEOPLE
from connector.adapters.salesforce.wire import Wire
from connector.commands import Rank
from connector.model import CrmRef, Record

_PARENTS_BACK: Final = timedelta(days=1)
"""How far the first look for changed parents goes back: the first load of people takes less."""
_INDIVIDUALS: Final = timedelta(hours=1)
"""How long the look for changed Individuals rests; the strong read before each write sees them at once."""
_DEALS: Final = (("OpportunityContactRole", "OpportunityId", "Opportunity.IsClosed"), ("Opportunity", "Id", "IsClosed"))
"""Where a contact's deals stand, as object, field with the deal, field that tells whether it is closed."""


class Reads:
    """Reads one org as *wanted*; may be called from any thread."""

    def __init__(  # noqa: PLR0913 - what the adapter is made of
        self, wire: Wire, describes: Describes, name: str, wanted: Wanted, *, bulk_threshold: int, lookback: timedelta
    ) -> None:
        """Put the parts together; nothing is sent."""
        self._wanted = wanted
        self._kinds = kinds(name, wanted)
        self._asker = Asker(wire, Columns(describes))
        self._activities = Activities(self._asker, EMAIL_MESSAGE in wanted.objects)
        self._loader = Loader(self._asker, bulk_threshold)
        self._lookback = lookback
        self._followed = {each: self._kinds[each] for each in wanted.objects if each in self._kinds}

    def streams(self) -> tuple[Stream, ...]:
        """Return the streams that are wanted, parents first."""
        objects = set(self._wanted.objects)
        over = any(path.startswith("Account.") for path in self._wanted.fields.get(CONTACT, ()))
        names = [name for name, on in STREAMS.items() if on in objects and (name != OF_CHANGED_ACCOUNTS or over)]
        rests = dict.fromkeys(OF_CHANGED_INDIVIDUALS, _INDIVIDUALS)
        return tuple(Stream(name, STREAMS[name], rests.get(name)) for name in names)

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the next page of *stream*; see the port."""
        return self._reader(stream).pull(cursor)

    def fetch(self, refs: Sequence[CrmRef], rank: Rank = Rank.READ, also: frozenset[str] = frozenset()) -> Fetched:
        """Read rows of one object by id; deleted, merged and converted ones tell what became of them; see the port."""
        if not refs:
            return Fetched({})
        kind = self._kinds[refs[0].object]
        long = {ref: to18(ref.id) for ref in refs if is_id(ref.id)}
        rows = self._asker.by_ids({kind: list(long.values())}, rank) if long else {}
        if kind.name in ACTIVITIES:
            return self._fetched_activities(kind, long, refs, rows, rank)
        # The object that was asked for is looked at whether or not it is a stream of its own.
        found = sort_out(self._asker, {**self._followed, kind.name: kind}, kind, list(rows.values()), rank)
        deals = self._deals(kind, found, rank) if OPEN_DEALS in also else None
        return _fetched(kind, refs, long, found, deals)

    def _reader(self, stream: str) -> Reader:
        """Return what reads *stream*."""
        kind = self._kinds[STREAMS[stream]]
        parts = (self._asker, kind, {**self._followed, kind.name: kind}, self._activities)
        if stream == OF_CHANGED_ACCOUNTS:
            return Reader(*parts, stamp=ACCOUNT_STAMP, deleted=False, lookback=_PARENTS_BACK)
        if stream in OF_CHANGED_INDIVIDUALS:
            return Reader(*parts, stamp=INDIVIDUAL_STAMP, deleted=False, lookback=_PARENTS_BACK, optional=True)
        if kind.name in ACTIVITIES:
            return Reader(*parts, lookback=self._lookback)
        return Reader(*parts, loader=self._loader)

    def _fetched_activities(
        self, kind: Kind, long: Mapping[CrmRef, str], refs: Sequence[CrmRef], rows: Mapping[str, Row], rank: Rank
    ) -> Fetched:
        """Return activities as they are; a task is answered even where its e-mail is what counts."""
        single = Activities(self._asker, emails=False)
        records, _ = single.records(kind, list(rows.values()), rank)
        by_key = {one.ref.id: one for one in records}
        found = {ref: by_key[key] for ref, key in long.items() if key in by_key}
        return Fetched(found, frozenset(ref for ref in refs if ref not in found))

    def _deals(self, kind: Kind, found: Sorted, rank: Rank) -> Mapping[str, int] | None:
        """
        Return how many open deals each person has, by id; None when the org shows no deals.

        A deal counts once, whether the contact has a role in it, is its primary contact, or both. A lead has none: it
        becomes a contact with its first one.
        """
        ends = [*((kind, row) for row in found.alive.values()), *found.moved.values()]
        keys = sorted({key_of(row) for own, row in ends if own.name == CONTACT})
        if not keys:
            return {} if kind.name in PEOPLE else None
        queries: list[Query] = [
            select(source, (deal, "ContactId")).where(among("ContactId", part), equal(closed, value=False))
            for source, deal, closed in _DEALS
            for part in chunks(keys)
        ]
        lists = self._asker.lists(queries, rank)
        if all(each is None for each in lists):
            return None
        field_of = {query.source: deal for query in queries for source, deal, _ in _DEALS if source == query.source}
        deals: dict[str, set[str]] = {}
        for query, rows in zip(queries, lists, strict=True):
            for row in rows or ():
                deals.setdefault(key_of(row, "ContactId"), set()).add(key_of(row, field_of[query.source]))
        return {key: len(each) for key, each in deals.items()}


def _fetched(
    kind: Kind, refs: Sequence[CrmRef], long: Mapping[CrmRef, str], found: Sorted, deals: Mapping[str, int] | None
) -> Fetched:
    """Return what a strong read came to, by the refs asked for."""

    def shown(own: Kind, row: Row, *merged: CrmRef) -> Record:
        """Return a row with what was looked up beside it."""
        related = {} if deals is None else {OPEN_DEALS: deals.get(key_of(row), 0)}
        return record(own, row, merged=merged, related=related)

    records = {ref: shown(kind, found.alive[key]) for ref, key in long.items() if key in found.alive}
    moved = {ref: shown(*found.moved[key], ref) for ref, key in long.items() if key in found.moved}
    return Fetched(records, frozenset(ref for ref in refs if ref not in records and ref not in moved), moved)
