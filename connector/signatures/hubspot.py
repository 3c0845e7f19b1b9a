"""
HubSpot's signature, version 3; versions 1 and 2 are not believed, since they have no instant.

Source: developers.hubspot.com, "Request validation", read 2026-11-23: HMAC-SHA256 over method, URI, body and timestamp
in milliseconds with the app's client secret, as base64; the URI decoded at the characters named below and nowhere else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from connector.signatures.scheme import Request, any_fits, number, octets, too_far

_DECODED: Final[Mapping[str, str]] = MappingProxyType({
    f"%{ord(sign):02X}": sign for sign in (":", "/", "?", "@", "!", "$", "'", "(", ")", "*", ",", ";")
})
_CODE: Final = re.compile("|".join(map(re.escape, _DECODED)), re.IGNORECASE)
_SIGNATURE: Final = "x-hubspot-signature-v3"
_TIMESTAMP: Final = "x-hubspot-request-timestamp"
_MILLIS: Final = 1000


def decoded(uri: str) -> str:
    """Return *uri* as HubSpot signs it."""
    return _CODE.sub(lambda found: _DECODED[found[0].upper()], uri)


class HubSpotV3:
    """HubSpot's notifications; what was called is built from the configuration, since a proxy may say otherwise."""

    signed = True

    def __init__(self, secrets: Sequence[str], public_url: str) -> None:
        """Believe whoever has one of *secrets* and called us at *public_url*, which has no path."""
        self._keys = tuple(one.encode() for one in secrets)
        self._public_url = public_url

    def refusal(self, request: Request) -> str:
        """See `Scheme.refusal`."""
        given, timestamp = request.headers.get(_SIGNATURE, ""), request.headers.get(_TIMESTAMP, "")
        millis = number(timestamp)
        if not given or millis is None:
            return f"{_SIGNATURE} or {_TIMESTAMP} is missing"
        if too_far(millis / _MILLIS, request.at):
            return f"{_TIMESTAMP} is further than five minutes from now"
        uri = self._public_url.encode() + octets(decoded(request.target))
        text = b"POST" + uri + request.body + timestamp.encode()
        expected = [base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()) for key in self._keys]
        if not any_fits([octets(given)], expected):
            return "the signature does not fit; [web] public_url must be the address that HubSpot calls"
        return ""

    def identity(self, request: Request) -> str:
        """Return "": a body has many events, and the body is its own id."""
        del request
        return ""
