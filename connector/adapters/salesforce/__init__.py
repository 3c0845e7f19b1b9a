"""
Salesforce: leads, contacts, accounts and activities in; stages, fields and tasks out.

What Salesforce does differently from what one expects is met where it happens: the session and whom it speaks to in
`session` and `exchange`, tokens in `tokens`, refusals in `errors`, the org's gauge in `quota`, fields that are hidden
rather than refused in `columns`, conversions and merges in `survivors` and `following`, owners that a write would
change in `session`, rows that fail within a successful answer in `sending`, tasks without idempotency in `tasks`.

Not done, on purpose: signing in with a user's password (SOAP login ends in 2027); Pub/Sub (needs gRPC; who wants to
hear of changes at once lets Outbound Messages come in, see `outbound`); conversion of leads (no REST resource); making
fields (see `preparing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final, cast

from pydantic import BaseModel

from connector.adapters.base import Adapter, Clock, Wanted
from connector.adapters.incoming import Incoming
from connector.adapters.registry import Tools
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.quota import OrgBudget
from connector.adapters.salesforce.vocabulary import ABILITIES, ACCOUNT, PEOPLE, PLURALS
from connector.adapters.salesforce.vocabulary import ACTIVITIES as ACTIVITY_OBJECTS
from connector.budget import Budget
from connector.mapping.spec import FieldSpec, SystemMapping
from connector.signatures.shared import Shared

__all__ = ["ABILITIES", "ACTIVITIES", "OBJECTS", "Options", "budget", "build", "incoming"]

OBJECTS: Final = frozenset({*PEOPLE, ACCOUNT})
ACTIVITIES: Final = frozenset(PLURALS[name] for name in ACTIVITY_OBJECTS)


def budget(options: BaseModel, clock: Clock) -> Budget:
    """Return the budget of an org before anything was asked; Salesforce's gauge corrects its size."""
    told = cast("Options", options)
    return OrgBudget(clock, told.daily, told.api_share)


def build(name: str, options: BaseModel, wanted: Wanted, tools: Tools) -> Adapter:
    """Make the adapter of the system called *name*; requests and the vendor's client are imported only now."""
    made = import_module("connector.adapters.salesforce.adapter")
    return cast("Adapter", made.Salesforce(name, cast("Options", options), wanted, tools))


def incoming(
    name: str, options: BaseModel, mapping: SystemMapping, fields: Mapping[str, FieldSpec], public_url: str
) -> Incoming | None:
    """See `connector.adapters.incoming.ReceivingModule`."""
    from connector.adapters.salesforce.outbound import SECRET_AT, OutboundMessages  # noqa: PLC0415 - only for the daemon

    del fields, public_url
    told = cast("Options", options)
    if not told.organization_id:
        return None
    scheme = Shared(SECRET_AT, [told.webhook_secret.reveal()]) if told.webhook_secret is not None else None
    objects = frozenset(one.object for one in mapping.objects) & frozenset(PEOPLE)
    return OutboundMessages(name, told.organization_id, scheme, objects)
