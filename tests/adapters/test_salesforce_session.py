"""The session that speaks to Salesforce: it can do only what we want of it, and hangs on nothing."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import timedelta
from typing import Any, cast

import pytest
import requests
from requests.adapters import BaseAdapter
from typing_extensions import override
from urllib3 import HTTPResponse

from connector.adapters import salesforce
from connector.adapters.registry import Tools
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.session import Guard, held, real
from connector.adapters.salesforce.wire import Answer, Call, Lost, Wire
from connector.commands import Rank
from connector.sandbox.carried import Carried
from connector.sandbox.salesforce.org import Org
from connector.secrets import Secret

from tests.adapters.desk import Open
from tests.adapters.front_desk import (
    BASE,
    PATCH,
    QUERY,
    ROWS,
    Endpoint,
    Sent,
    Tap,
    down,
    options,
    reply,
    rows,
    wired,
    yes,
)
from tests.clock import VirtualClock


def test_every_call_has_a_time_out() -> None:
    """Five seconds to connect; a read has the option's time, a write twice that, the token its own."""
    wire, desk = wired(rows, read_timeout=timedelta(seconds=7))
    wire.read(QUERY, Rank.READ)
    wire.write(PATCH, yes)
    assert [one.timeout for one in desk.asked + desk.sent] == [(5, 7), (5, 7), (5, 14)]


def test_a_request_that_names_no_time_out_gets_one() -> None:
    """Whatever else uses the session cannot hang either."""
    desk = Endpoint(rows)
    guard = Guard(Tap(desk), VirtualClock(), timedelta(seconds=3), timedelta(seconds=9))
    guard.admit(BASE)
    held(guard).get(f"{BASE}/services/data")
    assert desk.sent[0].timeout == (3, 9)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    """The token goes nowhere else; a read that is sent elsewhere cannot be had."""
    wire, desk = wired(lambda _: reply(status, None, {"Location": "https://evil.example/x"}))
    assert f"Salesforce {status}" in down(lambda: wire.read(QUERY, Rank.READ)).reason
    assert {one.url.split("?")[0] for one in desk.sent} == {f"{BASE}/services/data/v62.0/query"}
    answer = wire.write(PATCH, yes)
    assert isinstance(answer, Answer)
    assert answer.status == status


@pytest.mark.parametrize(
    "path",
    ["//evil.example/x", "/../../User", "/sobjects/../x", "https://evil.example/x", "/x?y", "/x#y", "/a b", "x", "/x/"],
)
def test_a_path_that_leads_elsewhere_is_not_sent(path: str) -> None:
    """Neither a host nor another resource can hide in what should be an id or a locator."""
    wire, desk = wired(rows)
    assert "not a path" in down(lambda: wire.read(Call("GET", path), Rank.READ)).reason
    found = wire.write(Call("PATCH", path), yes)
    assert isinstance(found, Lost)
    assert found.performed is False
    assert desk.sent == []


def test_only_admitted_hosts_are_asked() -> None:
    """The session itself refuses any other host, and plain http to the right one."""
    desk = Endpoint(rows)
    guard = Guard(Tap(desk), VirtualClock(), timedelta(seconds=5), timedelta(seconds=9))
    guard.admit(BASE)
    for url in ("https://evil.example/x", BASE.replace("https", "http"), f"{BASE}:8443", f"{BASE}.evil.example"):
        with pytest.raises(requests.exceptions.InvalidURL, match="not the org's"):
            held(guard).get(url)
    assert desk.sent == []


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a bundle of certificates nor a proxy of the shell decides whom we trust."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/tmp/evil.pem")  # noqa: S108 - never opened
    monkeypatch.setenv("HTTPS_PROXY", "http://evil.example:1")
    tap = Tap(Endpoint(rows))
    Wire(options(), Tools(VirtualClock(), Open(), tap)).read(QUERY, Rank.READ)
    assert tap.trust == [(True, None), (True, None)]


def test_no_cookie_is_kept() -> None:
    """Salesforce sets several; none comes back to it."""
    wire, desk = wired(lambda _: reply(200, ROWS, {"Set-Cookie": "sid=1; Domain=acme.my.salesforce.com; Path=/"}))
    wire.read(QUERY, Rank.READ)
    wire.read(QUERY, Rank.READ)
    assert all("Cookie" not in one.headers for one in desk.sent)


def test_the_real_connections_try_nothing_twice() -> None:
    """Neither a refused connection nor a 503 is retried below us."""
    adapter = cast("Any", real(4))
    assert (adapter.max_retries.total, adapter.max_retries.redirect) == (0, 0)


def test_a_dripping_answer_ends_with_the_deadline() -> None:
    """A byte a minute keeps every read time-out content, and would hold the pass for ever."""
    clock = VirtualClock()

    class Drip(io.BytesIO):
        """A body that never ends."""

        @override
        def read1(self, _size: int | None = -1, /) -> bytes:
            """Give one byte, a minute later."""
            clock.advance(timedelta(minutes=1))
            return b" "

    def answer(_: Sent) -> HTTPResponse:
        """Begin an answer."""
        whole = reply(200, ROWS)
        endless = type(whole)(Drip(), headers={"Content-Type": "application/json"}, preload_content=False)
        endless.status = 200
        return endless

    wire, desk = wired(answer, clock=clock)
    assert "did not end in time" in down(lambda: wire.read(QUERY, Rank.READ)).reason
    assert len(desk.sent) <= 2


def test_nothing_heavy_is_imported_before_an_adapter_is_built() -> None:
    """Neither the configuration nor `connector version` pays for the vendor's client."""
    heavy = ("simple_salesforce", "jwt", "cryptography", "zeep")
    script = (
        f"import sys, connector.cli, connector.adapters.salesforce\nprint([x for x in {heavy!r} if x in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"client_secret": None}, "neither client_secret nor private_key"),
        ({"private_key": Secret("k"), "username": "u"}, "both are given"),
        ({"client_secret": None, "private_key": Secret("k")}, "needs the user"),
        ({"base_url": "https://login.salesforce.com"}, "login page"),
        ({"base_url": "http://acme.my.salesforce.com"}, "plain http"),
        ({"base_url": f"{BASE}/lightning"}, "names a page"),
        ({"api_version": "v62"}, "no version"),
        ({"task_key_field": "Key; DROP"}, "no field name"),
    ],
)
def test_options_that_cannot_work_are_refused(given: dict[str, Any], says: str) -> None:
    """Each with what is wrong and what to write."""
    with pytest.raises(ValueError, match=says):
        options(**given)


def test_the_sandbox_is_content() -> None:
    """The same wire before the simulated org: a token, a query, a collection, the gauge."""
    clock = VirtualClock()
    told = Options(base_url="http://127.0.0.1:8702", client_id=Secret("demo"), client_secret=Secret("demo"))
    wire = Wire(told, Tools(clock, salesforce.budget(told, clock), cast("BaseAdapter", Carried(Org(clock=clock)))))
    (org,) = wire.every("SELECT Id FROM Organization", Rank.READ)
    assert str(org["Id"]).startswith("00D")
    record = {"attributes": {"type": "Lead"}, "LastName": "Ann", "Company": "Acme"}
    made = wire.write(Call("POST", "/composite/sobjects", body={"allOrNone": False, "records": [record]}), yes)
    assert isinstance(made, Answer)
    assert made.body[0]["success"] is True
    assert wire.usage() is not None


def test_a_refused_connection_names_the_host() -> None:
    """Over real sockets: where it was, what happened, and no name of a Python class."""
    told = options(base_url="http://127.0.0.1:9")
    error = down(lambda: Wire(told, Tools(VirtualClock(), Open())).read(QUERY, Rank.READ))
    assert error.kind == "network"
    assert "127.0.0.1:9: " in error.reason
    assert "Error(" not in error.reason
    assert "object at" not in error.reason
