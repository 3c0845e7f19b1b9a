"""The object types of the simulated portal and how HubSpot names each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SLOW_BUMP = (timedelta(seconds=1), timedelta(seconds=25))
"""When background work touches a new contact: recorded for all of 108 contacts in February 2022."""
FAST_BUMP = (timedelta(milliseconds=300), timedelta(milliseconds=900))
"""When background work touches a new task: recorded in February 2025 and 2026."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type: its names, the properties that hold its instants, and where its ids begin."""

    name: str
    singular: str
    type_id: str
    modified: str
    created: str
    first_id: int
    bump: tuple[timedelta, timedelta]
    activity: bool = False

    @property
    def shout(self) -> str:
        """Return the name as error messages print it."""
        return self.singular.upper()


CONTACTS = Kind("contacts", "contact", "0-1", "lastmodifieddate", "createdate", 713_400_000_000, SLOW_BUMP)
COMPANIES = Kind("companies", "company", "0-2", "hs_lastmodifieddate", "createdate", 406_200_000_000, SLOW_BUMP)
DEALS = Kind("deals", "deal", "0-3", "hs_lastmodifieddate", "createdate", 479_400_000_000, SLOW_BUMP)


def _activity(name: str, singular: str, type_id: str, first_id: int) -> Kind:
    """Return the kind of an activity; all of them keep their instants alike."""
    return Kind(name, singular, type_id, "hs_lastmodifieddate", "hs_createdate", first_id, FAST_BUMP, activity=True)


TASKS = _activity("tasks", "task", "0-27", 463_200_000_000)
NOTES = _activity("notes", "note", "0-46", 478_000_000_000)
MEETINGS = _activity("meetings", "meeting", "0-47", 481_300_000_000)
CALLS = _activity("calls", "call", "0-48", 484_500_000_000)
EMAILS = _activity("emails", "email", "0-49", 487_700_000_000)

KINDS = (CONTACTS, COMPANIES, DEALS, TASKS, NOTES, MEETINGS, CALLS, EMAILS)

SPELLINGS: Mapping[str, Kind] = MappingProxyType(
    {spelling: kind for kind in KINDS for spelling in (kind.name, kind.singular, kind.type_id)},
)


def kind_of(spelling: str) -> Kind | None:
    """Return the kind for any spelling HubSpot takes: ``contacts``, ``contact``, ``CONTACT``, ``0-1``."""
    return SPELLINGS.get(spelling.lower())


def page_url(kind: Kind, portal_id: int, record_id: int) -> str:
    """Return the address of the record in HubSpot's own pages, as answers since 2025 carry it."""
    host = f"https://app-eu1.hubspot.com/{'tasks' if kind is TASKS else 'contacts'}/{portal_id}"
    if kind is TASKS:
        return f"{host}/view/all/task/{record_id}"
    if kind.activity:
        query = f"%5B%7B%22property%22%3A%22hs_object_id%22%2C%22operator%22%3A%22EQ%22%2C%22value%22%3A%22{record_id}"
        return f"{host}/objects/{kind.type_id}/views/all/list?filters={query}%22%7D%5D"
    return f"{host}/record/{kind.type_id}/{record_id}"
