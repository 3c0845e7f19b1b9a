"""
Salesforce, as far as this release goes: its options, objects and activities.

`validate` and `test` work on a configuration that names it; whatever would talk to it is refused with a place.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NoReturn

from pydantic import BaseModel

from connector.adapters.base import Clock, Wanted
from connector.options import REQUIRED, Share, Span, Table, option
from connector.problems import ConfigurationInvalid, Problem
from connector.secrets import Secret

OBJECTS: Final = frozenset({"lead", "contact", "account"})
ACTIVITIES: Final = frozenset({"tasks", "events", "campaign_members"})
PLANNED: Final = "the Salesforce adapter comes in a later release."


class Options(Table):
    """What the Salesforce adapter will be told."""

    base_url: str = option(
        REQUIRED, example='"https://acme.my.salesforce.com"', says="The My Domain address of the org.", shortest=1
    )
    client_id: Secret = option(
        REQUIRED, example='{ env = "SALESFORCE_CLIENT_ID" }', says="Consumer key of the External Client App."
    )
    client_secret: Secret = option(
        REQUIRED,
        example='{ env = "SALESFORCE_CLIENT_SECRET" }',
        says="Its consumer secret, for the client credentials flow.",
    )
    api_version: str = option("62.0", example='"62.0"', says="Version of the REST API.", shortest=1)
    api_share: Share = option(
        0.5, example='"50%"', shown="50%", says="Part of the org's daily API requests we may use."
    )
    read_timeout: Span = option(timedelta(seconds=30), example='"30 seconds"', says="How long an answer may take.")


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
