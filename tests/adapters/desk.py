"""What the tests of the HubSpot adapter share: a portal with its adapter, and a wire that answers as it is told."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from urllib3 import HTTPResponse

from connector.adapters import hubspot
from connector.adapters.base import Adapter, AdapterDown, Page, Wanted
from connector.adapters.registry import Tools
from connector.budget import Budget
from connector.commands import Rank
from connector.model import CrmRef
from connector.sandbox.hubspot import Portal
from connector.sandbox.inprocess import InProcess
from connector.secrets import Secret

from tests.adapters.subject_hubspot import TOKEN
from tests.clock import VirtualClock

WANTED: Final = Wanted(
    {"contact": ("email", "firstname", "lifecyclestage"), "company": ("name",)},
    ("contact", "company", "meeting", "call", "email"),
    stage_fields={"contact": "lifecyclestage"},
    tasks=True,
)
Json = Any
"""Decoded JSON, whose shape is what the tests state."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it left."""

    method: str
    url: str
    body: Json
    headers: Mapping[str, str]
    options: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Return the path without host and query."""
        return self.url.split("//")[1].partition("/")[2].partition("?")[0]


@dataclass(slots=True)
class Open:
    """A meter that grants everything and remembers what it was asked and told."""

    asked: list[tuple[str, Rank]] = field(default_factory=list)
    told: list[tuple[int, Mapping[str, str], str]] = field(default_factory=list)
    waits: list[timedelta | None] = field(default_factory=list)

    def ask(self, bucket: str, rank: Rank) -> timedelta | None:
        """Grant it, unless a wait was put there."""
        self.asked.append((bucket, rank))
        return self.waits.pop(0) if self.waits else None

    def learned(self, status: int, headers: Mapping[str, str], bucket: str) -> None:
        """Remember it."""
        self.told.append((status, headers, bucket))


Reply = Callable[[Sent], HTTPResponse]


@dataclass(slots=True)
class Tap:
    """Stands where the client keeps its pool: writes down every request and lets *answer* answer it."""

    answer: Reply
    sent: list[Sent] = field(default_factory=list)

    def request(
        self,
        method: str,
        url: str,
        *,
        body: str | None = None,
        fields: Sequence[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,  # noqa: ANN401 - as urllib3 has them
    ) -> HTTPResponse:
        """Write one request down and answer it."""
        shown = json.loads(body) if body else dict(fields or ())
        self.sent.append(Sent(method, url, shown, dict(headers or {}), options))
        return self.answer(self.sent[-1])


def reply(
    status: int = 200, body: object = None, headers: Mapping[str, str] | None = None, *, packed: bool = False
) -> HTTPResponse:
    """Return an answer as urllib3 gives it."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    shown = dict(headers or {})
    if packed:
        content, shown["Content-Encoding"] = gzip.compress(content), "gzip"
    shown["Content-Length"] = str(len(content))
    return HTTPResponse(io.BytesIO(content), shown, status, preload_content=False)


def in_turn(*answers: HTTPResponse | Exception | Reply) -> Reply:
    """Return an answerer that gives *answers* one after another."""
    todo = list(answers)

    def answer(sent: Sent) -> HTTPResponse:
        """Give the next answer, or raise it."""
        one = todo.pop(0)
        if isinstance(one, Exception):
            raise one
        return one if isinstance(one, HTTPResponse) else one(sent)

    return answer


def told(
    answer: Reply, meter: Open | None = None, wanted: Wanted = WANTED, clock: VirtualClock | None = None
) -> tuple[Adapter, Tap]:
    """Return an adapter whose vendor answers as it is told, and the tap on its wire."""
    tap = Tap(answer)
    tools = Tools(clock or VirtualClock(), meter or Open(), tap)
    return hubspot.build("hubspot", hubspot.Options(token=Secret(TOKEN)), wanted, tools), tap


class Desk:
    """A portal with people at work in it, the adapter to it, and a tap on the wire between them."""

    def __init__(self, wanted: Wanted = WANTED, *, limits: str = "off", **manner: Any) -> None:  # noqa: ANN401 - options of the portal
        """Open the portal."""
        self.clock = VirtualClock()
        self.portal = Portal(seed=3, clock=self.clock, limits=limits, **manner)  # type: ignore[arg-type]
        inner = InProcess(self.portal, wait=self.clock.sleep)
        self.tap = Tap(
            lambda sent: inner.request(sent.method, sent.url, _body(sent), headers=sent.headers, **_rest(sent))
        )
        self.meter = Open()
        self.adapter = self.build(wanted)

    def build(self, wanted: Wanted = WANTED) -> Adapter:
        """Return another adapter to this portal."""
        options = hubspot.Options(token=Secret(TOKEN))
        return hubspot.build("hubspot", options, wanted, Tools(self.clock, self.meter, self.tap))

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.sleep(timedelta(**span))

    def contact(self, name: str = "Ann", **properties: str) -> CrmRef:
        """Make a contact by hand."""
        shown = {"firstname": name, "email": f"{name.lower()}@corp.example", **properties}
        return CrmRef("hubspot", "contact", self.portal.rep.create_contact(shown))

    def read(self, stream: str, cursor: str | None = None) -> list[Page]:
        """Return all pages of a stream."""
        found = [self.adapter.pull(stream, cursor)]
        while found[-1].more:
            found.append(self.adapter.pull(stream, found[-1].cursor))
            assert len(found) < 500
        return found

    def calls(self) -> int:
        """Return how many requests have left."""
        return len(self.tap.sent)


def _body(sent: Sent) -> str | None:
    """Return what the request carried as its body."""
    return json.dumps(sent.body) if sent.method == "POST" else None


def _rest(sent: Sent) -> dict[str, Any]:
    """Return the other arguments, the query among them."""
    return {**sent.options, "fields": list(sent.body.items()) if sent.method == "GET" else None}


def budgeted(desk: Desk, share: float = 0.5) -> Budget:
    """Return a real budget under the desk's clock."""
    return Budget(desk.clock, hubspot.limits(hubspot.Options(token=Secret(TOKEN))), share)


__all__ = ["WANTED", "AdapterDown", "Desk", "Open", "Sent", "Tap", "budgeted", "in_turn", "reply", "told"]
