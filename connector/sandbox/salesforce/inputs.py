"""Values of a write: from JSON to what a row holds, or the refusal with the vendor's words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.instants import millis
from connector.sandbox.salesforce.errors import refused
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.schema import ID_TYPES, NUMBER_TYPES, TEXT_TYPES

if TYPE_CHECKING:
    from connector.sandbox.salesforce.schema import Field

MAIL: Final = re.compile(r"[^@\s,;<>()]+@[^@\s.,;<>()]+(\.[^@\s.,;<>()]+)+")


def checked(field: Field, value: object) -> Any:  # noqa: ANN401 -- a row's value
    """
    Return the value as a row holds it; null and an empty text clear.

    Raises:
        Refusal: The value is of another type, too long, no choice of a restricted list, no address, or no id.
    """
    if value is None or value == "":
        return False if field.type == "boolean" else None
    if field.type == "boolean":
        return _boolean(field, value)
    if field.type in NUMBER_TYPES:
        return _number(field, value)
    if field.type in {"date", "datetime"}:
        return _moment(field, value)
    if not isinstance(value, str):
        raise _wrong_type(field, value)
    if field.type in ID_TYPES:
        return _id(field, value)
    return _text(field, value) if field.type in TEXT_TYPES else value


def _wrong_type(field: Field, value: object) -> Exception:
    """Return the refusal of a value of the wrong JSON type."""
    token = {str: "VALUE_STRING", bool: "VALUE_TRUE" if value else "VALUE_FALSE", int: "VALUE_NUMBER_INT"}
    kind = token.get(type(value), "VALUE_NUMBER_FLOAT" if isinstance(value, float) else "START_OBJECT")
    message = (
        f"Cannot deserialize instance of {field.type} from {kind} value {value} "
        "or request may be missing a required field"
    )
    return refused("JSON_PARSER_ERROR", message, field.name)


def _boolean(field: Field, value: object) -> bool:
    """Return a truth value, given as such or as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise _wrong_type(field, value)


def _number(field: Field, value: object) -> int | float:
    """Return a number, given as such or as text."""
    if isinstance(value, bool):
        raise _wrong_type(field, value)
    try:
        number = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        number = None
    if number is None or (field.type == "int" and number != int(number)):
        raise _wrong_type(field, value)
    return int(number) if field.type == "int" else number


def _moment(field: Field, value: object) -> str | int:
    """Return a date as ISO text, an instant as a row holds it."""
    if not isinstance(value, str):
        raise _wrong_type(field, value)
    try:
        if field.type == "date":
            return date.fromisoformat(value[: len("2026-11-23")]).isoformat()
        at = datetime.fromisoformat(value)
    except ValueError:
        raise _wrong_type(field, value) from None
    return instant_text(millis(at if at.tzinfo else at.replace(tzinfo=UTC)))


def instant_text(at_ms: int) -> str:
    """Return an instant as a row holds it."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def _id(field: Field, value: str) -> str:
    """Return an id with its checksum."""
    try:
        return to18(value)
    except ValueError:
        raise refused("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", field.name) from None


def _text(field: Field, value: str) -> str:
    """Return a text that fits; only what is restricted must be one of the choices."""
    if field.length and len(value) > field.length:
        message = f"{field.label}: data value too large: {value} (max length={field.length})"
        raise refused("STRING_TOO_LONG", message, field.name)
    if field.restricted and field.type in {"picklist", "combobox"}:
        choice = field.choice(value)
        if choice is None or not choice.active:
            message = f"{field.label}: bad value for restricted picklist field: {value}"
            raise refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, field.name)
        return choice.value
    if field.type == "email" and not MAIL.fullmatch(value):
        raise refused("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {value}", field.name)
    return value
