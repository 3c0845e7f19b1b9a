"""A simulated CRM on a loopback port: HTTP/1.1 with connections that stay open."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import override

from connector.sandbox.exchange import ConnectionCut, Response, packed, request_of
from connector.sandbox.instants import utc_now

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from datetime import datetime

    from connector.sandbox.inprocess import Served
    from connector.sandbox.journal import ExchangeLog

LOOPBACK = "127.0.0.1"
CHUNKED = "chunked"


def _sleep(span: timedelta) -> None:
    """Wait in real time."""
    if span > timedelta():
        time.sleep(span / timedelta(seconds=1))


class _Handler(BaseHTTPRequestHandler):
    """Carries requests of one connection to the portal; one write per answer."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    wbufsize = -1  # unbuffered, headers and body go out in two segments: 40 ms per request on a kept connection
    disable_nagle_algorithm = True
    server: _Listener  # type: ignore[mutable-override]  # only this listener makes handlers

    def _carry(self) -> None:
        """Answer one request."""
        request = request_of(self.command, self.path, dict(self.headers.items()), self._content())
        try:
            response = self.server.served.handle(request)
        except ConnectionCut as cut:
            _sleep(cut.silence)
            self._drop()
            return
        _sleep(response.delay)
        if self.server.log:
            self.server.log.write(request, response)
        self._send(packed(request, response))

    def _content(self) -> bytes:
        """Return the body of the request, sent whole or in chunks."""
        if self.headers.get("Transfer-Encoding", "").lower() != CHUNKED:
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, response: Response) -> None:
        """Send an answer with one flush; a cut one ends in the middle of its body."""
        self.send_response_only(response.status)
        usual = {"Server": self.version_string(), "Date": self.date_time_string()}
        for name, value in {**usual, **response.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body[: response.cut])
        self.wfile.flush()
        if response.cut is not None:
            self._drop()

    def _drop(self) -> None:
        """End the connection."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(2)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _carry  # noqa: N815 -- the names http.server looks for

    @override
    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the portal's instant for `Date`: clients take it for the vendor's time."""
        del timestamp
        return format_datetime(self.server.clock(), usegmt=True)

    @override
    def log_message(self, *_args: Any) -> None:
        """Say nothing on stderr; exchanges go to the log file."""


class _Listener(ThreadingHTTPServer):
    """Listens for connections and remembers them, so that stopping ends those that are kept open."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, served: Served, log: ExchangeLog | None, clock: Callable[[], datetime]) -> None:
        """Listen on a loopback port, any free one for 0."""
        self.served = served
        self.log = log
        self.clock = clock
        self._open: set[socket.socket] = set()
        super().__init__((LOOPBACK, port), _Handler)

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember a new connection."""
        self._open.add(request)
        super().process_request(request, client_address)

    @override
    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that ended."""
        self._open.discard(request)
        super().shutdown_request(request)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client that went away go quietly; report everything else as usual."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """End all connections that are open."""
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(2)


class Server:
    """A running (or not yet running) sandbox; also a context manager."""

    def __init__(self, listener: _Listener) -> None:
        """Take what listens; its port is known already."""
        self._listener = listener
        self._thread: threading.Thread | None = None
        self.url = f"http://{LOOPBACK}:{listener.server_address[1]}"

    def start(self) -> Self:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving, end all connections and free the port."""
        if self._thread:
            self._listener.shutdown()
            self._thread.join()
            self._thread = None
        self._listener.close_connections()
        self._listener.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()


def serve(
    portal: Served, port: int = 0, *, log: ExchangeLog | None = None, clock: Callable[[], datetime] = utc_now
) -> Server:
    """
    Return a server for *portal* on a loopback port (0: any free one), listening already but not yet started.

    *clock* is the portal's, for the `Date` of answers.
    """
    return Server(_Listener(port, portal, log, clock))
