"""Many keep-alive connections that post signed events as fast as they are answered, over bare sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import urlsplit

from typing_extensions import override

from bench.door import SYSTEM, signature

_SIZE: Final = 1024
_END_OF_HEAD: Final = b"\r\n\r\n"
_LONGEST: Final = 60.0


@dataclass(slots=True)
class Knocks:
    """
    What came of one round.

    Attributes:
        seconds: From the first request to the last answer.
        waits: Seconds each answer took, in no order.
        taken: Ids that were answered 2xx.
        others: Answers of another status.
        broken: Connections that ended before all their answers had come.
    """

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    others: int = 0
    broken: int = 0

    @property
    def per_second(self) -> float:
        """Return how many were taken in a second."""
        return len(self.taken) / self.seconds if self.seconds else 0.0

    def waited(self, share: float) -> float:
        """Return the seconds within which *share* of the answers came."""
        listed = sorted(self.waits)
        return listed[min(len(listed) - 1, int(len(listed) * share))] if listed else 0.0


def event(id_: str) -> bytes:
    """Return the request that posts a signed event of 1 KB."""
    body = b'{"id":"%s","type":"page_viewed","email":"ann@buyer.example","text":"' % id_.encode()
    body += b"x" * (_SIZE - len(body) - 2) + b'"}'
    timestamp = str(int(time.time()))
    head = (
        f"POST /webhooks/{SYSTEM} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nwebhook-id: {id_}\r\nwebhook-timestamp: {timestamp}\r\n"
        f"webhook-signature: {signature(id_, timestamp, body)}\r\n\r\n"
    )
    return head.encode() + body


class _Knocker(asyncio.Protocol):
    """One connection: posts one event, waits for its answer, posts the next."""

    def __init__(self, events: Iterator[tuple[str, bytes]], knocks: Knocks, ended: asyncio.Future[None]) -> None:
        """Take events from the common heap until it is empty."""
        self._events = events
        self._knocks = knocks
        self._ended = ended
        self._read = b""
        self._id = ""
        self._began = 0.0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def _next(self) -> None:
        """Post the next event, or end."""
        following = next(self._events, None)
        if following is None:
            self._id = ""
            self._transport.close()
            return
        self._id, request = following
        self._began = time.perf_counter()
        self._transport.write(request)

    @override
    def data_received(self, data: bytes) -> None:
        """Take a part of an answer; answers without a body end with their head, others with what was declared."""
        self._read += data
        end = self._read.find(_END_OF_HEAD)
        if end < 0:
            return
        head = self._read[:end].lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if len(self._read) < end + len(_END_OF_HEAD) + length:
            return
        self._read = b""
        self._knocks.waits.append(time.perf_counter() - self._began)
        if head[9:10] == b"2":
            self._knocks.taken.append(self._id)
        else:
            self._knocks.others += 1
        self._next()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Be done; a request without an answer was broken off."""
        del exc
        if self._id:
            self._knocks.broken += 1
        if not self._ended.done():
            self._ended.set_result(None)


async def _all(url: str, events: Iterator[tuple[str, bytes]], connections: int, begun: Callable[[], object]) -> Knocks:
    """Knock over *connections* connections until all events are posted."""
    loop = asyncio.get_running_loop()
    address = urlsplit(url)
    knocks = Knocks()
    ends = [loop.create_future() for _ in range(connections)]
    began = time.perf_counter()
    for ended in ends:
        await loop.create_connection(
            lambda ended=ended: _Knocker(events, knocks, ended),  # type: ignore[misc]
            address.hostname or "",
            address.port or 0,
        )
    begun()
    await asyncio.wait_for(asyncio.gather(*ends), _LONGEST)
    knocks.seconds = time.perf_counter() - began
    return knocks


def _nothing() -> None:
    """Do nothing."""


def knock(url: str, ids: Sequence[str], connections: int = 64, begun: Callable[[], object] = _nothing) -> Knocks:
    """Post one event for each of *ids*, made before the clock starts; *begun* is called when all are connected."""
    made = [(id_, event(id_)) for id_ in ids]
    return asyncio.run(_all(url, iter(made), connections, begun))
