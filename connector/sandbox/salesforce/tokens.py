"""The token endpoint, and the sessions that its tokens open."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from connector.sandbox.instants import SECOND_MS, span_ms
from connector.sandbox.salesforce.errors import Refusal, bad_request, no_token, session_invalid

if TYPE_CHECKING:
    import random

    from connector.sandbox.exchange import Request

IDLE: Final = timedelta(hours=2)
"""How long a session lives without a call (the default of an org's session settings)."""
LOGIN_HOSTS: Final = ("login.salesforce.com", "test.salesforce.com")
JWT_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
MASK: Final = "..."


class Sessions:
    """
    Who may call.

    Attributes:
        idle: How long a token lives without a call.
        broken: Refuse every token, also a fresh one (an org whose policy shuts the connector out).
        issued: How many tokens were given out.
        moved_to: The address that new tokens name, when the org has moved; others are refused then.
    """

    def __init__(self, clients: Mapping[str, str], org_id: str, user_id: str, chance: random.Random) -> None:
        """Know the consumer keys with their secrets."""
        self.idle = IDLE
        self.broken = False
        self.issued = 0
        self.moved_to = ""
        self.clients = dict(clients)
        self._org_id = org_id
        self._user_id = user_id
        self._chance = chance
        self._last_call: dict[str, int] = {}

    def revoke(self) -> None:
        """End every session; the next call with an old token is refused."""
        self._last_call.clear()

    def move(self, instance_url: str) -> None:
        """Let the org live at another address from now on; sessions end."""
        self.moved_to = instance_url.rstrip("/")
        self.revoke()

    def admit(self, request: Request, at_ms: int) -> None:
        """Refuse a request whose token opens no session."""
        header = request.headers.get("authorization", "")
        scheme, _, token = header.partition(" ")
        if header and (scheme.lower() not in {"bearer", "oauth"} or not token):
            raise bad_request("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", 401)
        last = self._last_call.get(token)
        elsewhere = self.moved_to and request.headers.get("host") != urlsplit(self.moved_to).netloc
        if self.broken or elsewhere or last is None or at_ms - last > span_ms(self.idle):
            self._last_call.pop(token, None)
            raise session_invalid()
        self._last_call[token] = at_ms

    def answer(self, request: Request, at_ms: int) -> dict[str, object]:
        """
        Answer ``POST /services/oauth2/token``.

        Raises:
            Refusal: In the object form of this endpoint.
        """
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        grant = form.get("grant_type", "")
        host = request.headers.get("host", "")
        if grant == "client_credentials":
            if host.partition(":")[0] in LOGIN_HOSTS:
                raise no_token("invalid_grant", "request not supported on this domain")
            self._check_secret(request, form)
        elif grant == JWT_GRANT:
            self._check_assertion(form.get("assertion", ""), at_ms)
        else:
            raise no_token("unsupported_grant_type", "grant type not supported")
        return self._issue(host, at_ms)

    def _check_secret(self, request: Request, form: Mapping[str, str]) -> None:
        """Refuse a consumer that is unknown or whose secret is wrong, given in the form or as Basic."""
        key, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, coded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            key, _, secret = _text(coded).partition(":")
            key, secret = unquote_plus(key), unquote_plus(secret)
        if key not in self.clients:
            raise no_token("invalid_client_id", "client identifier invalid")
        if self.clients[key] != secret:
            raise no_token("invalid_client", "invalid client credentials")

    def _check_assertion(self, assertion: str, at_ms: int) -> None:
        """Refuse an assertion of an unknown consumer, or one that is over; the signature is not looked at."""
        parts = assertion.split(".")
        claims = _claims(parts[1]) if len(parts) == 3 else None  # noqa: PLR2004 -- head, claims, signature
        if claims is None:
            raise no_token("invalid_grant", "invalid assertion")
        if claims.get("iss") not in self.clients:
            raise no_token("invalid_client_id", "client identifier invalid")
        if str(claims.get("aud", "")).removeprefix("https://") not in LOGIN_HOSTS:
            raise no_token("invalid_grant", "audience is invalid")
        if not claims.get("sub"):
            raise no_token("invalid_grant", "user hasn't approved this consumer")
        try:
            ends_ms = int(str(claims.get("exp"))) * SECOND_MS
        except ValueError:
            ends_ms = 0
        if ends_ms <= at_ms:
            raise no_token("invalid_grant", "expired authorization code")

    def _issue(self, host: str, at_ms: int) -> dict[str, object]:
        """Open a session and return its token."""
        self.issued += 1
        token = f"{self._org_id[:15]}!AQ{self._chance.getrandbits(320):080x}"
        self._last_call[token] = at_ms
        scheme = "http" if host.rpartition(":")[0] in LOOPBACK or host in LOOPBACK else "https"
        signed = hashlib.sha256(f"{token}{at_ms}".encode()).digest()
        return {
            "access_token": token,
            "signature": base64.b64encode(signed).decode(),
            "scope": "api",
            "instance_url": self.moved_to or f"{scheme}://{host}",
            "id": f"https://login.salesforce.com/id/{self._org_id}/{self._user_id}",
            "token_type": "Bearer",
            "issued_at": str(at_ms),
        }


def _text(coded: str) -> str:
    """Return what a base64 text holds, nothing when it is none."""
    try:
        return base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_").decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _claims(part: str) -> Mapping[str, object] | None:
    """Return the claims of an assertion, None when they cannot be read."""
    try:
        found = json.loads(_text(part))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


__all__ = ["IDLE", "JWT_GRANT", "LOGIN_HOSTS", "Refusal", "Sessions"]
