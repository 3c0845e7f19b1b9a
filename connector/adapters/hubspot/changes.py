"""
Reading everything once, then what changed.

The first load pages through the list, which is ordered by id; ids are not chronological, so a row made meanwhile may
lie behind us: changes since the load began are read after it. Changes are searched by (last modified, id) keyset, 200 a
page, since a search ends at 10,000 hits and offsets shift under it.

Search is an index that lags while its rows are fresh: a row may stand where it was an hour ago and show this second's
instant. Only instants older than the lag tell how far a page went; where a page shows none, it is paged by offset. Each
pass begins 60 s before the last one did (the index then knows everything older), and 15 minutes before once an hour.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from connector.adapters.base import Page
from connector.adapters.hubspot.cursors import Changes, Listing, decoded, encoded
from connector.adapters.hubspot.links import linked
from connector.adapters.hubspot.payload import Answer, Row, from_ms, listed, next_page, rows, table, text, to_ms
from connector.adapters.hubspot.reading import read_rows
from connector.adapters.hubspot.records import Kind, record
from connector.adapters.hubspot.vocabulary import (
    ACTIVITY_OBJECTS,
    CONTACT,
    LONGEST_QUERY,
    LONGEST_SEARCH,
    PAGE,
    RECORD_ID,
    SEARCH_DEPTH,
    SEARCH_PAGE,
)
from connector.adapters.hubspot.wire import Call, Wire
from connector.budget import SEARCH
from connector.commands import Rank
from connector.model import CrmRef, Record

LAG: Final = 60_000
"""Milliseconds after which the index knows a change: at most 37 s were seen."""
WIDE: Final = 15 * 60_000
"""How far back a pass looks once an hour, for the rare change that took the index longer."""
WIDE_EVERY: Final = 60 * 60_000
_FILTERS: Final = 400
"""Characters of a search body beside its properties."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one object's rows; *lookback* limits the first look at what has no first load."""

    wire: Wire
    kind: Kind
    lookback: timedelta | None = None

    def pull(self, cursor: str | None) -> Page:
        """Do what the port says of `pull`."""
        held = decoded(cursor) if cursor is not None else self._begin()
        return self._list(held) if isinstance(held, Listing) else self._changes(held)

    def _begin(self) -> Listing | Changes:
        """Return where a stream begins that was never read."""
        if self.lookback is None:
            return Listing()
        now = to_ms(self.wire.clock())
        return Changes(floor=to_ms(self.wire.clock() - self.lookback), wide=now, first=True)

    def _list(self, held: Listing) -> Page:
        """Read the next page of the first load."""
        wanted = ",".join(self.kind.properties)
        fits = len(wanted) <= LONGEST_QUERY
        query = [("limit", str(PAGE))]
        query += [("properties", wanted)] if fits else []
        query += [("associations", "contacts")] if self.kind.name in ACTIVITY_OBJECTS else []
        query += [("after", held.after)] if held.after else []
        answer = self.wire.known(Call("GET", self.kind.path(), query=tuple(query)), Rank.BACKFILL)
        found = list(rows(answer.body, self.kind.modified))
        if not fits:
            found = self._whole(found, Rank.BACKFILL)
        began = held.began or to_ms(answer.at)
        after = next_page(answer.body)
        following = Listing(after, began) if after else Changes(floor=began - LAG, wide=began)
        return Page(
            records=tuple(record(self.kind, each, self._listed_parents(each)) for each in found),
            gone=(),
            cursor=encoded(following),
            more=True,
            as_of=_instant(began, answer),
            backfill=True,
        )

    def _listed_parents(self, each: Row) -> tuple[CrmRef, ...]:
        """Return the contacts that a list page names beside an activity, each once."""
        ties = table(table(each.raw.get("associations")).get("contacts"))
        keys = dict.fromkeys(text(table(one).get("id")) for one in listed(ties.get("results")))
        if next_page(ties):
            keys = dict.fromkeys(linked(self.wire, self.kind.name, CONTACT, [each.id], Rank.BACKFILL).get(each.id, ()))
        return tuple(CrmRef(self.kind.system, CONTACT, key) for key in keys if key)

    def _changes(self, held: Changes) -> Page:
        """Read the next page of a pass, beginning one where none is under way."""
        if not held.began:
            held = self._new_pass(held)
        rank = Rank.BACKFILL if held.first else Rank.READ
        answer = self._search(held, rank)
        found = list(rows(answer.body, self.kind.modified))
        if not held.began:
            held = replace(held, began=to_ms(answer.at))
        fresh = [each for each in found if held.seen.get(each.id) != to_ms(each.modified_at)]
        following = _after(held, found, answer)
        done = not following.began
        return Page(
            records=self._records(fresh, rank),
            gone=(),
            cursor=encoded(following),
            more=not done,
            as_of=_instant(following.floor + LAG if done else following.at, answer),
            backfill=held.first,
        )

    def _new_pass(self, held: Changes) -> Changes:
        """Return the start of a pass: at the floor, or further back when that is due."""
        now = to_ms(self.wire.clock())
        if 0 <= now - held.wide < WIDE_EVERY:
            return replace(held, at=held.floor, key="", skip=0)
        return replace(held, at=held.floor + LAG - WIDE, key="", skip=0, wide=now)

    def _search(self, held: Changes, rank: Rank) -> Answer:
        """Ask for the rows from the pass's place on."""
        modified = self.kind.modified
        if held.key:
            filters = [_filter(modified, "EQ", str(held.at)), _filter(RECORD_ID, "GT", held.key)]
            by = RECORD_ID
        else:
            filters, by = [_filter(modified, "GTE", str(held.at))], modified
        body: dict[str, object] = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": by, "direction": "ASCENDING"}],
            "properties": list(self.kind.properties) if self._searchable() else [],
            "limit": SEARCH_PAGE,
        }
        if held.skip:
            body["after"] = str(held.skip)
        return self.wire.known(Call("POST", self.kind.path("/search"), body=body, bucket=SEARCH), rank)

    def _records(self, found: Sequence[Row], rank: Rank) -> tuple[Record, ...]:
        """Return rows as records, with the properties that did not fit into the search and with their contacts."""
        if not found:
            return ()
        if not self._searchable():
            found = self._whole(found, rank)
        parents: dict[str, tuple[CrmRef, ...]] = {}
        if self.kind.name in ACTIVITY_OBJECTS:
            ties = linked(self.wire, self.kind.name, CONTACT, [each.id for each in found], rank)
            parents = {key: tuple(CrmRef(self.kind.system, CONTACT, one) for one in each) for key, each in ties.items()}
        return tuple(record(self.kind, each, parents.get(each.id, ())) for each in found)

    def _searchable(self) -> bool:
        """Say whether a search may name all properties; its filters need the rest of the allowed length."""
        return len(json.dumps(self.kind.properties)) <= LONGEST_SEARCH - _FILTERS

    def _whole(self, found: Sequence[Row], rank: Rank) -> list[Row]:
        """Return *found* with all properties, read in batches because they did not fit into one request."""
        read = read_rows(self.wire, self.kind.name, [each.id for each in found], self.kind.properties, rank)
        return [read[each.id] for each in found if each.id in read]


def _after(held: Changes, found: Sequence[Row], answer: Answer) -> Changes:
    """Return where the pass goes on after a page, or the end of the pass."""
    seen = {**held.seen, **{each.id: to_ms(each.modified_at) for each in found}}
    held = replace(held, seen=seen)
    last_page = not next_page(answer.body)
    if held.key:
        # Inside one instant; once it is read through, what came after it is still to be read.
        return _at(held, held.at + 1) if last_page else _next_key(held, found)
    return _ended(held, held.began - LAG) if last_page else _next_place(held, found, answer)


def _next_key(held: Changes, found: Sequence[Row]) -> Changes:
    """Return the place behind the last id of a page; a page whose rows were all archived is skipped."""
    if not found:
        return replace(held, skip=held.skip + SEARCH_PAGE)
    return replace(held, key=found[-1].id, skip=0, seen=_recent(held))


def _next_place(held: Changes, found: Sequence[Row], answer: Answer) -> Changes:
    """Return the place after a full page: the latest instant whose position is certain, else by id or by offset."""
    instants = [to_ms(each.modified_at) for each in found]
    settled = max((at for at in instants if at <= to_ms(answer.at) - LAG), default=0)
    if settled > held.at:
        return _at(held, settled)
    if instants and all(at == held.at for at in instants):
        return replace(held, key="0", skip=0, seen=_recent(held))
    if held.skip + 2 * SEARCH_PAGE <= SEARCH_DEPTH:
        return replace(held, skip=held.skip + SEARCH_PAGE, seen=_recent(held))
    # More than a search can show changed within the lag: what follows is read when its place is certain.
    return _ended(held, held.at)


def _at(held: Changes, at: int) -> Changes:
    """Return the pass at the instant *at*."""
    held = replace(held, at=at, key="", skip=0)
    return replace(held, seen=_recent(held))


def _ended(held: Changes, floor: int) -> Changes:
    """Return the cursor between passes: everything that changed before *floor* was read."""
    floor = max(held.floor, floor)
    return Changes(floor=floor, wide=held.wide, seen={key: at for key, at in held.seen.items() if at >= floor})


def _recent(held: Changes) -> Mapping[str, int]:
    """Return of what was given what can come again: from the pass's place on, and what the next pass will look at."""
    least = min(held.at, max(held.floor, held.began - LAG))
    return {key: at for key, at in held.seen.items() if at >= least}


def _filter(name: str, operator: str, value: str) -> dict[str, str]:
    """Return one filter of a search; instants are epoch milliseconds."""
    return {"propertyName": name, "operator": operator, "value": value}


def _instant(milliseconds: int, answer: Answer) -> datetime:
    """Return epoch milliseconds as an instant, that of the answer where there is none."""
    return from_ms(milliseconds) or answer.at
