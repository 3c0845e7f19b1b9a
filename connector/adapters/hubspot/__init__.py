"""
HubSpot: contacts, companies, activities and lists in; stages, fields and tasks out.

What HubSpot does differently from what one expects is met where it happens: the index that lags in `changes`, merges
and deletions in `reading`, `deleted` and `records`, batches row by row in `sending`, stages that only move forward in
`writing`, tasks without idempotency in `tasks`, errors and limits in `wire` and `connector.budget`.

Not done, on purpose: OAuth refresh (an own portal uses a static service key, issued in its settings);
`propertiesWithHistory`, event occurrences, form submissions and legacy e-mail events (one call a person, or no longer
supported after 2027; counters and dates on the contact carry the same); exports (the list is read once, in pages);
consent by subscription type (`hs_email_optout` and `hs_legal_basis` are properties); calculated properties that change
without the contact's last-modified instant (seen with its next change or the strong read before a write); the burst
limit of associations, which is lower than the general one (with a thousand inputs a call we stay far below it);
creating contacts, so no refusal names an existing one; epoch seconds (instants are written as ISO text); the
association of a task with a company that is gone (the task is refused in HubSpot's words and waits in the outbox).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from pydantic import BaseModel

from connector.adapters.base import Adapter, Clock, Wanted
from connector.adapters.hubspot.adapter import ABILITIES, HubSpot
from connector.adapters.hubspot.options import Options, limits
from connector.adapters.hubspot.vocabulary import ACTIVITY_OBJECTS, COMPANY, CONTACT, PLURALS
from connector.adapters.incoming import Incoming
from connector.adapters.registry import Tools
from connector.budget import Budget
from connector.mapping.spec import FieldSpec, SystemMapping
from connector.signatures.hubspot import HubSpotV3

__all__ = ["ABILITIES", "ACTIVITIES", "OBJECTS", "Options", "budget", "build", "incoming", "limits"]

OBJECTS: Final = frozenset({CONTACT, COMPANY})
ACTIVITIES: Final = frozenset(PLURALS[name] for name in ACTIVITY_OBJECTS)


def budget(options: BaseModel, clock: Clock) -> Budget:
    """Return the budget of a portal before anything was asked; HubSpot's headers correct its limits."""
    told = cast("Options", options)
    return Budget(clock, limits(told), told.api_share)


def build(name: str, options: BaseModel, wanted: Wanted, tools: Tools) -> Adapter:
    """Make the adapter of the system called *name*; the vendor's client is imported here and nothing is sent."""
    return HubSpot(name, cast("Options", options), wanted, tools)


def incoming(
    name: str, options: BaseModel, mapping: SystemMapping, fields: Mapping[str, FieldSpec], public_url: str
) -> Incoming | None:
    """See `connector.adapters.incoming.ReceivingModule`."""
    from connector.adapters.hubspot.notifications import Notifications  # noqa: PLC0415 - only the daemon receives

    del fields
    told = cast("Options", options)
    if not told.webhook_secret:
        return None
    objects = frozenset({CONTACT, *(one.object for one in mapping.objects)}) & OBJECTS
    scheme = HubSpotV3([one.reveal() for one in told.webhook_secret], public_url)
    return Notifications(name, scheme, objects, told.portal_id)
