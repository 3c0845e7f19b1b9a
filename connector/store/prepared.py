"""
Statements that are run again and again, compiled once and handed straight to SQLite's driver.

SQLAlchemy builds a statement's parameters, context and result anew for each run: 60 to 100 microseconds against the
20 of SQLite itself, about sixty times from a webhook to its task (measured on CPython 3.11). What is not plain text and
numbers, and every other engine, goes its usual way, with the same outcome.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

Turned = Callable[[Any], Any]
_UNKNOWN: Final = object()


class Prepared:
    """One statement as the driver takes it."""

    __slots__ = ("_places", "text")

    def __init__(self, text: str, places: Sequence[tuple[str, object, Turned | None]]) -> None:
        """Keep the text, and for each of its question marks the parameter, what stands there without one, its turn."""
        self.text = text
        self._places = tuple(places)

    def values(self, given: Mapping[str, object]) -> list[object]:
        """Return the values of the question marks."""
        return [
            given.get(key, usual) if turned is None else turned(given.get(key, usual))
            for key, usual, turned in self._places
        ]


_KNOWN: Final[WeakKeyDictionary[Executable, dict[object, Prepared | None]]] = WeakKeyDictionary()
"""What was run at least once, by the names of its parameters; None where it goes the usual way, or is new."""


def driver_of(connection: Connection) -> sqlite3.Connection | None:
    """Return SQLite's own connection under an open transaction; None while somebody listens."""
    if connection.dispatch.before_cursor_execute:
        return None
    driver = connection.connection.driver_connection
    return driver if isinstance(driver, sqlite3.Connection) else None


def prepared(statement: Executable, names: Sequence[str] | None, dialect: Dialect) -> Prepared | None:
    """
    Return *statement* as it is run again; None the first time, and where it has to go the usual way.

    Args:
        statement: A constant of its module: one that is built for each run is never worth it.
        names: The parameters' names where they decide what is written (INSERT, UPDATE); None elsewhere.
        dialect: The engine's.
    """
    known = _KNOWN.setdefault(statement, {})
    key = None if names is None else tuple(names)
    found = known.get(key, _UNKNOWN)
    if found is _UNKNOWN:
        known[key] = None
        known[key, "again"] = None
        return None
    if found is None and known.pop((key, "again"), _UNKNOWN) is not _UNKNOWN:
        found = known[key] = _compiled(statement, names, dialect)
    return found if isinstance(found, Prepared) else None


def _compiled(statement: Executable, names: Sequence[str] | None, dialect: Dialect) -> Prepared | None:
    """Compile a statement; None when its values or rows need more than the driver does."""
    if not isinstance(statement, ClauseElement):
        return None
    compiled = statement.compile(
        dialect=dialect,
        column_keys=None if names is None else list(names),
        for_executemany=names is not None,
    )
    if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params or compiled.literal_execute_params:
        return None
    if any(one.type._cached_result_processor(dialect, None) for one in compiled._result_columns):  # noqa: SLF001
        return None
    if compiled.positiontup is None or compiled.insert_prefetch or compiled.update_prefetch:
        return None
    by_name = {name: parameter for parameter, name in compiled.bind_names.items()}
    turns: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001 - what SQLAlchemy itself would call
    places = [(by_name[name].key, by_name[name].effective_value, turns.get(name)) for name in compiled.positiontup]
    return Prepared(compiled.string, places)
