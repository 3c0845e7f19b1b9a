"""
HMAC over the body, as most senders do it, each with a header, a prefix and a habit of its own.

A recipe says where the signature stands and what it covers; `KNOWN` has those of senders that are much used.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connector.signatures.scheme import Request, any_fits, number, too_far

ALGORITHMS: Final = ("sha256", "sha1", "sha512")
ENCODINGS: Final = ("hex", "base64")
BODY: Final = "{body}"
TIMESTAMP: Final = "{timestamp}"
PLACEHOLDERS: Final = (BODY, TIMESTAMP)
_MILLIS: Final = 1000
_FROM_MILLIS: Final = 10**11
"""Unix seconds reach this in the year 5138; a larger number counts milliseconds."""
_MOST_PARTS: Final = 20


@dataclass(frozen=True, slots=True)
class Recipe:
    """
    How one sender signs.

    Attributes:
        header: Header with the signature, lower case.
        prefix: What stands before the signature there: "sha256="; empty for nothing.
        part: For a header of parts ("t=…,v1=…") the name of the signature's; empty where the header is the signature.
        timestamp: Header with the instant, lower case, or the name of its part; empty where none is signed.
        signs: What is signed, with "{body}" and, where there is an instant, "{timestamp}".
        algorithm: sha256, sha1 or sha512.
        encoding: hex or base64.
    """

    header: str
    prefix: str = ""
    part: str = ""
    timestamp: str = ""
    signs: str = BODY
    algorithm: str = "sha256"
    encoding: str = "hex"


_PARTS: Final = {"part": "v1", "timestamp": "t", "signs": f"{TIMESTAMP}.{BODY}"}
KNOWN: Final[Mapping[str, Recipe]] = MappingProxyType({
    # docs.github.com, "Validating webhook deliveries", 2026-11; X-GitHub-Delivery is not signed and names nothing.
    "github": Recipe("x-hub-signature-256", prefix="sha256="),
    # docs.stripe.com/webhooks, "Verify webhook signatures manually", 2026-11.
    "stripe": Recipe("stripe-signature", **_PARTS),
    # developer.calendly.com, "Webhook Signatures", 2026-11.
    "calendly": Recipe("calendly-webhook-signature", **_PARTS),
    # cal.com/docs, "Webhooks", "Verifying the authenticity of the received payload", 2026-11.
    "cal.com": Recipe("x-cal-signature-256"),
    # typeform.com/developers, "Secure your webhooks", 2026-11.
    "typeform": Recipe("typeform-signature", prefix="sha256=", encoding="base64"),
    # developers.webflow.com, "Verifying Requests", 2026-11: the instant in milliseconds, a colon, the body.
    "webflow": Recipe("x-webflow-signature", timestamp="x-webflow-timestamp", signs=f"{TIMESTAMP}:{BODY}"),
    # The Segment documentation, page "Webhooks (Actions) Destination", its part on authentication, 2026-11.
    "segment": Recipe("x-signature", algorithm="sha1"),
})


class Hmac:
    """One recipe with one or several secrets."""

    signed = True

    def __init__(self, recipe: Recipe, secrets: Sequence[str]) -> None:
        """Believe whoever has one of *secrets* and signs by *recipe*."""
        self._recipe = recipe
        self._keys = tuple(one.encode() for one in secrets)

    def refusal(self, request: Request) -> str:
        """See `Scheme.refusal`."""
        recipe = self._recipe
        text = request.headers.get(recipe.header, "")
        given = _parts(text, recipe.part) if recipe.part else [text]
        digests = [found for one in given if (found := self._digest(one)) is not None]
        if not digests:
            return f"{recipe.header} holds no signature"
        timestamp = self._timestamp(request, text)
        if recipe.timestamp:
            instant = number(timestamp)
            if instant is None:
                return f"there is no instant in {recipe.timestamp}"
            if too_far(instant / _MILLIS if instant >= _FROM_MILLIS else instant, request.at):
                return "it was signed further than five minutes from now"
        before, _, after = recipe.signs.partition(BODY)
        stamp = timestamp.encode()
        signed = b"".join((
            before.encode().replace(TIMESTAMP.encode(), stamp),
            request.body,
            after.encode().replace(TIMESTAMP.encode(), stamp),
        ))
        expected = [hmac.new(key, signed, getattr(hashlib, recipe.algorithm)).digest() for key in self._keys]
        return "" if any_fits(digests, expected) else "the signature does not fit"

    def identity(self, request: Request) -> str:
        """Return "": only the body is signed, and each of these senders names its events there."""
        del request
        return ""

    def _digest(self, text: str) -> bytes | None:
        """Return the bytes that a signature stands for, None when it is none or written in an odd way."""
        if not text.startswith(self._recipe.prefix):
            return None
        written = text.removeprefix(self._recipe.prefix)
        try:
            if self._recipe.encoding == "hex":
                found = bytes.fromhex(written)
                return found if found.hex() == written.lower() else None
            found = base64.b64decode(written, validate=True)
        except (binascii.Error, ValueError):
            return None
        return found if base64.b64encode(found).decode() == written else None

    def _timestamp(self, request: Request, text: str) -> str:
        """Return the instant as the sender wrote it."""
        if self._recipe.part:
            return next(iter(_parts(text, self._recipe.timestamp)), "")
        return request.headers.get(self._recipe.timestamp, "")


def _parts(text: str, name: str) -> list[str]:
    """Return the values of the parts called *name* in "t=1,v1=a,v1=b"."""
    pairs = [one.strip().partition("=") for one in text.split(",", _MOST_PARTS)[:_MOST_PARTS]]
    if not all(sign for _, sign, _ in pairs):
        return []
    return [value for key, _, value in pairs if key == name and value]
