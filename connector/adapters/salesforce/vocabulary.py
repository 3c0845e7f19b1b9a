"""Salesforce's words as tables: what we call its objects, what this kind of system can do, how its fields are typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from connector.adapters.base import Abilities
from connector.commands import Kind

API_VERSION: Final = "62.0"
"""Every path names it; tasks owned by queues need 48.0, and describe() looks whether the org offers it."""

ROOT: Final = "/services/data"

LEAD: Final = "lead"
CONTACT: Final = "contact"
ACCOUNT: Final = "account"
TASK: Final = "task"
SOBJECTS: Final[Mapping[str, str]] = MappingProxyType({
    LEAD: "Lead",
    CONTACT: "Contact",
    ACCOUNT: "Account",
    TASK: "Task",
    "event": "Event",
    "campaign_member": "CampaignMember",
    "email_message": "EmailMessage",
})
"""Our singular word → the sObject."""
PLURALS: Final[Mapping[str, str]] = MappingProxyType({
    LEAD: "leads",
    CONTACT: "contacts",
    ACCOUNT: "accounts",
    TASK: "tasks",
    "event": "events",
    "campaign_member": "campaign_members",
    "email_message": "email_messages",
})
"""Our singular word → the word of a configuration and the name of a stream."""
PEOPLE: Final = (LEAD, CONTACT)
ACTIVITIES: Final = (TASK, "event", "campaign_member", "email_message")
NETWORK_WAIT: Final = timedelta(seconds=10)

ABILITIES: Final = Abilities(
    batch=MappingProxyType({Kind.TASK: 400, Kind.STAGE: 400, Kind.FIELDS: 400}),
    unique_task_key=True,
)
FIELD_TYPES: Final[Mapping[str, str]] = MappingProxyType({
    "int": "integer",
    "long": "integer",
    "double": "decimal",
    "currency": "decimal",
    "percent": "decimal",
    "boolean": "boolean",
    "date": "date",
    "datetime": "instant",
    "picklist": "choice",
    "multipicklist": "list",
})
"""What stands here as itself; every other type of Salesforce's (string, textarea, email, reference, id…) is text."""
