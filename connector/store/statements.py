"""What the statements of every noun share: the open transaction, and lists cut to what one statement takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import BindParameter, Connection, Executable, Row, Table, bindparam

from connector.store.base import State

MOST: Final = 500
"""Values in one IN list: far below SQLite's 32,766 variables, few enough spellings for its statement cache."""
LIVE: Final = frozenset({State.HELD, State.PENDING, State.INFLIGHT, State.UNKNOWN, State.PARKED})

T = TypeVar("T")
Raw = Row[*tuple[Any, ...]]
"""A row of a statement, in the order of its columns."""
ITEMS: Final[BindParameter[Any]] = bindparam("items", expanding=True)
"""The list of a statement that is executed chunk by chunk."""
Insert = Callable[[Table], Any]
"""The engine's own INSERT, the one with `on_conflict_do_update` and `on_conflict_do_nothing`."""


def chunks(items: Iterable[T], most: int = MOST) -> Iterator[list[T]]:
    """Yield *items* in lists of at most *most*, none for no items."""
    part: list[T] = []
    for item in items:
        part.append(item)
        if len(part) == most:
            yield part
            part = []
    if part:
        yield part


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

    def _rows_in(self, statement: Executable, items: Iterable[object], **parameters: object) -> Iterator[Raw]:
        """Yield the rows of a statement that takes its list as "items", chunk by chunk."""
        for part in chunks(items):
            yield from self._connection.execute(statement, {"items": part, **parameters})

    def _change(self, statement: Executable, rows: Sequence[Mapping[str, object]]) -> int:
        """Execute once for each row; return how many rows of the table changed."""
        return self._connection.execute(statement, rows).rowcount if rows else 0

    def _change_in(self, statement: Executable, items: Iterable[object], **parameters: object) -> int:
        """Execute a statement that takes its list as "items", chunk by chunk; return how many rows changed."""
        return sum(
            self._connection.execute(statement, {"items": part, **parameters}).rowcount for part in chunks(items)
        )
