"""Queries that count, sum and group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from connector.sandbox.salesforce.schema import Field
from connector.sandbox.salesforce.soql.conditions import Conditions, Operand
from connector.sandbox.salesforce.soql.errors import SoqlError, located, malformed, not_in_call, unsupported
from connector.sandbox.salesforce.soql.names import Scope, numeric
from connector.sandbox.salesforce.soql.nodes import AGGREGATES, Call, Column, Path, Query
from connector.sandbox.salesforce.stored import shower

MOST_GROUPS: Final = 2000
COUNTED: Final = Field("count", "int", "Count")
SUMMED: Final = Field("sum", "double", "Sum")


@dataclass(frozen=True, slots=True)
class Answer:
    """One entry of each AggregateResult."""

    name: str
    field: Field
    sql: str


class Grouping:
    """The SQL of one aggregate query."""

    def __init__(self, scope: Scope, query: Query) -> None:
        """Resolve what is grouped and counted."""
        self.scope = scope
        self.query = query
        self.groups = [self._group(each) for each in query.group]
        self.answers = [self._answer(each, number) for each, number in _numbered(query)]

    def _group(self, path: Path) -> Operand:
        """Return a field to group by."""
        found = self.scope.find(path)
        if not found.field.groupable:
            raise not_in_call(self.scope.context.text, path.at, found.field.name, "grouped")
        return found.field, found.sql

    def _answer(self, column: Column, number: int) -> Answer:
        """Return one entry: a grouped field under its name, an aggregate under its alias or ``exprN``."""
        definition, sql = self.operand(column.what)
        if isinstance(column.what, Path):
            return Answer(column.alias or definition.name, definition, sql)
        return Answer(column.alias or f"expr{number}", definition, sql)

    def operand(self, what: Path | Call) -> Operand:
        """Return a grouped field or an aggregate; another field is refused."""
        if isinstance(what, Call):
            return self._aggregate(what)
        found = self.scope.find(what)
        if found.sql not in {sql for _, sql in self.groups}:
            raise malformed(f"Field must be grouped or aggregated: {found.field.name}")
        return found.field, found.sql

    def _aggregate(self, call: Call) -> Operand:
        """Return an aggregate and the type of what it answers."""
        if call.name not in AGGREGATES:
            raise unsupported(f"{call.name}() in a grouped query")
        if call.path is None:
            return COUNTED, "COUNT(*)"
        found = self.scope.find(call.path)
        if not found.field.filterable:
            raise not_in_call(self.scope.context.text, call.at, found.field.name, "aggregated")
        if call.name == "COUNT":
            return COUNTED, f"COUNT({found.sql})"
        if call.name == "COUNT_DISTINCT":
            return COUNTED, f"COUNT(DISTINCT {found.sql})"
        if call.name in {"SUM", "AVG"}:
            if not numeric(found.field):
                message = f"field {found.field.name} does not support aggregate operator {call.name}"
                raise located(self.scope.context.text, call.at, "INVALID_FIELD", message)
            return SUMMED, f"{call.name}({found.sql})"
        return found.field, f"{call.name}({found.sql})"

    def rows(self, conditions: Sequence[str]) -> list[dict[str, Any]]:
        """
        Return the AggregateResults.

        Raises:
            SoqlError: EXCEEDED_ID_LIMIT for more than one batch of groups.
        """
        query, context = self.query, self.scope.context
        sql = ["SELECT", ", ".join(each.sql for each in self.answers)]
        tail = []
        if self.groups:
            tail.append("GROUP BY " + ", ".join(each for _, each in self.groups))
        if query.having is not None:
            tail.append("HAVING " + Conditions(self.scope, self.operand).sql(query.having))
        if query.order:
            keys = ((self.operand(each.what)[1], each) for each in query.order)
            tail.append("ORDER BY " + ", ".join(ordered(key, each.descending, each.nulls_last) for key, each in keys))
        if query.limit is not None or query.offset:
            tail.append(f"LIMIT {-1 if query.limit is None else query.limit} OFFSET {query.offset}")
        where = [f"WHERE {' AND '.join(conditions)}"] if conditions else []
        text = " ".join((*sql, "FROM", self.scope.tables(), *where, *tail))
        found = context.storage.sql.execute(text, context.parameters).fetchall()
        if len(found) > MOST_GROUPS:
            advice = "use LIMIT to restrict the results to a single batch"
            raise SoqlError("EXCEEDED_ID_LIMIT", f"Aggregate query does not support queryMore(), {advice}")
        shows = [(each.name, shower(each.field)) for each in self.answers]
        return [
            {"attributes": {"type": "AggregateResult"}}
            | {name: show(value) if show else value for (name, show), value in zip(shows, row, strict=True)}
            for row in found
        ]


def _numbered(query: Query) -> list[tuple[Column, int]]:
    """Return the columns, each with the number that its name would have: only aggregates without alias count."""
    found, number = [], 0
    for each in query.columns:
        found.append((each, number))
        number += isinstance(each.what, Call) and not each.alias
    return found


def ordered(key: str, descending: bool, nulls_last: bool) -> str:  # noqa: FBT001 -- as the query says it
    """Return one entry of ORDER BY; empty values come first unless said otherwise."""
    return f"{key} {'DESC' if descending else 'ASC'} NULLS {'LAST' if nulls_last else 'FIRST'}"
