"""The HTTP server: uvicorn in a thread of its own, in the same process as the schedule."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Final

import uvicorn

from connector.web.app import App
from connector.web.committer import Committer
from connector.web.lines import lines
from connector.web.office import Office, Settings, Systems
from connector.web.receiver import Receiver

_PATIENCE: Final = 5.0
"""Seconds that requests under way get at the end."""
_BACKLOG: Final = 2048
_MOST_CONNECTIONS: Final = 4096
"""Connections and requests at once; beyond, 503 is answered without reading anything."""
_START: Final = 10.0
_LOOK_EVERY: Final = 0.005


class CannotListen(Exception):  # noqa: N818 - the name says what happened
    """The address cannot be listened on; the text is a sentence for the admin."""


class Server:
    """A running server; make it by `serve`."""

    def __init__(self, settings: Settings, office: Office) -> None:
        """
        Bind the address and begin to serve.

        Raises:
            CannotListen: The address is taken, not ours, or not allowed.
        """
        self._socket = _bound(settings)
        self._committer = Committer(office.store, _waking(office), settings.room, settings.memory)
        self._receiver = Receiver(settings, office, self._committer)
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                App(settings, office, self._receiver),
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                interface="asgi3",
                http=lines(settings.read_timeout),
                log_level="error",
                backlog=_BACKLOG,
                timeout_keep_alive=75,
                limit_concurrency=_MOST_CONNECTIONS,
                timeout_graceful_shutdown=int(_PATIENCE),
            )
        )
        self._thread = threading.Thread(target=self._work, name="web", daemon=True)
        self._committer.start()
        self._thread.start()
        ends = time.monotonic() + _START
        while not self._uvicorn.started and self._thread.is_alive() and time.monotonic() < ends:
            time.sleep(_LOOK_EVERY)

    @property
    def url(self) -> str:
        """Where it answers: "http://127.0.0.1:8080"."""
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def use(self, systems: Systems) -> None:
        """Take webhooks from *systems* from now on."""
        self._receiver.use(systems)

    def stop(self) -> None:
        """Let what is under way get its answer, then end."""
        self._uvicorn.should_exit = True
        self._thread.join(timeout=_PATIENCE * 2)
        self._committer.stop(_PATIENCE)
        with contextlib.suppress(OSError):
            self._socket.close()

    def _work(self) -> None:
        """Serve until told to end."""
        asyncio.run(self._uvicorn.serve(sockets=[self._socket]))


def serve(settings: Settings, office: Office, systems: Systems) -> Server:
    """Return a server that takes webhooks from *systems*; raises as `Server`."""
    server = Server(settings, office)
    server.use(systems)
    return server


def _waking(office: Office) -> Callable[[], None]:
    """Return how to wake whoever reads the inbox; that it fails is noted, and nobody's answer waits for it."""

    def wake() -> None:
        """Wake them."""
        try:
            office.wake()
        except Exception as error:  # noqa: BLE001 - what is stored is read with the next pass, whatever this was
            office.note("webhook_wake_failed", {"reason": repr(error)})

    return wake


def _bound(settings: Settings) -> socket.socket:
    """Return a listening socket."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((settings.host, settings.port))
    except OSError as error:
        made.close()
        where = f"{settings.host}:{settings.port}"
        raise CannotListen(f"{where} cannot be listened on: {error.strerror or error}.") from error
    return made
