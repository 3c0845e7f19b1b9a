"""Whatever comes, the door answers: never 5xx, never an exception, never for longer than a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.store import open_store
from connector.web.app import App
from connector.web.bodies import Bounds, too_much
from connector.web.committer import Committer
from connector.web.office import Settings
from connector.web.receiver import Receiver

from tests.web.house import PASSWORD, SMALL, House, Sender

_NAMES = st.sampled_from([
    "x-password",
    "x-id",
    "content-type",
    "content-length",
    "content-encoding",
    "authorization",
    "host",
    "x-kept",
])
HEADERS = st.lists(
    st.tuples(_NAMES.map(str.encode) | st.binary(max_size=12), st.just(PASSWORD.encode()) | st.binary(max_size=40)),
    max_size=8,
)
PATHS = st.sampled_from(["/webhooks/website", "/webhooks/", "/webhooks/other", "/metrics", "/readyz"]) | st.text(
    max_size=30
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
REQUESTS = st.fixed_dictionaries({
    "path": PATHS,
    "headers": HEADERS,
    "method": st.sampled_from(["POST", "POST", "GET", "PUT", "HEAD"]),
    "client": st.sampled_from([("127.0.0.1", 1), ("10.0.0.9", 2), None]),
    "query_string": st.binary(max_size=20),
})
BODIES = st.lists(st.binary(max_size=SMALL), max_size=4)


@pytest.fixture(name="app", scope="module")
def made_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Return the whole application on a store, without a socket."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('fuzz')}/web.db")
    store.upgrade()
    house = House(store)
    office = house.office()
    committer = Committer(store, office.wake, 100)
    committer.start()
    given_settings = Settings(bounds=Bounds(largest=SMALL), per_second=1_000_000)
    receiver = Receiver(given_settings, office, committer)
    receiver.use({"website": Sender()})
    yield App(given_settings, office, receiver)
    committer.stop(5)
    store.close()


def asked(app: App, scope: MutableMapping[str, Any], parts: list[bytes]) -> int:
    """Return the status that the application answers."""
    left = [*parts, b""]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        """Hand the next part over."""
        part = left.pop(0) if left else b""
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    async def send(message: MutableMapping[str, Any]) -> None:
        """Keep what is answered."""
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asking=REQUESTS, parts=BODIES)
def test_any_request_is_answered(app: App, asking: MutableMapping[str, Any], parts: list[bytes]) -> None:
    """Any path, method, header and body."""
    scope = {"type": "http", **asking}
    began = time.monotonic()
    assert asked(app, scope, parts) < 500
    assert time.monotonic() - began < 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON.map(repr).map(str.encode) | st.binary(max_size=SMALL) | st.integers(1, 2_000).map(lambda n: b"[{" * n))
def test_any_genuine_body_is_answered(app: App, body: bytes) -> None:
    """Known senders may send anything as well."""
    headers = [(b"x-password", PASSWORD.encode())]
    scope = {"type": "http", "path": "/webhooks/website", "method": "POST", "headers": headers, "client": None}
    assert asked(app, scope, [body]) in {200, 204, 413}


def test_a_pattern_that_could_take_for_ever_does_not() -> None:
    """A megabyte of quotes, backslashes or brackets is measured at once."""
    began = time.monotonic()
    for body in (b'"' * 2**20, b'"' + b"\\" * 2**20, b'{"' * 2**19, b"[" * 2**20, b'"\\' * 2**19, b":" * 2**20):
        too_much(body, Bounds())
    assert time.monotonic() - began < 1
