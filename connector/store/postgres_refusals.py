"""What an admin is told when PostgreSQL refuses: what, which database, what was found, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError

from connector.store.base import StoreAway, StoreBroken, StoreBusy, StoreStopped

_NOT_SAVED: Final = "What was under way is not stored and is done again"
_AWAY: Final = (
    ("57P01", f"closed the connection (it is being restarted or an administrator ended it). {_NOT_SAVED}"),
    ("57P02", f"crashed and is recovering. {_NOT_SAVED}"),
    ("57P03", f"is starting up or shutting down. {_NOT_SAVED}"),
    ("57P05", f"closed a connection that was idle. {_NOT_SAVED}"),
    ("25P03", f"closed a transaction in which this process stood still for too long. {_NOT_SAVED}"),
    ("53300", "has no connection left. Raise max_connections, or end what holds them"),
    ("08", f"lost the connection ({{words}}). {_NOT_SAVED}"),
)
_BUSY: Final = (
    ("55P03", "is kept locked by another process. Try again in a moment."),
    ("40", "had two writers in each other's way. Try again in a moment."),
    ("57014", "gave a statement up that took too long ({words}). Try again when it has less to do."),
)
_STOPPED: Final = (
    ("25006", "cannot be written: it is a standby, or default_transaction_read_only is on. Name the primary"),
    ("53100", "cannot grow: the disk of the server is full. Make room; nothing that was saved is lost"),
    ("53", "has too little of something ({words}). Give the server more"),
    ("58", "could not be read or written by the server's system ({words}). Check its disk"),
)
"""What goes away with its cause, without a hand on the database."""
_BROKEN: Final = (
    ("28", "refused the user ({words}). Check user and [store] password"),
    ("3D000", "does not exist. Create it: createdb --encoding=UTF8 --owner=USER NAME"),
    ("3F000", "has no schema of that name ({words}). Create it, or take it from the url"),
    ("42501", "does not allow this ({words}). Let the user own the database: ALTER DATABASE NAME OWNER TO USER"),
    ("XX001", "is damaged ({words}). Stop the connector and restore the last backup"),
    ("XX002", "is damaged ({words}). Stop the connector and restore the last backup"),
    ("22", "refused a value ({words})"),
)
"""By the beginning of the SQLSTATE, see https://www.postgresql.org/docs/current/errcodes-appendix.html (2026-11-24)."""
_AT_THE_DOOR: Final = (
    ("password authentication failed", "28"),
    ("no password supplied", "28"),
    ("no pg_hba.conf entry", "28"),
    ("authentication failed", "28"),
    ("is not permitted to log in", "28"),
    ('role "', "28"),
    ('database "', "3D000"),
    ("starting up", "57P03"),
    ("shutting down", "57P03"),
    ("recovery mode", "57P02"),
    ("too many clients", "53300"),
    ("remaining connection slots", "53300"),
)
"""Refused while connecting, libpq tells words and no SQLSTATE; a server in another language ends in the last word."""


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn every error of the driver into StoreBusy or StoreBroken, or a kind of them; others pass untouched."""
    try:
        yield
    except DBAPIError as error:
        raise refusal(place, error.orig or error) from error
    except psycopg.Error as error:
        raise refusal(place, error) from error


def refusal(place: str, error: BaseException) -> StoreBusy | StoreBroken:
    """Return what *error*, raised by the driver for the database *place*, means to an admin."""
    words = " ".join(str(error).split())
    code = getattr(error, "sqlstate", None) or _code_at_the_door(error, words)
    for beginning, sentence in _AWAY:
        if code.startswith(beginning):
            return StoreAway(f"The database {place} {sentence.format(words=words)}.")
    for beginning, sentence in _BUSY:
        if code.startswith(beginning):
            return StoreBusy(f"The database {place} {sentence.format(words=words)}")
    for beginning, sentence in _STOPPED:
        if code.startswith(beginning):
            return StoreStopped(f"The database {place} {sentence.format(words=words)}.")
    for beginning, sentence in _BROKEN:
        if code.startswith(beginning):
            return StoreBroken(f"The database {place} {sentence.format(words=words)}.")
    if not code and isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return StoreAway(
            f"The database {place} cannot be reached ({words}). Check that the server runs, and host, port and TLS in "
            "[store] url."
        )
    return StoreBroken(f"The database {place} refused a statement: {words}.")


def _code_at_the_door(error: BaseException, words: str) -> str:
    """Return the SQLSTATE that the words of a refused connection stand for; "" for any other."""
    if not isinstance(error, psycopg.OperationalError) or "FATAL" not in words:
        return "28" if "no password supplied" in words else ""
    return next((code for part, code in _AT_THE_DOOR if part in words), "")
