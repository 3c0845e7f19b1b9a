"""Signatures: what others make verifies with ours, ours with theirs, and nothing else is believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from standardwebhooks import Webhook as Theirs
from svix.webhooks import Webhook as Svix

from connector.signatures.hubspot import HubSpotV3, decoded
from connector.signatures.recipes import KNOWN, Hmac, Recipe
from connector.signatures.scheme import Request, Scheme
from connector.signatures.shared import Shared, Unsigned
from connector.signatures.standard import Standard, key_of, signature

NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER: Final = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY: Final = b'{"event":"booking.created","id":7}'
STAMP: Final = str(int(NOW.timestamp()))


def asked(headers: dict[str, str], body: bytes = BODY, *, target: str = "/webhooks/w", at: datetime = NOW) -> Request:
    """Return a request."""
    return Request(headers, body, target, at)


def standard(secret: str = SECRET, *, at: datetime = NOW, name: str = "webhook") -> dict[str, str]:
    """Return the headers that a sender with *secret* makes."""
    stamp = str(int(at.timestamp()))
    made = signature(key_of(secret), "msg_1", stamp, BODY)
    return {f"{name}-id": "msg_1", f"{name}-timestamp": stamp, f"{name}-signature": made}


def believed(scheme: Scheme, request: Request) -> bool:
    """Tell whether *scheme* believes *request*."""
    return not scheme.refusal(request)


def test_what_the_reference_libraries_sign_is_believed_and_ours_by_them() -> None:
    """Both libraries and we agree on every message, in both directions."""
    now = datetime.now(UTC)
    for made in (Theirs(SECRET), Svix(SECRET)):
        stamp = str(int(now.timestamp()))
        headers = {"webhook-id": "msg_2", "webhook-timestamp": stamp}
        headers["webhook-signature"] = made.sign("msg_2", now, BODY.decode())
        assert believed(Standard([SECRET]), asked(headers, at=now))
        made.verify(BODY, standard(at=now))
    assert believed(Standard([SECRET]), asked(standard(name="svix")))


def test_the_published_vector_is_believed() -> None:
    """The example of the specification's libraries, at its own time."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = datetime.fromtimestamp(1614265330, UTC)
    assert believed(Standard([SECRET]), asked(headers, b'{"test": 2432232314}', at=at))


def test_secrets_are_exchanged_without_a_gap() -> None:
    """While two are configured either may sign; a sender may also send both signatures."""
    both = Standard([OTHER, SECRET])
    assert believed(both, asked(standard(SECRET)))
    assert believed(both, asked(standard(OTHER)))
    headers = standard(OTHER)
    headers["webhook-signature"] = f"v1a,ignored {headers['webhook-signature']} {standard()['webhook-signature']}"
    assert believed(Standard([SECRET]), asked(headers))
    assert not believed(Standard([OTHER]), asked(standard(SECRET)))


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 86_400])
def test_a_stale_or_future_instant_is_not_believed(seconds: int) -> None:
    """Five minutes either way, and no more."""
    headers = standard(at=NOW + timedelta(seconds=seconds))
    assert "further than five minutes" in Standard([SECRET]).refusal(asked(headers))
    assert believed(Standard([SECRET]), asked(standard(at=NOW + timedelta(seconds=299 if seconds > 0 else -299))))


def test_words_of_ones_own_are_a_secret_too() -> None:
    """Without the prefix the text itself signs."""
    assert believed(Standard(["correct horse battery staple"]), asked(standard("correct horse battery staple")))


def test_the_two_vectors_of_hubspot_are_believed() -> None:
    """Recomputed for the public example; the timestamp is in milliseconds."""
    scheme = HubSpotV3(["yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"], "https://www.example.com")
    for stamp, made in (
        ("1693657560000", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
        ("1700000300000", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
    ):
        headers = {"x-hubspot-signature-v3": made, "x-hubspot-request-timestamp": stamp}
        at = datetime.fromtimestamp(int(stamp) / 1000, UTC)
        body = b"{'example_field':'example_value'}"
        assert believed(scheme, asked(headers, body, target="/webhook_uri", at=at))
        assert not believed(scheme, asked(headers, body, target="/webhook_uri", at=at + timedelta(seconds=301)))
        assert not believed(scheme, asked(headers, body, target="/webhook_uri", at=at - timedelta(seconds=301)))
        assert not believed(scheme, asked(headers, body + b" ", target="/webhook_uri", at=at))
        assert not believed(scheme, asked(headers, body, target="/webhook_uri?x", at=at))


def test_only_some_characters_of_the_uri_are_decoded() -> None:
    """As HubSpot does it: a space and a percent sign stay as they are written."""
    assert decoded("https://a.example/x%3Ay%2fz%40%20%25?q=%21%24") == "https://a.example/x:y/z@%20%25?q=!$"


def made_by(recipe: Recipe, secret: str, body: bytes = BODY, stamp: str = STAMP) -> dict[str, str]:
    """Return the headers that a sender of *recipe* makes."""
    signed = recipe.signs.encode().replace(b"{timestamp}", stamp.encode()).replace(b"{body}", body)
    digest = hmac.new(secret.encode(), signed, getattr(hashlib, recipe.algorithm)).digest()
    text = recipe.prefix + (digest.hex() if recipe.encoding == "hex" else base64.b64encode(digest).decode())
    if recipe.part:
        return {recipe.header: f"{recipe.timestamp}={stamp}, {recipe.part}={text}"}
    return {recipe.header: text, **({recipe.timestamp: stamp} if recipe.timestamp else {})}


@pytest.mark.parametrize("name", KNOWN)
def test_senders_are_believed_by_their_own_habits(name: str) -> None:
    """The right secret, body and instant, and nothing else."""
    recipe = KNOWN[name]
    scheme = Hmac(recipe, ["old", "secret"])
    assert believed(scheme, asked(made_by(recipe, "secret")))
    assert believed(scheme, asked(made_by(recipe, "old")))
    assert not believed(scheme, asked(made_by(recipe, "guess")))
    assert not believed(scheme, asked(made_by(recipe, "secret"), BODY + b" "))
    assert not believed(scheme, asked({}))
    if recipe.timestamp:
        for seconds in (-301, 301):
            late = str(int(NOW.timestamp()) + seconds)
            assert not believed(scheme, asked(made_by(recipe, "secret", stamp=late)))
        assert believed(scheme, asked(made_by(recipe, "secret", stamp=STAMP + "000"))), "milliseconds are seen"


def test_published_signatures_of_senders_are_believed() -> None:
    """GitHub's documented example: the secret, the body and the header as its page has them."""
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    scheme = Hmac(KNOWN["github"], ["It's a Secret to Everybody"])
    assert believed(scheme, asked({"x-hub-signature-256": header}, b"Hello, World!"))
    assert scheme.identity(asked({"x-github-delivery": "d1"})) == "", "nothing signs it"


def test_a_shared_secret_travels_in_many_ways() -> None:
    """Header, bearer, password of basic authorization, query; one wrong letter and it is not believed."""
    basic = base64.b64encode(b"anybody:s3cret").decode()
    cases: tuple[tuple[str, dict[str, str], str], ...] = (
        ("X-Token", {"x-token": "s3cret"}, "/w"),
        ("Authorization", {"authorization": "s3cret"}, "/w"),
        ("Authorization", {"authorization": "Bearer s3cret"}, "/w"),
        ("Authorization", {"authorization": f"Basic {basic}"}, "/w"),
        ("?key", {}, "/w?a=1&key=s3cret"),
    )
    for where, headers, target in cases:
        assert believed(Shared(where, ["old", "s3cret"]), asked(headers, target=target))
        assert not believed(Shared(where, ["s3creT"]), asked(headers, target=target))
        assert not believed(Shared(where, ["s3cret"]), asked({}))


def test_unsigned_says_so() -> None:
    """Everybody is believed, and whoever asks can see it."""
    assert believed(Unsigned(), asked({}))
    assert not Unsigned.signed
    assert Standard.signed
    assert HubSpotV3.signed
    assert Hmac.signed
    assert Shared.signed
