"""Options of `[systems.NAME]` with `kind = "salesforce"`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, model_validator

from connector.adapters.http import unsafe_base
from connector.adapters.salesforce.ids import SOBJECTS, is_id, sobject_of, to18
from connector.adapters.salesforce.vocabulary import API_VERSION
from connector.options import REQUIRED, Share, Span, Table, option, wrong
from connector.secrets import Secret

AUDIENCE: Final = "https://login.salesforce.com"
_LOGIN_HOSTS: Final = frozenset({"login.salesforce.com", "test.salesforce.com"})
_VERSION: Final = re.compile(r"\d{2,3}\.0")
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def _base(url: str) -> str:
    """Return *url* without a closing slash; refuse where credentials would be seen, and hosts that are no org."""
    hint = 'Write the My Domain address of the org: "https://acme.my.salesforce.com".'
    reason = unsafe_base(url)
    if reason:
        raise wrong(f'"{url}" cannot be used: {reason}.', hint)
    parts = urlsplit(url)
    if parts.hostname in _LOGIN_HOSTS:
        raise wrong(f'"{url}" is the login page of all orgs, which gives no token to an app.', hint)
    if parts.path.strip("/"):
        raise wrong(f'"{url}" names a page.', hint)
    return url.rstrip("/")


def _version(text: str) -> str:
    """Return *text* when it is a version as Salesforce writes it."""
    if not _VERSION.fullmatch(text):
        raise wrong(f'"{text}" is no version of the REST API.', f'Write it as Salesforce does: "{API_VERSION}".')
    return text


def _organization(text: str) -> str:
    """Return the id of an org in 18 characters; empty where none is given."""
    if not text:
        return ""
    if not is_id(text) or sobject_of(text) != "Organization":
        begin = next(prefix for prefix, name in SOBJECTS.items() if name == "Organization")
        raise wrong(
            f'"{text}" is no id of an organization.',
            f"Copy it from Setup > Company Information: 15 or 18 characters that begin with {begin}.",
        )
    return to18(text)


def _name(text: str) -> str:
    """Return *text* when a field may be called so."""
    if not _FIELD.fullmatch(text):
        raise wrong(f'"{text}" is no field name.', 'Write its API name: "Connector_Key__c".')
    return text


class Options(Table):
    """What the Salesforce adapter can be told; a client secret, or a private key with the user it signs in."""

    base_url: Annotated[str, AfterValidator(_base)] = option(
        REQUIRED, example='"https://acme.my.salesforce.com"', says="The My Domain address of the org."
    )
    client_id: Secret = option(
        REQUIRED, example='{ env = "SALESFORCE_CLIENT_ID" }', says="Consumer key of the External Client App."
    )
    client_secret: Secret | None = option(
        None,
        example='{ env = "SALESFORCE_CLIENT_SECRET" }',
        shown="not used",
        says="Its consumer secret, for the client credentials flow.",
    )
    private_key: Secret | None = option(
        None,
        example='{ file = "/run/secrets/salesforce.pem" }',
        shown="not used",
        says="Private key in PEM for the JWT bearer flow, instead of a secret.",
    )
    username: str = option(
        "",
        example='"connector@acme.com"',
        shown="not used",
        says="The integration user whom the private key signs in.",
    )
    audience: str = option(
        AUDIENCE,
        example='"https://test.salesforce.com"',
        says="Whom the signed request is addressed to: test.salesforce.com for a sandbox org.",
        shortest=1,
    )
    organization_id: Annotated[str, AfterValidator(_organization)] = option(
        "",
        example='"00D5g000001AbcDEAS"',
        shown="no Outbound Messages are taken",
        says="Id of the org whose Outbound Messages are sent to /webhooks/NAME; they make leads and contacts be read "
        "at once.",
    )
    webhook_secret: Secret | None = option(
        None,
        example='{ env = "SALESFORCE_WEBHOOK_SECRET" }',
        says="Secret in the address of the Outbound Message, /webhooks/NAME?secret=…; a message without it is refused.",
        shown="whoever knows the organization's id is believed",
        kind="secret",
    )
    api_version: Annotated[str, AfterValidator(_version)] = option(
        API_VERSION, example='"62.0"', says="Version of the REST API."
    )
    api_share: Share = option(
        0.5, example='"50%"', shown="50%", says="Part of the org's daily API requests we may use."
    )
    daily: int = option(
        100_000,
        example="15000",
        unit="requests",
        at_least=1,
        at_most=100_000_000,
        says="API requests that the org has in 24 hours, until Salesforce itself tells.",
    )
    connect_timeout: Span = option(
        timedelta(seconds=5), example='"5 seconds"', says="How long a connection may take to be made."
    )
    read_timeout: Span = option(
        timedelta(seconds=60),
        example='"60 seconds"',
        says="How long an answer may take; a write, within which the org's triggers run, may take twice as long.",
    )
    connections: int = option(
        4, example="4", unit="connections", at_least=1, at_most=25, says="How many connections are kept open."
    )
    task_key_field: Annotated[str, AfterValidator(_name)] = option(
        "Connector_Key__c",
        example='"Connector_Key__c"',
        says="Unique external ID field of activities that keeps a task from being created twice.",
    )
    bulk_threshold: int = option(
        50_000,
        example="50000",
        unit="rows",
        at_least=1,
        at_most=100_000_000,
        says="From so many rows on, the first load of an object is one bulk job.",
    )

    lookback: Span = option(
        timedelta(days=180),
        example='"180 days"',
        says="How far back activities are read at the first load; people are always read whole.",
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        """Refuse none and two ways of signing in, and a key without its user."""
        if (self.client_secret is None) == (self.private_key is None):
            found = "neither client_secret nor private_key is given" if self.client_secret is None else "both are given"
            raise wrong(
                f"exactly one of client_secret and private_key is wanted, {found}.",
                'Write client_secret = { env = "SALESFORCE_CLIENT_SECRET" }, or private_key with username.',
            )
        if self.private_key is not None and not self.username:
            raise wrong(
                "private_key needs the user whom it signs in.", 'Write username = "connector@acme.com" beside it.'
            )
        if self.webhook_secret is not None and not self.organization_id:
            raise wrong(
                "webhook_secret says nothing without the org whose messages it proves.",
                'Write organization_id = "00D…" beside it, from Setup > Company Information.',
            )
        return self
