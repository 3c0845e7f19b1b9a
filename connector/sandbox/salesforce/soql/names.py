"""From the names in a query to columns: every identifier that reaches SQL comes from the schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from connector.sandbox.instants import instant, millis
from connector.sandbox.salesforce.schema import NUMBER_TYPES, Field, SObject
from connector.sandbox.salesforce.soql.errors import no_column, no_relationship, no_type
from connector.sandbox.salesforce.soql.nodes import Path
from connector.sandbox.salesforce.storage import Storage, quoted
from connector.sandbox.salesforce.stored import Stored

ARCHIVED_AFTER: Final = timedelta(days=365)
ARCHIVING: Final = frozenset({"Task", "Event"})
ANY_PARENT: Final = (
    *("Id", "Name", "FirstName", "LastName", "Email", "Phone", "Title", "Alias", "Username", "IsActive"),
)
"""What can be asked of a parent that may be of several objects; ``Type`` comes on top."""
TYPE: Final = Field("Type", "picklist", "Type", length=40)


@dataclass(slots=True)
class Context:
    """What one query shares with its inner ones: the tables, the parameters so far, the switches."""

    text: str
    storage: Storage
    now_ms: int
    all_rows: bool
    user_fields: bool
    null_ne: bool
    parameters: dict[str, Stored] = field(default_factory=dict)
    scopes: int = 0

    def bound(self, value: Stored) -> str:
        """Return the mark of a new parameter."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def sobject(self, name: str, at: int) -> SObject:
        """Return the object that FROM names."""
        found = self.storage.book.find(name)
        if found is None:
            raise no_type(self.text, at, name)
        return found


@dataclass(frozen=True, slots=True)
class Parent:
    """A record reached through relationships: the objects it may be of, each with its alias in the SQL."""

    path: tuple[str, ...]
    targets: tuple[tuple[SObject, str], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A resolved field: its definition, its SQL, the parent it belongs to."""

    field: Field
    sql: str
    parent: Parent

    @property
    def key(self) -> str:
        """Return what orders by it: a column knows its collation, a choice among several parents' columns does not."""
        return self.sql if len(self.parent.targets) == 1 else f"{self.sql} COLLATE NOCASE"


class Scope:
    """One FROM: its object and the parents that its paths have joined so far."""

    def __init__(self, context: Context, sobject: SObject, alias: str = "") -> None:
        """Begin with the object alone; *alias* is the query's own name for it."""
        self.context = context
        self.sobject = sobject
        self.names = {sobject.name.lower(), alias.lower()} - {""}
        context.scopes += 1
        self.own = f"q{context.scopes}"
        self.root = Parent((), ((sobject, self.own),))
        self._parents: dict[tuple[str, ...], Parent] = {}
        self._joins: list[str] = []

    def tables(self) -> str:
        """Return what stands after FROM."""
        return " ".join((f"{self.context.storage.table(self.sobject)} {self.own}", *self._joins))

    def visible(self) -> list[str]:
        """Return the conditions that hide deleted and archived records from ``query``."""
        if self.context.all_rows:
            return []
        hidden = [f'{self.own}."IsDeleted" = 0'] if "IsDeleted" in self.sobject.fields else []
        if self.sobject.name in ARCHIVING:
            hidden.append(f"NOT {self._archived(self.sobject.name, self.own)}")
        return hidden

    def find(self, path: Path) -> Found:
        """
        Return the field of a path.

        Raises:
            SoqlError: INVALID_FIELD for what is not there or hidden.
        """
        parts = path.parts
        if len(parts) > 1 and parts[0].lower() in self.names and self.sobject.parent(parts[0]) is None:
            parts = parts[1:]
        parent = self.root
        for name in parts[:-1]:
            parent = self._parent(parent, name, path.at)
        return self._field(parent, parts[-1], path.at)

    def _parent(self, parent: Parent, name: str, at: int) -> Parent:
        """Return the parent that a relationship leads to, joined once."""
        sobject, alias = parent.targets[0]
        reference = sobject.parent(name, user_fields=self.context.user_fields)
        if reference is None or len(parent.targets) > 1:
            raise no_relationship(self.context.text, at, name)
        path = (*parent.path, reference.relationship)
        if path not in self._parents:
            targets: list[tuple[SObject, str]] = []
            for each in reference.references:
                target = self.context.storage.book.of(each)
                joined = f"{self.own}j{len(self._joins)}"
                table = self.context.storage.table(target)
                self._joins.append(f'LEFT JOIN {table} {joined} ON {joined}."Id" = {alias}.{quoted(reference.name)}')
                targets.append((target, joined))
            self._parents[path] = Parent(path, tuple(targets))
        return self._parents[path]

    def parent_at(self, path: tuple[str, ...]) -> Parent:
        """Return a parent that some path has joined already."""
        return self._parents[path]

    def _field(self, parent: Parent, name: str, at: int) -> Found:
        """Return a field of a parent or of the object itself."""
        seeing = self.context.user_fields
        if len(parent.targets) == 1:
            sobject, alias = parent.targets[0]
            found = sobject.find(name, user_fields=seeing)
            if found is None:
                raise no_column(self.context.text, at, name, sobject.name)
            if found.name == "IsArchived" and sobject.name in ARCHIVING:
                return Found(found, self._archived(sobject.name, alias), parent)
            return Found(found, f"{alias}.{quoted(found.name)}", parent)
        if name.lower() == "type":
            cases = " ".join(f"WHEN {alias}.\"Id\" IS NOT NULL THEN '{each.name}'" for each, alias in parent.targets)
            return Found(TYPE, f"CASE {cases} END", parent)
        known = next((each for each in ANY_PARENT if each.lower() == name.lower()), None)
        held = [(each.find(known, user_fields=seeing), alias) for each, alias in parent.targets] if known else []
        columns = [(each, f"{alias}.{quoted(each.name)}") for each, alias in held if each is not None]
        if not columns:
            raise no_column(self.context.text, at, name, "Name")
        texts = ", ".join(column for _, column in columns)
        return Found(columns[0][0], f"COALESCE({texts})" if len(columns) > 1 else texts, parent)

    def _archived(self, sobject: str, alias: str) -> str:
        """Return the condition that an activity is a year old: a closed task, or an event."""
        cutoff_ms = millis(instant(self.context.now_ms) - ARCHIVED_AFTER)
        stamp = self.context.bound(cutoff_ms)
        day = self.context.bound(instant(cutoff_ms).date().isoformat())
        due = f'COALESCE({alias}."ActivityDate" <= {day}, {alias}."CreatedDate" <= {stamp})'
        return f'({alias}."IsClosed" = 1 AND {due})' if sobject == "Task" else f"({due})"


def numeric(each: Field) -> bool:
    """Say whether sums and averages can be taken of a field."""
    return each.type in NUMBER_TYPES
