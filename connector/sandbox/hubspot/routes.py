"""Which endpoint answers which path."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from connector.sandbox.hubspot import (
    account,
    associations,
    batches,
    definitions,
    inputs,
    lists,
    merging,
    objects,
    owners,
    search,
)
from connector.sandbox.hubspot.errors import Refusal
from connector.sandbox.hubspot.kinds import COMPANIES, CONTACTS, DEALS, Kind, kind_of
from connector.sandbox.instants import iso

if TYPE_CHECKING:
    from connector.sandbox.exchange import Request
    from connector.sandbox.hubspot.limits import Limits
    from connector.sandbox.hubspot.portal_state import State

VERSION = "2026-03"
"""The only version of the API that the sandbox serves."""

Answer = tuple[int, "dict[str, object] | None"]
NO_CONTENT: Answer = (204, None)


def answer(state: State, limits: Limits, request: Request, at_ms: int) -> Answer:
    """Return status and body for a request; what no endpoint takes is refused."""
    parts = [unquote(part) for part in request.path.strip("/").split("/")]
    if len(parts) > 2 and parts[0] == "crm" and parts[2] == VERSION:  # noqa: PLR2004 -- area and version
        area, rest = parts[1], parts[3:]
        if area == "objects":
            return _objects(state, request, rest, at_ms)
        if area == "associations":
            return _associations(state, request, rest, at_ms)
        if area == "properties" and rest:
            return _properties(state, request, rest, at_ms)
        if area == "owners" and request.method == "GET" and len(rest) <= 1:
            body = owners.one(state.owners, rest[0], request) if rest else owners.listed(state.owners, request)
            return 200, body
        if area == "lists":
            return _lists(state, request, rest)
    if parts[:2] == ["account-info", VERSION] and request.method == "GET":
        if parts[2:] == ["details"]:
            return 200, account.details(at_ms)
        if parts[2:] == ["api-usage", "daily", "private-apps"]:
            return 200, account.usage(limits, at_ms)
    raise _nothing_here(request)


def _nothing_here(request: Request) -> Refusal:
    """Return the refusal of a path or method that the sandbox does not serve."""
    return Refusal(404, "", f"No handler of this sandbox for {request.method} {request.path}")


def _kind(spelling: str) -> Kind:
    """Return the kind or refuse."""
    kind = kind_of(spelling)
    if kind is None:
        raise Refusal(400, "VALIDATION_ERROR", f"Unable to infer object type from: {spelling}")
    return kind


def _objects(state: State, request: Request, rest: list[str], at_ms: int) -> Answer:
    """Answer ``/crm/objects/{version}/{type}...``."""
    match request.method, rest:
        case "GET", [kind]:
            return 200, objects.listed(state, _kind(kind), request)
        case "POST", [kind]:
            return 201, objects.create(state, _kind(kind), request, at_ms)
        case "POST", [kind, "search"]:
            return 200, search.answer(state, _kind(kind), request)
        case "POST", [kind, "batch", verb]:
            return _batch(state, _kind(kind), verb, request, at_ms)
        case "POST", [kind, "merge"] if _kind(kind) in {CONTACTS, COMPANIES, DEALS}:
            return 200, merging.merge_endpoint(state, _kind(kind), request, at_ms)
        case "POST", [kind, "gdpr-delete"] if _kind(kind) is CONTACTS:
            merging.gdpr_delete(state, request, at_ms)
            return NO_CONTENT
        case "GET", [kind, key]:
            return 200, objects.one(state, _kind(kind), key, request)
        case "PATCH", [kind, key]:
            return 200, objects.update(state, _kind(kind), key, request, at_ms)
        case "DELETE", [kind, key]:
            objects.delete(state, _kind(kind), key, at_ms)
            return NO_CONTENT
        case _, [_, _, "associations", *_]:
            return _ties_of_one(state, request, rest, at_ms)
    raise _nothing_here(request)


def _batch(state: State, kind: Kind, verb: str, request: Request, at_ms: int) -> Answer:
    """Answer ``/crm/objects/{version}/{type}/batch/{verb}``."""
    match verb:
        case "read":
            return batches.read(state, kind, request, at_ms)
        case "create":
            return batches.create(state, kind, request, at_ms)
        case "update":
            return batches.update(state, kind, request, at_ms)
        case "upsert":
            return batches.upsert(state, kind, request, at_ms)
        case "archive":
            batches.archive(state, kind, request, at_ms)
            return NO_CONTENT
    raise _nothing_here(request)


def _ties_of_one(state: State, request: Request, rest: list[str], at_ms: int) -> Answer:
    """Answer ``/crm/objects/{version}/{type}/{id}/associations/...``."""
    match request.method, rest:
        case "GET", [kind, key, _, target]:
            return 200, associations.of_one(state, _kind(kind), key, _kind(target), request)
        case "PUT", [kind, key, _, "default", target, other]:
            return associations.put_default(state, _kind(kind), key, _kind(target), other, at_ms)
        case "DELETE", [kind, key, _, target, other]:
            associations.remove(state, _kind(kind), key, _kind(target), other, at_ms)
            return NO_CONTENT
    raise _nothing_here(request)


def _associations(state: State, request: Request, rest: list[str], at_ms: int) -> Answer:
    """Answer ``/crm/associations/{version}/{from}/{to}/batch/...``."""
    match request.method, rest:
        case "POST", [source, target, "batch", "read"]:
            return associations.read(state, _kind(source), _kind(target), request, at_ms)
        case "POST", [source, target, "batch", "create"]:
            return associations.create(state, _kind(source), _kind(target), request, at_ms)
        case "POST", [source, target, "batch", "associate", "default"]:
            return associations.default(state, _kind(source), _kind(target), request, at_ms)
        case "POST", [source, target, "batch", "archive"]:
            associations.archive(state, _kind(source), _kind(target), request, at_ms)
            empty = {"status": "COMPLETE", "results": [], "startedAt": iso(at_ms), "completedAt": iso(at_ms)}
            return 200, dict(empty)
    raise _nothing_here(request)


def _properties(state: State, request: Request, rest: list[str], at_ms: int) -> Answer:
    """Answer ``/crm/properties/{version}/{type}...``."""
    kind = _kind(rest[0])
    match request.method, rest[1:]:
        case "GET", []:
            return 200, definitions.listed(state, kind, request)
        case "POST", []:
            return 201, definitions.create(state, kind, request, at_ms)
        case "GET", ["groups"]:
            return 200, definitions.groups(state, kind)
        case "POST", ["groups"]:
            return 201, definitions.add_group(state, kind, request)
        case "POST", ["batch", "read"]:
            results = definitions.read(state, kind, request)
            at = iso(at_ms)
            return 200, {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}
        case "GET", [name]:
            return 200, definitions.one(state, kind, name)
        case "PATCH", [name]:
            return 200, definitions.change(state, kind, name, request)
    raise _nothing_here(request)


def _lists(state: State, request: Request, rest: list[str]) -> Answer:
    """Answer ``/crm/lists/{version}...``."""
    match request.method, rest:
        case "POST", ["search"]:
            return 200, lists.search(state.lists, inputs.body_of(request))
        case "GET", ["object-type-id", type_id, "name", name]:
            return 200, lists.by_name(state.lists, type_id, name)
        case "GET", ["records", _, key, "memberships"]:
            return 200, lists.of_record(state.lists, inputs.record_id(key))
        case "GET", [list_id]:
            return 200, lists.one(state.lists, list_id)
        case "GET", [list_id, "memberships"]:
            return 200, lists.memberships(state.lists, list_id, request, by_time=False)
        case "GET", [list_id, "memberships", "join-order"]:
            return 200, lists.memberships(state.lists, list_id, request, by_time=True)
    raise _nothing_here(request)
