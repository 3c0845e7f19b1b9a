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

from connector.signatures.scheme import Request, any_fits, number, octets, too_far

PREFIX: Final = "whsec_"
VERSION: Final = "v1"
_NAMES: Final = ("webhook", "svix")
_MOST_SIGNATURES: Final = 20


class NoKey(ValueError):  # noqa: N818 - the name says what is wrong
    """A secret out of which no key comes; the message is for the admin and holds nothing of the secret."""


def key_of(secret: str) -> bytes:
    """
    Return the bytes that sign: of "whsec_…" what its base64 holds, of words of one's own their UTF-8.

    Raises:
        NoKey: Nothing, or no base64, follows "whsec_"; the configuration check finds it first.
    """
    if not secret.startswith(PREFIX):
        return secret.encode()
    text = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        message = f'what follows "{PREFIX}" in it ({len(text)} characters) is no base64'
        raise NoKey(message) from error
    if not key:
        message = f'nothing follows "{PREFIX}" in it'
        raise NoKey(message)
    return key


def signature(key: bytes, id_: str, timestamp: str, body: bytes) -> str:
    """Return one signature as it stands in the header: "v1,…"."""
    digest = hmac.new(key, b".".join((octets(id_), timestamp.encode(), body)), hashlib.sha256).digest()
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
        # Others, such as the asymmetric "v1a", are left aside before the count, so that they crowd none of ours out.
        signatures = [one for one in given.split(" ") if one.startswith(f"{VERSION},")][:_MOST_SIGNATURES]
        expected = [signature(key, id_, timestamp, request.body).encode() for key in self._keys]
        if not any_fits([octets(one) for one in signatures], expected):
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
