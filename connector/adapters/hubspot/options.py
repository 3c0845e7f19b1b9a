"""Options of `[systems.NAME]` with `kind = "hubspot"`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator

from connector.adapters.http import unsafe_base
from connector.budget import Limits
from connector.options import REQUIRED, Share, Span, Table, option, wrong
from connector.secrets import Secret, Secrets

BASE_URL: Final = "https://api.hubapi.com"


def _checked(url: str) -> str:
    """Return *url* without a closing slash; refuse where the token would be seen."""
    reason = unsafe_base(url)
    if reason:
        raise wrong(f'"{url}" cannot be used: {reason}', f'Leave base_url out for HubSpot itself ("{BASE_URL}").')
    return url.rstrip("/")


class Options(Table):
    """What the HubSpot adapter can be told; each figure of the limits is the whole account's."""

    token: Secret = option(
        REQUIRED, example='{ env = "HUBSPOT_TOKEN" }', says="Service key or private-app token of the portal."
    )
    webhook_secret: Secrets = option(
        [],
        example='{ env = "HUBSPOT_CLIENT_SECRET" }',
        says="Client secret of the app whose webhooks are sent to /webhooks/NAME; they make contacts be read at once. "
        "Of several any may have signed, while one is exchanged.",
        shown="no webhooks are taken",
        kind="secret, or a list of them",
    )
    portal_id: int | None = option(
        None,
        example="62515",
        at_least=1,
        at_most=10**15,
        says="Number of the portal (Hub ID), where webhooks of others come too: those are answered and not taken.",
        shown="any portal's",
    )
    api_share: Share = option(0.5, example='"50%"', shown="50%", says="Part of the portal's API limits we may use.")
    base_url: Annotated[str, AfterValidator(_checked)] = option(
        BASE_URL, example='"http://127.0.0.1:8700"', says="Where the API is; only for a sandbox, https or loopback."
    )
    connect_timeout: Span = option(
        timedelta(seconds=5), example='"5 seconds"', says="How long a connection may take to be made."
    )
    read_timeout: Span = option(
        timedelta(seconds=20), example='"20 seconds"', says="How long an answer may take, from the request to its end."
    )
    connections: int = option(
        8, example="8", unit="connections", at_least=1, at_most=64, says="How many connections are kept open."
    )
    per_10_seconds: int = option(
        100,
        example="190",
        unit="requests",
        at_least=1,
        at_most=10_000,
        says="The burst limit until HubSpot's own headers tell it.",
    )
    daily: int = option(
        250_000,
        example="650000",
        unit="requests",
        at_least=1,
        at_most=100_000_000,
        says="The daily limit until HubSpot's own headers tell it.",
    )
    search_per_second: int = option(
        5, example="5", unit="searches", at_least=1, at_most=100, says="The search limit, which no header tells."
    )
    lookback: Span = option(
        timedelta(days=180),
        example='"180 days"',
        says="How far back meetings, calls and e-mails are read at the first load; contacts are always read whole.",
    )


def limits(options: Options) -> Limits:
    """Return the limits with which this system's budget begins."""
    return Limits(burst=options.per_10_seconds, daily=options.daily, search_per_second=options.search_per_second)
