"""Who works in the org: users, former users, queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connector.sandbox.instants import DAY_MS, millis
from connector.sandbox.salesforce.state import Furniture

if TYPE_CHECKING:
    from connector.sandbox.salesforce.state import State

OWNERS: Final = (
    ("ann@acme.example", "Ann", "Archer"),
    ("ben@acme.example", "Ben", "Brand"),
    ("sales-lead@acme.example", "Sara", "Lind"),
)
"""The people whom the example configuration names; the simulated HubSpot has the same."""
FORMER: Final = ("carl@acme.example", "Carl", "Former")
RULE_USER: Final = ("round-robin@acme.example", "Robin", "Round")
"""Whom the org's lead assignment rule chooses."""
AUTOMATION: Final = ("automated@acme.example", "Automated", "Process")
QUEUE: Final = "Inbound leads"
QUEUE_TAKES: Final = ("Lead", "Task")
ALIAS: Final = 8
OPENED_DAYS: Final = 730


def settle(state: State) -> None:
    """Put everybody into a new org."""
    at_ms = opened_ms(state)
    users = [add_user(state, *each, at_ms=at_ms) for each in (*OWNERS, FORMER, RULE_USER, AUTOMATION)]
    state.db.update("User", users[len(OWNERS)], {"IsActive": False}, stamp_ms=at_ms)
    state.furniture = Furniture(state.db.org_id, state.db.user_id, users[-2], users[-1])
    add_queue(state, QUEUE, QUEUE_TAKES, at_ms=at_ms)


def opened_ms(state: State) -> int:
    """Return when the org was opened: two years before the clock's present day."""
    return (millis(state.clock()) // DAY_MS - OPENED_DAYS) * DAY_MS


def add_user(state: State, email: str, first_name: str = "", last_name: str = "", *, at_ms: int | None = None) -> str:
    """Add a user; a name that is not given is made of the address. Return the id."""
    before = email.partition("@")[0]
    first = first_name or before.partition(".")[0].capitalize()
    last = last_name or before.partition(".")[2].capitalize() or first
    values = {
        "Username": email,
        "Email": email,
        "FirstName": first,
        "LastName": last,
        "Alias": before[:ALIAS],
        "IsActive": True,
        "TimeZoneSidKey": "Europe/Berlin",
        "LocaleSidKey": "de_DE",
        "LanguageLocaleKey": "en_US",
    }
    return state.db.insert("User", values, at_ms=at_ms)


def add_queue(state: State, name: str, takes: tuple[str, ...], *, at_ms: int | None = None) -> str:
    """Add a queue that may own records of these objects; return its id."""
    queue_id = state.db.insert(
        "Group", {"Name": name, "DeveloperName": name.replace(" ", "_"), "Type": "Queue"}, at_ms=at_ms
    )
    for each in takes:
        state.db.insert("QueueSobject", {"QueueId": queue_id, "SobjectType": each}, at_ms=at_ms)
    return queue_id


def user_of(state: State, text: str) -> str:
    """Return the user for an id, an e-mail or another system's owner number; who is not known yet begins to work."""
    email = text if "@" in text else f"owner{text}@acme.example"
    found = state.db.find("User", "Email", email)
    return found[0] if found else add_user(state, email)
