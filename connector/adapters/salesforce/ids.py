"""
Salesforce's ids: 15 characters in which case counts, or 18 with a checksum that says which letters are capitals.

Every id is held as 18 characters, and none reaches a path or a query unchecked: an id that is none could name another
record, or another host.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connector.mapping.twins import salesforce_id

_PREFIX: Final = 3

SOBJECTS: Final[Mapping[str, str]] = MappingProxyType({
    "001": "Account",
    "003": "Contact",
    "005": "User",
    "006": "Opportunity",
    "00D": "Organization",
    "00G": "Group",
    "00Q": "Lead",
    "00T": "Task",
    "00U": "Event",
    "00v": "CampaignMember",
    "012": "RecordType",
    "02s": "EmailMessage",
    "0CZ": "EmailMessageRelation",
    "0PK": "Individual",
    "701": "Campaign",
    "750": "Job",
})
"""First three characters of an id → what it names; the same in every org, custom objects have others."""


def to18(text: str) -> str:
    """
    Return the id *text* in 18 characters.

    Raises:
        ValueError: It has another shape, or its checksum is wrong.
    """
    whole = salesforce_id(text)
    if not whole:
        message = f"{text[:40]!r} is no Salesforce id, or its checksum is wrong"
        raise ValueError(message)
    return whole


def is_id(text: str) -> bool:
    """Say whether *text* is an id of 15 characters, or of 18 with the right checksum."""
    return bool(salesforce_id(text))


def prefix(text: str) -> str:
    """Return the part of an id that says what it names."""
    return text[:_PREFIX]


def sobject_of(text: str) -> str:
    """Return the sObject that the id *text* names; empty where its prefix is none we know."""
    return SOBJECTS.get(prefix(text), "")
