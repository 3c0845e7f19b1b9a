"""Which endpoint answers which path: the whole of what the sandbox serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from connector.sandbox.exchange import Request
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
from connector.sandbox.hubspot.limits import Limits
from connector.sandbox.hubspot.portal_state import State

VERSION = "2026-03"
"""The only version of the API that the sandbox serves."""

Json = dict[str, object]
Answer = tuple[int, Json | None]


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way to an endpoint; *args* are the variable parts of its path."""

    state: State
    limits: Limits
    request: Request
    at_ms: int
    args: tuple[str, ...]

    def kind(self, place: int = 0) -> Kind:
        """Return the object type that a part of the path names, or refuse."""
        kind = kind_of(self.args[place])
        if kind is None:
            raise Refusal(400, "VALIDATION_ERROR", f"Unable to infer object type from: {self.args[place]}")
        return kind


def _archive(call: Call) -> Answer:
    """Archive one record."""
    objects.delete(call.state, call.kind(), call.args[1], call.at_ms)
    return 204, None


def _batch_archive(call: Call) -> Answer:
    """Archive a batch of records."""
    batches.archive(call.state, call.kind(), call.request, call.at_ms)
    return 204, None


def _merge(call: Call) -> Answer:
    """Merge two contacts, companies or deals."""
    if call.kind() not in {CONTACTS, COMPANIES, DEALS}:
        raise nothing_here(call.request)
    return 200, merging.merge_endpoint(call.state, call.kind(), call.request, call.at_ms)


def _erase(call: Call) -> Answer:
    """Erase a contact for good."""
    if call.kind() is not CONTACTS:
        raise nothing_here(call.request)
    merging.gdpr_delete(call.state, call.request, call.at_ms)
    return 204, None


def _untie(call: Call) -> Answer:
    """Remove one tie."""
    associations.remove(call.state, call.kind(), call.args[1], call.kind(2), call.args[3], call.at_ms)
    return 204, None


Endpoint = Callable[[Call], Answer]

ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "crm/objects/V/*", lambda c: (200, objects.listed(c.state, c.kind(), c.request))),
    ("POST", "crm/objects/V/*", lambda c: (201, objects.create(c.state, c.kind(), c.request, c.at_ms))),
    ("POST", "crm/objects/V/*/search", lambda c: (200, search.answer(c.state, c.kind(), c.request))),
    ("POST", "crm/objects/V/*/merge", _merge),
    ("POST", "crm/objects/V/*/gdpr-delete", _erase),
    ("POST", "crm/objects/V/*/batch/read", lambda c: batches.read(c.state, c.kind(), c.request, c.at_ms)),
    ("POST", "crm/objects/V/*/batch/create", lambda c: batches.create(c.state, c.kind(), c.request, c.at_ms)),
    ("POST", "crm/objects/V/*/batch/update", lambda c: batches.update(c.state, c.kind(), c.request, c.at_ms)),
    ("POST", "crm/objects/V/*/batch/upsert", lambda c: batches.upsert(c.state, c.kind(), c.request, c.at_ms)),
    ("POST", "crm/objects/V/*/batch/archive", _batch_archive),
    ("GET", "crm/objects/V/*/*", lambda c: (200, objects.one(c.state, c.kind(), c.args[1], c.request))),
    ("PATCH", "crm/objects/V/*/*", lambda c: (200, objects.update(c.state, c.kind(), c.args[1], c.request, c.at_ms))),
    ("DELETE", "crm/objects/V/*/*", _archive),
    (
        "GET",
        "crm/objects/V/*/*/associations/*",
        lambda c: (200, associations.of_one(c.state, c.kind(), c.args[1], c.kind(2), c.request)),
    ),
    (
        "PUT",
        "crm/objects/V/*/*/associations/default/*/*",
        lambda c: associations.put_default(c.state, c.kind(), c.args[1], c.kind(2), c.args[3], c.at_ms),
    ),
    ("DELETE", "crm/objects/V/*/*/associations/*/*", _untie),
    (
        "POST",
        "crm/associations/V/*/*/batch/read",
        lambda c: associations.read(c.state, c.kind(), c.kind(1), c.request, c.at_ms),
    ),
    (
        "POST",
        "crm/associations/V/*/*/batch/create",
        lambda c: associations.create(c.state, c.kind(), c.kind(1), c.request, c.at_ms),
    ),
    (
        "POST",
        "crm/associations/V/*/*/batch/associate/default",
        lambda c: associations.default(c.state, c.kind(), c.kind(1), c.request, c.at_ms),
    ),
    (
        "POST",
        "crm/associations/V/*/*/batch/archive",
        lambda c: associations.archive(c.state, c.kind(), c.kind(1), c.request, c.at_ms),
    ),
    ("GET", "crm/properties/V/*", lambda c: (200, definitions.listed(c.state, c.kind(), c.request))),
    ("POST", "crm/properties/V/*", lambda c: (201, definitions.create(c.state, c.kind(), c.request, c.at_ms))),
    ("GET", "crm/properties/V/*/groups", lambda c: (200, definitions.groups(c.state, c.kind()))),
    ("POST", "crm/properties/V/*/groups", lambda c: (201, definitions.add_group(c.state, c.kind(), c.request))),
    ("POST", "crm/properties/V/*/batch/read", lambda c: definitions.read(c.state, c.kind(), c.request, c.at_ms)),
    ("GET", "crm/properties/V/*/*", lambda c: (200, definitions.one(c.state, c.kind(), c.args[1]))),
    ("PATCH", "crm/properties/V/*/*", lambda c: (200, definitions.change(c.state, c.kind(), c.args[1], c.request))),
    ("GET", "crm/owners/V", lambda c: (200, owners.listed(c.state.owners, c.request))),
    ("GET", "crm/owners/V/*", lambda c: (200, owners.one(c.state.owners, c.args[0], c.request))),
    ("POST", "crm/lists/V/search", lambda c: (200, lists.search(c.state.lists, inputs.body_of(c.request)))),
    ("GET", "crm/lists/V/object-type-id/*/name/*", lambda c: (200, lists.by_name(c.state.lists, *c.args))),
    (
        "GET",
        "crm/lists/V/records/*/*/memberships",
        lambda c: (200, lists.of_record(c.state.lists, inputs.record_id(c.args[1]))),
    ),
    ("GET", "crm/lists/V/*", lambda c: (200, lists.one(c.state.lists, c.args[0]))),
    (
        "GET",
        "crm/lists/V/*/memberships",
        lambda c: (200, lists.memberships(c.state.lists, c.args[0], c.request, by_time=False)),
    ),
    (
        "GET",
        "crm/lists/V/*/memberships/join-order",
        lambda c: (200, lists.memberships(c.state.lists, c.args[0], c.request, by_time=True)),
    ),
    ("GET", "account-info/V/details", lambda c: (200, account.details(c.at_ms))),
    ("GET", "account-info/V/api-usage/daily/private-apps", lambda c: (200, account.usage(c.limits, c.at_ms))),
)
"""Method, path and what answers; ``V`` stands for the version, ``*`` for a variable part."""


def _by_length() -> dict[tuple[str, int], list[tuple[tuple[str, ...], Endpoint]]]:
    """Return the endpoints by method and number of parts, those with fewer variable parts first."""
    table: dict[tuple[str, int], list[tuple[tuple[str, ...], Endpoint]]] = {}
    for method, path, endpoint in sorted(ENDPOINTS, key=lambda each: each[1].count("*")):
        parts = tuple(VERSION if part == "V" else part for part in path.split("/"))
        table.setdefault((method, len(parts)), []).append((parts, endpoint))
    return table


BY_LENGTH = _by_length()


def answer(state: State, limits: Limits, request: Request, at_ms: int) -> Answer:
    """Return status and body for a request; what no endpoint takes is refused."""
    given = request.path.strip("/").split("/")
    for parts, endpoint in BY_LENGTH.get((request.method, len(given)), ()):
        if all(part in {"*", own} for part, own in zip(parts, given, strict=True)):
            args = tuple(unquote(own) for part, own in zip(parts, given, strict=True) if part == "*")
            return endpoint(Call(state, limits, request, at_ms, args))
    raise nothing_here(request)


def nothing_here(request: Request) -> Refusal:
    """Return the refusal of a path or method that the sandbox does not serve."""
    return Refusal(404, "", f"No endpoint of this sandbox takes {request.method} {request.path}")
