"""Several requests in one call, which may speak of each other's answers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.exchange import request_of
from connector.sandbox.salesforce import undo
from connector.sandbox.salesforce.calls import Call, Reply
from connector.sandbox.salesforce.errors import Refusal, Said, bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.sandbox.exchange import Request

MOST: Final = 25
MOST_QUERIES: Final = 5
HEAVY: Final = ("/query", "/queryAll", "/composite/sobjects")
REFERENCE: Final = re.compile(r"@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}")
STEP: Final = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+)\]")
ROLLED_BACK: Final = "The transaction was rolled back since another operation in the same transaction failed."
FAILED: Final = 400

Part = dict[str, Any]


class _Missing(Exception):  # noqa: N818 -- a reference that leads nowhere
    """A reference to an answer that failed or has no such value."""


def answer(call: Call, dispatch: Callable[[Call], Reply]) -> Reply:
    """Answer ``POST /composite``; *dispatch* answers each request inside."""
    body = call.json()
    parts = body.get("compositeRequest")
    if not isinstance(parts, list) or not all(isinstance(each, dict) for each in parts):
        raise bad_request("JSON_PARSER_ERROR", "compositeRequest must be a list of requests")
    _limits(call, parts)
    with undo.whole(call.state) as mine:
        done: dict[str, Part] = {}
        for part in parts:
            done[str(part.get("referenceId"))] = _one(call, part, done, dispatch)
        mine.failed = body.get("allOrNone") is True and any(e["httpStatusCode"] >= FAILED for e in done.values())
    answers = list(done.values())
    if mine.failed:
        answers = [
            each if each["httpStatusCode"] >= FAILED else _halted(each["referenceId"], ROLLED_BACK) for each in answers
        ]
    return Reply(200, {"compositeResponse": answers})


def _limits(call: Call, parts: list[Part]) -> None:
    """Refuse too many requests in one, two of the same name, and what is no request."""
    if len(parts) > MOST:
        raise bad_request("LIMIT_EXCEEDED", f"Composite request limit exceeded: {len(parts)} > {MOST}")
    names = [str(part.get("referenceId") or "") for part in parts]
    if len(set(names)) != len(names) or "" in names:
        raise bad_request("INVALID_INPUT", "Each subrequest needs a referenceId of its own")
    heavy = sum(str(part.get("url", "")).split("?")[0].removeprefix(call.base).startswith(HEAVY) for part in parts)
    if heavy > MOST_QUERIES:
        message = f"Query and sObject collection operations exceeded limit of {MOST_QUERIES}"
        raise bad_request("LIMIT_EXCEEDED", message)


def _one(call: Call, part: Part, done: Mapping[str, Part], dispatch: Callable[[Call], Reply]) -> Part:
    """Return the answer of one request inside."""
    name = str(part.get("referenceId"))
    try:
        request = _request(call, part, done)
    except _Missing as missing:
        return _halted(name, str(missing))
    try:
        if not request.path.startswith("/services/data/"):
            raise bad_request("INVALID_INPUT", "The url must name the whole path from /services/data/")
        reply = dispatch(call.inside(request))
    except Refusal as refusal:
        body = json.loads(refusal.content()[1])
        return {"body": body, "httpHeaders": {}, "httpStatusCode": refusal.status, "referenceId": name}
    shown = {key: value for key, value in reply.headers.items() if key == "Location"}
    return {"body": reply.body, "httpHeaders": shown, "httpStatusCode": reply.status, "referenceId": name}


def _halted(name: str, message: str) -> Part:
    """Return the answer of a request that was not carried out because of another."""
    body = [Said("PROCESSING_HALTED", message).body()]
    return {"body": body, "httpHeaders": {}, "httpStatusCode": FAILED, "referenceId": name}


def _request(call: Call, part: Part, done: Mapping[str, Part]) -> Request:
    """Return a request inside, its references resolved; it inherits the headers of the call around it."""
    url = REFERENCE.sub(lambda found: str(_resolved(found, done)), str(part.get("url", "")))
    body = _filled(part.get("body"), done)
    own = {str(name).lower(): str(value) for name, value in (part.get("httpHeaders") or {}).items()}
    content = b"" if body is None else json.dumps(body).encode()
    return request_of(str(part.get("method", "GET")), url, {**call.request.headers, **own}, content)


def _filled(value: object, done: Mapping[str, Part]) -> object:
    """Return a body with its references resolved."""
    if isinstance(value, dict):
        return {name: _filled(each, done) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, done) for each in value]
    if not isinstance(value, str):
        return value
    alone = REFERENCE.fullmatch(value)
    return _resolved(alone, done) if alone else REFERENCE.sub(lambda found: str(_resolved(found, done)), value)


def _resolved(found: re.Match[str], done: Mapping[str, Part]) -> object:
    """Return the value that a reference leads to."""
    name, path = found.group(1), found.group(2)
    part = done.get(name)
    value = part["body"] if part and part["httpStatusCode"] < FAILED else None
    for step in STEP.finditer(path):
        key, place = step.group(1), step.group(2)
        if key and isinstance(value, dict):
            value = value.get(key)
        elif place and isinstance(value, list) and int(place) < len(value):
            value = value[int(place)]
        else:
            value = None
    if value is None:
        raise _Missing(f"Invalid reference specified. No value for {name}{path} found in {name}.")
    return value
