"""
Standard Webhooks 1.0, with HMAC-SHA256 signatures ("v1").

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, read 2026-11-23. Svix sends the same
under names of its own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from connector.signatures.scheme import Request, any_fits, number, too_far

PREFIX: Final = "whsec_"
VERSION: Final = "v1"
_NAMES: Final = ("webhook", "svix")
_MOST_SIGNATURES: Final = 20


def key_of(secret: str) -> bytes:
    """Return the bytes that sign: of "whsec_…" what its base64 holds, of words of one's own their UTF-8."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    text = secret.removeprefix(PREFIX)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def signature(key: bytes, id_: str, timestamp: str, body: bytes) -> str:
    """Return one signature as it stands in the header: "v1,…"."""
    digest = hmac.new(key, b".".join((id_.encode(), timestamp.encode(), body)), hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"


class Standard:
    """Standard Webhooks with one or several secrets, of which any may sign while they are exchanged."""

    signed = True

    def __init__(self, secrets: Sequence[str]) -> None:
        """Believe whoever has one of *secrets*."""
        self._keys = tuple(map(key_of, secrets))

    def refusal(self, request: Request) -> str:
        """See `Scheme.refusal`."""
        name = self._name(request)
        if not name:
            return "webhook-id, webhook-timestamp or webhook-signature is missing"
        id_, timestamp, given = (request.headers[f"{name}-{part}"] for part in ("id", "timestamp", "signature"))
        seconds = number(timestamp)
        if seconds is None:
            return "webhook-timestamp is no number of seconds"
        if too_far(seconds, request.at):
            return "webhook-timestamp is further than five minutes from now"
        signatures = [one for one in given.split()[:_MOST_SIGNATURES] if one.startswith(f"{VERSION},")]
        expected = [signature(key, id_, timestamp, request.body).encode() for key in self._keys]
        if not any_fits([one.encode() for one in signatures], expected):
            return "no signature fits"
        return ""

    def identity(self, request: Request) -> str:
        """See `Scheme.identity`."""
        name = self._name(request)
        return request.headers[f"{name}-id"] if name else ""

    @staticmethod
    def _name(request: Request) -> str:
        """Return under which names the headers stand, "" when one is missing."""
        for name in _NAMES:
            if all(request.headers.get(f"{name}-{part}") for part in ("id", "timestamp", "signature")):
                return name
        return ""
