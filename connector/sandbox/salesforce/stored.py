"""Field values as the tables keep them, and as REST answers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from connector.sandbox.instants import SECOND_DIGITS, SECOND_MS, iso, millis
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.schema import ID_TYPES, NUMBER_TYPES, Field

Stored = str | int | float | None
"""Ids with checksum, booleans 0 and 1, dates as text, instants as epoch milliseconds."""
Shown = str | int | float | bool | None
"""What REST answers: instants end in ``+0000`` without a colon."""


def _id(value: object) -> Stored:
    """Keep an id with its checksum; what is no id is kept as it is, for whoever checks it."""
    try:
        return to18(str(value))
    except ValueError:
        return str(value)


def _boolean(value: object) -> Stored:
    """Keep a truth value as 0 or 1."""
    return int(value.lower() == "true") if isinstance(value, str) else int(bool(value))


def _whole(value: object) -> Stored:
    """Keep a whole number."""
    return int(float(str(value)))


def _number(value: object) -> Stored:
    """Keep a number with a fraction."""
    return float(str(value))


def _date(value: object) -> Stored:
    """Keep a day as ISO text; of an instant its day in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).date().isoformat()
    return value.isoformat() if isinstance(value, date) else date.fromisoformat(str(value)[:10]).isoformat()


def _instant(value: object) -> Stored:
    """Keep an instant as epoch milliseconds, cut to the second as Salesforce does."""
    if isinstance(value, datetime):
        at_ms = millis(value)
    elif isinstance(value, int):
        at_ms = value
    else:
        at = datetime.fromisoformat(str(value))
        at_ms = millis(at if at.tzinfo else at.replace(tzinfo=UTC))
    return at_ms - at_ms % SECOND_MS


def _text(value: object) -> Stored:
    """Keep text; an empty one is none."""
    return str(value) or None


KEEPERS: Final[dict[str, Callable[[object], Stored]]] = {
    **dict.fromkeys(ID_TYPES, _id),
    **dict.fromkeys(NUMBER_TYPES, _number),
    "boolean": _boolean,
    "int": _whole,
    "date": _date,
    "datetime": _instant,
}


def keeper(field: Field) -> Callable[[object], Stored]:
    """
    Return what turns a client's value of *field* into the stored one; it is not asked about None.

    Raises:
        ValueError: (by what is returned) the text is no number, day or instant.
    """
    return KEEPERS.get(field.type, _text)


def shown_instant(at_ms: int) -> str:
    """Return an instant as REST writes it: three digits, then the offset without a colon."""
    return f"{iso(at_ms)[:SECOND_DIGITS]}.{at_ms % SECOND_MS:03d}+0000"


def shower(field: Field) -> Callable[[Stored], Shown] | None:
    """Return what turns a stored value into the shown one, None when they are alike."""
    if field.type == "boolean":
        return bool
    if field.type == "datetime":
        return _shown_instant
    return None


def _shown_instant(value: Stored) -> Shown:
    """Return a stored instant as REST writes it."""
    return None if value is None else shown_instant(int(value))
