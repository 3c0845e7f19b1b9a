"""Owners: the users of the portal who can be responsible for a record, and their endpoints' rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.errors import not_found
from connector.sandbox.instants import DAY_MS, iso

if TYPE_CHECKING:
    from connector.sandbox.exchange import Request

DEFAULT_OWNERS = (
    ("ann@acme.example", "Ann", "Archer"),
    ("ben@acme.example", "Ben", "Brand"),
    ("sales-lead@acme.example", "Sara", "Lind"),
)
"""The people whom the example configuration names."""
FORMER_OWNER = ("carl@acme.example", "Carl", "Former")
FIRST_ID = 88_842_095
STEP = 731_207


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner; *id* is what ``hubspot_owner_id`` takes, which is not always the user's id."""

    id: str
    user_id: int
    email: str
    first_name: str
    last_name: str
    created_ms: int
    active: bool = True


class Owners:
    """The owners of one portal by id."""

    def __init__(self, opened_ms: int) -> None:
        """Begin with the default owners, one of them no longer active."""
        self.by_id: dict[str, Owner] = {}
        self._opened_ms = opened_ms
        for email, first, last in DEFAULT_OWNERS:
            self.add(email, first, last)
        former = self.add(*FORMER_OWNER)
        self.by_id[former.id] = replace(former, active=False)

    def add(self, email: str, first_name: str = "", last_name: str = "", owner_id: str = "") -> Owner:
        """Add an owner and return it; in this portal the first one's user id differs from the owner id."""
        number = len(self.by_id)
        new_id = owner_id or str(FIRST_ID + number * STEP)
        user_id = int(new_id) if number and new_id.isdigit() else 9_586_504 + number
        first = first_name or email.partition("@")[0].partition(".")[0].capitalize()
        last = last_name or email.partition("@")[0].partition(".")[2].capitalize()
        owner = Owner(new_id, user_id, email, first, last, self._opened_ms + number * DAY_MS)
        self.by_id[new_id] = owner
        return owner

    def resolved(self, text: str) -> str:
        """Return the owner id for an id or an e-mail; whoever is not known yet becomes an owner."""
        if text in self.by_id:
            return text
        for owner in self.by_id.values():
            if owner.email.lower() == text.lower():
                return owner.id
        return self.add(text).id if "@" in text else self.add(f"owner{text}@acme.example", owner_id=text).id


def listed(owners: Owners, request: Request) -> dict[str, object]:
    """Answer ``GET /crm/owners/{version}``."""
    email, after = request.first("email"), int(request.first("after") or 0)
    limit = int(request.first("limit") or 100)
    wanted_active = request.first("archived") != "true"
    rows = sorted((o for o in owners.by_id.values() if o.active == wanted_active), key=lambda o: int(o.id))
    if email:
        rows = [o for o in rows if o.email.lower() == email.lower()]
    page = rows[after : after + limit]
    answer: dict[str, object] = {"results": [shown(each) for each in page]}
    if after + limit < len(rows):
        answer["paging"] = {"next": {"after": str(after + limit)}}
    return answer


def one(owners: Owners, owner_id: str, request: Request) -> dict[str, object]:
    """Answer ``GET /crm/owners/{version}/{ownerId}``, by owner id or by user id."""
    wanted_active = request.first("archived") != "true"
    by_user = request.first("idProperty") == "userId"
    for owner in owners.by_id.values():
        if owner.active == wanted_active and (str(owner.user_id) if by_user else owner.id) == owner_id:
            return shown(owner)
    raise not_found()


def shown(owner: Owner) -> dict[str, object]:
    """Return the JSON object of an owner; an archived one has no user id."""
    return {
        "id": owner.id,
        "email": owner.email,
        "type": "PERSON",
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userId": owner.user_id if owner.active else None,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": iso(owner.created_ms),
        "updatedAt": iso(owner.created_ms),
        "archived": not owner.active,
    }
