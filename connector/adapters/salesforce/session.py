"""
The held connections: a `requests.Session` that can only do what we want of it.

No redirects, no cookies, nothing taken from the environment (a `REQUESTS_CA_BUNDLE` would silently change whom we
trust), a time-out on every request, and no host but the ones admitted: an id or a path that is none could otherwise
carry the token elsewhere.
"""

from __future__ import annotations

import io
import ssl
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Final
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.exceptions import ConnectTimeout, InvalidSchema, InvalidURL, MissingSchema
from typing_extensions import override
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from connector.adapters.base import Clock
from connector.adapters.http import user_agent

AUTO_ASSIGN: Final = "Sforce-Auto-Assign"
_CHUNK: Final = 65_536
_LARGEST: Final = 128 * 1024 * 1024
_Timeouts = tuple[float, float]


class TooSlow(requests.RequestException):
    """An answer did not come to its end in time, or does not end."""


class Guard(BaseAdapter):
    """Stands before the real connections: time-outs, admitted hosts, answers read to their end within the deadline."""

    def __init__(self, inner: BaseAdapter, clock: Clock, connect: timedelta, read: timedelta) -> None:
        """Admit nobody yet."""
        super().__init__()
        self._inner = inner
        self._clock = clock
        self._timeouts: _Timeouts = (connect.total_seconds(), read.total_seconds())
        self._admitted: frozenset[str] = frozenset()
        self._lock = threading.Lock()

    def admit(self, base: str) -> None:
        """Let requests go to *base*, a scheme with a host and maybe a port."""
        with self._lock:
            self._admitted |= {_origin(base)}

    @override
    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: bool | str = True,
        cert: object = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """
        Send one request; the answer is read to its end.

        Raises:
            InvalidURL: The host was not admitted; nothing was sent.
            TooSlow: The answer takes longer than the time-outs together, or is too large.
            RequestException: As the inner adapter raises it.
        """
        if _origin(request.url or "") not in self._admitted:
            message = f"{urlsplit(request.url or '').netloc or 'no host'} is not the org's"
            raise InvalidURL(message)
        allowed = timeout if isinstance(timeout, tuple) else self._timeouts
        started = self._clock()
        response = self._inner.send(request, stream=True, timeout=allowed, verify=verify, cert=None, proxies=None)
        if response.is_redirect:
            # Without its address nobody can follow it, however the session is used.
            response.headers.pop("Location")
        if isinstance(response.raw, urllib3.HTTPResponse):
            until = started + timedelta(seconds=sum(allowed))
            response.raw = io.BytesIO(self._content(response.raw, until))
        return response

    @override
    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()

    def _content(self, raw: urllib3.HTTPResponse, until: datetime) -> bytes:
        """Read *raw* to its end, but not for ever: a read time-out alone allows a byte a minute."""
        parts: list[bytes] = []
        size = 0
        # Not `stream`, which waits for a whole chunk however slowly it drips in.
        while part := raw.read1(_CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > _LARGEST or self._clock() > until:
                raw.close()
                message = f"the answer did not end in time or within {_LARGEST:,} bytes"
                raise TooSlow(message)
        return b"".join(parts)


def held(guard: Guard) -> requests.Session:
    """
    Return the session whose every request goes through *guard*.

    `Sforce-Auto-Assign: FALSE` stands on the session: it defaults to TRUE, and a stage write that lacks it lets the
    org's assignment rules change the owner.
    """
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update({
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "User-Agent": user_agent(),
        AUTO_ASSIGN: "FALSE",
    })
    session.adapters.clear()
    session.mount("https://", guard)
    session.mount("http://", guard)
    return session


def real(connections: int) -> BaseAdapter:
    """Return the real connections, which try nothing twice."""
    retries = urllib3.Retry(0, redirect=0, read=False, raise_on_redirect=False, raise_on_status=False)
    return HTTPAdapter(pool_connections=2, pool_maxsize=connections, max_retries=retries)


def certainly_not_sent(error: Exception) -> bool:
    """Say whether *error* came up before any byte of the request could leave."""
    if isinstance(error, ConnectTimeout | InvalidURL | InvalidSchema | MissingSchema):
        return True
    return any(_while_connecting(each) for each in _causes(error))


def reason_of(error: Exception) -> str:
    """Return what a person needs of *error*: the host, and what happened without the names of Python's classes."""
    causes = _causes(error)
    pool = next((each.pool for each in causes if isinstance(each, MaxRetryError)), None)
    host, port = getattr(pool, "host", ""), getattr(pool, "port", "")
    where = f"{host}:{port}: " if host else ""
    return where + (str(causes[-1]).rsplit("): ", maxsplit=1)[-1] or type(causes[-1]).__name__)


def _while_connecting(error: BaseException) -> bool:
    """Say whether *error* belongs to the making of a connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return True
    return isinstance(error, NewConnectionError | ConnectTimeoutError)


def _causes(error: Exception) -> list[Exception]:
    """Return *error* and what it wraps, outermost first: `requests` wraps urllib3, which wraps what happened."""
    found: list[Exception] = [error]
    while len(found) < 8:  # noqa: PLR2004 - no error wraps another so deep; a ring must end
        last = found[-1]
        inner = last.reason if isinstance(last, MaxRetryError) else next(iter(last.args), None)
        if not isinstance(inner, Exception) or not isinstance(last, requests.RequestException | HTTPError):
            return found
        found.append(inner)
    return found


def _origin(url: str) -> str:
    """Return scheme, host and port of *url* in one spelling."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://{parts.hostname}:{port}"
