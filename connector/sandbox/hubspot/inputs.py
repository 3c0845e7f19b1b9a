"""Request bodies: the parts of JSON that endpoints expect, refused in the vendor's way when they are not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.errors import Refusal, invalid, invalid_values
from connector.sandbox.hubspot.portal_state import PORTAL_ID
from connector.sandbox.hubspot.values import kept, refused
from connector.sandbox.people import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.sandbox.exchange import Request
    from connector.sandbox.hubspot.errors import Detail
    from connector.sandbox.hubspot.kinds import Kind
    from connector.sandbox.hubspot.portal_state import State

Body = dict[str, object]


def body_of(request: Request) -> Body:
    """Return the JSON object of a request's body."""
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        message = f"Invalid input JSON on line 1, column 1: {error}"
        raise invalid(message) from error
    if not isinstance(body, dict):
        message = "Invalid input JSON on line 1, column 1: an object is expected"
        raise invalid(message)
    return body


def rows(body: Mapping[str, object], name: str) -> list[Body]:
    """Return the objects of a list in a body; a missing list is empty."""
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        message = f"Invalid input JSON: {name} must be a list of objects"
        raise invalid(message)
    return value


def texts(body: Mapping[str, object], name: str) -> list[str]:
    """Return the texts of a list in a body; a missing list is empty."""
    value = body.get(name) or []
    if not isinstance(value, list):
        message = f"Invalid input JSON: {name} must be a list"
        raise invalid(message)
    return [str(each) for each in value]


def needed(body: Mapping[str, object], *names: str) -> None:
    """Refuse a body that lacks required fields."""
    missing = [name for name in names if name not in body]
    if missing:
        message = f"Invalid input JSON on line 1, column 1. Some required fields were not set: [{', '.join(missing)}]"
        raise invalid(message)


def properties_of(body: Mapping[str, object]) -> dict[str, str]:
    """Return the properties of a body as text; null clears like an empty text."""
    value = body.get("properties")
    if not isinstance(value, dict):
        message = "Invalid input JSON on line 1, column 1. Some required fields were not set: [properties]"
        raise invalid(message)
    return {str(name): "" if each is None else text_of(each) for name, each in value.items()}


def checked(state: State, kind: Kind, properties: Mapping[str, str]) -> dict[str, str]:
    """Return the properties as they are kept; all that are refused are named in one refusal."""
    known = state.schema.of(kind)
    wrong: list[Detail] = []
    values: dict[str, str] = {}
    for name, value in properties.items():
        reason = refused(known.get(name), name, value, state.owners.by_id)
        if reason:
            wrong.append(reason)
        else:
            values[name] = kept(known[name], value)
    if wrong:
        raise invalid_values(wrong, PORTAL_ID)
    return values


def record_id(text: str) -> int:
    """Return a record id as a number; anything else is refused like an unknown record."""
    if not text.isdigit() or not text.isascii():
        raise Refusal(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.")
    return int(text)


def unique_name(state: State, kind: Kind, name: str) -> str:
    """Return *name* if its values are unique for this type, else refuse."""
    if name not in state.table(kind).unique:
        message = (
            f"Unable to perform update/upsert by non-unique {kind.type_id} property {name} in portal ID {PORTAL_ID}"
        )
        raise invalid(message)
    return name
