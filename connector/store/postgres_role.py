"""
The sync role on PostgreSQL: one process at a time, by a session's advisory lock.

The server gives the lock back when the session ends: when its process dies, but also when the connection is cut while
the process lives. So whoever writes under the role looks first, inside its turn, whether its session still has it; it
is taken again if nobody has, and nothing is written if somebody has.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from connector.store.base import StoreBusy

TURN: Final = "1668247150, hashtext(current_schema())"
"""The advisory lock of whoever writes; one for each schema."""
_CLASS: Final = 1919904869
_ROLE: Final = f"{_CLASS}, hashtext(current_schema())"
_HELD: Final = (
    f"locktype = 'advisory' AND classid = {_CLASS} AND granted"  # noqa: S608 - constants of ours
    " AND objid::bigint = hashtext(current_schema())::bigint & 4294967295"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_TRY: Final = text(f"SELECT pg_try_advisory_lock({_ROLE}), pg_backend_pid()")
_FREE: Final = text(f"SELECT pg_advisory_unlock({_ROLE})")
_STILL: Final = text(f"SELECT count(*) FROM pg_locks WHERE pid = :pid AND {_HELD}")  # noqa: S608 - constants of ours
_WHO: Final = text(
    f"SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE {_HELD}"  # noqa: S608 - as above
)


class Role:
    """The one session of a store that may hold the role."""

    def __init__(self, engine: Engine, place: str) -> None:
        """Hold nothing yet."""
        self._engine = engine
        self._place = place
        self._session: Connection | None = None
        self._pid = 0

    def take(self) -> None:
        """Take the role; StoreBusy names the process that has it."""
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            pid = self._try(session)
        except BaseException:
            session.close()
            raise
        self._session, self._pid = session, pid

    def _try(self, session: Connection) -> int:
        """Take the lock and return the number of the session at the server."""
        taken, pid = session.execute(_TRY).one()
        if taken:
            return int(pid)
        holder = session.execute(_WHO).scalar() or "pid unknown"
        message = f"Another connector process ({holder}) is syncing with the database {self._place}. Try again later."
        raise StoreBusy(message)

    def keep(self, turn: Connection) -> None:
        """Let whoever has the *turn* write only while the role is still ours, if it was ever taken."""
        if self._session is None or turn.execute(_STILL, {"pid": self._pid}).scalar():
            return
        self._let_go()
        self.take()

    def give_back(self) -> None:
        """Give the role back; a session that is lost has given it back already."""
        if self._session is not None:
            with suppress(DBAPIError):
                self._session.execute(_FREE)
            self._let_go()

    def _let_go(self) -> None:
        """Close the session for good: back in the pool it could still hold the lock."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(DBAPIError):
                session.invalidate()
                session.close()
