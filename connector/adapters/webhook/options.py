"""Options of `[systems.NAME]` with `kind = "webhook"`, and what is made of them."""

from __future__ import annotations

from typing import Final, Literal, cast

from pydantic import BaseModel

from connector.adapters.base import Adapter, Clock, Wanted
from connector.adapters.registry import Tools
from connector.adapters.webhook.sending_options import SendingOptions
from connector.budget import Budget, Limits
from connector.mapping.vocabulary import PAYLOADS
from connector.model import PERSON
from connector.options import option
from connector.secrets import Secret

OBJECTS: Final = frozenset({PERSON})
ACTIVITIES: Final = frozenset({PAYLOADS})


class Options(SendingOptions):
    """What the webhook adapter can be told."""

    secret: Secret | None = option(
        None,
        example='{ file = "/run/secrets/website" }',
        says="Shared secret that signs what comes in and goes out.",
        shown="nothing is signed",
        kind="secret",
    )
    unknown_people: Literal["create", "wait"] = option(
        "create",
        example='"wait"',
        says='Whether somebody new is taken in ("create"), or what is said of them waits, a month at most, until a CRM '
        'knows them ("wait").',
    )


def budget(options: BaseModel, clock: Clock) -> Budget:
    """Return how much may be posted; the receiver's own "slower" is learned from its answers."""
    told = cast("SendingOptions", options)
    return Budget(clock, Limits(burst=told.posts_per_10_seconds, daily=None), 1.0)


def build(name: str, options: BaseModel, wanted: Wanted, tools: Tools) -> Adapter:
    """Make the adapter of the system called *name*; nothing is sent."""
    from connector.adapters.webhook.adapter import Webhook  # noqa: PLC0415 - most commands never post

    return Webhook(name, cast("SendingOptions", options), wanted, tools)
