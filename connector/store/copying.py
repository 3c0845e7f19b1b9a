"""A copy of the store as it is now, for a pass that must leave no trace: `plan` works on it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from connector.store.base import StoreBroken


def snapshot(url: str, folder: Path) -> str:
    """
    Copy the database that *url* names into *folder*, beside whoever writes to it, and return the copy's URL.

    A database that does not exist yet gives the URL of one that does not exist either.

    Raises:
        StoreBroken: It cannot be read.
    """
    target = folder / "copy.db"
    source = Path(make_url(url).database or "")
    if source.is_file():
        try:
            with (
                closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as before,
                closing(sqlite3.connect(target)) as after,
            ):
                before.backup(after)
        except sqlite3.Error as refused:
            message = f"The database {source} cannot be copied: {refused}. Check that it is whole and readable."
            raise StoreBroken(message) from refused
    return f"sqlite:///{target}"
