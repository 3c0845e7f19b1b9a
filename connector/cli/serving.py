"""The HTTP side of the daemon, put together with its loop: what is told, who is woken, what is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client.core import Metric

from connector.assemble import wall_clock
from connector.config.load import locate
from connector.config.nouns import Config
from connector.engine import Engine
from connector.events import Event
from connector.problems import ConfigurationInvalid, Problem
from connector.schedule import HEARTBEAT, Loop
from connector.store.base import Store
from connector.sync import Pass
from connector.web.bodies import Bounds
from connector.web.health import alive, ready
from connector.web.metrics import Metrics, Requests, stored
from connector.web.office import Office, Settings, State
from connector.web.server import CannotListen, Server, serve

Note = Callable[[str, Mapping[str, object]], None]


class Front:
    """
    The door, the figures and the health of one daemon; it outlasts its loops.

    Without an address in the configuration nothing listens, and `tell` counts all the same.
    """

    def __init__(self, config: Config, store: Store, note: Note) -> None:
        """
        Open the door where one is wanted; nobody is let in before `serve_for`.

        Raises:
            ConfigurationInvalid: The address cannot be listened on.
        """
        self._loop: Loop | None = None
        # One pair, exchanged as a whole: a scrape in between would count an engine twice, or not at all.
        self._counted: tuple[Engine, Requests] | None = None
        self._metrics = Metrics(self._stored)
        self._server = self._opened(config, store, note)

    @property
    def url(self) -> str:
        """Where it answers; empty where nothing listens."""
        return self._server.url if self._server is not None else ""

    def tell(self, event: Event) -> None:
        """Count one event of the steps."""
        self._metrics.tell(event)

    def exposition(self) -> tuple[bytes, str]:
        """Return the figures as /metrics shows them, and their content type."""
        return self._metrics.exposition()

    def passed(self, done: Pass) -> None:
        """Count one pass."""
        self._metrics.passed(done.seconds)

    def serve_for(self, loop: Loop) -> None:
        """Let what arrives wake *loop* from now on, and take what its configuration asks for."""
        before = self._counted
        self._counted = (loop.engine, before[1].after(before[0]) if before is not None else Requests())
        self._loop = loop
        if self._server is not None:
            self._server.use(loop.engine.incoming)

    def close(self) -> None:
        """Let what is under way get its answer, then close."""
        if self._server is not None:
            self._server.stop()

    def _opened(self, config: Config, store: Store, note: Note) -> Server | None:
        """Return the running server; None where nothing is to listen."""
        web = config.web
        if web.listen is None:
            return None
        host, port = web.listen
        settings = Settings(
            host=host,
            port=port,
            token=web.token,
            bounds=Bounds(largest=web.largest),
            room=web.waiting,
            per_second=web.per_second,
        )
        office = Office(store, wall_clock, self._wake, self._alive, self._ready, self._metrics, note)
        try:
            return serve(settings, office, {})
        except CannotListen as error:
            hint = "Write another [web] listen, or end what listens there."
            raise ConfigurationInvalid(locate((Problem(("web", "listen"), str(error), hint),), config.path)) from error

    def _wake(self) -> None:
        """Let the loop look at what has arrived."""
        if self._loop is not None:
            self._loop.arrived.set()

    def _stored(self) -> Iterable[Metric]:
        """Return what store and budgets say now; nothing before there is a loop."""
        return stored(self._counted[0], HEARTBEAT, self._counted[1]) if self._counted is not None else ()

    def _engine(self) -> Engine:
        """Return what the loop works with."""
        if self._loop is None:
            raise RuntimeError("there is no loop yet")
        return self._loop.engine

    def _alive(self) -> State:
        """Answer /healthz; a daemon that is about to begin is alive."""
        return alive(self._engine(), HEARTBEAT) if self._loop is not None else State(well=True)

    def _ready(self) -> State:
        """Answer /readyz."""
        if self._loop is None:
            return State(well=False, facts={"loop": "about to begin"})
        if self._loop.stopped:
            return State(well=False, facts={"store": self._loop.stopped})
        return ready(self._engine(), HEARTBEAT, self._loop.fits.is_set)
