"""What an admin is told when the database refuses: what, which file, what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from connector.store.base import StoreBroken, StoreBusy, StoreStopped

_SENTENCES: Final = (
    ("SQLITE_CORRUPT", "is damaged ({words}). Stop the connector, put the file aside and restore the last backup"),
    ("SQLITE_NOTADB", "is not a connector database. Check [store] url, or move the file away"),
    ("SQLITE_FULL", "cannot grow: the disk is full. Make room on its volume; nothing that was saved is lost"),
    ("SQLITE_READONLY", "cannot be written: file, folder or volume is read-only. Give this user the right to write"),
    ("SQLITE_PERM", "may not be opened by this user. Give it the right to read and write file and folder"),
    ("SQLITE_AUTH", "may not be opened by this user. Give it the right to read and write file and folder"),
    ("SQLITE_CANTOPEN", "cannot be opened ({words}). Give this user the right to read and write file and folder"),
    ("SQLITE_IOERR", "could not be read or written by the system ({words}). Check disk and volume"),
    ("SQLITE_TOOBIG", "refused a value that is too big ({words})"),
    ("SQLITE_NOMEM", "ran out of memory ({words}). Give the process more"),
)
"""By the beginning of the driver's error name, see https://sqlite.org/rescode.html (read 2026-11-20)."""
_MAY_PASS: Final = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")
"""What goes away with its cause, without a hand on the database."""
_MOVED: Final = "SQLITE_READONLY_DBMOVED"
_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn every error of the driver into StoreBusy or StoreBroken; other exceptions pass untouched."""
    try:
        yield
    except DBAPIError as error:
        raise refusal(path, error.orig or error) from error
    except sqlite3.Error as error:
        raise refusal(path, error) from error


def refusal(path: Path, error: BaseException) -> StoreBusy | StoreBroken:
    """Return what *error*, raised by the driver for the database at *path*, means to an admin."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(_BUSY):
        return StoreBusy(f"The database {path} is locked by another process. Try again in a moment.")
    for beginning, sentence in _SENTENCES:
        if name.startswith(beginning):
            passes = name.startswith(_MAY_PASS) and name != _MOVED
            return (StoreStopped if passes else StoreBroken)(f"The database {path} {sentence.format(words=error)}.")
    return StoreBroken(f"The database {path} refused a statement: {error}.")


def unusable(path: Path, *, made: bool) -> StoreBroken | None:
    """Return why no database can be at *path*; None when nothing speaks against it. *made*: it may be created."""
    if path.is_dir():
        return StoreBroken(f"The database {path} is a folder. Write the name of a file into [store] url.")
    if not path.parent.is_dir():
        return StoreBroken(f"The folder of the database {path} does not exist. Create {path.parent}, or mount it.")
    if not made and not path.exists():
        return StoreBroken(f"There is no database {path} yet. The first `connector sync` creates it.")
    return None
