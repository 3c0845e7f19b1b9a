"""Describe answers with their age, so that a client need not read again what did not change."""

from __future__ import annotations

import json
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

from connector.sandbox.instants import SECOND_MS, instant, millis
from connector.sandbox.salesforce.calls import Call, Reply
from connector.sandbox.salesforce.describe import describe_body, global_describe_body

if TYPE_CHECKING:
    from collections.abc import Mapping


class Described:
    """What was last told of each object, and since when it is so."""

    def __init__(self, opened_ms: int) -> None:
        """Know nothing told yet; what never changed is as old as the org."""
        self._opened_ms = opened_ms
        self._told: dict[str, tuple[int, int]] = {}

    def changed_ms(self, name: str, body: Mapping[str, object], at_ms: int) -> int:
        """Return since when an answer is as it is now, but for the version in its addresses."""
        mark = hash(json.dumps(body.get("fields") or body.get("sobjects"), sort_keys=True))
        before = self._told.get(name)
        if before is None or before[0] != mark:
            self._told[name] = (mark, at_ms if before else self._opened_ms)
        return self._told[name][1] // SECOND_MS * SECOND_MS


def one(call: Call) -> Reply:
    """Answer ``GET /sobjects/<name>/describe``."""
    kind = call.kind()
    return _unless_old(call, kind.name, describe_body(call.state.schema, kind.name, call.version))


def every(call: Call) -> Reply:
    """Answer ``GET /sobjects``."""
    return _unless_old(call, f"all of {call.version}", global_describe_body(call.state.schema, call.version))


def basic(call: Call) -> Reply:
    """Answer ``GET /sobjects/<name>``: what the list of all objects says of this one."""
    name = call.kind().name
    listed = global_describe_body(call.state.schema, call.version)["sobjects"]
    return Reply(200, {"objectDescribe": next(each for each in listed if each["name"] == name), "recentItems": []})


def _unless_old(call: Call, name: str, body: Mapping[str, object]) -> Reply:
    """Return the answer, or 304 when the client has it already."""
    changed_ms = call.desk.described.changed_ms(name, body, call.at_ms)
    headers = {"Last-Modified": format_datetime(instant(changed_ms), usegmt=True)}
    since = _since(call.request.headers.get("if-modified-since", ""))
    if since is not None and changed_ms <= since:
        return Reply(304, None, headers)
    return Reply(200, body, headers)


def _since(text: str) -> int | None:
    """Return the instant of an HTTP date, None for none."""
    try:
        return millis(parsedate_to_datetime(text))
    except ValueError:
        return None
