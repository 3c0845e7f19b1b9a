"""A simulated CRM without sockets: stands where a client keeps its pool of connections."""

from __future__ import annotations

import io
from datetime import timedelta
from http.client import IncompleteRead
from typing import TYPE_CHECKING, NoReturn, Protocol
from urllib.parse import urlencode

from typing_extensions import override
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError, ReadTimeoutError
from urllib3.util import Timeout

from connector.sandbox.exchange import ConnectionCut, Request, Response, packed, request_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connector.sandbox.journal import ExchangeLog

NO_WAIT = timedelta()
NO_LIMIT = timedelta(days=3650)


class Served(Protocol):
    """What answers requests: a portal."""

    def handle(self, request: Request) -> Response:
        """Answer one request or raise ConnectionCut."""
        ...


class InProcess:
    """
    Stands in for ``ApiClient.rest_client.pool_manager`` of hubspot-api-client 12, a urllib3 pool manager.

    Faults come out as urllib3 raises them: a cut connection as ProtocolError, silence beyond the read time-out as
    ReadTimeoutError, a body that breaks off as IncompleteRead when it is read.
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
            served: The portal.
            wait: Called with the time an answer takes, to move a virtual clock; nobody waits if it is None.
            log: Where every exchange is written.
        """
        self._served = served
        self._wait = wait
        self._log = log
        self.requests = 0

    def request(  # noqa: PLR0913 -- the signature of urllib3's pool manager
        self,
        method: str,
        url: str,
        body: bytes | str | None = None,
        fields: Sequence[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        preload_content: bool = True,
        timeout: Timeout | float | None = None,
        **_options: object,
    ) -> HTTPResponse:
        """Carry one request over and return the answer as urllib3 would."""
        self.requests += 1
        if fields:
            text = urlencode(list(fields))
            if method in {"GET", "DELETE", "HEAD"}:
                url += ("&" if "?" in url else "?") + text
            else:
                body = text
        content = body.encode() if isinstance(body, str) else body or b""
        request = request_of(method, url, headers or {}, content)
        patience = _patience(timeout)
        try:
            response = self._served.handle(request)
        except ConnectionCut as cut:
            self._give_up(cut.silence, patience, url)
        if response.delay > patience:
            self._give_up(response.delay, patience, url)
        self._pass(response.delay)
        if self._log:
            self._log.write(request, response)
        return _answer(request, response, preload=preload_content)

    def _pass(self, span: timedelta) -> None:
        """Let virtual time pass."""
        if self._wait and span:
            self._wait(span)

    def _give_up(self, silence: timedelta, patience: timedelta, url: str) -> NoReturn:
        """Raise what a client sees when no answer comes."""
        if silence > patience:
            self._pass(patience)
            raise ReadTimeoutError(None, url, "Read timed out.")  # type: ignore[arg-type]
        self._pass(silence)
        message = "Connection aborted."
        raise ProtocolError(message, ConnectionResetError(104, "Connection reset by peer"))


def _patience(timeout: Timeout | float | None) -> timedelta:
    """Return how long the client waits for an answer."""
    if isinstance(timeout, Timeout):
        seconds = timeout.read_timeout if timeout.total is None else timeout.total
    else:
        seconds = timeout
    return timedelta(seconds=seconds) if isinstance(seconds, int | float) else NO_LIMIT


class _Broken(io.BytesIO):
    """A body whose connection ends before its promised length."""

    @override
    def read(self, size: int | None = -1) -> bytes:
        """Read what came, then fail as http.client does."""
        raise IncompleteRead(super().read(size))


def _answer(request: Request, response: Response, *, preload: bool) -> HTTPResponse:
    """Return an answer as urllib3 gives it, gzipped if it was asked for; a cut one breaks when it is read."""
    sent = packed(request, response)
    body = io.BytesIO(sent.body) if response.cut is None else _Broken(sent.body[: response.cut])
    return HTTPResponse(
        body=body,
        headers=sent.headers,
        status=sent.status,
        preload_content=preload,
        enforce_content_length=True,
        request_method=request.method,
    )
