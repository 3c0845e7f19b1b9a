"""
HubSpot's words as tables, with a remark on each odd row.

Read on 2026-11-23 from https://developers.hubspot.com/docs (object APIs, tasks, associations, error handling, usage
guidelines) and from the public OpenAPI documents of the pinned version.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from connector.adapters.http import COMMON, Meaning
from connector.mapping.vocabulary import HUBSPOT, MEMBERSHIP

API_VERSION: Final = "2026-03"
"""The one date-based version of every path; v1 to v4 lose support in 2027, this one until September 2027."""

CONTACT: Final = "contact"
COMPANY: Final = "company"
TASK: Final = "task"
DEAL: Final = "deal"
LIST_MEMBER: Final = MEMBERSHIP
CONTACT_TYPE_ID: Final = "0-1"

PLURALS: Final[Mapping[str, str]] = MappingProxyType({
    CONTACT: "contacts",
    COMPANY: "companies",
    "meeting": "meetings",
    "call": "calls",
    "email": "emails",
    TASK: "tasks",
    DEAL: "deals",
})
"""Our singular word → the word in a path."""
ACTIVITY_OBJECTS: Final = ("meeting", "call", "email")

PAGE: Final = 100
"""Most rows of a list page and most inputs of an object batch."""
SEARCH_PAGE: Final = 200
SEARCH_DEPTH: Final = 10_000
"""A search answers no further than this many hits."""
LINKS_PAGE: Final = 1_000
"""Most inputs of an associations read."""
LONGEST_QUERY: Final = 5_000
"""Characters of property names that were seen to work in a URL; beyond, 414 is near and batch read takes over."""
LONGEST_SEARCH: Final = 3_000
"""Characters of a search body; beyond, rows are searched by id and read in batches."""

MODIFIED: Final[Mapping[str, str]] = MappingProxyType({CONTACT: "lastmodifieddate"})
"""Contacts do define hs_lastmodifieddate, but it is empty: a filter on it silently matches nothing."""
MODIFIED_ELSEWHERE: Final = "hs_lastmodifieddate"
RECORD_ID: Final = "hs_object_id"

ALWAYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    CONTACT: ("associatedcompanyid", "hs_merged_object_ids", "hs_calculated_merged_vids", HUBSPOT.owner),
    COMPANY: ("hs_merged_object_ids", HUBSPOT.owner),
    TASK: ("hs_task_status",),
    **{
        name: tuple(sorted({*row.at, *row.done_at, row.doer, row.proof, row.outcome, HUBSPOT.owner} - {""}))
        for name, row in HUBSPOT.rows.items()
    },
})
"""Properties that are read whatever is mapped: parents, merges, owners, and who did an activity when."""

KEY_PROPERTY: Final = "connector_key"
"""Task property that carries a task's key; unique where the portal allows that."""
KEY_MARKER: Final = "connector-key:"
"""Begins the body's last line where the portal has no such property."""

TASK_TYPES: Final[Mapping[str, str]] = MappingProxyType({"call": "CALL", "email": "EMAIL", "todo": "TODO"})
TASK_PRIORITIES: Final[Mapping[str, str]] = MappingProxyType(
    # "none" is what HubSpot shows when nothing was sent; whether it may be sent is nowhere documented.
    {"high": "HIGH", "medium": "MEDIUM", "low": "LOW"}
)
TASK_LINKS: Final[Mapping[str, int]] = MappingProxyType({CONTACT: 204, COMPANY: 192})
"""Association type from a task to a record, HUBSPOT_DEFINED."""

STATUSES: Final[Mapping[int, Meaning]] = MappingProxyType({
    **COMMON,
    423: Meaning.BUSY,  # another write holds the record for about 2 s
    477: Meaning.AWAY,  # the portal moves to another data centre; Retry-After up to 24 hours
})
TASK_DONE: Final = frozenset({"COMPLETED", "DEFERRED"})
"""Statuses of a task that nobody is waiting for any more; COMPLETED is documented, DEFERRED is seen in public code."""
LOCKED_WAIT: Final = timedelta(seconds=2)
AWAY_WAIT: Final = timedelta(minutes=1)
NETWORK_WAIT: Final = timedelta(seconds=10)
MISSING_SCOPES: Final = "MISSING_SCOPES"

FIELD_TYPES: Final[Mapping[str, str]] = MappingProxyType({
    "string": "text",
    "phone_number": "text",
    "json": "text",
    "object_coordinates": "text",
    "number": "decimal",
    "bool": "boolean",
    "date": "date",
    "datetime": "instant",
    "enumeration": "choice",
})
"""`type` decides the value, `fieldType` only the widget: many a datetime has the widget "date"."""
MULTIPLE: Final = frozenset({"checkbox"})
"""Widgets whose enumeration holds several values, "a;b"."""


def modified_property(name: str) -> str:
    """Return the property by which rows of object *name* say when they changed."""
    return MODIFIED.get(name, MODIFIED_ELSEWHERE)


def objects_path(name: str, rest: str = "") -> str:
    """Return the path of the object API for our object *name*."""
    return f"/crm/objects/{API_VERSION}/{PLURALS[name]}{rest}"
