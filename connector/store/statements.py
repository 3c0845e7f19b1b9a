"""What the statements of every noun share: the open transaction, and its list."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Executable, Row, Table, select

from connector.store.prepared import prepared

Raw = Row[*tuple[Any, ...]]
"""A row of a statement, in the order of its columns; a plain tuple where SQLite's driver answered itself."""
Insert = Callable[[Table], Any]
"""The engine's own INSERT, the one with `on_conflict_do_update` and `on_conflict_do_nothing`."""
_NONE: Final[Mapping[str, object]] = MappingProxyType({})


class Statements:
    """One open transaction of one engine; nouns add their verbs to it."""

    __slots__ = ("_connection", "_driver", "_insert")

    def __init__(self, connection: Connection, insert: Insert, driver: sqlite3.Connection | None = None) -> None:
        """Keep the open transaction, begun and ended by the engine; *driver* lies under it where it may be used."""
        self._connection = connection
        self._driver = driver
        self._insert = insert

    def _rows(self, statement: Executable, parameters: Mapping[str, object] = _NONE) -> Sequence[Raw]:
        """Return every row of a statement."""
        if self._driver is not None:
            known = prepared(statement, None, self._connection.dialect)
            if known is not None:
                return self._driver.execute(known.text, known.values(parameters)).fetchall()
        return self._connection.execute(statement, parameters).all()

    def _rows_in(self, statement: Executable, items: Iterable[object], **parameters: object) -> Sequence[Raw]:
        """Return every row of a statement with a list; no items, no question."""
        listed = list(items)
        return self._rows(statement, {"items": listed, **parameters}) if listed else ()

    def _change(self, statement: Executable, rows: Sequence[Mapping[str, object]]) -> int:
        """Execute once for each row; return how many rows of the table changed."""
        if not rows:
            return 0
        if self._driver is not None:
            known = prepared(statement, tuple(rows[0]), self._connection.dialect)
            if known is not None:
                return self._driver.executemany(known.text, map(known.values, rows)).rowcount
        return self._connection.execute(statement, rows).rowcount

    def _change_in(self, statement: Executable, items: Iterable[object], **parameters: object) -> int:
        """Execute a statement with a list; return how many rows changed."""
        listed = list(items)
        return self._changed(statement, {"items": listed, **parameters}) if listed else 0

    def _changed(self, statement: Executable, parameters: Mapping[str, object]) -> int:
        """Execute a statement that is no INSERT once; return how many rows changed."""
        if self._driver is not None:
            known = prepared(statement, None, self._connection.dialect)
            if known is not None:
                return self._driver.execute(known.text, known.values(parameters)).rowcount
        return self._connection.execute(statement, parameters).rowcount

    def rows_of(self, table: Table) -> Iterator[list[dict[str, object]]]:
        """Yield all rows of a table, a thousand at a time, for a copy."""
        streaming = {"yield_per": 1000}
        for page in self._connection.execute(select(table), execution_options=streaming).mappings().partitions():
            yield [dict(row) for row in page]
