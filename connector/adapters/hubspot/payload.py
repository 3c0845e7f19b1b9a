"""
HubSpot's JSON, taken apart with care.

Every property is a string or null; ids are decimal text, though association targets come as numbers now and then;
instants drop their fraction when it is zero; every field of an error is optional.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, cast

from connector.adapters.http import words

Json = Mapping[str, object]
NOTHING: Final[Json] = MappingProxyType({})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """
    One answer of the API.

    Attributes:
        status: Of HTTP.
        body: The JSON object; empty when there was none.
        headers: With lower-case names.
        at: The vendor's instant of answering, else ours.
    """

    status: int
    body: Json
    headers: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One object as HubSpot gives it; trace_id is ours, echoed, empty where it was not sent."""

    id: str
    properties: Mapping[str, str | None]
    modified_at: datetime
    archived: bool
    trace_id: str
    raw: Json


def parsed(content: bytes) -> Json | None:
    """Return the JSON object in *content*, empty for no content, None when it is none."""
    if not content.strip():
        return NOTHING
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return cast("Json", body) if isinstance(body, dict) else None


def table(value: object) -> Json:
    """Return *value* when it is a JSON object, else an empty one."""
    return cast("Json", value) if isinstance(value, dict) else NOTHING


def listed(value: object) -> list[object]:
    """Return *value* when it is a JSON array, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def text(value: object) -> str:
    """Return *value* as text: ids come as numbers now and then; null is empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, int) else ""


def rows(body: Json, modified: str) -> Iterator[Row]:
    """Return the objects under `results`; *modified* names the property that says when one last changed."""
    for each in listed(body.get("results")):
        found = row(table(each), modified)
        if found is not None:
            yield found


def row(raw: Json, modified: str) -> Row | None:
    """Return one object, None when it has no id."""
    properties = cast("Mapping[str, str | None]", table(raw.get("properties")))
    key = text(raw.get("id")) or text(properties.get("hs_object_id"))
    if not key:
        return None
    changed = instant(properties.get(modified)) or instant(raw.get("updatedAt")) or instant(raw.get("createdAt"))
    return Row(
        key, properties, changed or _EPOCH, raw.get("archived") is True, text(raw.get("objectWriteTraceId")), raw
    )


def next_page(body: Json) -> str:
    """Return the `after` of the next page; empty on the last one, which has no paging at all."""
    return text(table(table(body.get("paging")).get("next")).get("after"))


def instant(value: object) -> datetime | None:
    """Return an instant given as ISO text or as epoch milliseconds; None when it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return from_ms(value)
    if not isinstance(value, str) or not value:
        return None
    if value.lstrip("-").isdigit():
        return from_ms(int(value[:18]))
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)


def from_ms(value: int) -> datetime | None:
    """Return the instant of epoch milliseconds, None outside the years that exist."""
    try:
        return _EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        return None


def to_ms(at: datetime) -> int:
    """Return epoch milliseconds, rounded down."""
    return (at - _EPOCH) // _MILLISECOND


def iso(at: datetime) -> str:
    """Return an instant as HubSpot takes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def said(body: Json, status: int, secret: str = "") -> str:
    """Return the vendor's own words about a failure, never empty."""
    parts = [text(body.get("message"))]
    for each in listed(body.get("errors")):
        detail = text(table(each).get("message"))
        if detail and detail not in parts[0]:
            parts.append(detail)
    category = text(body.get("category")) or text(body.get("errorType"))
    told = words(" ".join(part for part in parts if part), secret) or "no words"
    return f"HubSpot {status}{f' {category}' if category else ''}: {told}"


def request_id(answer: Answer) -> str:
    """Return the id that HubSpot's support asks for; a 207 has it in a header alone. Empty when there was none."""
    body = answer.body
    named = text(body.get("correlationId")) or text(body.get("requestId"))
    return words(named or answer.headers.get("x-hubspot-correlation-id", ""))


def scopes(body: Json) -> tuple[str, ...]:
    """Return the scopes of a 403, of which any one would do."""
    found: list[str] = []
    for each in listed(body.get("errors")):
        found += [text(one) for one in listed(table(table(each).get("context")).get("requiredGranularScopes"))]
    return tuple(one for one in found if one)


def context(error: Json, name: str) -> tuple[str, ...]:
    """Return the texts of an error's context under *name*."""
    return tuple(text(one) for one in listed(table(error.get("context")).get(name)))
