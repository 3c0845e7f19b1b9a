"""What the tests of the Salesforce wire share: a transport that answers as it is told, and the wire before it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from typing_extensions import override
from urllib3 import HTTPResponse

from connector.adapters.base import AdapterDown
from connector.adapters.registry import Tools
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.wire import Call, Wire
from connector.secrets import Secret

from tests.adapters.desk import Open
from tests.clock import VirtualClock

BASE: Final = "https://acme.my.salesforce.com"
CLIENT: Final = "3MVG9consumer-key-of-the-app"
PASSWORD: Final = "5ecre7-of-the-app-0123456789"
TOKEN: Final = "00D000000000062!AQ0AQToken"
"""Begins every token that the fake endpoint gives; a number follows."""
QUERY: Final = Call("GET", "/query", {"q": "SELECT Id FROM Lead"})
PATCH: Final = Call("PATCH", "/composite/sobjects", body={"allOrNone": False, "records": []}, headers={"X-Ours": "1"})
ROWS: Final[Mapping[str, Any]] = {"totalSize": 0, "done": True, "records": []}
EXPIRED: Final = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it left."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    timeout: object

    @property
    def path(self) -> str:
        """Return the path without the query."""
        return urlsplit(self.url).path

    @property
    def form(self) -> Mapping[str, str]:
        """Return the fields of a posted form."""
        return dict(parse_qsl(self.body))

    @property
    def token(self) -> str:
        """Return the bearer token."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")


Reply = Callable[[Sent], HTTPResponse]


def reply(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """Return an answer: JSON, or a text as it is."""
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    kind = "text/html" if isinstance(body, str) else "application/json;charset=UTF-8"
    raw = text.encode()
    told = {"Content-Type": kind, "Content-Length": str(len(raw)), **(headers or {})}
    return HTTPResponse(io.BytesIO(raw), headers=told, status=status, preload_content=False)


@dataclass(slots=True)
class Endpoint:
    """Answers as told, gives numbered tokens, and writes everything down."""

    answer: Reply
    instance: str = BASE
    tokens: Reply | None = None
    sent: list[Sent] = field(default_factory=list)
    asked: list[Sent] = field(default_factory=list)

    def handle(self, sent: Sent) -> HTTPResponse:
        """Answer one request."""
        if not sent.path.endswith("/oauth2/token"):
            self.sent.append(sent)
            return self.answer(sent)
        self.asked.append(sent)
        if self.tokens is not None:
            return self.tokens(sent)
        return self.granted()

    def granted(self) -> HTTPResponse:
        """Give the next token."""
        token = f"{TOKEN}{len(self.asked)}"
        return reply(200, {"access_token": token, "instance_url": self.instance, "token_type": "Bearer"})


class Tap(BaseAdapter):
    """Stands where the session keeps its connections."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Hand everything to *endpoint*."""
        super().__init__()
        self._endpoint = endpoint
        self._builder = HTTPAdapter()
        self.trust: list[tuple[object, object]] = []
        """Certificates and proxies that each request was to be sent with."""

    @override
    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Hand one request on."""
        self.trust.append((verify, proxies))
        body = request.body or b""
        text = body.decode() if isinstance(body, bytes) else str(body)
        sent = Sent(request.method or "", request.url or "", dict(request.headers), text, timeout)
        return self._builder.build_response(request, self._endpoint.handle(sent))

    @override
    def close(self) -> None:
        """Hold nothing."""


def options(**more: object) -> Options:
    """Return the options of an org that is signed in to with a secret."""
    given = {"base_url": BASE, "client_id": Secret(CLIENT), "client_secret": Secret(PASSWORD), **more}
    return Options.model_validate(given)


def wired(
    answer: Reply, *, meter: Open | None = None, clock: VirtualClock | None = None, **more: object
) -> tuple[Wire, Endpoint]:
    """Return a wire before an endpoint that answers so."""
    endpoint = Endpoint(answer)
    clock = clock or VirtualClock()
    return Wire(options(**more), Tools(clock, meter or Open(), Tap(endpoint))), endpoint


def in_turn(answers: Sequence[HTTPResponse | Exception]) -> Reply:
    """Return what gives *answers* one after another; an exception is raised."""
    left = list(answers)

    def answer(_: Sent) -> HTTPResponse:
        """Give the next one."""
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return answer


def yes() -> bool:
    """Permit it."""
    return True


def down(ask: Callable[[], object]) -> AdapterDown:
    """Return why nothing can be had."""
    with pytest.raises(AdapterDown) as caught:
        ask()
    return caught.value


def rows(_: Sent) -> HTTPResponse:
    """Answer an empty page."""
    return reply(200, ROWS)
