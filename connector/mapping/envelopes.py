"""
From the bytes of one delivery to the events in it, whatever they are wrapped in.

A body is a JSON object (one event), a JSON array (a batch), a CloudEvents 1.0 message in structured, binary or batched
mode, or a form (``application/x-www-form-urlencoded`` with keys like ``data[merges][FNAME]``). Binary CloudEvents are
put into the structured form, so that one mapping reads both: `type`, `source`, `time`, `data.…`.
(https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md, read 2026-11.)
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote

MOST_EVENTS: Final = 5_000
"""Events of one delivery that are looked at: no sender batches more, and looking at them takes time."""
CLOUD_EVENT_HEADERS: Final = frozenset({
    *("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time", "ce-dataschema"),
})
"""Headers that carry what a binary CloudEvent says of itself; the receiver keeps them with the body."""
MOST_VALUES: Final = 100_000
"""Values in one JSON body: a query over half a million takes seconds, and no event has so many."""
_FORM: Final = "application/x-www-form-urlencoded"
_HALVES: Final = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|\0")
"""Where halves of a character may be: as escapes, as bytes, and in UTF-16, which JSON may be written in."""
_MOST_KEYS: Final = 2_000
_DEEPEST: Final = 20
_KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART: Final = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Event:
    """
    One event of a delivery.

    Attributes:
        body: What it says, in the structured form for CloudEvents.
        identity: A CloudEvent's source and id, which together name it everywhere; empty for every other event.
    """

    body: Mapping[str, object]
    identity: str = ""


class Unreadable(ValueError):  # noqa: N818 - the name says what is wrong
    """The body cannot be taken apart; the message is the sentence for the admin."""


def events_in(body: bytes, content_type: str, headers: Mapping[str, str]) -> tuple[Event, ...]:
    """
    Return the events in *body*, in its order.

    Args:
        body: As received.
        content_type: As the sender named it; JSON is also taken under any other name.
        headers: By lower-case name.

    Raises:
        Unreadable: It is no JSON and no form, holds what is no object, or holds too many events.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _FORM and body.lstrip()[:1] != b"{":
        found: object = _form(body)
    elif not body.strip() and "ce-id" in headers:
        found = None
    else:
        found = _json(body)
    if "ce-specversion" in headers and kind not in {
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
    }:
        return (_event(_structured(found, headers)),)
    items = found if isinstance(found, list) else [found]
    if len(items) > MOST_EVENTS:
        message = f"the body holds {len(items):,} events, more than {MOST_EVENTS:,}"
        raise Unreadable(message)
    return tuple(_event(item, place) for place, item in enumerate(items, 1))


def _json(body: bytes) -> object:
    """Return what JSON says."""
    if body.count(b",") > MOST_VALUES:
        message = f"the body holds more than {MOST_VALUES:,} values"
        raise Unreadable(message)
    try:
        found = json.loads(body)
        if _HALVES.search(body):
            # No database and no CRM takes half a character; to guess what was meant would be to make somebody up.
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        message = "a text of the body holds half a character (a lone surrogate)"
        raise Unreadable(message) from error
    except RecursionError as error:
        message = "the body is nested too deeply"
        raise Unreadable(message) from error
    except ValueError as error:
        said = str(error) if isinstance(error, json.JSONDecodeError) else "its text is broken"
        message = f"the body is no JSON ({said})" if body.strip() else "the body is empty"
        raise Unreadable(message) from error
    return found


def _event(item: object, place: int = 1) -> Event:
    """Return an element of a batch as an event."""
    if not isinstance(item, dict):
        message = f"event {place} of the body is no JSON object"
        raise Unreadable(message)
    if not isinstance(item.get("specversion"), str):
        return Event(item)
    source, name = item.get("source"), item.get("id")
    identity = f"{source}|{name}" if isinstance(source, str) and isinstance(name, str) and name else ""
    encoded = item.get("data_base64")
    if isinstance(encoded, str) and "data" not in item:
        item = {**item, "data": _decoded(encoded)}
    return Event(item, identity)


def _decoded(encoded: str) -> object:
    """Return the JSON that a CloudEvent carries as base64; None when it is something else."""
    try:
        found: object = json.loads(base64.b64decode(encoded, validate=True))
    except (ValueError, RecursionError):
        return None
    return found


def _structured(data: object, headers: Mapping[str, str]) -> object:
    """Return a binary CloudEvent in the structured form; header values are percent-encoded."""
    said = {name[3:]: unquote(value) for name, value in headers.items() if name.startswith("ce-")}
    return {**said, "data": data}


def _form(body: bytes) -> object:
    """Return a form as nested objects; a key that comes several times is a list, with or without `[]`."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_KEYS)
    except UnicodeDecodeError as error:
        message = "the form is not written in UTF-8"
        raise Unreadable(message) from error
    except ValueError as error:
        message = f"the form has more than {_MOST_KEYS:,} keys"
        raise Unreadable(message) from error
    if not pairs:
        message = "the body is empty" if not body.strip() else "the body is no form"
        raise Unreadable(message)
    found: dict[str, object] = {}
    for key, value in pairs:
        _put(found, _names(key), value)
    return found


def _names(key: str) -> list[str]:
    """Return ``data[merges][FNAME]`` as its three names; a key of another form is one name."""
    match = _KEY.fullmatch(key)
    if match is None:
        return [key]
    names = [match[1], *_PART.findall(match[2])]
    return names if len(names) <= _DEEPEST else [key]


def _put(into: dict[str, object], names: list[str], value: str) -> None:
    """Put a value of a form where its key leads; a value and an object under one name stand side by side as a list."""
    node = into
    while names and not names[-1]:
        # "a[]" says that there may be several, which a repeated key says as well.
        names = names[:-1]
    for name in names[:-1]:
        inner = node.setdefault(name, {})
        if not isinstance(inner, dict):
            node[name] = inner = {"": inner}
        node = inner
    last = names[-1] if names else ""
    if last not in node:
        node[last] = value
        return
    before = node[last]
    if isinstance(before, list):
        before.append(value)
    else:
        node[last] = [before, value]
