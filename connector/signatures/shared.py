"""For senders that cannot sign: a secret that travels with each request, or nothing at all."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from connector.signatures.scheme import Request, any_fits, octets

QUERY: Final = "?"
"""Before the name of a query parameter, where a sender can set nothing but the address."""
_AUTHORIZATION: Final = "authorization"
_MOST_PARAMETERS: Final = 50


class Shared:
    """A secret in a header, as bearer token or password of the Authorization header, or in the query."""

    signed = True

    def __init__(self, where: str, secrets: Sequence[str]) -> None:
        """Believe whoever sends one of *secrets* in *where*: a header's name, or "?" and that of a parameter."""
        self._where = where if where.startswith(QUERY) else where.lower()
        self._secrets = tuple(one.encode() for one in secrets)

    def refusal(self, request: Request) -> str:
        """See `Scheme.refusal`."""
        given = self._given(request)
        if not given:
            return f"{self._where} is missing"
        return "" if any_fits(given, self._secrets) else f"{self._where} is wrong"

    def identity(self, request: Request) -> str:
        """Return "": nothing names the delivery."""
        del request
        return ""

    def _given(self, request: Request) -> list[bytes]:
        """Return what may be the secret."""
        if self._where.startswith(QUERY):
            _, _, query = request.target.partition("?")
            try:
                pairs = parse_qsl(query, max_num_fields=_MOST_PARAMETERS)
            except ValueError:
                return []
            name = self._where.removeprefix(QUERY)
            return [value.encode("utf-8", "surrogatepass") for key, value in pairs if key == name]
        text = request.headers.get(self._where, "")
        if not text:
            return []
        scheme, _, words = text.partition(" ")
        if self._where != _AUTHORIZATION or not words:
            return [octets(text)]
        if scheme.lower() == "basic":
            return [octets(text), *_password(words)]
        return [octets(text), octets(words)] if scheme.lower() == "bearer" else [octets(text)]


def _password(words: str) -> list[bytes]:
    """Return the password of basic authorization; whatever the user is called."""
    try:
        _, _, password = base64.b64decode(words, validate=True).partition(b":")
    except ValueError:
        return []
    return [password] if password else []


class Unsigned:
    """Whoever knows the address is believed; the configuration has to say so."""

    signed = False

    def refusal(self, request: Request) -> str:
        """Return "": everybody is believed."""
        del request
        return ""

    def identity(self, request: Request) -> str:
        """Return the id by which Standard Webhooks names deliveries, should it be there."""
        return request.headers.get("webhook-id", "")
