"""The strong read: rows by id from the primary store, what became of those that are missing, and open deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from connector.adapters.base import OPEN_DEALS, AdapterDown, Fetched
from connector.adapters.http import Meaning, meaning
from connector.adapters.hubspot.links import chunks, linked
from connector.adapters.hubspot.payload import Row, row, rows
from connector.adapters.hubspot.records import Kind, record
from connector.adapters.hubspot.vocabulary import (
    ACTIVITY_OBJECTS,
    CONTACT,
    DEAL,
    LONGEST_QUERY,
    NETWORK_WAIT,
    PAGE,
    STATUSES,
    modified_property,
    objects_path,
)
from connector.adapters.hubspot.wire import Call, Wire
from connector.commands import Rank
from connector.model import CrmRef, Record

_NOWHERE: Final = frozenset({404, 400})
"""400 is the answer for an id that is no number."""


def read_rows(  # noqa: PLR0913 - the parts of one request
    wire: Wire,
    name: str,
    keys: Sequence[str],
    properties: Sequence[str],
    rank: Rank,
    *,
    archived: bool = False,
    paid: bool = False,
    by: str = "",
) -> Mapping[str, Row]:
    """
    Return the rows of object *name* by id, those that are there.

    Args:
        wire: To HubSpot.
        name: Our singular word for the object.
        keys: Ids, or values of the unique property *by*.
        properties: What to read of each.
        rank: Of what the read serves.
        archived: Look among the archived rows only.
        paid: Whether the first request was taken out of the budget before.
        by: Name of a unique property; rows are returned by their id all the same.

    Missing ones are described in a 207, or silently absent where they were merged away; results come in any order.
    """
    found: dict[str, Row] = {}
    query = (("archived", "true"),) if archived else ()
    for part in chunks(keys, PAGE):
        body: dict[str, object] = {"inputs": [{"id": key} for key in part], "properties": list(properties)}
        body |= {"idProperty": by} if by else {}
        answer = wire.known(Call("POST", objects_path(name, "/batch/read"), query=query, body=body), rank, paid=paid)
        paid = False
        found.update((each.id, each) for each in rows(answer.body, modified_property(name)))
    return found


def fetch(wire: Wire, kind: Kind, refs: Sequence[CrmRef], rank: Rank, also: frozenset[str]) -> Fetched:
    """Do what the port says of `fetch` for refs of one object."""
    keys = [ref.id for ref in refs]
    found = read_rows(wire, kind.name, keys, kind.properties, rank)
    late = _resolved(wire, kind, [key for key in keys if key not in found], rank)
    found = {**found, **{key: each for key, each in late.items() if each.id == key}}
    moved = {key: each for key, each in late.items() if each.id != key}
    alive = [key for key in keys if key in found] + [each.id for each in moved.values()]
    deals = open_deals(wire, alive, rank) if OPEN_DEALS in also and kind.name == CONTACT else None
    parents = _parents(wire, kind, alive, rank)

    def shown(each: Row) -> Record:
        """Return a row with what was looked up beside it."""
        related = {} if deals is None else {OPEN_DEALS: deals.get(each.id, 0)}
        return record(kind, each, parents.get(each.id, ()), related)

    by_key = {ref.id: ref for ref in refs}
    return Fetched(
        records={by_key[key]: shown(each) for key, each in found.items() if key in by_key},
        gone=frozenset(ref for ref in refs if ref.id not in found and ref.id not in moved),
        moved={by_key[key]: shown(each) for key, each in moved.items()},
    )


def _resolved(wire: Wire, kind: Kind, missing: Sequence[str], rank: Rank) -> Mapping[str, Row]:
    """
    Return the rows that the *missing* ids lead to, by the id asked for; those that are gone for good are not in it.

    A merged-away id resolves by a single GET to the record that lives on, under whichever id that has. Archived rows
    are told apart first, in batches. A 404 means deleted, erased, or out of our sight: the same for us.
    """
    if len(missing) > 1:
        archived = read_rows(wire, kind.name, missing, (), rank, archived=True)
        missing = [key for key in missing if key not in archived]
    led: dict[str, Row] = {}
    for key in missing:
        each = _one(wire, kind, key, rank)
        if each is not None:
            led[key] = each
    return led


def _one(wire: Wire, kind: Kind, key: str, rank: Rank) -> Row | None:
    """Return the row that the id *key* leads to, None when it leads nowhere."""
    wanted = ",".join(kind.properties)
    query = (("properties", wanted),) if len(wanted) <= LONGEST_QUERY else ()
    answer = wire.read(Call("GET", kind.path("/{id}"), {"id": key}, query), rank)
    if meaning(answer.status, STATUSES) != Meaning.DONE:
        if answer.status not in _NOWHERE:
            raise AdapterDown(wire.said(answer), "network", NETWORK_WAIT)
        return None
    found = row(answer.body, kind.modified)
    if found is not None and not query:
        return read_rows(wire, kind.name, [found.id], kind.properties, rank).get(found.id, found)
    return found


def _parents(wire: Wire, kind: Kind, keys: Sequence[str], rank: Rank) -> Mapping[str, tuple[CrmRef, ...]]:
    """Return the contacts of activities; other rows carry their parents themselves."""
    if kind.name not in ACTIVITY_OBJECTS or not keys:
        return {}
    ties = linked(wire, kind.name, CONTACT, keys, rank)
    return {key: tuple(CrmRef(kind.system, CONTACT, one) for one in each) for key, each in ties.items()}


def open_deals(wire: Wire, contacts: Sequence[str], rank: Rank) -> Mapping[str, int]:
    """Return how many open deals each contact has; those without any are not in it."""
    ties = linked(wire, CONTACT, DEAL, contacts, rank)
    deals = sorted({one for each in ties.values() for one in each})
    found = read_rows(wire, DEAL, deals, ("hs_is_closed", "dealstage"), rank)
    opened = {key for key, each in found.items() if each.properties.get("hs_is_closed") != "true"}
    counts = {key: sum(one in opened for one in each) for key, each in ties.items()}
    return {key: count for key, count in counts.items() if count}
