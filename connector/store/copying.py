"""A copy of the store as it is now, for a pass that must leave no trace: `plan` works on it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, insert
from sqlalchemy.engine import make_url

from connector.store import open_store
from connector.store.base import StoreBroken
from connector.store.schema import METADATA
from connector.store.statements import Statements


def snapshot(url: str, folder: Path) -> str:
    """
    Copy the database that *url* names into *folder*, beside whoever writes to it, and return the copy's URL.

    A database that does not exist yet gives the URL of one that does not exist either.

    Raises:
        StoreBroken: It cannot be read.
    """
    target = folder / "copy.db"
    if not url.startswith("sqlite:"):
        _copy_rows(url, f"sqlite:///{target}")
        return f"sqlite:///{target}"
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


def _copy_rows(url: str, target: str) -> None:
    """Copy every row of another engine's database, as one look finds them: the schema is the same."""
    store, copied = open_store(url, read_only=True), open_store(target)
    copied.upgrade()
    copied.close()
    engine = create_engine(target)
    try:
        with store.reading() as look, engine.begin() as after:
            before = look if isinstance(look, Statements) else None
            for table in METADATA.sorted_tables if before is not None else ():
                for rows in before.rows_of(table) if before is not None else ():
                    after.execute(insert(table), rows)
    finally:
        engine.dispose()
        store.close()
