"""The recipes in examples/webhooks: each payload comes to what its README promises."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from connector.adapters.webhook.receiving import SHARED, STANDARD, recipe_of, scheme_of
from connector.config.load import load
from connector.config.nouns import Config
from connector.mapping.payloads import PayloadReader
from connector.signatures.scheme import Request
from connector.signatures.signing import Signed, by_recipe, by_sharing, by_standard

from tests.webhooks.made import arrived, told
from tests.webhooks.test_payloads import BINARY

RECIPES = Path(__file__).parent.parent.parent / "examples" / "webhooks"
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"
SECRETS = {
    f"{name}_SECRET": "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
    for name in (*("CALCOM", "CALENDLY", "MEETERGO", "TYPEFORM", "WEBFLOW", "SEGMENT", "BREVO", "MAILCHIMP", "SHOP"),)
}
SAID = (
    ("cal-com", "created.json", "meeting_booked", {"topic": "Demo with Ann Buyer", "start": "2026-11-25T13:00:00Z"}),
    ("calendly", "created.json", "meeting_booked", {"topic": "Demo", "about": "Pricing"}),
    ("meetergo", "created.json", "meeting_booked", {"topic": "Demo"}),
    (
        "typeform",
        "response.json",
        "form_submitted",
        {"form": "Ask for a demo", "topic": "Pricing", "campaign": "autumn"},
    ),
    ("webflow", "submission.json", "form_submitted", {"form": "Contact us", "message": "What does it cost?"}),
    ("brevo", "click.json", "email_clicked", {"campaign": 17, "url": "https://acme.example/pricing"}),
    ("mailchimp", "subscribe.form", "newsletter_subscribed", {"list": "a6b5da1054"}),
    ("cloudevents", "structured.json", "trial_started", {"plan": "team"}),
    ("cloudevents", "batched.json", "trial_started", {"plan": "team"}),
    ("segment", "track.json", "trial_started", {"plan": "team"}),
)


@cache
def recipe(folder: str) -> tuple[Config, PayloadReader]:
    """Return a recipe's configuration and the reader of its payloads."""
    loaded = load(RECIPES / folder / "config.toml", {"HUBSPOT_TOKEN": "t", **SECRETS})
    assert [one.message for one in loaded.problems if not one.warning] == []
    config = loaded.config
    assert config is not None
    name = next(name for name, one in config.systems.items() if one.kind == "webhook")
    return config, PayloadReader(config.mappings[name], config.fields)


SIGNED = {
    "cal-com": "cal.com",
    "calendly": "calendly",
    "typeform": "typeform",
    "webflow": "webflow",
    "segment": "segment",
    "brevo": "shared",
    "mailchimp": "shared",
    "meetergo": "shared",
    "cloudevents": "standard",
}
"""How the sender of each recipe is believed."""


def signed(folder: str, body: bytes, secret: str) -> Signed:
    """Return what the sender of a recipe puts beside a body."""
    config, _ = recipe(folder)
    options: Any = next(one.options for one in config.systems.values() if one.kind == "webhook")
    if options.signature == STANDARD:
        return by_standard(secret, body, "msg_1", NINE)
    if options.signature == SHARED:
        return by_sharing(options.header, f"Bearer {secret}" if folder == "brevo" else secret)
    return by_recipe(recipe_of(options), secret, body, NINE)


@pytest.mark.parametrize("folder", SIGNED)
def test_a_sender_is_believed_as_its_recipe_says_and_nobody_else(folder: str) -> None:
    """The right secret is, a wrong one and none are not; `examples/webhooks/README.md` says which way it is."""
    config, _ = recipe(folder)
    options: Any = next(one.options for one in config.systems.values() if one.kind == "webhook")
    scheme = scheme_of(options)
    assert scheme is not None
    assert scheme.signed
    assert options.signature == SIGNED[folder]
    body = next(one for one in sorted((RECIPES / folder).iterdir()) if one.suffix in {".json", ".form"}).read_bytes()
    secret = options.secret[0].reveal()
    for words, fits in ((secret, True), ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", False)):
        made = signed(folder, body, words)
        request = Request(made.headers, body, f"/webhooks/{folder}{made.query}", NINE)
        assert (not scheme.refusal(request)) is fits
    assert scheme.refusal(Request({}, body, f"/webhooks/{folder}", NINE))
    written = (RECIPES / "README.md").read_text(encoding="utf-8")
    assert f"| `{folder}` | `{SIGNED[folder]}` |" in written


def test_every_recipe_says_how_its_sender_is_believed() -> None:
    """No folder is forgotten; those of the CRMs have payloads alone."""
    assert {one.name for one in RECIPES.iterdir() if one.is_dir()} == {*SIGNED, "hubspot", "salesforce"}


@pytest.mark.parametrize(("folder", "file", "kind", "attributes"), SAID)
def test_a_payload_of_the_real_shape_is_an_engagement(
    folder: str, file: str, kind: str, attributes: dict[str, object]
) -> None:
    """Of its type, at its instant, with its attributes, of Ann."""
    body = (RECIPES / folder / file).read_bytes()
    delivery = arrived(body, content_type=FORM if file.endswith(".form") else "application/json")
    people, (one,), withdrawn = told(recipe(folder)[1], delivery)
    assert (one.type, one.at, dict(one.attributes), withdrawn) == (kind, NINE, attributes, [])
    assert people[0][0] in {"ann@buyer.example", "u-42"}
    assert recipe(folder)[1].asked_for(body, delivery.content_type, {})


def test_a_binary_cloud_event_is_the_structured_one() -> None:
    """With its attributes in headers, as the README says."""
    reader = recipe("cloudevents")[1]
    headers = {**BINARY, "ce-id": "ev-1", "ce-type": "example.acme.trial.started", "ce-time": "2026-11-20T09:00:00Z"}
    binary = told(reader, arrived((RECIPES / "cloudevents" / "binary.json").read_bytes(), headers=headers))
    assert binary == told(reader, arrived((RECIPES / "cloudevents" / "structured.json").read_bytes(), id="other"))


def test_traits_are_told_of_the_person_who_has_the_id() -> None:
    """Segment's identify joins id and address, and fills fields."""
    people, engagements, _ = told(recipe("segment")[1], arrived((RECIPES / "segment" / "identify.json").read_bytes()))
    assert engagements == []
    assert people == [
        ("u-42", {"email": "ann@buyer.example", "first_name": "Ann", "company": "Buyer AG"}),
        ("ann@buyer.example", {}),
    ]


def test_a_delivered_letter_is_not_asked_for() -> None:
    """Only the click is."""
    body = (RECIPES / "brevo" / "delivered.json").read_bytes()
    assert not recipe("brevo")[1].asked_for(body, "application/json", {})


@pytest.mark.parametrize(
    ("folder", "moved", "cancelled"),
    [
        ("cal-com", ("created.json", "rescheduled.json"), ("cancelled.json",)),
        (
            "calendly",
            ("created.json", "rescheduled-canceled.json", "rescheduled-created.json"),
            ("canceled.json",),
        ),
        ("meetergo", ("created.json", "rescheduled.json"), ("cancelled.json",)),
    ],
)
def test_moved_bookings_are_one_and_cancelled_ones_none_in_any_order(
    folder: str, moved: tuple[str, ...], cancelled: tuple[str, ...]
) -> None:
    """What is left is what was never taken back, by its keys."""
    for files, left in ((moved, 1), ((*moved, *cancelled), 0)):
        for order in permutations(files):
            keys: set[str] = set()
            gone: set[str] = set()
            for file in order:
                body = (RECIPES / folder / file).read_bytes()
                _, engagements, withdrawn = told(recipe(folder)[1], arrived(body, id=file))
                keys |= {one.key for one in engagements}
                gone |= set(withdrawn)
            assert len(keys - gone) == left, order
