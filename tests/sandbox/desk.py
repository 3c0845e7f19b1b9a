"""What the sandbox tests share: a clock to move by hand, and a caller who speaks JSON with a portal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from connector.sandbox.exchange import Response, request_of
from connector.sandbox.hubspot import Portal
from connector.sandbox.journal import ExchangeLog
from connector.sandbox.people import Engagement, Person

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OBJECTS = "/crm/objects/2026-03"
ASSOCIATIONS = "/crm/associations/2026-03"
PROPERTIES = "/crm/properties/2026-03"

Json = Any
"""Decoded JSON, whose shape is what the tests state."""


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Return the instant."""
        return self.now

    def move(self, **span: float) -> None:
        """Move on by a span given as for timedelta."""
        self.now += timedelta(**span)


@dataclass(slots=True)
class Caller:
    """Calls a portal as a client would, with a token, and decodes what comes back."""

    portal: Portal
    log: ExchangeLog | None = None
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": "Bearer pat-test"})

    def send(self, method: str, path: str, body: object = None, query: Mapping[str, object] | None = None) -> Response:
        """Send one request and return the answer as it is."""
        target = path + ("?" + urlencode(query, doseq=True) if query else "")
        content = b"" if body is None else json.dumps(body).encode()
        headers = {**self.headers, "Content-Type": "application/json"} if content else self.headers
        request = request_of(method, target, headers, content)
        response = self.portal.handle(request)
        if self.log:
            self.log.write(request, response)
        return response

    def __call__(
        self, method: str, path: str, body: object = None, query: Mapping[str, object] | None = None
    ) -> tuple[int, Json]:
        """Send one request and return status and decoded body."""
        response = self.send(method, path, body, query)
        return response.status, json.loads(response.body) if response.body else None

    def ok(self, method: str, path: str, body: object = None, query: Mapping[str, object] | None = None) -> Json:
        """Send one request that must go well and return the decoded body."""
        status, answer = self(method, path, body, query)
        assert status < 300, (status, answer)
        return answer

    def search(self, kind: str, *filters: Mapping[str, object], **more: object) -> Json:
        """Search with one group of filters."""
        groups = [{"filters": list(filters)}] if filters else []
        return self.ok("POST", f"{OBJECTS}/{kind}/search", {"filterGroups": groups, **more})

    def create(self, kind: str, properties: Mapping[str, str], *ties: tuple[str, int]) -> str:
        """Create a record tied to others by (id, association type) and return its id."""
        rows = [
            {"to": {"id": to}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]}
            for to, type_id in ties
        ]
        answer = self.ok("POST", f"{OBJECTS}/{kind}", {"properties": properties, "associations": rows})
        return str(answer["id"])

    def read(self, kind: str, record_id: str, *names: str) -> Json:
        """Return the named properties of a record."""
        answer = self.ok("GET", f"{OBJECTS}/{kind}/{record_id}", query={"properties": ",".join(names)})
        return answer["properties"]


def where(name: str, operator: str, value: str = "", **more: object) -> dict[str, object]:
    """Return one search filter."""
    row: dict[str, object] = {"propertyName": name, "operator": operator, **more}
    return {**row, "value": value} if value else row


def person(person_id: str, *done: Engagement, **properties: str) -> Person:
    """Return a person with an e-mail made from the id."""
    return Person(person_id, {"email": f"{person_id}@corp.example", **properties}, done)


def did(kind: str, hours_ago: float, **attributes: str) -> Engagement:
    """Return an engagement so many hours before noon."""
    return Engagement(kind, NOON - timedelta(hours=hours_ago), attributes)
