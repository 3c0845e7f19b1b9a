"""The SQLite engine: connecting, locking, and nothing that the port does not say."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool

from connector.store import versions
from connector.store.base import StoreBroken
from connector.store.prepared import driver_of
from connector.store.refusals import translated, unusable
from connector.store.role import held_role
from connector.store.schema import HEAD
from connector.store.transaction import Look, Turn

_PATIENCE: Final = timedelta(seconds=10)
"""How long a writer waits for the writer of another process (an admin's `outbox retry` beside `run`)."""
_CACHE_KIB: Final = 8192
"""Pages each connection keeps: enough for what 200 changed people touch, and flat however large the file is."""
_CHECKPOINT_PAGES: Final = 4000
_WAL_BYTES: Final = 32 * 1024 * 1024
_STATEMENTS: Final = 256
_WRITES: Final = "connector_writes"
_READERS: Final = 4


class SqliteStore:
    """One SQLite file in WAL mode; a `connector.store.base.Store` that threads may share."""

    def __init__(self, path: Path, *, read_only: bool = False, patience: timedelta = _PATIENCE) -> None:
        """Open (and unless *read_only* create) the file; StoreBroken says what is wrong with it."""
        self._path = path
        self._read_only = read_only
        self._patience = patience
        self._turn = threading.Lock()
        self._usable = False
        broken = unusable(path, made=not read_only)
        if broken is not None:
            raise broken
        self._engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=_READERS,
            max_overflow=-1,
            pool_use_lifo=True,
            # Every block ends its own transaction.
            pool_reset_on_return=None,
        )
        self._writer: Connection | None = None
        event.listen(self._engine, "begin", _begin)
        with translated(path), self._engine.connect() as connection:
            versions.found(connection, path)

    def _connect(self) -> sqlite3.Connection:
        """Return a connection of the driver, in the state that durability and foreign keys ask for."""
        mode = "ro" if self._read_only else "rwc"
        made = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode={mode}",
            uri=True,
            timeout=self._patience.total_seconds(),
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_STATEMENTS,
        )
        try:
            self._prepare(made)
        except BaseException:
            made.close()
            raise
        return made

    def _prepare(self, made: sqlite3.Connection) -> None:
        """Set the pragmas of a new connection."""
        if not self._read_only and made.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            (mode,) = made.execute("PRAGMA journal_mode=WAL").fetchone()
            if mode != "wal":
                message = (
                    f"The database {self._path} lies on a volume that cannot lock (mode {mode}). Use a local disk."
                )
                raise StoreBroken(message)
        made.execute("PRAGMA synchronous=FULL")
        made.execute("PRAGMA foreign_keys=ON")
        made.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        made.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        made.execute(f"PRAGMA journal_size_limit={_WAL_BYTES}")

    def reading(self) -> AbstractContextManager[Look]:
        """See `Store.reading`."""
        return self._reading()

    @contextmanager
    def _reading(self) -> Iterator[Look]:
        """Lend a snapshot on a connection of its own."""
        with translated(self._path), self._engine.connect() as connection, connection.begin():
            self._check(connection)
            yield Look(connection, insert, driver_of(connection))

    def writing(self) -> AbstractContextManager[Turn]:
        """See `Store.writing`; a second one inside the first, in one thread, would wait for ever and is refused."""
        return self._writing()

    @contextmanager
    def _writing(self) -> Iterator[Turn]:
        """Lend the one writing transaction, on a connection that is kept for the next; after any failure a new one."""
        with self._taking_turns(), translated(self._path):
            if self._writer is None:
                self._writer = self._open(_WRITES)
            try:
                with self._writer.begin():
                    self._check(self._writer)
                    yield Turn(self._writer, insert, driver_of(self._writer))
            except BaseException:
                self._drop_writer()
                raise

    def _drop_writer(self) -> None:
        """Give the kept connection back, so that the next writer begins with a sound one."""
        dropped, self._writer = self._writer, None
        if dropped is not None:
            dropped.close()

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        """Let one writer of this process through at a time."""
        with self._turn:
            yield

    def _open(self, *options: str) -> Connection:
        """Return a connection whose transactions begin as *options* say."""
        return self._engine.connect().execution_options(**dict.fromkeys(options, True))

    def _check(self, connection: Connection) -> None:
        """Refuse a schema that is not this program's; asked once."""
        if not self._usable:
            versions.refuse_other(versions.found(connection, self._path), self._path)
            self._usable = True

    def sync_role(self) -> AbstractContextManager[None]:
        """See `Store.sync_role`."""
        return held_role(self._path)

    def upgrade(self) -> tuple[str, str]:
        """See `Store.upgrade`; processes that start together take turns, all or nothing is done."""
        before, _ = self.version()
        if before == HEAD:
            return before, HEAD
        with self._taking_turns(), translated(self._path), self._open(_WRITES) as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
            try:
                with connection.begin():
                    before = versions.found(connection, self._path)
                    versions.bring_up(connection, before, self._path)
            finally:
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        return before, HEAD

    def version(self) -> tuple[str, str]:
        """See `Store.version`."""
        with translated(self._path), self._engine.connect() as connection:
            return versions.found(connection, self._path), HEAD

    def close(self) -> None:
        """See `Store.close`."""
        with self._taking_turns():
            self._drop_writer()
        self._engine.dispose()


def _begin(connection: Connection) -> None:
    """Begin for real: writers take the database's write lock at once, so that no read of theirs can be overtaken."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def open_url(url: str, *, read_only: bool) -> SqliteStore:
    """Open the file that *url* names: sqlite:///relative.db or sqlite:////absolute.db."""
    parsed = make_url(url)
    if not parsed.database or parsed.database == ":memory:" or parsed.host or parsed.query:
        message = (
            f'"{url}" names no file. Write sqlite:///connector.db or, with a full path, sqlite:////data/connector.db.'
        )
        raise ValueError(message)
    return SqliteStore(Path(parsed.database), read_only=read_only)
