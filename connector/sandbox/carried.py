"""A simulated CRM without sockets, for clients that speak through requests."""

from __future__ import annotations

import io
from datetime import timedelta
from http.client import IncompleteRead
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from typing_extensions import override
from urllib3 import HTTPResponse

from connector.sandbox.exchange import ConnectionCut, packed, request_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.sandbox.exchange import Request, Response
    from connector.sandbox.inprocess import Served
    from connector.sandbox.journal import ExchangeLog

NO_WAIT = timedelta()
NO_LIMIT = timedelta(days=3650)

Timeout = float | tuple[float, float] | tuple[float, None] | None


class Carried(BaseAdapter):
    """
    Stands where a requests session has its adapter; mount it for ``https://`` and ``http://``.

    Faults come out as requests raises them: a cut connection as ConnectionError, silence beyond the read time-out
    as ReadTimeout, a body that breaks off as ChunkedEncodingError.
    """

    def __init__(
        self,
        served: Served,
        *,
        wait: Callable[[timedelta], None] | None = None,
        log: ExchangeLog | None = None,
    ) -> None:
        """
        Carry requests to *served*.

        Args:
            served: What answers: an org or a portal.
            wait: Called with the time an answer takes, to move a virtual clock; nobody waits if it is None.
            log: Where every exchange is written.
        """
        super().__init__()
        self._served = served
        self._wait = wait
        self._log = log
        self._builder = HTTPAdapter()
        self.requests = 0

    @override
    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Timeout = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Carry one request over and return the answer as requests would."""
        del verify, cert, proxies
        self.requests += 1
        patience = _patience(timeout)
        asked = _asked(request)
        try:
            response = self._served.handle(asked)
        except ConnectionCut as cut:
            self._give_up(cut.silence, patience, request)
        if response.delay > patience:
            self._give_up(response.delay, patience, request)
        self._pass(response.delay)
        if self._log:
            self._log.write(asked, response)
        answer = self._builder.build_response(request, _raw(asked, response))
        if not stream:
            _ = answer.content  # requests reads the body here, and a broken one is told as ChunkedEncodingError
        return answer

    @override
    def close(self) -> None:
        """Hold nothing, so let nothing go."""

    def _pass(self, span: timedelta) -> None:
        """Let virtual time pass."""
        if self._wait and span:
            self._wait(span)

    def _give_up(self, silence: timedelta, patience: timedelta, request: requests.PreparedRequest) -> NoReturn:
        """Raise what a client sees when no answer comes."""
        if silence > patience:
            self._pass(patience)
            raise requests.exceptions.ReadTimeout("Read timed out.", request=request)
        self._pass(silence)
        reset = ConnectionResetError(104, "Connection reset by peer")
        raise requests.exceptions.ConnectionError("Connection aborted.", reset, request=request)


def _patience(timeout: Timeout) -> timedelta:
    """Return how long the client waits for an answer."""
    seconds = timeout[1] if isinstance(timeout, tuple) else timeout
    return NO_LIMIT if seconds is None else timedelta(seconds=seconds)


def _asked(request: requests.PreparedRequest) -> Request:
    """Return the request as the sandboxes see it, with the Host header that a socket would have been sent."""
    url = request.url or ""
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else bytes(body)
    headers = {str(name): _text(value) for name, value in request.headers.items()}
    headers.setdefault("Host", urlsplit(url).netloc)
    return request_of(request.method or "GET", url, headers, content)


def _text(value: str | bytes) -> str:
    """Return a header's value as text."""
    return value.decode("latin-1") if isinstance(value, bytes) else value


class _Broken(io.BytesIO):
    """A body whose connection ends before its promised length."""

    @override
    def read(self, size: int | None = -1) -> bytes:
        """Read what came, then fail as http.client does."""
        raise IncompleteRead(super().read(size))


def _raw(request: Request, response: Response) -> HTTPResponse:
    """Return an answer as urllib3 gives it, gzipped if it was asked for; a cut one breaks when it is read."""
    sent = packed(request, response)
    body = io.BytesIO(sent.body) if response.cut is None else _Broken(sent.body[: response.cut])
    return HTTPResponse(
        body=body,
        headers=sent.headers,
        status=sent.status,
        preload_content=False,
        enforce_content_length=True,
        request_method=request.method,
    )
