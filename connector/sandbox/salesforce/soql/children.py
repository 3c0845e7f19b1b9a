"""Queries of children inside SELECT: ``(SELECT Id FROM CampaignMembers)``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connector.sandbox.salesforce.soql.conditions import Conditions
from connector.sandbox.salesforce.soql.errors import no_children, not_in_call, unsupported
from connector.sandbox.salesforce.soql.grouping import ordered
from connector.sandbox.salesforce.soql.names import Scope
from connector.sandbox.salesforce.soql.nodes import Call, Query
from connector.sandbox.salesforce.soql.shaping import Record, Shape
from connector.sandbox.salesforce.storage import quoted


class Children:
    """One such query, asked for a page of parents at a time."""

    def __init__(self, parent: Scope, query: Query) -> None:
        """Resolve the relationship and what is selected of the children."""
        known = parent.context.storage.book.children(parent.sobject.name)
        name = next((each for each in known if each.lower() == query.sobject.lower()), None)
        if name is None:
            raise no_children(parent.context.text, query.at, query.sobject)
        if query.limit is not None or query.offset or query.aggregate:
            raise unsupported("LIMIT, OFFSET or aggregates in a query of children")
        self.name = name
        child, reference = known[name]
        self.scope = Scope(replace(parent.context, parameters={}), child, query.alias)
        self.shape = Shape(self.scope, query)
        self.parent = f"{self.scope.own}.{quoted(reference.name)}"
        self.conditions = self.scope.visible()
        if query.where is not None:
            self.conditions.append(Conditions(self.scope).where(query.where))
        self.order = self._ordered(query)

    def _ordered(self, query: Query) -> str:
        """Return what the children of one parent are ordered by."""
        entries = []
        for each in query.order:
            if isinstance(each.what, Call):
                raise unsupported(f"ORDER BY {each.what.name}()")
            found = self.scope.find(each.what)
            if not found.field.sortable:
                raise not_in_call(self.scope.context.text, each.what.at, found.field.name, "sorted")
            entries.append(ordered(found.key, each.descending, each.nulls_last))
        return ", ".join((*entries, f"{self.scope.own}.row"))

    def attach(self, records: Sequence[Record], ids: Sequence[str], version: str) -> None:
        """Put each parent's children into its record; null when it has none."""
        columns = ", ".join((self.parent, *self.shape.columns))
        conditions = (*self.conditions, f"{self.parent} IN (SELECT value FROM json_each(:parents))")  # noqa: S608 -- as below
        text = f"SELECT {columns} FROM {self.scope.tables()} WHERE {' AND '.join(conditions)} ORDER BY {self.order}"  # noqa: S608 -- names of the schema, parameters
        context = self.scope.context
        parameters: dict[str, Any] = {**context.parameters, "parents": json.dumps(list(ids))}
        found: dict[str, list[Record]] = {}
        for row in context.storage.sql.execute(text, parameters):
            found.setdefault(row[0], []).append(self.shape.record(row[1:], version))
        for record, each in zip(records, ids, strict=True):
            rows = found.get(each)
            record[self.name] = {"totalSize": len(rows), "done": True, "records": rows} if rows else None
