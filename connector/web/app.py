"""The routes: webhooks, health, numbers; nothing else is there."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final

from connector.adapters.incoming import Reply
from connector.web.office import Office, Settings, State
from connector.web.receiver import PREFIX, Receive, Receiver, Scope, Send, respond

_JSON: Final = "application/json"
_NOT_FOUND: Final = Reply(404, b"not found", "text/plain; charset=utf-8")
_WRONG_METHOD: Final = Reply(405, b"only GET", "text/plain; charset=utf-8")
_WHO: Final = Reply(401, b"a bearer token is needed", "text/plain; charset=utf-8")
_PASSED_ON: Final = frozenset({b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip"})
_READS: Final = frozenset({"GET", "HEAD"})


class App:
    """The whole HTTP side as an ASGI application."""

    def __init__(self, settings: Settings, office: Office, receiver: Receiver) -> None:
        """Put the routes together."""
        self._settings = settings
        self._office = office
        self._receiver = receiver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if path.startswith(PREFIX):
            await self._receiver(scope, receive, send)
            return
        await respond(send, await self._read(path, scope))

    async def _read(self, path: str, scope: Scope) -> Reply:
        """Answer what is asked about ourselves."""
        if path not in {"/healthz", "/readyz", "/metrics"}:
            return _NOT_FOUND
        if scope["method"] not in _READS:
            return _WRONG_METHOD
        if path == "/healthz":
            return await _state(self._office.healthy)
        if path == "/readyz":
            return await _state(self._office.ready)
        if not self._may(scope):
            return _WHO
        text, content_type = await asyncio.to_thread(self._office.numbers.exposition)
        return Reply(200, text, content_type)

    def _may(self, scope: Scope) -> bool:
        """
        Tell whether the request has the token; without one in the configuration it must come from this machine.

        A proxy on this machine passes strangers on: what names another sender is nobody's own request.
        """
        headers = dict(scope["headers"])
        if self._settings.token is None:
            client = scope.get("client")
            return client is not None and _is_loopback(client[0]) and _PASSED_ON.isdisjoint(headers)
        given = headers.get(b"authorization", b"")
        return hmac.compare_digest(given, f"Bearer {self._settings.token.reveal()}".encode())


def _is_loopback(host: str) -> bool:
    """Tell whether an address is this machine's own; what is none is not."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _state(ask: Callable[[], State]) -> Reply:
    """Return 200 when all is well and 503 when it is not, with the facts; the store is asked in a thread."""
    state = await asyncio.to_thread(ask)
    body = json.dumps({"well": state.well, **state.facts}, default=str).encode()
    return Reply(200 if state.well else 503, body, _JSON)
