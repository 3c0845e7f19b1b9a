"""Runs queries over the org's tables."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, overload

from typing_extensions import override

from connector.sandbox.instants import millis
from connector.sandbox.salesforce.schema import Field, SObject
from connector.sandbox.salesforce.soql.children import Children
from connector.sandbox.salesforce.soql.conditions import Conditions
from connector.sandbox.salesforce.soql.errors import SoqlError, not_in_call, unsupported
from connector.sandbox.salesforce.soql.grouping import Grouping, ordered
from connector.sandbox.salesforce.soql.names import ARCHIVING, Context, Scope
from connector.sandbox.salesforce.soql.nodes import Call, Query
from connector.sandbox.salesforce.soql.parser import parse
from connector.sandbox.salesforce.soql.shaping import Record, Shape
from connector.sandbox.salesforce.storage import Storage, quoted
from connector.sandbox.salesforce.stored import Stored

PAGE: Final = 2000
BEYOND: Final = ("too many", "too large", "too complex", "overflow")
"""How SQLite says that a statement is more than it can hold."""


class Rows(Sequence[Record]):
    """
    The records of an answer: which ones and in what order is fixed, their values are read when they are asked for.

    So an answer of 200,000 records costs a few megabytes; iterating reads it in pages.
    """

    def __init__(self, keys: array[int], read: Callable[[Sequence[int]], list[Record]]) -> None:
        """Keep the row numbers and what reads them."""
        self._keys = keys
        self._read = read

    @override
    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self._keys)

    @override
    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    @override
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        """Return one record, or those of a slice."""
        if isinstance(index, slice):
            return self._read(self._keys[index])
        return self._read([self._keys[index]])[0]

    @override
    def __iter__(self) -> Iterator[Record]:
        """Return all records, a page at a time."""
        for start in range(0, len(self._keys), PAGE):
            yield from self._read(self._keys[start : start + PAGE])


@dataclass(frozen=True, slots=True)
class Result:
    """
    The answer to a query.

    *total* is the size of the whole answer; *sobject* that of FROM; *long_text* says that a long text is selected,
    for which pages are smaller. ``COUNT()`` has a total and no rows.
    """

    total: int
    sobject: str
    long_text: bool
    rows: Sequence[Record]


class Runner:
    """Parses, resolves and runs queries for one org."""

    def __init__(self, storage: Storage, clock: Callable[[], datetime], *, null_ne: bool) -> None:
        """Ask *storage* at the instant of *clock*; *null_ne* is the switch for empty fields."""
        self.storage = storage
        self.clock = clock
        self.null_ne = null_ne

    def run(self, soql: str, *, all_rows: bool, user_fields: bool, version: str) -> Result:
        """Answer one query; see ``Database.query``."""
        query = parse(soql)
        context = self._context(soql, all_rows=all_rows, user_fields=user_fields)
        scope = Scope(context, context.sobject(query.sobject, query.at), query.alias)
        try:
            return self._answer(query, scope, version)
        except sqlite3.OperationalError as problem:
            if not any(each in str(problem) for each in BEYOND):
                raise
            raise SoqlError("QUERY_TOO_COMPLICATED", "Query is too complicated") from problem

    def _context(self, soql: str, *, all_rows: bool, user_fields: bool) -> Context:
        """Return what the parts of one query share."""
        return Context(soql, self.storage, millis(self.clock()), all_rows, user_fields, self.null_ne)

    def _answer(self, query: Query, scope: Scope, version: str) -> Result:
        """Answer a parsed query."""
        name = scope.sobject.name
        if query.count_only:
            total = self._count(query, scope)
            return Result(total, name, long_text=False, rows=())
        if query.aggregate:
            grouping = Grouping(scope, query)
            groups = grouping.rows(_conditions(query, scope))
            return Result(len(groups), name, long_text=False, rows=groups)
        shape = Shape(self._same(scope, query), query)
        children = [Children(shape.scope, each) for each in query.children]
        keys = self._keys(query, scope)

        def read(wanted: Sequence[int]) -> list[Record]:
            """Return the records of some rows, in their order."""
            return _read(shape, children, wanted, version)

        return Result(len(keys), name, shape.long_text, Rows(keys, read))

    def _same(self, scope: Scope, query: Query) -> Scope:
        """Return a fresh scope of the same FROM, with parameters of its own."""
        context = scope.context
        again = self._context(context.text, all_rows=context.all_rows, user_fields=context.user_fields)
        again.now_ms = context.now_ms
        return Scope(again, scope.sobject, query.alias)

    def _count(self, query: Query, scope: Scope) -> int:
        """Return the total of ``SELECT COUNT()``."""
        where = _where(_conditions(query, scope))
        inner = f"SELECT 1 FROM {scope.tables()}{where}{_limit(query)}"  # noqa: S608 -- schema names and parameters
        found = self.storage.sql.execute(f"SELECT COUNT(*) FROM ({inner})", scope.context.parameters).fetchone()  # noqa: S608 -- as above
        return int(found[0])

    def _keys(self, query: Query, scope: Scope) -> array[int]:
        """Return the numbers of the rows that a query finds, in its order."""
        conditions = _conditions(query, scope)
        order = _order(query, scope)
        text = f"SELECT {scope.own}.row FROM {scope.tables()}{_where(conditions)} ORDER BY {order}{_limit(query)}"  # noqa: S608 -- as above
        found = self.storage.sql.execute(text, scope.context.parameters)
        return array("q", (each for (each,) in found))

    def holders(self, sobject: SObject, field: Field, value: Stored) -> tuple[str, ...]:
        """Return the ids of the records whose field holds a value, compared without regard to case."""
        column = quoted(field.name)
        text = f'SELECT "Id" FROM {self.storage.table(sobject)} WHERE {column} = ? ORDER BY row'  # noqa: S608 -- as above
        return tuple(str(each) for (each,) in self.storage.sql.execute(text, (value,)))

    def archived(self, sobject: SObject, record_id: str) -> bool:
        """Say whether an activity is so old that ``query`` leaves it out."""
        if sobject.name not in ARCHIVING:
            return False
        soql = f"SELECT IsArchived FROM {sobject.name} WHERE Id = '{record_id}'"  # noqa: S608 -- SOQL over an id of ours
        found = self.run(soql, all_rows=True, user_fields=False, version="")
        return bool(found.rows[0]["IsArchived"])


def _conditions(query: Query, scope: Scope) -> list[str]:
    """Return the conditions of a query and those that hide what it must not see."""
    found = scope.visible()
    if query.where is not None:
        found.append(Conditions(scope).where(query.where))
    return found


def _where(conditions: Sequence[str]) -> str:
    """Return the WHERE of conditions, if there are any."""
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _limit(query: Query) -> str:
    """Return the LIMIT and OFFSET of a query."""
    if query.limit is None and not query.offset:
        return ""
    return f" LIMIT {-1 if query.limit is None else query.limit} OFFSET {query.offset}"


def _order(query: Query, scope: Scope) -> str:
    """Return what a query orders by; rows that are equal then come in the order of their creation."""
    entries, settled = [], False
    for each in query.order:
        if isinstance(each.what, Call):
            raise unsupported(f"ORDER BY {each.what.name}()")
        found = scope.find(each.what)
        if not found.field.sortable:
            raise not_in_call(scope.context.text, each.what.at, found.field.name, "sorted")
        entries.append(ordered(found.key, each.descending, each.nulls_last))
        settled = settled or (found.field.name == "Id" and found.parent is scope.root)
    return ", ".join(entries if settled else (*entries, f"{scope.own}.row"))


def _read(shape: Shape, children: Sequence[Children], wanted: Sequence[int], version: str) -> list[Record]:
    """Return the records of some rows, in that order."""
    scope = shape.scope
    columns = ", ".join((f"{scope.own}.row", *shape.columns))
    text = f"SELECT {columns} FROM {scope.tables()} WHERE {scope.own}.row IN (SELECT value FROM json_each(:wanted))"  # noqa: S608 -- as above
    parameters: dict[str, Any] = {**scope.context.parameters, "wanted": json.dumps(list(wanted))}
    found = {row[0]: shape.record(row[1:], version) for row in scope.context.storage.sql.execute(text, parameters)}
    records = [found[key] for key in wanted]
    for each in children:
        each.attach(records, [str(row[0]) for row in _ids(scope, wanted)], version)
    return records


def _ids(scope: Scope, wanted: Sequence[int]) -> list[tuple[Stored, ...]]:
    """Return the record ids of some rows, in that order."""
    table = scope.context.storage.table(scope.sobject)
    text = f'SELECT row, "Id" FROM {table} WHERE row IN (SELECT value FROM json_each(?))'  # noqa: S608 -- as above
    found = {row: (each,) for row, each in scope.context.storage.sql.execute(text, (json.dumps(list(wanted)),))}
    return [found[key] for key in wanted]
