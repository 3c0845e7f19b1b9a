"""What nobody signed is not believed, and learns nothing; what was signed is believed however it is spelt."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import random
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.signatures.hubspot import HubSpotV3
from connector.signatures.scheme import Request
from connector.signatures.shared import Shared
from connector.signatures.signing import by_hubspot, by_standard
from connector.signatures.standard import NoKey, Standard, key_of, signature

from tests.signatures.doorstep import REFUSED, Doorstep, Said
from tests.signatures.forging import BODY, NOW, SECRET, SENDERS, forged, same

OTHER: Final = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
STAMP: Final = str(int(NOW.timestamp()))


def asked(headers: dict[str, str], *, target: str = "/webhooks/w") -> Request:
    """Return a request."""
    return Request(headers, BODY, target, NOW)


def standard(secret: str = SECRET) -> dict[str, str]:
    """Return the headers of Standard Webhooks."""
    return dict(by_standard(secret, BODY, "msg_1", NOW).headers)


def test_everybody_of_the_corpus_is_genuine_before_anything_is_changed(tmp_path: Path) -> None:
    """Or nothing that is found about the changed ones would mean anything."""

    async def heard() -> list[int]:
        """Knock once for each."""
        door = Doorstep(tmp_path)
        return [(await door.knock(one, one.request))[0] for one in SENDERS]

    assert {one.name: one.scheme.refusal(one.request) for one in SENDERS} == {one.name: "" for one in SENDERS}
    assert asyncio.run(heard()) == [204] * len(SENDERS)


def test_nothing_that_was_changed_is_believed(tmp_path: Path) -> None:
    """
    Bodies, signatures, instants, ids, addresses, times of arrival; whoever it is hears the same twelve letters.

    `python -m bench.forgeries` tries many more.
    """
    chance = random.Random(1)
    tried = [one for one in (forged(chance) for _ in range(3_000)) if not same(*one)]
    assert len(tried) > 2_500

    async def heard() -> set[Said]:
        """Knock once for each."""
        door = Doorstep(tmp_path)
        return {await door.knock(*one) for one in tried}

    assert [one for one in tried if not one[0].scheme.refusal(one[1])] == []
    assert asyncio.run(heard()) == {REFUSED}


def test_what_says_the_same_is_believed_however_it_is_spelt() -> None:
    """What is left out of the count above is no forgery: case of hexadecimals, escapes in the address."""
    chance = random.Random(3)
    spelt = [one for one in (forged(chance) for _ in range(6_000)) if same(*one)]
    assert [(one.name, request) for one, request in spelt if one.scheme.refusal(request)] == []


def test_an_id_that_nobody_signed_names_nothing() -> None:
    """Whoever saw one delivery cannot make another one of it by giving it another id; a signed id is its name."""
    for sender in SENDERS:
        scheme, request = sender.scheme, sender.request
        more = {**request.headers, "x-github-delivery": "d-2", "x-request-id": "7", "idempotency-key": "8"}
        again = replace(request, headers=more)
        assert not scheme.refusal(again)
        assert scheme.identity(again) == scheme.identity(request)
        assert scheme.identity(request) == ("msg_1" if isinstance(scheme, Standard) else "")


def test_an_id_of_another_kind_beside_the_signed_one_is_not_taken() -> None:
    """Svix's headers are genuine, the others are somebody's: they decide together, or not at all."""
    theirs = {name.replace("webhook", "svix"): text for name, text in standard().items()}
    scheme, request = Standard([SECRET]), asked({**theirs, "webhook-id": "msg_2"})
    assert scheme.refusal(asked({**theirs, **standard(OTHER)}))
    assert not scheme.refusal(request)
    assert scheme.identity(request) == "msg_1"


def test_of_the_signatures_in_a_header_all_of_version_one_are_looked_at() -> None:
    """Up to twenty; others of other versions crowd none out, and no other spelling of the version is one."""
    made = standard()["webhook-signature"]
    scheme = Standard([SECRET])
    for header, fits in (
        (f"{'v1a,AAAA ' * 60}{made}", True),
        (f"{'v1,AAAA ' * 19}{made}", True),
        (f"{'v1,AAAA ' * 20}{made}", False),
        (made.replace("v1,", "V1,"), False),
        (made.replace("v1,", "v1a,"), False),
        (made.replace("v1,", "v2,"), False),
        (made.replace("v1,", ""), False),
        (made.replace("v1,", "v1, "), False),
        (f"{made}=", False),
        (made.rstrip("="), False),
        (f" {made} ", True),
        (made.replace("v1,", "\xa0v1,"), False),
    ):
        assert (not scheme.refusal(asked({**standard(), "webhook-signature": header}))) is fits, header


@pytest.mark.parametrize(
    "stamp", ["", "-1", "1e9", "+1", " 1", "1.0", "\u0661", "\u00b2", "9" * 16, "NaN", "0x10", f"{STAMP}.0"]
)
def test_an_instant_is_a_whole_number(stamp: str) -> None:
    """As the specification has it: no exponent, no sign, no digits of another script, none that goes on for ever."""
    headers = {**standard(), "webhook-timestamp": stamp}
    headers["webhook-signature"] = signature(key_of(SECRET), "msg_1", stamp, BODY)
    assert Standard([SECRET]).refusal(asked(headers))


@pytest.mark.parametrize("secret", ["whsec_", "whsec_=", "whsec_!!!!", "whsec_MfKQ9r8GKYqrTwjUPD8IL"])
def test_a_secret_without_a_key_never_signs(secret: str) -> None:
    """An empty key would be everybody's; the reason says nothing of the secret."""
    with pytest.raises(NoKey) as refused:
        Standard([secret])
    words = secret.removeprefix("whsec_")
    assert len(words) < 2 or words not in str(refused.value)


def test_secrets_with_letters_of_other_scripts_travel_as_their_bytes() -> None:
    """A header is read as Latin-1; the bytes are compared, so that they fit what the configuration says."""
    secret = "grün-größer-Ω-secret"
    seen = secret.encode().decode("latin-1")
    basic = base64.b64encode(f"any:{secret}".encode()).decode()
    assert not Shared("X-Token", [secret]).refusal(asked({"x-token": seen}))
    assert not Shared("Authorization", [secret]).refusal(asked({"authorization": f"Bearer {seen}"}))
    assert not Shared("Authorization", [secret]).refusal(asked({"authorization": f"Basic {basic}"}))
    assert not Shared("?key", [secret]).refusal(asked({}, target=f"/w?key={quote(secret)}"))
    digest = hmac.new(key_of(SECRET), f"größe.{STAMP}.".encode() + BODY, hashlib.sha256).digest()
    headers = {**standard(), "webhook-id": "größe".encode().decode("latin-1")}
    headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    assert not Standard([SECRET]).refusal(asked(headers))


def test_the_address_is_decoded_once_and_only_where_hubspot_decodes() -> None:
    """What was called with an escaped escape is not what was called with the letter."""
    scheme = HubSpotV3(["app"], "https://a.example")
    for signed, called, fits in (
        ("/w?a=x:y", "/w?a=x%3Ay", True),
        ("/w?a=x%3Ay", "/w?a=x:y", True),
        ("/w?a=x%253Ay", "/w?a=x%253Ay", True),
        ("/w?a=x%253Ay", "/w?a=x%3Ay", False),
        ("/w?a=%20", "/w?a= ", False),
        ("/w?a=%26b=1", "/w?a=&b=1", False),
        ("/w?a=1", "/w?a=1&", False),
        ("/w", "/w?", False),
    ):
        made = by_hubspot("app", f"https://a.example{signed}", BODY, NOW)
        assert (not scheme.refusal(asked(dict(made.headers), target=called))) is fits, called


def test_secrets_of_hubspot_are_exchanged_without_a_gap() -> None:
    """While two are configured either may sign."""
    both = HubSpotV3(["new", "old"], "https://a.example")
    for secret, fits in (("new", True), ("old", True), ("older", False)):
        made = by_hubspot(secret, "https://a.example/webhooks/w", BODY, NOW)
        assert (not both.refusal(asked(dict(made.headers)))) is fits


def test_base64_has_one_spelling() -> None:
    """The last letter of a digest has bits that say nothing: with others in them it is another header."""
    sender = next(one for one in SENDERS if one.name == "typeform")
    genuine = sender.request.headers["typeform-signature"]
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/":
        changed = f"{genuine[:-2]}{letter}="
        request = replace(sender.request, headers={**sender.request.headers, "typeform-signature": changed})
        assert bool(sender.scheme.refusal(request)) is (changed != genuine)


def test_a_digest_without_its_prefix_is_none() -> None:
    """However right it is."""
    for sender in [one for one in SENDERS if one.name in {"github", "typeform"}]:
        headers = {name: text.removeprefix("sha256=") for name, text in sender.request.headers.items()}
        assert sender.scheme.refusal(replace(sender.request, headers=headers))


def test_only_the_parameter_that_is_named_is_the_secret() -> None:
    """Not whatever stands in the address."""
    scheme = Shared("?key", ["s3cret"])
    assert scheme.refusal(asked({}, target="/w?other=s3cret"))
    assert scheme.refusal(asked({}, target="/s3cret"))
    assert not scheme.refusal(asked({}, target="/w?key=guess&key=s3cret")), "any of several"


NAMES: Final = sorted({name for one in SENDERS for name in one.request.headers})
ANY: Final = st.text(st.characters() | st.sampled_from("\ud800\udfff\xb2v1,=t%"), max_size=40)
"""Lone surrogates too, though no door lets them in."""


@settings(max_examples=200, deadline=None)
@given(headers=st.dictionaries(st.sampled_from(NAMES), ANY, max_size=6), body=st.binary(max_size=60), target=ANY)
@example(headers=dict.fromkeys(NAMES, "\ud800"), body=b"", target="/w?secret=\ud800&key=\ud800")
@example(headers={}, body=b"", target="/w\ud800")
def test_nothing_raises(headers: dict[str, str], body: bytes, target: str) -> None:
    """Whatever a header holds: it is not believed, and nobody falls over it."""
    for sender in SENDERS:
        for given_ in (headers, {**sender.request.headers, **headers}):
            request = Request(given_, body, target, NOW)
            assert isinstance(sender.scheme.refusal(request), str)
            assert isinstance(sender.scheme.identity(request), str)
