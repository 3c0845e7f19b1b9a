"""One request on its way to an endpoint, and what the endpoint hands back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.errors import bad_request, not_found
from connector.sandbox.salesforce.state import By

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.sandbox.exchange import Request
    from connector.sandbox.salesforce.bulk import Jobs
    from connector.sandbox.salesforce.describing import Described
    from connector.sandbox.salesforce.faults import Fault
    from connector.sandbox.salesforce.limits import Limits
    from connector.sandbox.salesforce.paging import Cursors
    from connector.sandbox.salesforce.schema import SObject
    from connector.sandbox.salesforce.state import State


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body (JSON, or text of another type) and headers of an answer."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What endpoints work with: the org's state and what it remembers of its clients."""

    state: State
    limits: Limits
    cursors: Cursors
    described: Described
    jobs: Jobs


@dataclass(frozen=True, slots=True)
class Call:
    """One request; *args* are the variable parts of its path, *fault* what its records are struck by."""

    desk: Desk
    request: Request
    at_ms: int
    version: str
    args: tuple[str, ...] = ()
    fault: Fault | None = None

    @property
    def state(self) -> State:
        """Return the org's state."""
        return self.desk.state

    @property
    def base(self) -> str:
        """Return the path of this version of the API."""
        return f"/services/data/v{self.version}"

    def kind(self, place: int = 0) -> SObject:
        """Return the object that a part of the path names, or refuse."""
        kind = self.state.schema.find(self.args[place])
        if kind is None:
            raise not_found()
        return kind

    def by(self) -> By:
        """Return who writes by this request: the connector's user, with what the headers ask for."""
        assign = self.request.headers.get("sforce-auto-assign", "TRUE").upper() != "FALSE"
        user, request = self.state.furniture.api_user, self.request
        return By("api", user, self.at_ms, request.method, request.path, assign, float(self.version))

    def inside(self, request: Request) -> Call:
        """Return the call of a request that came inside this one."""
        return replace(self, request=request, args=())

    def json(self) -> dict[str, Any]:
        """Return the body, an object; anything else is refused."""
        try:
            body = json.loads(self.request.body or b"null")
        except ValueError as error:
            raise bad_request("JSON_PARSER_ERROR", f"Unexpected character: {error}") from None
        if not isinstance(body, dict):
            raise bad_request(
                "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body."
            )
        return body
