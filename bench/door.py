"""
Two servers for the same signed events, each in a process of its own: the product's door, and the barest one there is.

The bare one does what cannot be left out: read the body, compare the HMAC, insert a group of events into SQLite (WAL,
FULL) in one transaction, answer. Both run on uvicorn with the same settings, on their own file.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import socket
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import uvicorn
from typing_extensions import override

from connector.adapters.webhook.arriving import Payloads
from connector.mapping.spec import EngagementMapping, FieldSpec, FieldType, SystemMapping, When
from connector.mapping.vocabulary import PAYLOADS
from connector.signatures.standard import Standard
from connector.store import open_store
from connector.store.base import Post, Store
from connector.web.office import Office, Settings, State
from connector.web.server import serve

SECRET: Final = b"a secret of thirty-two bytes....."
SYSTEM: Final = "website"
_MOST: Final = 512
_SCHEMA: Final = """
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY, system TEXT NOT NULL, event_id TEXT NOT NULL, digest TEXT NOT NULL, body BLOB NOT NULL,
    received_at TEXT NOT NULL, UNIQUE (system, event_id)
)
"""
_INSERT: Final = "INSERT OR IGNORE INTO inbox (system, event_id, digest, body, received_at) VALUES (?, ?, ?, ?, ?)"

_Event = tuple[str, str, str, bytes, str]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def signature(id_: str, timestamp: str, body: bytes) -> str:
    """Return the header of a signed event: "v1," and the HMAC of id, timestamp and body."""
    made = hmac.digest(SECRET, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(made).decode()}"


def genuine(headers: Mapping[str, str], body: bytes) -> bool:
    """Tell whether the signature is right."""
    made = signature(headers.get("webhook-id", ""), headers.get("webhook-timestamp", ""), body)
    return hmac.compare_digest(made.encode(), headers.get("webhook-signature", "").encode())


def website() -> Payloads:
    """Return the product's own way of taking such events: Standard Webhooks, and a mapping that asks for them."""
    asked = When("type", equals=("page_viewed",))
    events = EngagementMapping(SYSTEM, 0, "page_viewed", object=PAYLOADS, person={"email": "email"}, when=(asked,))
    scheme = Standard([f"whsec_{base64.b64encode(SECRET).decode()}"])
    return Payloads(
        scheme, SystemMapping(SYSTEM, (), (events,), payloads=True), {"email": FieldSpec("email", FieldType.EMAIL)}
    )


class Silent:
    """Counts nothing."""

    def received(self, system: str, result: str) -> None:
        """See `Numbers.received`."""

    def answered(self, seconds: float) -> None:
        """See `Numbers.answered`."""

    def exposition(self) -> tuple[bytes, str]:
        """See `Numbers.exposition`."""
        return b"", "text/plain"


def office(store: Store) -> Office:
    """Return an office with a store and nobody else in it."""
    return Office(
        store=store,
        clock=lambda: datetime.now(UTC),
        wake=lambda: None,
        healthy=lambda: State(well=True),
        ready=lambda: State(well=True),
        numbers=Silent(),
        note=lambda _name, _facts: None,
    )


class Ours:
    """The product's door."""

    def __init__(self, file: Path) -> None:
        """Open it on a free port, with a new store in *file*."""
        self._store = open_store(f"sqlite:///{file}")
        self._store.upgrade()
        self._server = serve(Settings(per_second=1_000_000), office(self._store), {SYSTEM: website()})

    def url(self) -> str:
        """Return where it answers."""
        return self._server.url

    def stored(self) -> int:
        """Return how many events the store has."""
        with self._store.reading() as look:
            return look.deliveries_waiting().get(Post.NEW, 0)


class Bare:
    """The barest door."""

    def __init__(self, file: Path) -> None:
        """Open it on a free port, with a new database in *file*."""
        self._file = file
        with sqlite3.connect(file) as made:
            made.execute("PRAGMA journal_mode=WAL")
            made.execute(_SCHEMA)
        self._waiting: list[tuple[_Event, asyncio.Future[None]]] = []
        self._news = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=2048)
        threading.Thread(target=self._write, daemon=True).start()
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def stored(self) -> int:
        """Return how many events the database has."""
        with sqlite3.connect(self._file) as look:
            return int(look.execute("SELECT count(*) FROM inbox").fetchone()[0])

    def _serve(self) -> None:
        """Serve for ever."""
        settings = uvicorn.Config(
            self, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none", interface="asgi3"
        )
        asyncio.run(uvicorn.Server(settings).serve(sockets=[self._socket]))

    async def __call__(self, scope: MutableMapping[str, Any], receive: _Receive, send: _Send) -> None:
        """Take one event."""
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message.get("more_body", False):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status = 401
        if genuine(headers, body):
            await self._take((
                SYSTEM,
                headers["webhook-id"],
                hashlib.sha256(body).hexdigest(),
                body,
                datetime.now(UTC).isoformat(),
            ))
            status = 204
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, event: _Event) -> None:
        """Wait until an event is durable."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue(event, future)
        await future

    def _queue(self, event: _Event, future: asyncio.Future[None]) -> None:
        """Let an event be written soon."""
        self._waiting.append((event, future))
        self._news.set()

    def _write(self) -> None:
        """Write group after group for ever."""
        database = sqlite3.connect(self._file, isolation_level=None)
        database.execute("PRAGMA synchronous=FULL")
        database.execute("PRAGMA wal_autocheckpoint=4000")
        while True:
            self._news.wait()
            self._news.clear()
            while self._waiting:
                group, self._waiting[:_MOST] = self._waiting[:_MOST], []
                database.execute("BEGIN IMMEDIATE")
                database.executemany(_INSERT, [event for event, _ in group])
                database.execute("COMMIT")
                group[0][1].get_loop().call_soon_threadsafe(_answer, [future for _, future in group])


class Hasty(Bare):
    """Answers before it has written: what the flood has to find out."""

    @override
    async def _take(self, event: _Event) -> None:
        """Do not wait."""
        self._queue(event, asyncio.get_running_loop().create_future())


def _answer(futures: list[asyncio.Future[None]]) -> None:
    """Let everybody of a group go on."""
    for future in futures:
        if not future.done():
            future.set_result(None)
