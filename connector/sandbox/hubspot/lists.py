"""Lists and who is on them since when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.errors import not_found
from connector.sandbox.hubspot.kinds import CONTACTS
from connector.sandbox.instants import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.sandbox.exchange import Request


@dataclass(slots=True)
class ContactList:
    """One static list: its members with the instant each was added."""

    id: str
    name: str
    created_ms: int
    members: dict[int, int] = field(default_factory=dict)
    updated_ms: int = 0


class Lists:
    """The contact lists of one portal."""

    def __init__(self, opened_ms: int) -> None:
        """Begin without lists."""
        self.by_id: dict[str, ContactList] = {}
        self._opened_ms = opened_ms

    def named(self, name: str) -> ContactList | None:
        """Return the list of that name, compared without regard to case."""
        return next((each for each in self.by_id.values() if each.name.lower() == name.lower()), None)

    def join(self, name: str, record_id: int, at_ms: int) -> ContactList:
        """Put a record on the list of that name, which is made if need be; who is on it stays since when they were."""
        found = self.named(name)
        if found is None:
            found = ContactList(str(len(self.by_id) * 7 + 11), name, min(self._opened_ms, at_ms))
            self.by_id[found.id] = found
        found.members.setdefault(record_id, at_ms)
        found.updated_ms = max(found.updated_ms, at_ms)
        return found

    def drop(self, record_id: int) -> None:
        """Take a record off all lists."""
        for each in self.by_id.values():
            each.members.pop(record_id, None)

    def rekey(self, old_id: int, new_id: int) -> None:
        """Let a merged record stand in the place of another; the earlier date of joining wins."""
        for each in self.by_id.values():
            at_ms = each.members.pop(old_id, None)
            if at_ms is not None:
                each.members[new_id] = min(at_ms, each.members.get(new_id, at_ms))


def _found(lists: Lists, list_id: str) -> ContactList:
    """Return the list with that id or refuse."""
    found = lists.by_id.get(list_id)
    if found is None:
        raise not_found(f"List does not exist with ID {list_id}.")
    return found


def one(lists: Lists, list_id: str) -> dict[str, object]:
    """Answer ``GET /crm/lists/{version}/{listId}``."""
    return {"list": shown(_found(lists, list_id))}


def by_name(lists: Lists, type_id: str, name: str) -> dict[str, object]:
    """Answer ``GET /crm/lists/{version}/object-type-id/{objectTypeId}/name/{listName}``."""
    found = lists.named(name) if type_id == CONTACTS.type_id else None
    if found is None:
        raise not_found(f"List does not exist with name {name} and object type ID {type_id}.")
    return {"list": shown(found)}


def search(lists: Lists, body: Mapping[str, object]) -> dict[str, object]:
    """Answer ``POST /crm/lists/{version}/search``: by part of the name, by ids, in pages."""
    query = str(body.get("query") or "").lower()
    wanted = {str(each) for each in _items(body.get("listIds"))}
    offset, count = _number(body.get("offset"), 0), min(_number(body.get("count"), 20), 500)
    rows = [e for e in lists.by_id.values() if query in e.name.lower() and (not wanted or e.id in wanted)]
    page = rows[offset : offset + count]
    return {
        "offset": offset + len(page),
        "hasMore": offset + count < len(rows),
        "lists": [shown(each, searched=True) for each in page],
        "total": len(rows),
    }


def _items(value: object) -> list[object]:
    """Return a list's items, nothing for anything else."""
    return value if isinstance(value, list) else []


def _number(value: object, otherwise: int) -> int:
    """Return a whole number of a body."""
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def memberships(lists: Lists, list_id: str, request: Request, *, by_time: bool) -> dict[str, object]:
    """Answer ``GET .../{listId}/memberships`` (by record id) and ``.../join-order`` (by date of joining)."""
    found = _found(lists, list_id)
    limit = min(int(request.first("limit") or 100), 250)
    start = int(request.first("after") or 0)
    rows = sorted(found.members.items(), key=lambda each: (each[1], each[0]) if by_time else (each[0], 0))
    page = rows[start : start + limit]
    answer: dict[str, object] = {
        "total": len(rows),
        "results": [{"recordId": str(key), "membershipTimestamp": iso(at)} for key, at in page],
    }
    if start + limit < len(rows):
        answer["paging"] = {"next": {"after": str(start + limit)}}
    return answer


def of_record(lists: Lists, record_id: int) -> dict[str, object]:
    """Answer ``GET .../records/{objectTypeId}/{recordId}/memberships``."""
    rows = [
        {
            "listId": each.id,
            "listVersion": 1,
            "firstAddedTimestamp": iso(each.members[record_id]),
            "lastAddedTimestamp": iso(each.members[record_id]),
        }
        for each in lists.by_id.values()
        if record_id in each.members
    ]
    return {"total": len(rows), "results": rows}


def shown(each: ContactList, *, searched: bool = False) -> dict[str, object]:
    """Return the JSON object of a list; a search shows its size among additional properties."""
    row: dict[str, object] = {
        "listId": each.id,
        "listVersion": 1,
        "name": each.name,
        "objectTypeId": CONTACTS.type_id,
        "processingType": "MANUAL",
        "processingStatus": "COMPLETE",
        "createdAt": iso(each.created_ms),
        "updatedAt": iso(each.updated_ms or each.created_ms),
    }
    if searched:
        row["additionalProperties"] = {"hs_list_size": str(len(each.members)), "hs_list_reference_count": "0"}
    else:
        row["size"] = len(each.members)
    return row
