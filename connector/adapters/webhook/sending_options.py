"""Options of `[systems.NAME]` with `kind = "webhook"` that concern what is sent there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from types import MappingProxyType
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

from connector.adapters.webhook.addresses import Network, networks, why_refused
from connector.adapters.webhook.templates import Template, TemplateOption
from connector.commands import Kind
from connector.options import Span, Table, option, wrong
from connector.secrets import REFERENCE, Secret, from_reference

_PORTS: Final = range(1, 65_536)
_INSIDE: Final = frozenset({"localhost", "ip6-localhost", "ip6-loopback"})


def _address(given: object, info: ValidationInfo) -> Secret:
    """Return where to post to: an address, or a reference to one that is itself a secret (Slack's and Teams' are)."""
    if isinstance(given, Secret):
        return given
    url = Secret(given.strip()) if isinstance(given, str) else from_reference(given, info)
    problem = _unusable(url.reveal())
    if problem:
        raise wrong(problem, "Write an address like https://hooks.acme.example/connector.")
    return url


def _unusable(url: str) -> str:
    """Say what is wrong with *url*, which may be a secret and is not repeated; empty when nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no address of the web."
    if parts.scheme not in {"https", "http"} or not parts.hostname or any(one.isspace() for one in url):
        return "it is no address of the web."
    if parts.username is not None or parts.password is not None:
        return "it holds a user name or a password, which would be shown on the way."
    if parts.fragment:
        return "it has a fragment, which is never sent."
    return "" if port is None or port in _PORTS else "its port is none."


def _networks(given: list[str]) -> list[str]:
    """Return *given* when each names a network."""
    for one in given:
        try:
            list(networks([one]))
        except ValueError as error:
            raise wrong(f"{one!r} is no network: {error}.", 'Write "10.1.0.0/16", or one address.') from None
    return given


class SendingOptions(Table):
    """What the webhook adapter can be told about sending."""

    send_to: (
        Annotated[
            Secret,
            BeforeValidator(_address),
            WithJsonSchema({"oneOf": [{"type": "string"}, *REFERENCE["oneOf"]]}),
        ]
        | None
    ) = option(
        None,
        example='"https://hooks.acme.example/connector"',
        says="Address that stages, fields and tasks are posted to, or a reference where it is a secret itself.",
        shown="nothing is sent",
        kind="text or secret",
    )
    allow_addresses: Annotated[list[str], AfterValidator(_networks)] = option(
        [],
        example='["10.1.0.0/16"]',
        says="Networks of your own that may be posted to; only the public Internet may otherwise.",
        shown="none",
    )
    connect_timeout: Span = option(
        timedelta(seconds=5), example='"5 seconds"', says="How long a connection to the receiver may take to be made."
    )
    read_timeout: Span = option(
        timedelta(seconds=15), example='"15 seconds"', says="How long the receiver of what we send may take."
    )
    posts_per_10_seconds: int = option(
        100, example="100", unit="requests", at_least=1, at_most=10_000, says="Most that is posted in ten seconds."
    )
    task_template: TemplateOption | None = option(
        None,
        example='{ text = "{task.subject|slack}" }',
        says='JSON that is posted for a task, or { file = "task.json" } that holds it.',
        kind="table",
        shown="task.created",
    )
    stage_template: TemplateOption | None = option(
        None,
        example='{ text = "{person.email} is {stage} now" }',
        says="JSON that is posted for a stage that a person has reached.",
        kind="table",
        shown="lifecycle.stage_changed",
    )
    fields_template: TemplateOption | None = option(
        None,
        example='{ text = "{person.email}: {fields}" }',
        says="JSON that is posted for result fields that have changed.",
        kind="table",
        shown="lifecycle.fields_changed",
    )


TEMPLATES: Final[Mapping[Kind, str]] = MappingProxyType({
    Kind.TASK: "task_template",
    Kind.STAGE: "stage_template",
    Kind.FIELDS: "fields_template",
})
"""Option that holds the template of each kind."""


def template_of(options: SendingOptions, kind: Kind) -> Template | None:
    """Return the template for commands of *kind*; None where our own JSON is posted."""
    found: Template | None = getattr(options, TEMPLATES[kind])
    return found


def url_of(options: SendingOptions) -> str:
    """Return where to post to, which may be a secret; empty for nowhere."""
    return options.send_to.reveal() if options.send_to is not None else ""


def allowed(options: SendingOptions) -> tuple[Network, ...]:
    """Return the networks that may be posted to beside the public Internet."""
    return tuple(networks(options.allow_addresses))


def leads_inside(options: SendingOptions) -> str:
    """Say, without asking anybody, that the address is none that is ever connected to; empty when nothing shows."""
    parts = urlsplit(url_of(options))
    host = (parts.hostname or "").rstrip(".")
    address = _number(host)
    plain = parts.scheme == "http"
    if not address:
        inside = host in _INSIDE or host.endswith(".localhost")
        address = "127.0.0.1" if inside else ""
    if address:
        return why_refused(address, allowed(options), plain=plain)
    if plain and not options.allow_addresses:
        return "plain http would show what is sent to everybody on the way"
    return ""


def _number(host: str) -> str:
    """Return *host* when it is an address itself; empty for a name."""
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


def signing_secret(options: Any) -> Secret | None:  # noqa: ANN401 - the options of both directions
    """Return the secret that signs what is sent: the first where there are several; None where there is none."""
    given = getattr(options, "secret", None)
    if isinstance(given, list | tuple):
        given = given[0] if given else None
    return given if isinstance(given, Secret) and given else None
