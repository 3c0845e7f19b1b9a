"""
Incoming and outgoing webhooks, as far as this release goes: their options, objects and activities.

`validate` and `test` work on a configuration that names one; whatever would receive or send is refused with a place.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NoReturn

from pydantic import BaseModel

from connector.adapters.base import Clock, Wanted
from connector.options import REQUIRED, Span, Table, option
from connector.problems import ConfigurationInvalid, Problem
from connector.secrets import Secret

OBJECTS: Final = frozenset({"person"})
ACTIVITIES: Final = frozenset({"payloads"})
PLANNED: Final = "the webhook adapter comes in a later release."


class Options(Table):
    """What the webhook adapter will be told."""

    secret: Secret = option(
        REQUIRED,
        example='{ file = "/run/secrets/website" }',
        says="Shared secret that signs what comes in and goes out.",
    )
    send_to: str = option(
        "",
        example='"https://hooks.acme.example/connector"',
        says="Address that stages and tasks are posted to.",
        shown="nothing is sent",
    )
    largest: int = option(
        1_000_000, example="1000000", unit="bytes", at_least=1_000, at_most=100_000_000, says="Largest payload taken."
    )
    read_timeout: Span = option(
        timedelta(seconds=10), example='"10 seconds"', says="How long the receiver of what we send may take."
    )


def budget(_options: BaseModel, _clock: Clock) -> NoReturn:
    """
    Refuse: there is nothing to meter yet.

    Raises:
        ConfigurationInvalid: Always.
    """
    raise ConfigurationInvalid((Problem(("systems",), PLANNED),))


def build(name: str, _options: BaseModel, _wanted: Wanted, _tools: object) -> NoReturn:
    """
    Refuse: there is no adapter yet.

    Raises:
        ConfigurationInvalid: Always, at the system's `kind`.
    """
    raise ConfigurationInvalid((Problem(("systems", name, "kind"), PLANNED),))
