"""What the statements of every noun share: the open transaction, and its list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Row, Table, select

Raw = Row[*tuple[Any, ...]]
"""A row of a statement, in the order of its columns."""
Insert = Callable[[Table], Any]
"""The engine's own INSERT, the one with `on_conflict_do_update` and `on_conflict_do_nothing`."""


class Statements:
    """One open transaction of one engine; nouns add their verbs to it."""

    __slots__ = ("_connection", "_insert")

    def __init__(self, connection: Connection, insert: Insert) -> None:
        """Keep the open transaction; it is begun and ended by the engine."""
        self._connection = connection
        self._insert = insert

    def _rows(self, statement: Executable, parameters: Mapping[str, object] | None = None) -> Sequence[Raw]:
        """Return every row of a statement."""
        return self._connection.execute(statement, parameters).all()

    def _rows_in(self, statement: Executable, items: Iterable[object], **parameters: object) -> Sequence[Raw]:
        """Return every row of a statement with a list; no items, no question."""
        listed = list(items)
        return self._connection.execute(statement, {"items": listed, **parameters}).all() if listed else ()

    def _change(self, statement: Executable, rows: Sequence[Mapping[str, object]]) -> int:
        """Execute once for each row; return how many rows of the table changed."""
        return self._connection.execute(statement, rows).rowcount if rows else 0

    def _change_in(self, statement: Executable, items: Iterable[object], **parameters: object) -> int:
        """Execute a statement with a list; return how many rows changed."""
        listed = list(items)
        return self._connection.execute(statement, {"items": listed, **parameters}).rowcount if listed else 0

    def rows_of(self, table: Table) -> Iterator[list[dict[str, object]]]:
        """Yield all rows of a table, a thousand at a time, for a copy."""
        streaming = {"yield_per": 1000}
        for page in self._connection.execute(select(table), execution_options=streaming).mappings().partitions():
            yield [dict(row) for row in page]
