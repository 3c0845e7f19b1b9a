"""Genuine requests of every known sender, and the same with one thing changed that the sender's secret stands for."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from connector.signatures.hubspot import HubSpotV3
from connector.signatures.recipes import KNOWN, Hmac, Recipe
from connector.signatures.scheme import Request, Scheme
from connector.signatures.shared import Shared
from connector.signatures.signing import Signed, by_hubspot, by_recipe, by_sharing, by_standard
from connector.signatures.standard import Standard

NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY: Final = b'{"event":"booking.created","id":7}'
TARGET: Final = "/webhooks/w"
_PUBLIC: Final = "https://a.example"
_UNSIGNED: Final = MappingProxyType({"x-github-delivery": "d-1", "content-type": "application/json"})
"""Headers that no secret stands for."""
_LETTERS: Final = string.ascii_letters + string.digits + "+/=,._-?&%: "
_FIVE_MINUTES: Final = 300


@dataclass(frozen=True, slots=True)
class Sender:
    """
    Somebody who sends, and one genuine request of theirs.

    Attributes:
        name: For reports.
        scheme: How they are believed.
        request: Genuine.
        covers: Which parts of it their secret stands for: body, headers, target, time.
        folds: Headers whose upper and lower case say the same: hexadecimals.
    """

    name: str
    scheme: Scheme
    request: Request
    covers: frozenset[str]
    folds: frozenset[str] = frozenset()


def _sender(  # noqa: PLR0913 - the parts of a request
    name: str, scheme: Scheme, signed: Signed, covers: str, *, target: str = TARGET, hexadecimal: bool = False
) -> Sender:
    """Return a sender by what goes with the body."""
    headers = {**signed.headers, **_UNSIGNED}
    request = Request(MappingProxyType(headers), BODY, target + signed.query, NOW)
    return Sender(
        name, scheme, request, frozenset(covers.split()), frozenset(signed.headers) if hexadecimal else frozenset()
    )


def _of_recipe(name: str, recipe: Recipe) -> Sender:
    """Return a sender of *recipe*."""
    signed = by_recipe(recipe, "secret", BODY, NOW)
    covers = "body headers" + (" time" if recipe.timestamp else "")
    return _sender(name, Hmac(recipe, ["secret"]), signed, covers, hexadecimal=recipe.encoding == "hex")


_CALLED: Final = f"{TARGET}?app=9%3A1&from=%20eu"
_ODD: Final = Recipe("x-sign", part="S", timestamp="T", signs="v0:{timestamp}:{body}:", algorithm="sha512")
_STANDARD: Final = by_standard(SECRET, BODY, "msg_1", NOW)
SENDERS: Final = (
    _sender("standard", Standard([SECRET]), _STANDARD, "body headers time"),
    _sender(
        "svix",
        Standard([SECRET]),
        Signed({name.replace("webhook", "svix"): value for name, value in _STANDARD.headers.items()}),
        "body headers time",
    ),
    _sender(
        "hubspot",
        HubSpotV3(["app"], _PUBLIC),
        by_hubspot("app", _PUBLIC + _CALLED, BODY, NOW),
        "body headers time target",
        target=_CALLED,
    ),
    *(_of_recipe(name, recipe) for name, recipe in (*KNOWN.items(), ("odd", _ODD))),
    _sender("shared in a header", Shared("X-Token", ["s3cret"]), by_sharing("X-Token", "s3cret"), "headers"),
    _sender(
        "shared as a bearer",
        Shared("Authorization", ["s3cret"]),
        by_sharing("authorization", "Bearer s3cret"),
        "headers",
    ),
    _sender("shared in the address", Shared("?key", ["s3cret"]), by_sharing("?key", "s3cret"), "target"),
)


def forged(chance: random.Random) -> tuple[Sender, Request]:
    """Return a sender and their request with one part that the secret stands for changed; see `same`."""
    sender = chance.choice(SENDERS)
    request = sender.request
    what = chance.choice(sorted(sender.covers))
    if what == "body":
        return sender, replace(request, body=_changed_bytes(request.body, chance))
    if what == "target":
        return sender, replace(request, target=_changed(request.target, chance))
    if what == "time":
        away = timedelta(seconds=_FIVE_MINUTES + chance.choice((1, 60, 86_400, 10**9)) * chance.uniform(0.001, 1))
        return sender, replace(request, at=request.at + away * chance.choice((-1, 1)))
    name = chance.choice([one for one in request.headers if one not in _UNSIGNED])
    headers = dict(request.headers)
    headers[name] = _changed(headers[name], chance)
    if chance.random() < 0.05:
        del headers[name]
    return sender, replace(request, headers=headers)


def same(sender: Sender, request: Request) -> bool:
    """Tell whether a changed request still says the same: its signature or its address is only spelt otherwise."""
    genuine = sender.request
    return (
        request.body == genuine.body
        and (request.at == genuine.at or "time" not in sender.covers)
        and _said(sender, request.headers) == _said(sender, genuine.headers)
        and _address(sender, request.target) == _address(sender, genuine.target)
    )


def _said(sender: Sender, headers: Mapping[str, str]) -> dict[str, object]:
    """Return what headers say, without spellings that mean nothing: case of hexadecimals and schemes, outer blanks."""
    found: dict[str, object] = {}
    for name, text in headers.items():
        if name in _UNSIGNED:
            continue
        if name == "authorization":
            scheme, _, words = text.partition(" ")
            found[name] = (scheme.lower(), words)
        elif name in sender.folds:
            pairs = [one.strip().partition("=") for one in text.split(",")]
            found[name] = [(key if sign else key.lower(), sign, value.lower()) for key, sign, value in pairs]
        else:
            found[name] = text
    return found


def _address(sender: Sender, target: str) -> object:
    """Return what an address says to a sender's scheme."""
    if isinstance(sender.scheme, Shared):
        return dict(parse_qsl(target.partition("?")[2])).get("key")
    return target.replace("%3a", "%3A").replace("%3A", ":")


def _changed(text: str, chance: random.Random) -> str:
    """Return *text* with a letter changed, added, doubled or gone, or cut off."""
    place = chance.randrange(len(text))
    letter = chance.choice(_LETTERS)
    return chance.choice((
        text[:place] + letter + text[place + 1 :],
        text[:place] + letter + text[place:],
        text[:place] + text[place + 1 :],
        text[:place] + text[place].swapcase() + text[place + 1 :],
        text[:place],
    ))


def _changed_bytes(body: bytes, chance: random.Random) -> bytes:
    """Return *body* with a bit flipped, a byte more, or cut off."""
    place = chance.randrange(len(body))
    flipped = bytes([body[place] ^ 1 << chance.randrange(8)])
    more = bytes([chance.randrange(256)])
    return chance.choice((body[:place] + flipped + body[place + 1 :], body[:place] + more + body[place:], body[:place]))
