"""Whether what comes in by itself can be believed: a secret, and a way of signing that can be checked."""

from __future__ import annotations

from collections.abc import Iterator

from connector.adapters.hubspot.options import Options as HubSpot
from connector.adapters.salesforce import Options as SalesforceOptions
from connector.adapters.webhook.receiving import NONE, SHORTEST, ReceivingOptions, doubts, faults
from connector.config.draft import Draft
from connector.problems import Path


def what_comes_in_can_be_believed(draft: Draft) -> None:
    """Every system that something is mapped from says how its sender is known."""
    _hubspot(draft)
    for name, options in _receiving(draft):
        base: Path = ("systems", name)
        mapping = draft.mappings[name]
        receives = bool(mapping.engagements or any(one.columns for one in mapping.objects))
        if receives and not options.secret and options.signature != NONE:
            hint = f'Add secret = {{ env = "{name.upper()}_SECRET" }}, or say signature = "none" and accept the risk.'
            draft.wrong(base, f"nothing says how what comes from {name} can be believed.", hint)
        for key, words, hint in faults(options):
            draft.wrong((*base, key), words, hint)
        for key, words, hint in doubts(options) if receives else ():
            draft.doubtful((*base, key), words, hint)


def _hubspot(draft: Draft) -> None:
    """HubSpot signs the address that it calls, which nothing but the configuration can tell behind a proxy."""
    web = draft.document.web
    for name, system in draft.systems.items():
        if isinstance(system.options, HubSpot) and system.options.webhook_secret and not (web and web.public_url):
            words = f"HubSpot signs the address that it calls, and no [web] public_url says what {name} is called at."
            hint = f'Add public_url = "https://hooks.acme.example" to [web]: what stands before /webhooks/{name} there.'
            draft.wrong(("systems", name, "webhook_secret"), words, hint)


def outbound_messages_can_be_believed(draft: Draft) -> None:
    """An org that sends Outbound Messages, which are not signed, has a secret in their address."""
    for name, system in draft.systems.items():
        options = system.options
        if not isinstance(options, SalesforceOptions) or not options.organization_id:
            continue
        secret = options.webhook_secret
        if secret is None:
            words = "Outbound Messages are not signed: whoever knows the id of the org is believed."
            hint = f'Add webhook_secret = {{ env = "{name.upper()}_WEBHOOK_SECRET" }}, and ?secret=… to their address.'
            draft.doubtful(("systems", name, "organization_id"), words, hint)
        elif len(secret.reveal().encode()) < SHORTEST:
            words = f"the secret is shorter than {SHORTEST} bytes and might be guessed."
            draft.doubtful(("systems", name, "webhook_secret"), words, "Make one by: openssl rand -hex 32")


def _receiving(draft: Draft) -> Iterator[tuple[str, ReceivingOptions]]:
    """Yield the systems that may send by themselves."""
    for name, system in draft.systems.items():
        if isinstance(system.options, ReceivingOptions):
            yield name, system.options
