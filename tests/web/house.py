"""A door for tests: a real server on a real store, and a system whose senders say a password."""

from __future__ import annotations

import hmac
import http.client
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from connector.adapters.incoming import Arrived, Forged, Genuine, Posted, Read, Reply
from connector.assemble import wall_clock
from connector.secrets import Secret
from connector.store import open_store
from connector.store.base import Delivery, Store
from connector.web.bodies import Bounds
from connector.web.office import Office, Settings, State
from connector.web.server import Server, serve

PASSWORD = "swordfish"
SMALL = 4_096
"""Bytes of the largest body."""


class Sender:
    """A system that signs with a password, names its deliveries in a header, and is asked for events alone."""

    signed = True
    kept = frozenset({"x-kept"})

    def __init__(self, reply: Reply | None = None) -> None:
        """Answer with *reply*."""
        self.reply = reply or Reply()

    def verify(self, posted: Posted) -> Genuine | Forged:
        """Take who knows the password."""
        if not hmac.compare_digest(posted.headers.get("x-password", "").encode(), PASSWORD.encode()):
            return Forged("the password is wrong")
        return Genuine(posted.headers.get("x-id", ""))

    def asked_for(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> bool:
        """Ask for what cannot be read, and for events."""
        del content_type, headers
        try:
            return "event" in json.loads(body)
        except (ValueError, TypeError, RecursionError):
            return True

    def read(self, arrived: Arrived) -> Read:
        """Say nothing: this is about the door."""
        del arrived
        return Read()


@dataclass
class Counted:
    """Numbers that a test can look at."""

    results: list[tuple[str, str]] = field(default_factory=list)
    spans: list[float] = field(default_factory=list)

    def received(self, system: str, result: str) -> None:
        """Note a request."""
        self.results.append((system, str(result)))

    def answered(self, seconds: float) -> None:
        """Note a span."""
        self.spans.append(seconds)

    def exposition(self) -> tuple[bytes, str]:
        """Return how many there were."""
        return f"requests {len(self.results)}\n".encode(), "text/plain; version=0.0.4"


@dataclass
class House:
    """
    The server, what is behind it, and how to knock.

    Attributes:
        store: Where deliveries go.
        numbers: What was counted.
        notes: What the operator was told.
        states: What health and readiness answer.
        woken: How often somebody was woken.
    """

    store: Store
    numbers: Counted = field(default_factory=Counted)
    notes: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    woken: int = 0
    server: Server | None = None

    def office(self) -> Office:
        """Return what the server is given."""
        return Office(
            store=self.store,
            clock=wall_clock,
            wake=self._wake,
            healthy=lambda: self.states.get("healthy", State(well=True)),
            ready=lambda: self.states.get("ready", State(well=True)),
            numbers=self.numbers,
            note=lambda name, facts: self.notes.append((name, facts)),
        )

    def _wake(self) -> None:
        """Count one."""
        self.woken += 1

    def first_span(self) -> float:
        """Return how long the first answer took, in seconds; it is noted after the last byte has left."""
        until = time.monotonic() + 5
        while not self.numbers.spans and time.monotonic() < until:
            time.sleep(0.001)
        return self.numbers.spans[0]

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        assert self.server is not None
        parts = urlsplit(self.server.url)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def ask(
        self, path: str, body: bytes | None = None, *, method: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Send one request; return status, body and headers."""
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        try:
            connection.request(
                method or ("GET" if body is None else "POST"), path, body=body, headers=dict(headers or {})
            )
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def post(self, body: bytes, *, id_: str = "", password: str = PASSWORD, **headers: str) -> int:
        """Send one delivery; return the status."""
        said = {"x-password": password, "content-type": "application/json", **headers}
        if id_:
            said["x-id"] = id_
        return self.ask("/webhooks/website", body, headers=said)[0]

    def raw(self, text: bytes, patience: float = 10) -> bytes:
        """Send bytes as they are; return what comes back until the server closes or *patience* (seconds) is over."""
        with socket.create_connection(self.address, timeout=patience) as line:
            line.sendall(text)
            parts = []
            try:
                while part := line.recv(65_536):
                    parts.append(part)
            except TimeoutError:
                pass
            return b"".join(parts)

    def kept(self) -> tuple[Delivery, ...]:
        """Return what is in the inbox."""
        with self.store.reading() as look:
            return look.deliveries(limit=100_000)


@contextmanager
def opened(folder: Path, *, reply: Reply | None = None, **settings: object) -> Iterator[House]:
    """Open a door for a system called website; *settings* are those of `Settings`."""
    store = open_store(f"sqlite:///{folder}/web.db")
    store.upgrade()
    house = House(store)
    given: dict[str, object] = {"bounds": Bounds(largest=SMALL), "token": Secret("figures"), **settings}
    house.server = serve(Settings(**given), house.office(), {"website": Sender(reply)})  # type: ignore[arg-type]
    try:
        yield house
    finally:
        house.server.stop()
        store.close()
