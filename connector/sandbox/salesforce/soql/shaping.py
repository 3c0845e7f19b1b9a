"""From rows of SQL to the records that REST answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.salesforce.schema import Field
from connector.sandbox.salesforce.soql.errors import located, unsupported
from connector.sandbox.salesforce.soql.names import Found, Parent, Scope
from connector.sandbox.salesforce.soql.nodes import Call, Column, Path, Query
from connector.sandbox.salesforce.stored import Shown, Stored, shower

Record = dict[str, Any]
"""A record as JSON: ``attributes`` first, then fields in the order of SELECT, parents nested or null."""
Shower = Callable[[Stored], Shown] | None


@dataclass(slots=True)
class Node:
    """One record in the answer: where its ids stand in the row, its fields, its parents."""

    targets: tuple[tuple[str, int], ...]
    parts: dict[str, Leaf | Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value in the answer."""

    place: int
    show: Shower


class Shape:
    """The columns that a query selects, and the records they make."""

    def __init__(self, scope: Scope, query: Query) -> None:
        """
        Resolve what is selected.

        Raises:
            SoqlError: INVALID_FIELD for what is not there, or selected twice.
        """
        self.scope = scope
        self.columns: list[str] = []
        self.long_text = False
        self.root = self._node(scope.root)
        for each in _expanded(scope, query):
            self._add(each)

    def _node(self, parent: Parent) -> Node:
        """Return an empty record for a parent, and select its ids."""
        targets = []
        for sobject, alias in parent.targets:
            targets.append((sobject.name, len(self.columns)))
            self.columns.append(f'{alias}."Id"')
        return Node(tuple(targets))

    def _add(self, column: Column) -> None:
        """Add one selected column."""
        what = column.what
        labels = isinstance(what, Call)
        path = what.path if isinstance(what, Call) else what
        if path is None or (isinstance(what, Call) and what.name != "TOLABEL"):
            raise unsupported("an aggregate among fields")
        found = self.scope.find(path)
        node = self._reach(found)
        if found.field.name in node.parts:
            message = f"duplicate field selected: {found.field.name}"
            raise located(self.scope.context.text, path.at, "INVALID_FIELD", message)
        show = _labeller(found.field) if labels else shower(found.field)
        node.parts[found.field.name] = Leaf(len(self.columns), show)
        self.columns.append(found.sql)
        self.long_text = self.long_text or found.field.long_text

    def _reach(self, found: Found) -> Node:
        """Return the record in the answer to which a field belongs."""
        node, names = self.root, found.parent.path
        for depth, name in enumerate(names, start=1):
            inner = node.parts.get(name)
            if inner is None:
                inner = self._node(self.scope.parent_at(names[:depth]))
                node.parts[name] = inner
            if isinstance(inner, Leaf):
                raise unsupported(f"a field and a parent of one name: {name}")
            node = inner
        return node

    def record(self, row: Sequence[Stored], version: str) -> Record:
        """Return the record of one row."""
        return _record(self.root, row, f"/services/data/v{version}/sobjects") or {}


def _expanded(scope: Scope, query: Query) -> Sequence[Column]:
    """Return the selected columns, FIELDS() spelled out."""
    if not query.everything:
        return query.columns
    found = scope.sobject.visible() if scope.context.user_fields else tuple(scope.sobject.fields.values())
    chosen = (each for each in found if query.everything == "ALL" or each.custom == (query.everything == "CUSTOM"))
    return (*query.columns, *(Column(Path((each.name,), query.at)) for each in chosen))


def _labeller(definition: Field) -> Shower:
    """Return what turns a picklist's value into its label."""
    labels: Mapping[Stored, str] = {each.value: each.label or each.value for each in definition.options}
    return lambda value: labels.get(value, value)


def _record(node: Node, row: Sequence[Stored], base: str) -> Record | None:
    """Return a record with its parents; None where there is no such parent."""
    for name, place in node.targets:
        record_id = row[place]
        if record_id is not None:
            record: Record = {"attributes": {"type": name, "url": f"{base}/{name}/{record_id}"}}
            break
    else:
        return None
    for name, part in node.parts.items():
        if isinstance(part, Leaf):
            value = row[part.place]
            record[name] = part.show(value) if part.show else value
        else:
            record[name] = _record(part, row, base)
    return record
