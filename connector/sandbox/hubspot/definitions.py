"""Endpoints of property definitions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.sandbox.hubspot import inputs, schema, writes
from connector.sandbox.hubspot.errors import Detail, Refusal, invalid
from connector.sandbox.hubspot.kinds import TASKS, Kind
from connector.sandbox.hubspot.schema import FIELD_TYPES, MOST_UNIQUE, Option, Property
from connector.sandbox.instants import iso

if TYPE_CHECKING:
    from connector.sandbox.exchange import Request
    from connector.sandbox.hubspot.portal_state import State

Json = dict[str, object]

NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


def listed(state: State, kind: Kind, request: Request) -> Json:
    """Answer all definitions of a type; none are archived here."""
    if request.first("archived") == "true":
        return {"results": []}
    return {"results": [schema.shown(each) for each in state.schema.of(kind).values()]}


def one(state: State, kind: Kind, name: str) -> Json:
    """Answer one definition."""
    return schema.shown(_known(state, kind, name))


def _known(state: State, kind: Kind, name: str) -> Property:
    """Return the definition of that name or refuse."""
    found = state.schema.of(kind).get(name)
    if found is None:
        raise _unknown(kind, name)
    return found


def _unknown(kind: Kind, name: str) -> Refusal:
    """Return the refusal of a name that is not defined."""
    return Refusal(404, "OBJECT_NOT_FOUND", f"Property {name} does not exist for object type {kind.type_id}.")


def read(state: State, kind: Kind, request: Request, at_ms: int) -> tuple[int, Json]:
    """Answer a batch read of definitions; unknown names are rows of a 207."""
    rows = inputs.rows(inputs.body_of(request), "inputs")
    known = state.schema.of(kind)
    names = [str(row.get("name")) for row in rows]
    errors = [_unknown(kind, name).row() for name in names if name not in known]
    results = [schema.shown(known[name]) for name in names if name in known]
    body: Json = {"status": "COMPLETE", "results": results, "startedAt": iso(at_ms), "completedAt": iso(at_ms)}
    return (207, {**body, "numErrors": len(errors), "errors": errors}) if errors else (200, body)


def create(state: State, kind: Kind, request: Request, at_ms: int) -> Json:
    """Answer the definition of a custom property."""
    body = inputs.body_of(request)
    inputs.needed(body, "fieldType", "groupName", "label", "name", "type")
    name, sort = str(body["name"]), str(body["type"])
    _check(state, kind, name, sort, body)
    definition = Property(
        name,
        str(body["label"]),
        sort,
        str(body["fieldType"]),
        str(body["groupName"]),
        _options(body, sort),
        description=str(body.get("description") or ""),
        unique=bool(body.get("hasUniqueValue")),
        hidden=bool(body.get("hidden")),
        ours=False,
        created_ms=at_ms,
    )
    state.schema.define(kind, definition)
    if definition.unique:
        state.table(kind).unique.setdefault(name, {})
    unique = str(definition.unique).lower()
    writes.note(state, "api", "define", kind.name, name, at_ms, {"type": sort, "unique": unique})
    return schema.shown(definition)


def _options(body: inputs.Body, sort: str) -> tuple[Option, ...]:
    """Return the options of a definition; a bool has its two."""
    if sort == "bool" and not body.get("options"):
        return (Option("true", "Yes", 0), Option("false", "No", 1))
    rows = inputs.rows(body, "options")
    return tuple(_option(row, n) for n, row in enumerate(rows))


def _option(row: inputs.Body, place: int) -> Option:
    """Return one option, ordered by its place when nothing else is said."""
    order = int(str(row.get("displayOrder", place)))
    return Option(str(row.get("value")), str(row.get("label")), order, bool(row.get("hidden")))


def _check(state: State, kind: Kind, name: str, sort: str, body: inputs.Body) -> None:
    """Refuse a definition that HubSpot would not take."""
    if not NAME.fullmatch(name) or sort not in FIELD_TYPES:
        detail = Detail(f"{name}: invalid name or type {sort}", "INVALID_PROPERTY", (name,))
        raise Refusal(400, "VALIDATION_ERROR", "Property definition is not valid", details=(detail,))
    if name in state.schema.of(kind):
        raise Refusal(
            409,
            "OBJECT_ALREADY_EXISTS",
            f"A property named '{name}' already exists.",
            sub_category="Properties.PROPERTY_WITH_NAME_EXISTS",
        )
    if str(body["groupName"]) not in state.schema.groups[kind.name]:
        message = f"Property group {body['groupName']} does not exist"
        raise invalid(message)
    if body.get("hasUniqueValue"):
        if kind is TASKS and not state.manner.unique_task_property:
            message = f"Properties with unique values are not supported for object type {kind.type_id}"
            raise invalid(message)
        if sum(each.unique for each in state.schema.of(kind).values()) > MOST_UNIQUE:
            message = f"Object type {kind.type_id} has {MOST_UNIQUE} properties with unique values already"
            raise invalid(message)


def change(state: State, kind: Kind, name: str, request: Request) -> Json:
    """Answer a change of label, description, options or group; given options replace all of them."""
    known, body = _known(state, kind, name), inputs.body_of(request)
    changed = replace(
        known,
        label=str(body.get("label", known.label)),
        description=str(body.get("description", known.description)),
        group=str(body.get("groupName", known.group)),
        options=_options(body, known.type) if "options" in body else known.options,
    )
    state.schema.define(kind, changed)
    return schema.shown(changed)


def groups(state: State, kind: Kind) -> Json:
    """Answer the property groups of a type."""
    rows = [
        {"name": name, "label": label, "displayOrder": n, "archived": False}
        for n, (name, label) in enumerate(state.schema.groups[kind.name].items())
    ]
    return {"results": rows}


def add_group(state: State, kind: Kind, request: Request) -> Json:
    """Answer the creation of a property group."""
    body = inputs.body_of(request)
    inputs.needed(body, "name", "label")
    known = state.schema.groups[kind.name]
    known.setdefault(str(body["name"]), str(body["label"]))
    return {"name": str(body["name"]), "label": str(body["label"]), "displayOrder": len(known) - 1, "archived": False}
