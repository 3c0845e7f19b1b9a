"""The unmodified HubSpot client over a socket and in process: both carry the same answers and the same failures."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3
from hubspot import HubSpot
from hubspot.crm.contacts.exceptions import ApiException, NotFoundException, UnauthorizedException

from connector.sandbox.hubspot import Fault, FaultKind, Portal
from connector.sandbox.inprocess import InProcess
from connector.sandbox.journal import ExchangeLog
from connector.sandbox.server import serve

from tests.sandbox.desk import OBJECTS, Caller, Clock, did, person, where

Connect = Callable[..., Any]
"""Makes the ApiClient of the HubSpot package, connected to a portal."""


def crowd() -> list[Any]:
    """Return a few people with something to show."""
    return [person(f"p{n}", did("page_viewed", n + 1), firstname=f"P{n}") for n in range(60)]


@pytest.fixture
def portal() -> Portal:
    """Return a portal whose clock stands still."""
    return Portal(crowd(), clock=Clock(), limits="off")


@pytest.fixture(params=["socket", "in process"])
def connect(request: pytest.FixtureRequest, portal: Portal) -> Iterator[Connect]:
    """Return what connects the client to the portal, by each transport."""
    if request.param == "in process":

        def direct(**_options: object) -> Any:  # noqa: ANN401 -- the client has no types
            """Put the portal in the place of the pool."""
            client = HubSpot(access_token="tok").crm.contacts.basic_api.api_client
            client.rest_client.pool_manager = InProcess(portal)
            return client

        yield direct
        return
    with serve(portal) as server:

        def remote(**options: object) -> Any:  # noqa: ANN401 -- the client has no types
            """Point the client at the port."""
            return HubSpot(access_token="tok", host=server.url, **options).crm.contacts.basic_api.api_client

        yield remote


def call(  # noqa: PLR0913 -- what the client's own call takes
    client: Any,  # noqa: ANN401 -- the client has no types
    method: str,
    path: str,
    body: object = None,
    query: list[tuple[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    timeout: float = 5,
) -> tuple[int, Any, Any]:
    """Send one request through the client as the adapter does; return status, decoded body and headers."""
    response = client.call_api(
        path,
        method,
        {},
        query or [],
        {"Accept": "application/json", "Content-Type": "application/json", **(headers or {})},
        body=body,
        post_params=[],
        files={},
        auth_settings=["oauth2"],
        _preload_content=False,
        _return_http_data_only=True,
        _request_timeout=timeout,
    )
    raw = response[0] if isinstance(response, tuple) else response
    data = raw.data
    return raw.status, json.loads(data) if data else None, raw.headers


def test_the_client_reads_writes_and_searches(connect: Connect, portal: Portal) -> None:
    """Repeated query parameters, bodies and tokens go through; 200, 201, 204 and 207 come back without raising."""
    client = connect()
    key = portal.contact_id("p1")
    query = [("properties", "email"), ("properties", "firstname"), ("limit", "2")]
    status, page, headers = call(client, "GET", f"{OBJECTS}/contacts", query=query)
    assert (status, len(page["results"])) == (200, 2)
    assert headers["x-hubspot-ratelimit-max"] == "190"
    due = {"properties": {"hs_timestamp": "2026-11-24T09:00:00Z"}}
    assert call(client, "POST", f"{OBJECTS}/tasks", due)[0] == 201
    assert call(client, "DELETE", f"{OBJECTS}/tasks/{portal.ids('tasks')[0]}")[0:2] == (204, None)
    rows = {"inputs": [{"id": key}, {"id": "404"}], "properties": ["email"]}
    assert call(client, "POST", f"{OBJECTS}/contacts/batch/read", rows)[0] == 207
    body = {"filterGroups": [{"filters": [where("email", "EQ", "p1@corp.example")]}]}
    found = call(client, "POST", f"{OBJECTS}/contacts/search", body)[1]
    assert [row["id"] for row in found["results"]] == [key]


def test_refusals_raise_what_the_client_raises(connect: Connect, portal: Portal) -> None:
    """404, 401 and 400 are its own exceptions with the vendor's body."""
    client = connect()
    with pytest.raises(NotFoundException):
        call(client, "GET", f"{OBJECTS}/contacts/404")
    portal.faults.add(Fault(FaultKind.ANSWER, status=401))
    with pytest.raises(UnauthorizedException):
        call(client, "GET", f"{OBJECTS}/contacts")
    with pytest.raises(ApiException) as refused:
        call(client, "POST", f"{OBJECTS}/contacts", {"properties": {"email": "no"}})
    assert refused.value.status == 400


def test_gzip_when_it_is_asked_for(connect: Connect) -> None:
    """A long answer comes compressed and is read as if it did not."""
    client = connect()
    plain = call(client, "GET", f"{OBJECTS}/contacts", query=[("limit", "60")])
    packed = call(client, "GET", f"{OBJECTS}/contacts", query=[("limit", "60")], headers={"Accept-Encoding": "gzip"})
    assert packed[1] == plain[1]
    assert packed[2]["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain[2]
    assert int(packed[2]["Content-Length"]) < int(plain[2]["Content-Length"]) / 5
    short = call(client, "GET", f"{OBJECTS}/contacts", query=[("limit", "1")], headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in short[2]


def test_a_cut_connection_is_an_error_after_the_write(connect: Connect, portal: Portal) -> None:
    """The client sees a broken connection; the contact is there."""
    portal.faults.add(Fault(FaultKind.RESET, applied=True))
    with pytest.raises(urllib3.exceptions.HTTPError):
        call(connect(retry=False), "POST", f"{OBJECTS}/contacts", {"properties": {"email": "a@x.example"}})
    assert len(portal.journal.of("contacts", "create")) == 1


def test_silence_beyond_the_timeout_is_a_timeout(connect: Connect, portal: Portal) -> None:
    """The client gives up by itself."""
    portal.faults.add(Fault(FaultKind.STALL, after=timedelta(seconds=1)))
    with pytest.raises(urllib3.exceptions.TimeoutError):
        call(connect(retry=False), "POST", f"{OBJECTS}/contacts", {"properties": {}}, timeout=0.2)


def test_a_body_that_breaks_off_cannot_be_read(connect: Connect, portal: Portal) -> None:
    """The status arrives, the body does not."""
    portal.faults.add(Fault(FaultKind.TRUNCATED))
    with pytest.raises(urllib3.exceptions.ProtocolError):
        call(connect(retry=False), "GET", f"{OBJECTS}/contacts", query=[("limit", "60")])


def test_typed_calls_of_another_version_are_told_so(connect: Connect) -> None:
    """The package's own methods speak v3, which the sandbox does not serve."""
    with pytest.raises(ApiException) as refused:
        connect().call_api(
            "/crm/v3/objects/contacts", "GET", {}, [], {}, post_params=[], files={}, auth_settings=["oauth2"]
        )
    assert refused.value.status == 404


def test_waiting_in_process_moves_the_clock() -> None:
    """Latency and time-outs take virtual time only."""
    clock = Clock()
    span = timedelta(milliseconds=250)
    portal = Portal(clock=clock, latency=(span, span))

    def wait(span: timedelta) -> None:
        """Move the clock."""
        clock.now += span

    pool = InProcess(portal, wait=wait)
    headers = {"Authorization": "Bearer x"}
    url = "https://api.hubapi.com/crm/owners/2026-03"
    start = clock.now
    assert pool.request("GET", url, headers=headers).status == 200
    assert clock.now - start == span
    portal.faults.add(Fault(FaultKind.STALL, after=timedelta(seconds=60)))
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        pool.request("GET", url, headers=headers, timeout=urllib3.Timeout(connect=3, read=10))
    assert clock.now - start == span + timedelta(seconds=10)
    assert pool.requests == 2


def test_connections_stay_open_and_answers_are_quick(portal: Portal) -> None:
    """Fifty requests on one connection take far less than the 40 ms each that unbuffered answers would."""
    with serve(portal) as server:
        pool = urllib3.PoolManager(num_pools=1, maxsize=1)
        headers = {"Authorization": "Bearer x"}
        timer = urllib3.Timeout(total=5)
        start = time.perf_counter()
        for _ in range(50):
            assert pool.request("GET", server.url + "/crm/owners/2026-03", headers=headers, timeout=timer).status == 200
        assert time.perf_counter() - start < 1
        assert pool.connection_from_url(server.url).num_connections == 1
        pool.clear()


def test_only_loopback_is_served_and_the_port_is_freed(portal: Portal) -> None:
    """The server listens on 127.0.0.1; after it stopped the port can be taken again."""
    server = serve(portal).start()
    host, port = server.url.removeprefix("http://").split(":")
    assert host == "127.0.0.1"
    server.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)), timeout=1)
    serve(portal, int(port)).stop()


def test_the_log_has_one_line_an_exchange(portal: Portal, tmp_path: Path) -> None:
    """Bodies are decoded, queries kept, the token is not in it; lines are appended."""
    for _ in range(2):
        log = ExchangeLog(tmp_path / "log.jsonl")
        caller = Caller(portal, log, {"Authorization": "Bearer pat-na1-secret"})
        caller("GET", f"{OBJECTS}/contacts", query={"limit": "1", "properties": ["email", "phone"]})
        caller("POST", f"{OBJECTS}/contacts/search", {"limit": 1})
        log.close()
    text = (tmp_path / "log.jsonl").read_text()
    assert "secret" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) == 4
    assert set(lines[0]) == {
        "method",
        "path",
        "query",
        "request_headers",
        "request_body",
        "status",
        "response_headers",
        "response_body",
    }
    assert lines[0]["query"] == {"limit": "1", "properties": ["email", "phone"]}
    assert lines[0]["request_headers"]["authorization"].startswith("Bearer ")
    assert lines[1]["request_body"] == {"limit": 1}
    assert lines[1]["response_body"]["total"] == 60
