"""
Joiners of lists, by the date they were added.

One search shows size and last change of all lists; only a list that changed is read on, in the order of joining, from
the page where we were. Whether a page token stays valid when members leave is nowhere documented: the page's first
member is remembered, and when another one stands there the list is read again from the start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final, cast

from connector.adapters.base import Page
from connector.adapters.http import Meaning, meaning
from connector.adapters.hubspot.payload import Json, instant, listed, next_page, table, text, to_ms
from connector.adapters.hubspot.vocabulary import API_VERSION, CONTACT, CONTACT_TYPE_ID, LIST_MEMBER, STATUSES
from connector.adapters.hubspot.wire import Call, Wire
from connector.commands import Rank
from connector.mapping.vocabulary import JOINED_AT, LIST_NAME
from connector.model import CrmRef, Record

MEMBERS: Final = 250
"""Most members of a page."""
_MOST_LISTS: Final = 500
_NEW: Final = "new"
"""Stands for a state that was not looked at yet."""
_OVERLAP: Final = 15 * 60_000
"""Members who joined so shortly before the newest one we know are given again when a list is read from the start."""


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where we are in one list.

    Attributes:
        id: HubSpot's; empty while the name is not resolved.
        state: Size and last change as the search showed them when the list was last read through.
        seen: The same as the search showed them now; the list is due while the two differ.
        after: Token of the page we are on; empty for the first.
        anchor: First member of that page; empty when nothing was read.
        newest: Latest instant of joining that was given, in epoch milliseconds.
    """

    id: str = ""
    state: str = ""
    seen: str = ""
    after: str = ""
    anchor: str = ""
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Lists:
    """Reads the joiners of the lists called *names*."""

    wire: Wire
    system: str
    names: tuple[str, ...]

    def pull(self, cursor: str | None) -> Page:
        """Return one page of one list that is due; look for due lists first, when none is known to be."""
        places = _decoded(cursor)
        looked = not any(_due(places.get(name)) for name in self.names)
        if looked:
            places = self._look(places)
        due = [name for name in self.names if _due(places.get(name))]
        if not due:
            return Page((), (), _encoded(places), more=False, as_of=self.wire.clock())
        name = due[0]
        records, places[name], as_of = self._page(name, places[name])
        more = any(_due(places.get(name)) for name in self.names)
        backfill = cursor is None or not places[name].state
        return Page(records, (), _encoded(places), more=more, as_of=as_of, backfill=backfill)

    def known(self) -> Mapping[str, str]:
        """Return which of the wanted lists there are, by name with HubSpot's own spelling of it."""
        found = {name: self._named(name) for name in self.names}
        return {name: text(each.get("name")) or name for name, each in found.items() if each is not None}

    def _look(self, places: dict[str, Place]) -> dict[str, Place]:
        """Return *places* with what the lists look like now; a list that was renamed or deleted is looked up again."""
        places = {name: places.get(name, Place()) for name in self.names}
        ids = [each.id for each in places.values() if each.id]
        shown: dict[str, str] = {}
        if ids:
            body: dict[str, object] = {"listIds": ids, "offset": 0, "count": _MOST_LISTS}
            body |= {"additionalProperties": [], "processingTypes": []}
            answer = self.wire.known(Call("POST", f"/crm/lists/{API_VERSION}/search", body=body), Rank.READ)
            shown = {text(each.get("listId")): _state(each) for each in map(table, listed(answer.body.get("lists")))}
        for name, place in places.items():
            if place.id in shown:
                places[name] = replace(place, seen=shown[place.id])
            else:
                each = self._named(name)
                key = text(each.get("listId")) if each is not None else ""
                places[name] = Place(id=key, seen=_NEW if key else "")
        return places

    def _named(self, name: str) -> Json | None:
        """Return the contact list called *name* (in any case), None when there is none."""
        path = f"/crm/lists/{API_VERSION}/object-type-id/{CONTACT_TYPE_ID}/name/{{name}}"
        answer = self.wire.read(Call("GET", path, {"name": name}), Rank.READ)
        if meaning(answer.status, STATUSES) != Meaning.DONE:
            return None
        return table(answer.body.get("list")) or answer.body

    def _page(self, name: str, place: Place) -> tuple[tuple[Record, ...], Place, datetime]:
        """Read the page that *place* is on; return its new members, where to go on, and the vendor's instant."""
        query = (("limit", str(MEMBERS)), *((("after", place.after),) if place.after else ()))
        path = f"/crm/lists/{API_VERSION}/{{list}}/memberships/join-order"
        answer = self.wire.read(Call("GET", path, {"list": place.id}, query), Rank.READ)
        if meaning(answer.status, STATUSES) != Meaning.DONE:
            # The list or the page is no more; the next look finds out which.
            return (), Place(newest=place.newest), answer.at
        rows = [table(each) for each in listed(answer.body.get("results"))]
        first = text(rows[0].get("recordId")) if rows else ""
        if place.anchor and first != place.anchor:
            return (), replace(place, after="", anchor=""), answer.at
        least = place.newest - _OVERLAP
        records = tuple(one for each in rows if (one := self._member(name, place.id, each, least)) is not None)
        newest = max((to_ms(one.modified_at) for one in records), default=place.newest)
        after = next_page(answer.body)
        if after:
            place = replace(place, after=after, anchor="", newest=max(newest, place.newest))
        else:
            place = replace(place, anchor=first, newest=max(newest, place.newest), state=place.seen)
        return records, place, answer.at

    def _member(self, name: str, list_id: str, each: Json, least: int) -> Record | None:
        """Return one membership as a record, None for one given long ago."""
        key, joined = text(each.get("recordId")), instant(each.get("membershipTimestamp"))
        if not key or joined is None or to_ms(joined) < least:
            return None
        return Record(
            ref=CrmRef(self.system, LIST_MEMBER, f"{list_id}-{key}"),
            modified_at=joined,
            raw={LIST_NAME: name, JOINED_AT: text(each.get("membershipTimestamp"))},
            parents=(CrmRef(self.system, CONTACT, key),),
        )


def _due(place: Place | None) -> bool:
    """Say whether a list looks different from when it was last read through."""
    return place is not None and bool(place.id) and place.seen != place.state


def _state(each: Json) -> str:
    """Return what changes whenever somebody joins: which of the three HubSpot sends differs by kind of list."""
    more = table(each.get("additionalProperties"))
    parts = (more.get("hs_last_record_added_at"), more.get("hs_list_size"), each.get("updatedAt"), each.get("size"))
    return "|".join(text(part) for part in parts)


def _encoded(places: Mapping[str, Place]) -> str:
    """Return all places as text."""
    return json.dumps({name: asdict(place) for name, place in places.items()}, separators=(",", ":"))


def _decoded(cursor: str | None) -> dict[str, Place]:
    """Return the places that *cursor* holds."""
    if cursor is None:
        return {}
    held = cast("dict[str, dict[str, str]]", json.loads(cursor))
    return {name: Place(**place) for name, place in held.items()}  # type: ignore[arg-type]
