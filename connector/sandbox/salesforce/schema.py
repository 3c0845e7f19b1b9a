"""What an org knows of its objects: fields, choices, relationships, and who may see which field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from connector.sandbox.salesforce.ids import BY_PREFIX

LONG_TEXT: Final = 255
"""A text area above this length can neither be filtered nor sorted (describe of Task, v60)."""
TEXT_TYPES: Final = frozenset({"string", "textarea", "picklist", "multipicklist", "combobox", "email", "phone", "url"})
NUMBER_TYPES: Final = frozenset({"int", "double", "currency", "percent"})
ID_TYPES: Final = frozenset({"id", "reference"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a picklist; *closed* and *converted* say what a status does to its record."""

    value: str
    label: str = ""
    active: bool = True
    default: bool = False
    closed: bool = False
    converted: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """
    One field as describe shows it.

    *children* is the name under which the records that point here are found on their parent, "" for none.
    """

    name: str
    type: str
    label: str
    length: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    unique: bool = False
    external_id: bool = False
    id_lookup: bool = False
    restricted: bool = False
    calculated: bool = False
    name_field: bool = False
    options: tuple[Choice, ...] = ()
    references: tuple[str, ...] = ()
    relationship: str = ""
    children: str = ""
    precision: int = 0
    scale: int = 0

    @property
    def custom(self) -> bool:
        """Say whether the org made this field, or a package did."""
        return self.name.endswith("__c")

    @property
    def long_text(self) -> bool:
        """Say whether this is a long text, which pages of a query carry in smaller numbers."""
        return self.type == "textarea" and self.length > LONG_TEXT

    @property
    def filterable(self) -> bool:
        """Say whether a query may ask for it in WHERE."""
        return not self.long_text

    @property
    def sortable(self) -> bool:
        """Say whether a query may order by it."""
        return not self.long_text and self.type != "multipicklist"

    @property
    def groupable(self) -> bool:
        """Say whether a query may group by it (numbers with a fraction, instants and long texts: no)."""
        excluded = {"double", "currency", "percent", "datetime", "combobox", "multipicklist"}
        return not self.long_text and self.type not in excluded

    def default(self) -> str | bool | None:
        """Return the value of a new record that does not say one."""
        if self.type == "boolean":
            return False
        return next((each.value for each in self.options if each.default), None)

    def choice(self, value: str) -> Choice | None:
        """Return the choice of that value, compared without case."""
        wanted = value.lower()
        return next((each for each in self.options if each.value.lower() == wanted), None)


@dataclass(slots=True)
class SObject:
    """One object type: its fields by name, in describe's order."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, Field] = field(default_factory=dict)
    writable: bool = True
    mergeable: bool = False
    hidden: set[str] = field(default_factory=set)
    version: int = 0
    _lower: dict[str, str] = field(default_factory=dict)

    def put(self, each: Field) -> None:
        """Add or replace one field; *version* counts it, so that what is derived from the fields can be kept."""
        self.version += 1
        self.fields[each.name] = each
        self._lower[each.name.lower()] = each.name

    def find(self, name: str, *, user_fields: bool = True) -> Field | None:
        """Return the field of that name without regard to case; None when it is hidden from the user."""
        found = self._lower.get(name.lower())
        if found is None or (user_fields and found in self.hidden):
            return None
        return self.fields[found]

    def parent(self, relationship: str, *, user_fields: bool = True) -> Field | None:
        """Return the reference field whose relationship has that name, without regard to case."""
        wanted = relationship.lower()
        for each in self.fields.values():
            if each.relationship.lower() == wanted and each.relationship:
                return None if user_fields and each.name in self.hidden else each
        return None

    def visible(self) -> tuple[Field, ...]:
        """Return the fields that the integration user sees, in describe's order."""
        return tuple(each for name, each in self.fields.items() if name not in self.hidden)


class SchemaBook:
    """The object types of one org."""

    def __init__(self, sobjects: Iterable[SObject]) -> None:
        """Take the types as given."""
        self._sobjects = {each.name: each for each in sobjects}
        self._lower = {name.lower(): name for name in self._sobjects}

    def find(self, name: str) -> SObject | None:
        """Return the type of that name, without regard to case."""
        found = self._lower.get(name.lower())
        return None if found is None else self._sobjects[found]

    def of(self, name: str) -> SObject:
        """
        Return the type of that name, without regard to case.

        Raises:
            KeyError: The org has no such type.
        """
        return self._sobjects[self._lower[name.lower()]]

    def all(self) -> tuple[SObject, ...]:
        """Return every type, by name."""
        return tuple(self._sobjects[name] for name in sorted(self._sobjects))

    def by_id(self, record_id: str) -> SObject | None:
        """Return the type that an id's prefix names."""
        name = BY_PREFIX.get(record_id[:3])
        return None if name is None else self.find(name)

    def define(self, sobject: str, each: Field) -> None:
        """Add or replace one field; the tables follow by themselves."""
        self.of(sobject).put(each)

    def choices(self, sobject: str, name: str, options: Iterable[Choice]) -> None:
        """Replace the values of a picklist."""
        found = self.of(sobject)
        found.put(replace(found.fields[name], options=tuple(options)))

    def hide(self, sobject: str, name: str) -> None:
        """Take a field from the integration user's sight, as a missing permission does."""
        found = self.of(sobject)
        found.hidden.add(found.fields[name].name)

    def show(self, sobject: str, name: str) -> None:
        """Give the integration user the permission on a field again."""
        self.of(sobject).hidden.discard(name)

    def children(self, parent: str) -> Mapping[str, tuple[SObject, Field]]:
        """Return the relationships that lead from *parent* to its children: child type and its field, by name."""
        return {
            each.children: (child, each)
            for child in self.all()
            for each in child.fields.values()
            if each.children and parent in each.references
        }
