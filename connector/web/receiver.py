"""
POST /webhooks/NAME: verify, store, answer; what it means is worked out later.

Plain ASGI, since every event passes here. A request is answered with 2xx only after it is durable, or when nothing asks
for it; one that cannot be taken now gets 429 or 503 with Retry-After, so that its sender comes again.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from connector.adapters.incoming import Forged, Incoming, Posted, Reply
from connector.store.base import Acceptance, Delivery
from connector.web.bodies import too_much
from connector.web.committer import Closed, Committer, Full
from connector.web.office import Office, Result, Settings, Systems
from connector.web.rates import Rate

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX: Final = "/webhooks/"
MOST_HEADERS: Final = 16 * 1024
"""Bytes of all header names and values together."""
_LONGEST_ID: Final = 255
_FORGERIES_PER_SECOND: Final = 1.0
_FORGERIES_AT_ONCE: Final = 60
_AGAIN: Final = 2
"""Seconds after which to come again when the store is busy."""
_UNREAD: Final = frozenset({404, 405, 408, 413, 415, 429, 431, 503})
"""Refusals before the body was read to its end: the connection is closed, or the rest of it could take for ever."""
_TOLD: Final = frozenset({Result.MALFORMED, Result.TOO_LARGE, Result.BUSY})
"""Refusals that an operator should hear of; the others are noted where more is known of them."""
_NO_CONTENT: Final = 204
_OK: Final = Reply(200)
_UNASKED: Final = Reply(_NO_CONTENT)


class Refusal(Exception):  # noqa: N818 - the name says what the sender gets
    """A request that is not taken: status, the words of the body, and after how many seconds to come again."""

    def __init__(self, status: int, words: str, result: Result, after: int = 0) -> None:
        """Keep what is answered and counted."""
        self.reply = Reply(status, words.encode(), "text/plain; charset=utf-8")
        self.result = result
        self.after = after
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a sender gets, and what is counted."""

    reply: Reply
    result: Result


class Receiver:
    """The door for webhooks."""

    def __init__(self, settings: Settings, office: Office, committer: Committer) -> None:
        """Open it for nobody yet; see `use`."""
        self._settings = settings
        self._office = office
        self._committer = committer
        self._systems: Systems = {}
        self._reading = 0
        self._rate = Rate(settings.per_second, settings.per_second * 10)
        self._forgeries = Rate(_FORGERIES_PER_SECOND, _FORGERIES_AT_ONCE)

    def use(self, systems: Systems) -> None:
        """Take from *systems* from now on."""
        self._systems = systems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = time.monotonic()
        name = scope["path"].removeprefix(PREFIX)
        incoming = self._systems.get(name)
        after = 0
        try:
            answered = await self._take(name, incoming, scope, receive)
        except Refusal as refusal:
            answered, after = Answered(refusal.reply, refusal.result), refusal.after
            if incoming is not None and refusal.result in _TOLD:
                facts = {"system": name, "reason": str(refusal), "status": refusal.reply.status}
                self._office.note("webhook_refused", facts)
        self._office.numbers.received(name if incoming is not None else "", answered.result)
        await respond(send, answered.reply, after=after, close=answered.reply.status in _UNREAD)
        self._office.numbers.answered(time.monotonic() - began)

    async def _take(self, name: str, incoming: Incoming | None, scope: Scope, receive: Receive) -> Answered:
        """Take one request; Refusal where it cannot be taken."""
        source = scope["client"][0] if scope.get("client") else ""
        wait = self._rate.wait(source, time.monotonic()) or self._forgeries.empty(source, time.monotonic())
        if wait:
            raise Refusal(429, "too many requests", Result.BUSY, wait)
        if incoming is None:
            raise Refusal(404, "not found", Result.UNKNOWN_SYSTEM)
        if scope["method"] != "POST":
            raise Refusal(405, "only POST is taken", Result.MALFORMED)
        headers = self._headers(scope["headers"])
        posted = Posted(_target(scope), headers, await self._body(headers, receive), self._office.clock())
        verdict = incoming.verify(posted)
        if isinstance(verdict, Forged):
            self._forgeries.wait(source, time.monotonic())
            self._office.note("webhook_refused", {"system": name, "reason": verdict.reason})
            raise Refusal(401, "not accepted", Result.FORGED)
        if verdict.body is not None:
            posted = replace(posted, body=verdict.body)
        body = posted.body
        if too_much(body, self._settings.bounds):
            raise Refusal(413, "too deep or too many keys", Result.TOO_LARGE)
        content_type = headers.get("content-type", "").lower()
        if not incoming.asked_for(body, content_type, headers):
            return Answered(_UNASKED if incoming.reply.status == _NO_CONTENT else incoming.reply, Result.UNASKED)
        delivery = self._delivery(name, incoming, posted, verdict.id, content_type)
        return await self._store(incoming, delivery)

    def _headers(self, raw: Sequence[tuple[bytes, bytes]]) -> Mapping[str, str]:
        """Return headers by lower-case name; Refusal where they are too large."""
        if sum(len(name) + len(value) for name, value in raw) > MOST_HEADERS:
            raise Refusal(431, "headers too large", Result.TOO_LARGE)
        headers: dict[str, str] = {}
        for name, value in raw:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise Refusal(415, "send the body as it is, not compressed", Result.MALFORMED)
        return headers

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        """Return the whole body; Refusal for one that is too large, too slow or broken off."""
        largest = self._settings.bounds.largest
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > largest:
            raise Refusal(413, "too large", Result.TOO_LARGE)
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._settings.read_timeout.total_seconds()):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refusal(400, "broken off", Result.MALFORMED)
                    part = message.get("body", b"")
                    size += len(part)
                    self._reading += len(part)
                    if size > largest:
                        raise Refusal(413, "too large", Result.TOO_LARGE)
                    if self._reading > max(self._settings.memory, largest):
                        raise Refusal(503, "too much at once", Result.BUSY, _AGAIN)
                    parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise Refusal(408, "too slow", Result.MALFORMED) from None
        finally:
            self._reading -= size

    def _delivery(self, name: str, incoming: Incoming, posted: Posted, id_: str, content_type: str) -> Delivery:
        """Return what is kept of a request; without an id of the sender's its body is its id."""
        digest = hashlib.sha256(posted.body).hexdigest()
        kept = {key: posted.headers[key] for key in incoming.kept if key in posted.headers}
        event_id = id_ if 0 < len(id_) <= _LONGEST_ID else f"sha256:{digest}"
        return Delivery(name, event_id, digest, posted.body, posted.at, content_type, kept)

    async def _store(self, incoming: Incoming, delivery: Delivery) -> Answered:
        """Wait until it is durable; Refusal where it cannot be now, or is another delivery under a known id."""
        try:
            acceptance = await self._committer.store(delivery)
        except Full:
            raise Refusal(503, "too much at once", Result.BUSY, _AGAIN) from None
        except Closed as closed:
            self._office.note("webhook_not_stored", {"system": delivery.system, "reason": str(closed)})
            raise Refusal(503, "cannot be stored now", Result.BUSY, _AGAIN) from None
        if acceptance is Acceptance.CONFLICT:
            facts = {"system": delivery.system, "delivery": delivery.event_id, "sha256": delivery.digest}
            self._office.note("webhook_conflict", facts)
            raise Refusal(409, "this id was used for another body", Result.CONFLICT)
        if acceptance is Acceptance.REPEATED:
            repeated = _OK if incoming.reply.status == _NO_CONTENT else incoming.reply
            return Answered(repeated, Result.REPEATED)
        return Answered(incoming.reply, Result.ACCEPTED)


def _target(scope: Scope) -> str:
    """Return path and query as they stood in the request line."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (path + b"?" + query if query else path).decode("latin-1")


async def respond(send: Send, reply: Reply, *, after: int = 0, close: bool = False) -> None:
    """Send one answer; *after* asks to come again after so many seconds, *close* ends the connection."""
    headers = [(b"content-length", str(len(reply.body)).encode())] if reply.status != _NO_CONTENT else []
    if reply.content_type:
        headers.append((b"content-type", reply.content_type.encode()))
    if after:
        headers.append((b"retry-after", str(after).encode()))
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if reply.status == _NO_CONTENT else reply.body})
