"""The HubSpot adapter over a real socket: kept connections, packed answers, broken bodies, several threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from connector.adapters import hubspot
from connector.adapters.base import Adapter
from connector.adapters.registry import Tools
from connector.commands import Done, Found, SetFields, Unknown
from connector.model import CrmRef
from connector.sandbox.hubspot import Fault, FaultKind, Portal
from connector.sandbox.people import Person
from connector.sandbox.server import serve
from connector.secrets import Secret

from tests.adapters.desk import WANTED, Open
from tests.adapters.subjects import TOKEN
from tests.clock import VirtualClock

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
