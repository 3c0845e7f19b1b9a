"""What HubSpot takes as the value of a property, and how it keeps it."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.errors import Detail
from connector.sandbox.hubspot.schema import split_options
from connector.sandbox.instants import DAY_MS, iso, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.sandbox.hubspot.schema import Property

LONGEST_TEXT = 65_536
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


def kept(definition: Property, value: str) -> str:
    """
    Return *value* as HubSpot keeps it: instants as ISO text in UTC, dates as dates, all else unchanged.

    The value must have passed :func:`refused`.
    """
    if not value or definition.type not in {"datetime", "date"}:
        return value.strip() if definition.name == "email" else value
    at_ms = parsed(value)
    if at_ms is None:
        return value
    return iso(at_ms) if definition.type == "datetime" else iso(at_ms)[:10]


def refused(definition: Property | None, name: str, value: str, owners: Mapping[str, object]) -> Detail | None:
    """Return why a write of *value* is refused, None when it is taken. An empty value clears and always passes."""
    if definition is None:
        return Detail(f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST", (name,))
    if definition.read_only:
        return Detail(f'"{name}" is a read only property; its value cannot be set.', "READ_ONLY_VALUE", (name,))
    if not value:
        return None
    return _unfit(definition, value, owners)


def _unfit(definition: Property, value: str, owners: Mapping[str, object]) -> Detail | None:
    """Return why *value* does not fit the type of the property."""
    if definition.references == "OWNER":
        return None if value in owners else _not_an_option(definition.name, value)
    check = CHECKS.get(definition.type, _no_text)
    return check(definition, value)


def _no_choice(definition: Property, value: str) -> Detail | None:
    """Return why *value* is none of the options; several are judged one by one."""
    known = {option.value for option in definition.options}
    wrong = [v for v in split_options(definition, value) if known and v not in known]
    return _not_an_option(definition.name, wrong[0]) if wrong else None


def _no_number(definition: Property, value: str) -> Detail | None:
    """Return why *value* is no number."""
    if NUMBER.fullmatch(value):
        return None
    return Detail(f"{value} was not a valid number.", "INVALID_INTEGER", (definition.name,))


def _no_text(definition: Property, value: str) -> Detail | None:
    """Return why *value* is no e-mail address, or too long."""
    name = definition.name
    if name == "email" and definition.ours and not EMAIL.fullmatch(value.strip()):
        return Detail(f"Email address {value} is invalid", "INVALID_EMAIL", (name,))
    if len(value) > LONGEST_TEXT:
        return Detail(f"{name} is longer than {LONGEST_TEXT} characters", "INVALID_STRING", (name,))
    return None


def _not_an_option(name: str, value: str) -> Detail:
    """Return the refusal of a value that the enumeration does not list."""
    return Detail(f"{value} was not one of the allowed options for {name}", "INVALID_OPTION", (name,))


def _no_date(definition: Property, value: str) -> Detail | None:
    """Return why *value* is no instant, or no date at midnight in UTC."""
    at_ms = parsed(value)
    if at_ms is None:
        return Detail(f"{value} was not a valid date.", "INVALID_DATE", (definition.name,))
    if definition.type == "date" and at_ms % DAY_MS:
        return Detail(f"{value} is at {iso(at_ms)}, not midnight!", "INVALID_DATE", (definition.name,))
    return None


CHECKS: Mapping[str, Callable[[Property, str], Detail | None]] = MappingProxyType(
    {
        "enumeration": _no_choice,
        "bool": _no_choice,
        "number": _no_number,
        "date": _no_date,
        "datetime": _no_date,
    },
)
"""What says why a value does not fit, by type; all other types are text."""
