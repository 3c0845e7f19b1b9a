"""
Our results in a vendor's fields: the text that is sent, and whether sending it would change anything.

HubSpot takes every property as text: numbers plain, true/false, dates as YYYY-MM-DD, instants as ISO 8601 in UTC with
the fraction left out when it is nought, which is also how it gives them back (properties guide, read 2026-11).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from types import MappingProxyType
from typing import Final

from connector.mapping.converters import decimal
from connector.mapping.moments import instant
from connector.mapping.refusal import TEXT_LIMIT
from connector.mapping.spec import ObjectMapping
from connector.model import Value

_NO_TYPES: Final[Mapping[str, str]] = MappingProxyType({})
_ROUNDED_TO: Final = 1e-6
"""Score lines are exact to this, so a sum a hair below a whole number is that number."""
_MORE: Final = " …"


def whole_points(points: float) -> int:
    """
    Return *points* as they are written back: whole, rounded down.

    29.6 is written as 29, so that a list in the CRM that asks for 30 agrees with the criteria, which ask for 30 too.
    """
    return math.floor(points + _ROUNDED_TO)


def fields_to_write(
    mapping: ObjectMapping,
    results: Mapping[str, Value],
    types: Mapping[str, str] = _NO_TYPES,
    zone: tzinfo = UTC,
    limit: int = TEXT_LIMIT,
) -> Mapping[str, str]:
    """
    Return vendor's field → text for every result that the mapping writes; "" clears, a result not given is left out.

    Args:
        mapping: Says which result goes where.
        results: By score name, "total", "stage", "reasons" …; fractions are points and written whole.
        types: Type of the vendor's fields where known: a field of type "date" gets the day of an instant.
        zone: Whose day that is.
        limit: Most characters of a text; longer ones are cut at a line or a word, and end in "…".
    """
    found: dict[str, str] = {}
    for result, target in mapping.write.items():
        if result in results:
            value = results[result]
            if types.get(target) == "date" and isinstance(value, datetime):
                value = value.astimezone(zone).date()
            found[target] = as_text(value, limit)
    return MappingProxyType(found)


def as_text(value: Value, limit: int = TEXT_LIMIT) -> str:
    """Return *value* as the vendor takes it; None and an empty list are "", several texts stand one to a line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(whole_points(value)) if math.isfinite(value) else ""
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    return cut("\n".join(value) if isinstance(value, tuple) else value, limit)


def changes(wanted: Mapping[str, str], there: Mapping[str, str]) -> Mapping[str, str]:
    """
    Return those of *wanted* that differ from what is *there*; a field not read counts as different.

    The vendor's own spelling is no difference: "30" is "30.0", and an instant is the same in any form.
    """
    return MappingProxyType({
        name: text for name, text in wanted.items() if name not in there or not _same(text, there[name])
    })


def cut(text: str, limit: int) -> str:
    """Return *text* of at most *limit* characters, cut where a line or at least a word ends; broken signs replaced."""
    clean = text.replace("\0", "").encode("utf-8", "replace").decode()
    if len(clean) <= limit:
        return clean
    room = max(limit - len(_MORE), 0)
    head = clean[:room]
    end = max(head.rfind("\n"), head.rfind(" ")) if room and not clean[room].isspace() else room
    # A cut that would lose more than half is no cut at a word but a text without words.
    kept = head[:end] if end > room // 2 else head
    return (kept.rstrip() + _MORE)[:limit]


def _instant(value: datetime) -> str:
    """Return an instant in UTC, to the millisecond, the fraction left out when it is nought."""
    utc = value.astimezone(UTC).replace(tzinfo=None)
    milliseconds = utc.microsecond // 1000
    whole = utc.replace(microsecond=0).isoformat()
    return f"{whole}.{milliseconds:03d}Z" if milliseconds else f"{whole}Z"


def _same(one: str, other: str) -> bool:
    """Tell whether two texts are one value to the vendor."""
    if one.strip() == other.strip():
        return True
    for read in (decimal, instant):
        first, second = read(one), read(other)
        if isinstance(first, float | datetime) and isinstance(second, float | datetime):
            return first == second
    return False
