"""One HTTP exchange as the sandboxes see it, whatever carries it: sockets or a direct call."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALLEST_GZIP = 1024
"""Bodies below this many bytes are sent as they are, even to a client that takes gzip."""

NONE: Mapping[str, str] = MappingProxyType({})
NO_QUERY: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent; header names are lower case, a query name may have several values."""

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NO_QUERY)
    headers: Mapping[str, str] = field(default_factory=lambda: NONE)
    body: bytes = b""

    def first(self, name: str) -> str | None:
        """Return the first value of the query parameter *name*, None when it is not there."""
        values = self.query.get(name)
        return values[0] if values else None

    def listed(self, name: str) -> tuple[str, ...]:
        """Return all values of *name*, given repeatedly or joined by commas, without empty ones."""
        return tuple(part for value in self.query.get(name, ()) for part in value.split(",") if part)


@dataclass(frozen=True, slots=True)
class Response:
    """
    What goes back.

    *delay* is how long the vendor would have taken. A *cut* answer is broken off: the transport sends only so
    many bytes of the body (the length header promises all of them) and drops the connection.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    delay: timedelta = field(default=timedelta())
    cut: int | None = None


class ConnectionCut(Exception):  # noqa: N818 -- it is an outcome that a test asks for, not an error of the sandbox
    """
    The connection ends without an answer.

    Attributes:
        silence: How long nothing comes before the end; zero is a reset at once, much is a stall.
    """

    def __init__(self, silence: timedelta = timedelta()) -> None:
        """Take the *silence* before the end."""
        super().__init__(f"no answer, connection ends after {silence}")
        self.silence = silence


def request_of(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Return the request for a request line's *target* (path with query, or a whole URL)."""
    parts = urlsplit(target)
    query: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query[name] = (*query.get(name, ()), value)
    path = parts.path if parts.path == "/" else parts.path.rstrip("/")
    return Request(method.upper(), path, query, {k.lower(): v for k, v in headers.items()}, body)


def packed(request: Request, response: Response) -> Response:
    """Return *response* gzipped when the client asked for it and it is worth it, with its length header."""
    body, headers = response.body, dict(response.headers)
    if "gzip" in request.headers.get("accept-encoding", "") and len(body) >= SMALLEST_GZIP and response.cut is None:
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    if response.status != 204:  # noqa: PLR2004 -- an answer without content has no length header
        headers["Content-Length"] = str(len(body))
    return replace(response, headers=headers, body=body)
