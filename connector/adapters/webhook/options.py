"""Options of `[systems.NAME]` with `kind = "webhook"`, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from pydantic import BaseModel

from connector.adapters.base import Adapter, Clock, Wanted
from connector.adapters.incoming import Incoming
from connector.adapters.registry import Tools
from connector.adapters.webhook.receiving import ReceivingOptions, scheme_of
from connector.adapters.webhook.sending_options import SendingOptions
from connector.budget import Budget, Limits
from connector.mapping.spec import FieldSpec, SystemMapping
from connector.mapping.vocabulary import PAYLOADS
from connector.model import PERSON

OBJECTS: Final = frozenset({PERSON})
ACTIVITIES: Final = frozenset({PAYLOADS})


class Options(ReceivingOptions, SendingOptions):
    """What the webhook adapter can be told."""


def budget(options: BaseModel, clock: Clock) -> Budget:
    """Return how much may be posted; the receiver's own "slower" is learned from its answers."""
    told = cast("SendingOptions", options)
    return Budget(clock, Limits(burst=told.posts_per_10_seconds, daily=None), 1.0)


def build(name: str, options: BaseModel, wanted: Wanted, tools: Tools) -> Adapter:
    """Make the adapter of the system called *name*; nothing is sent."""
    from connector.adapters.webhook.adapter import Webhook  # noqa: PLC0415 - most commands never post

    return Webhook(name, cast("SendingOptions", options), wanted, tools)


def incoming(
    name: str, options: BaseModel, mapping: SystemMapping, fields: Mapping[str, FieldSpec], public_url: str
) -> Incoming | None:
    """See `connector.adapters.incoming.ReceivingModule`."""
    from connector.adapters.webhook.arriving import Payloads  # noqa: PLC0415 - only the daemon receives

    del name, public_url
    scheme = scheme_of(options)
    return Payloads(scheme, mapping, fields) if scheme is not None and mapping.payloads else None
