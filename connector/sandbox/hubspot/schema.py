"""Property definitions: what a portal knows of each object type."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connector.sandbox.hubspot import contact_properties, other_properties
from connector.sandbox.hubspot.kinds import COMPANIES, CONTACTS, KINDS, TASKS, Kind
from connector.sandbox.instants import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CREATOR = "88842095"
"""The user in whose name custom properties were made."""
MOST_UNIQUE = 10
"""Unique properties an object type may have (changelog unique-properties-for-contacts, Sept 2023)."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an enumeration."""

    value: str
    label: str
    order: int = -1
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Property:
    """
    One definition.

    *type* decides the value (string, number, bool, date, datetime, enumeration), *field_type* only the widget.
    """

    name: str
    label: str
    type: str
    field_type: str
    group: str
    options: tuple[Option, ...] = ()
    description: str = ""
    read_only: bool = False
    calculated: bool = False
    unique: bool = False
    hidden: bool = False
    ours: bool = True
    references: str = ""
    created_ms: int = 0

    @property
    def several(self) -> bool:
        """Say whether a value may hold several options, joined by semicolons."""
        return self.type == "enumeration" and self.field_type == "checkbox"


FIELD_TYPES = {
    "string": "text",
    "number": "number",
    "bool": "booleancheckbox",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
}


@dataclass(slots=True)
class Schema:
    """The definitions and groups of one portal, by object type."""

    created_ms: int
    properties: dict[str, dict[str, Property]] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, kind: Kind) -> dict[str, Property]:
        """Return the definitions of *kind* by name."""
        return self.properties[kind.name]

    def define(self, kind: Kind, definition: Property) -> None:
        """Add or replace one definition, and its group."""
        self.of(kind)[definition.name] = definition
        self.groups[kind.name].setdefault(definition.group, definition.group)

    def unique_names(self, kind: Kind) -> list[str]:
        """Return the properties of *kind* whose values are unique; the e-mail of contacts is one."""
        names = [name for name, each in self.of(kind).items() if each.unique and not each.read_only]
        return ["email", *names] if kind is CONTACTS else names

    def widen(self, kind: Kind, name: str, value: str) -> None:
        """Let *name* hold *value*: define what HubSpot lacks, turn what is too narrow into text, add options."""
        known = self.of(kind).get(name)
        if known is None:
            self.define(kind, custom(kind, name, fitting_type(value), created_ms=self.created_ms))
        elif name == "lifecyclestage":
            if value not in {option.value for option in known.options}:
                add_stage(self, value, value.replace("_", " ").capitalize())
        elif known.type == "enumeration" and known.options:
            missing = [v for v in split_options(known, value) if v not in {o.value for o in known.options}]
            if missing:
                extra = tuple(Option(v, v, len(known.options) + n) for n, v in enumerate(missing))
                self.define(kind, replace(known, options=known.options + extra))
        elif not known.ours and known.type != "string" and fitting_type(value) != known.type:
            sort = "datetime" if {known.type, fitting_type(value)} == {"date", "datetime"} else "string"
            self.define(kind, replace(known, type=sort, field_type=FIELD_TYPES[sort], options=()))


def split_options(definition: Property, value: str) -> list[str]:
    """Return the options that a value names."""
    return [v for v in value.split(";") if v] if definition.several else [value]


def fitting_type(value: str) -> str:
    """Return the narrowest type that holds *value*: bool, number, date, datetime, else string."""
    if value in {"true", "false"}:
        return "bool"
    text = value[1:] if value[:1] == "-" else value
    if text.replace(".", "", 1).isdigit() and text.isascii() and (text == "0" or text[0] != "0" or text[1:2] == "."):
        return "number"
    if len(value) == len("2026-01-01") and value[4] == value[7] == "-" and value.replace("-", "").isdigit():
        return "date"
    if len(value) >= len("2026-01-01T00:00Z") and value[4:5] == value[7:8] == "-" and value[10] == "T":
        return "datetime"
    return "string"


def custom(  # noqa: PLR0913 -- a definition has that many sides
    kind: Kind,
    name: str,
    sort: str = "string",
    *,
    label: str = "",
    field_type: str = "",
    unique: bool = False,
    created_ms: int = 0,
) -> Property:
    """Return the definition of a custom property of *kind*."""
    options = (Option("true", "Yes", 0), Option("false", "No", 1)) if sort == "bool" else ()
    title = label or name.replace("_", " ").capitalize()
    group = CUSTOM_GROUPS.get(kind.name, f"{kind.singular}information")
    widget = field_type or FIELD_TYPES[sort]
    return Property(name, title, sort, widget, group, options, unique=unique, ours=False, created_ms=created_ms)


CUSTOM_GROUPS = {"contacts": "contactinformation", "companies": "companyinformation", "deals": "dealinformation"}


def standard(created_ms: int) -> Schema:
    """Return the schema of a new portal: what HubSpot defines, nothing custom."""
    schema = Schema(created_ms)
    tables = {"contacts": contact_properties.TABLE, **other_properties.TABLES}
    options = {**contact_properties.OPTIONS, **other_properties.OPTIONS}
    for kind in KINDS:
        schema.properties[kind.name] = {}
        schema.groups[kind.name] = {}
        shared = other_properties.EVERYWHERE if kind is not CONTACTS else ""
        logged = other_properties.ACTIVITY if kind.activity else ""
        for row in _rows("\n".join((tables[kind.name], shared, logged))):
            schema.define(kind, _defined(row, options, created_ms))
    for kind in (CONTACTS, COMPANIES):
        for option in schema.of(kind)["lifecyclestage"].options:
            define_stage(schema, kind, option)
    return schema


def _rows(table: str) -> Iterable[str]:
    """Return the rows of a definition table."""
    return (row for row in table.strip().splitlines() if row.strip())


def _defined(row: str, options: Mapping[str, tuple[tuple[str, str], ...]], created_ms: int) -> Property:
    """Return the definition of one table row: name, type, widget, flags, group, label."""
    name, sort, widget, flags, group, label = row.split(maxsplit=5)
    choices = options.get(name, ()) if sort == "enumeration" else ()
    if sort == "bool":
        choices = (("true", "True"), ("false", "False"))
    return Property(
        name,
        label,
        sort,
        widget,
        group,
        tuple(Option(value, text, n) for n, (value, text) in enumerate(choices)),
        read_only="r" in flags,
        calculated="c" in flags,
        unique="u" in flags,
        references="OWNER" if name == "hubspot_owner_id" else "",
        created_ms=created_ms,
    )


def define_stage(schema: Schema, kind: Kind, stage: Option) -> None:
    """Define the read-only instants that HubSpot keeps for one lifecycle stage."""
    group = "contactlcs" if kind is CONTACTS else "companyinformation"
    for name, label in (
        (f"hs_lifecyclestage_{stage.value}_date", f"Became a {stage.label} Date"),
        (f"hs_v2_date_entered_{stage.value}", f'Date entered "{stage.label}"'),
        (f"hs_v2_date_exited_{stage.value}", f'Date exited "{stage.label}"'),
    ):
        created = schema.created_ms
        schema.define(kind, Property(name, label, "datetime", "date", group, read_only=True, created_ms=created))


def add_stage(schema: Schema, value: str, label: str, before: str | None = None) -> None:
    """Add a lifecycle stage as an admin does: a numeric *value*, placed before another stage or last."""
    for kind in (CONTACTS, COMPANIES):
        known = schema.of(kind)["lifecyclestage"]
        stages = [o for o in known.options if o.value != value]
        place = next((n for n, o in enumerate(stages) if o.value == before), len(stages))
        stages.insert(place, Option(value, label))
        ordered = tuple(replace(o, order=n) for n, o in enumerate(stages))
        schema.define(kind, replace(known, options=ordered))
        define_stage(schema, kind, stages[place])


def set_up(schema: Schema, *, unique_task_property: bool) -> None:
    """Add the custom properties that the connector's set-up step creates."""
    made = schema.created_ms
    for name, sort, widget in (
        ("connector_engagement", "number", ""),
        ("connector_fit", "number", ""),
        ("connector_intent", "number", ""),
        ("connector_total", "number", ""),
        ("connector_stage", "string", ""),
        ("connector_reasons", "string", "textarea"),
        ("connector_version", "string", ""),
    ):
        schema.define(CONTACTS, custom(CONTACTS, name, sort, field_type=widget, created_ms=made))
    if unique_task_property:
        schema.define(TASKS, custom(TASKS, "connector_key", unique=True, created_ms=made))


def shown(definition: Property) -> dict[str, object]:
    """Return the JSON object of a definition."""
    at = iso(definition.created_ms)
    row: dict[str, object] = {
        "updatedAt": at,
        "createdAt": at,
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "description": definition.description,
        "groupName": definition.group,
        "options": [
            {"label": o.label, "value": o.value, "displayOrder": o.order, "hidden": o.hidden}
            for o in definition.options
        ],
        "displayOrder": -1,
        "calculated": definition.calculated,
        "externalOptions": bool(definition.references),
        "archived": False,
        "hasUniqueValue": definition.unique,
        "hidden": definition.hidden,
        "modificationMetadata": {
            "archivable": not definition.ours,
            "readOnlyDefinition": definition.ours,
            "readOnlyValue": definition.read_only,
        },
        "formField": not definition.read_only,
        "dataSensitivity": "non_sensitive",
    }
    if definition.ours:
        row["hubspotDefined"] = True
    else:
        row |= {"createdUserId": CREATOR, "updatedUserId": CREATOR}
    if definition.references:
        row["referencedObjectType"] = definition.references
    return row
