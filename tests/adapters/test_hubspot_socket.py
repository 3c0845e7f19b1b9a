"""The HubSpot adapter over a real socket: kept connections, packed answers, broken bodies, several threads."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from typing_extensions import override

from connector.adapters import hubspot
from connector.adapters.base import Adapter, AdapterDown
from connector.adapters.registry import Tools
from connector.commands import Done, Found, SetFields, Unknown
from connector.model import CrmRef
from connector.sandbox.hubspot import Fault, FaultKind, Portal
from connector.sandbox.people import Person
from connector.sandbox.server import serve
from connector.secrets import Secret

from tests.adapters.desk import WANTED, Open
from tests.adapters.subject_hubspot import TOKEN
from tests.clock import VirtualClock

MOVED = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"
PEOPLE = [Person(f"p{n}", {"email": f"p{n}@corp.example", "firstname": "x" * 40}) for n in range(250)]


@pytest.fixture
def portal() -> Portal:
    """Give a portal with people in it."""
    return Portal(PEOPLE, clock=VirtualClock(), limits="off")


@pytest.fixture
def adapter(portal: Portal) -> Iterator[Adapter]:
    """Give the adapter to that portal on a loopback port."""
    with serve(portal, 0, clock=VirtualClock()) as server:
        options = hubspot.Options.model_validate({"token": Secret(TOKEN), "base_url": server.url})
        yield hubspot.build("hubspot", options, WANTED, Tools(VirtualClock(), Open()))


def test_it_works_over_a_socket(portal: Portal, adapter: Adapter) -> None:
    """Eight threads read packed pages and write at once; a body that breaks off is unknown and found by the probe."""
    page = adapter.pull("contacts", None)
    refs = [one.ref for one in page.records]
    assert len(refs) == 100
    commands = [SetFields(f"k{ref.id}", ref, {"firstname": f"new{ref.id}"}) for ref in refs[:40]]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda one: adapter.apply([one], lambda: True), commands))
        fetched = list(pool.map(lambda ref: adapter.fetch([ref]).records[ref].raw["firstname"], refs[:40]))
    assert outcomes == [(Done(ref.id),) for ref in refs[:40]]
    assert fetched == [f"new{ref.id}" for ref in refs[:40]]
    portal.faults.add(Fault(FaultKind.TRUNCATED, path="batch/update"))
    lost = SetFields("lost", CrmRef("hubspot", "contact", refs[0].id), {"firstname": "lost"})
    assert isinstance(adapter.apply([lost], lambda: True)[0], Unknown)
    assert adapter.probe([lost]) == (Found(refs[0].id),)


class Listener(socketserver.ThreadingTCPServer):
    """Answers every request with the same bytes, and writes down what was asked; no bytes mean hanging up."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answer: bytes) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Stubborn)
        self.answer = answer
        self.heard: list[bytes] = []


class Stubborn(socketserver.StreamRequestHandler):
    """One connection to a listener."""

    server: Listener  # type: ignore[mutable-override]  # only a listener makes these

    @override
    def handle(self) -> None:
        """Answer what comes until the other side hangs up; a request is its head and as much body as that announces."""
        while line := self.rfile.readline():
            length = 0
            while (header := self.rfile.readline()).strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            self.rfile.read(length)
            self.server.heard.append(line.split(b" ")[1])
            if not self.server.answer:
                return
            self.wfile.write(self.server.answer)


@pytest.mark.parametrize("answer", [MOVED, BUSY, b""], ids=["moved", "busy", "hung up"])
def test_the_client_repeats_nothing_by_itself(answer: bytes) -> None:
    """No redirect is followed, no wait is slept, no lost request is sent again: a write leaves once, a read thrice."""
    with Listener(answer) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        options = hubspot.Options(token=Secret(TOKEN), base_url=f"http://127.0.0.1:{server.server_address[1]}")
        adapter = hubspot.build("hubspot", options, WANTED, Tools(VirtualClock(), Open()))
        command = SetFields("k", CrmRef("hubspot", "contact", "51"), {"firstname": "Ann"})
        assert isinstance(adapter.apply([command], lambda: True)[0], Unknown)
        with pytest.raises(AdapterDown):
            adapter.pull("contacts", None)
        server.shutdown()
    asked = [path.partition(b"?")[0].rsplit(b"/", 1)[-1] for path in server.heard]
    assert asked == [b"update", b"contacts", b"contacts", b"contacts"]
