"""
The PostgreSQL engine: connecting, locking, and nothing that the port does not say.

Whoever writes takes turns, as with SQLite: a writing transaction begins by taking one advisory lock of the schema. All
verbs read before they write and are right because nobody writes in between; SERIALIZABLE would need to run a block
again, which a block that a caller holds open cannot be, and row locks do not hold back rows that are not there yet.
The isolation is READ COMMITTED, for a snapshot taken by the statement that waits for the lock would be an old one.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any, Final

import psycopg
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from typing_extensions import override

from connector.store import versions
from connector.store.base import StoreAway, StoreBroken, StoreStopped
from connector.store.postgres_refusals import refusal, translated
from connector.store.postgres_role import TURN, Role
from connector.store.schema import HEAD
from connector.store.transaction import Look, Turn

OLDEST: Final = 130000
"""Older servers are not tried (https://www.postgresql.org/support/versioning/, 2026-11-24: 13 was the last to end)."""
_PATIENCE: Final = timedelta(seconds=10)
"""How long a writer waits for another one, and for a server that was lost to come back."""
_LONGEST_STATEMENT: Final = timedelta(minutes=5)
_STANDSTILL: Final = timedelta(seconds=60)
"""A process that stands still inside a transaction keeps everybody else from writing; then it loses it."""
_FIRST_PAUSE: Final = timedelta(milliseconds=50)
_CONNECTIONS: Final = 6
_CONNECT: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "client_encoding": "UTF8",
}
"""A server or a network that has gone away is noticed within about ten seconds, not within hours."""
_SESSION: Final = """
SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_schema(),
    set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
        ELSE current_setting('synchronous_commit') END, false),
    set_config('lock_timeout', %(patience)s, false),
    set_config('statement_timeout', %(longest)s, false),
    set_config('idle_in_transaction_session_timeout', %(standstill)s, false),
    set_config('tcp_keepalives_idle', '5', false),
    set_config('tcp_keepalives_interval', '2', false),
    set_config('tcp_keepalives_count', '3', false),
    set_config('jit', 'off', false),
    set_config('default_transaction_read_only', CASE WHEN %(read_only)s THEN 'on'
        ELSE current_setting('default_transaction_read_only') END, false)
"""
_TAKE: Final = text(f"SELECT current_setting('transaction_read_only'), pg_advisory_xact_lock({TURN})")


class _Whole(StrDumperUnknown):
    """Text as PostgreSQL takes it: NUL, which it stores nowhere, becomes U+FFFD as in `codec.plain`."""

    @override
    def dump(self, obj: str) -> Any:
        """Return the bytes of *obj*."""
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class PostgresStore:
    """One schema of one PostgreSQL database; a `connector.store.base.Store` that threads may share."""

    def __init__(self, url: URL, *, read_only: bool = False, patience: timedelta = _PATIENCE) -> None:
        """Connect; StoreBroken or StoreAway says what is wrong."""
        self._place = place_of(url)
        self._read_only = read_only
        self._patience = patience
        self._turn = threading.Lock()
        self._usable = False
        self._engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={**_CONNECT, "application_name": f"pid {os.getpid()} on {socket.gethostname()}"[:63]},
            pool_size=_CONNECTIONS,
            max_overflow=-1,
            pool_use_lifo=True,
            pool_pre_ping=True,
        )
        event.listen(self._engine, "connect", self._prepare)
        self._role = Role(self._engine, self._place)
        try:
            with translated(self._place), self._engine.connect() as connection:
                versions.found(connection, self._place)
        except BaseException:
            self._engine.dispose()
            raise

    def _prepare(self, made: psycopg.Connection[Any], _record: object) -> None:
        """Set what durability and patience ask for, in one round trip; refuse a server that cannot serve."""
        made.adapters.register_dumper(str, _Whole)
        asked = {
            "patience": _milliseconds(self._patience),
            "longest": _milliseconds(_LONGEST_STATEMENT),
            "standstill": _milliseconds(_STANDSTILL),
            "read_only": self._read_only,
        }
        made.autocommit = True
        try:
            found = made.execute(_SESSION, asked).fetchone()
            made.autocommit = False
            if found is not None:
                _refuse_unfit(self._place, *found[:3])
        except BaseException:
            # The pool never sees a connection that it could not prepare, so nobody else would close it.
            made.close()
            raise

    def reading(self) -> AbstractContextManager[Look]:
        """See `Store.reading`."""
        return self._reading()

    @contextmanager
    def _reading(self) -> Iterator[Look]:
        """Lend a snapshot on a connection of its own."""
        with translated(self._place), self._engine.connect() as fresh:
            connection = fresh.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                self._check(connection)
                yield Look(connection, insert)

    def writing(self) -> AbstractContextManager[Turn]:
        """See `Store.writing`; a second one inside the first, in one thread, would wait for ever and is refused."""
        return self._writing()

    @contextmanager
    def _writing(self) -> Iterator[Turn]:
        """Lend the one writing transaction; StoreAway at its end means that it may, or may not, have been stored."""
        with self._turn, translated(self._place), self._taken() as connection:
            self._check(connection)
            yield Turn(connection, insert)
            connection.commit()

    def _taken(self) -> Connection:
        """Return a connection whose transaction has the turn, once the server is there; wait for that with patience."""
        until = time.monotonic() + self._patience.total_seconds()
        pause = _FIRST_PAUSE.total_seconds()
        while True:
            try:
                return self._take()
            except (DBAPIError, psycopg.Error) as error:
                cause = error.orig if isinstance(error, DBAPIError) else error
                away = isinstance(refusal(self._place, cause or error), StoreAway)
                if not away or time.monotonic() + pause > until:
                    raise
            threading.Event().wait(pause)
            pause *= 2

    def _take(self) -> Connection:
        """Return a connection whose transaction has the turn."""
        connection = self._engine.connect()
        try:
            read_only, _ = connection.execute(_TAKE).one()
            _refuse_read_only(self._place, read_only)
            self._role.keep(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: Connection) -> None:
        """Refuse a schema that is not this program's; asked once."""
        if not self._usable:
            versions.refuse_other(versions.found(connection, self._place), self._place)
            self._usable = True

    def sync_role(self) -> AbstractContextManager[None]:
        """See `Store.sync_role`."""
        return self._syncing()

    @contextmanager
    def _syncing(self) -> Iterator[None]:
        """Hold the role on a connection of its own while the block runs."""
        with translated(self._place):
            self._role.take()
        try:
            yield
        finally:
            self._role.give_back()

    def upgrade(self) -> tuple[str, str]:
        """See `Store.upgrade`; processes that start together take turns, all or nothing is done."""
        before, _ = self.version()
        if before == HEAD:
            return before, HEAD
        with self._turn, translated(self._place), self._taken() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            before = versions.found(connection, self._place)
            versions.bring_up(connection, before, self._place)
            connection.commit()
        return before, HEAD

    def version(self) -> tuple[str, str]:
        """See `Store.version`."""
        with translated(self._place), self._engine.connect() as connection:
            return versions.found(connection, self._place), HEAD

    def close(self) -> None:
        """See `Store.close`."""
        self._engine.dispose()


def _milliseconds(span: timedelta) -> str:
    """Return a span as PostgreSQL's settings take it."""
    return f"{int(span.total_seconds() * 1000)}ms"


def _refuse_read_only(place: str, setting: str) -> None:
    """Refuse to write where the server would not take it."""
    if setting == "on":
        message = (
            f"The database {place} cannot be written: it was opened for reading, is a standby, or "
            "default_transaction_read_only is on. Name the primary, and a user who may write."
        )
        raise StoreStopped(message)


def _refuse_unfit(place: str, version: int, encoding: str, schema: str | None) -> None:
    """Refuse a server that is too old, a database that cannot hold every text, and a schema that is not there."""
    if version < OLDEST:
        message = f"The server of the database {place} has version {version // 10000}; 13 or newer is needed."
        raise StoreBroken(message)
    if encoding != "UTF8":
        message = (
            f"The database {place} has the encoding {encoding} and cannot hold every text. "
            "Create it with: createdb --encoding=UTF8 --template=template0 NAME"
        )
        raise StoreBroken(message)
    if schema is None:
        message = f"The database {place} has no schema to work in. Create the one that search_path names."
        raise StoreBroken(message)


def place_of(url: URL) -> str:
    """Return which database *url* names, without user and password."""
    host = url.host or url.query.get("host") or "this machine"
    where = ", ".join(host) if isinstance(host, tuple) else host
    return f"{url.database} on {where}{f':{url.port}' if url.port else ''}"


def open_url(url: str, *, read_only: bool) -> PostgresStore:
    """Open the database that *url* names: postgresql://user:password@host:5432/database?sslmode=verify-full."""
    parsed = make_url(url)
    if not parsed.database:
        message = f'"{parsed.render_as_string()}" names no database. Write postgresql://user@host/database.'
        raise ValueError(message)
    return PostgresStore(parsed, read_only=read_only)
