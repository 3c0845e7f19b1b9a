"""No address and no trick leads a webhook to where it must not: nothing is connected to, not even tried."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
import requests
from typing_extensions import override

from connector.adapters.webhook.addresses import why_refused
from connector.adapters.webhook.guard import Forbidden, Guard, Guarded, NotReached, Resolve, session

from tests.adapters.ssrf_corpus import NAMES, URLS

_PUBLIC = "93.184.215.14"
_tried: list[object] = []
_watching = threading.local()


def _hook(event: str, args: tuple[object, ...]) -> None:
    """Note every connection and every question for a name that this thread asks of the system."""
    if event == "socket.connect" and getattr(_watching, "on", False):
        _tried.append(args[1])


sys.addaudithook(_hook)


@pytest.fixture
def tried() -> Iterator[list[object]]:
    """Give the addresses that are connected to during the test."""
    _tried.clear()
    _watching.on = True
    yield _tried
    _watching.on = False


def _infos(addresses: Sequence[str], port: int) -> list[tuple[Any, ...]]:
    """Return *addresses* as the system's resolver gives them."""
    return [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (one, port, 0, 0))
        if ":" in one
        else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
        for one in addresses
    ]


def resolver(host: str, port: int) -> list[tuple[Any, ...]]:
    """Answer as the Internet might; numbers are taken as the system takes them."""
    if host in NAMES:
        return _infos(NAMES[host], port)
    if host.lower() in {"public.example", "www.public.example"}:
        return _infos([_PUBLIC], port)
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))


def posting(resolve: Resolve = resolver, *allowed: str) -> requests.Session:
    """Return a session with the guard before it."""
    return session(Guarded(Guard(tuple(map(ip_network, allowed)), resolve), 2))


def test_the_corpus_is_large() -> None:
    """There are more than two hundred addresses and tricks, none of them twice."""
    assert len(set(URLS)) == len(URLS) > 200


@pytest.mark.parametrize("url", URLS)
def test_nothing_is_connected_to(url: str, tried: list[object]) -> None:
    """Posting there ends in an error before any connection is tried."""
    with pytest.raises((NotReached, requests.RequestException, ValueError)):
        posting().post(url, data=b"{}", timeout=2, allow_redirects=False)
    assert tried == []


@pytest.mark.parametrize("address", [_PUBLIC, "1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:830::200e"])
def test_the_public_internet_may_be_had(address: str) -> None:
    """What is refused are special addresses, not all."""
    assert why_refused(address) == ""


def test_the_address_that_was_looked_at_is_the_one_connected_to(tried: list[object]) -> None:
    """A name that answers differently the second time is asked once, and its first answer is where we go."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[tuple[Any, ...]]:
        """Answer with an allowed address first, then with another."""
        asked.append(host)
        return _infos(next(answers), port)

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(NotReached) as caught:
        posting(rebinding, "127.0.0.0/8").post(f"http://moving.example:{port}/", timeout=2)
    assert not isinstance(caught.value, Forbidden)
    assert (asked, tried) == (["moving.example"], [("127.0.0.1", port)])


def test_a_listed_address_is_connected_to(tried: list[object]) -> None:
    """What the admin lists may be had, by plain http too; its neighbours may not."""
    server = HTTPServer(("127.0.0.1", 0), _Quiet)
    threading.Thread(target=server.handle_request, daemon=True).start()
    with posting(resolver, "127.0.0.1") as listed:
        answer = listed.post(f"http://localhost:{server.server_port}/", data=b"{}", timeout=5)
    server.server_close()
    assert (answer.status_code, tried) == (204, [("127.0.0.1", server.server_port)])
    with pytest.raises(Forbidden):
        posting(resolver, "127.0.0.1").post("http://127.0.0.2/", timeout=2)


class _Quiet(BaseHTTPRequestHandler):
    """Answers every POST with 204 and says nothing."""

    def do_POST(self) -> None:
        """Take the body, answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("address", "listed", "may"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("64:ff9b::808:808", "64:ff9b::/96", True),
        ("64:ff9b::a00:1", "64:ff9b::/96", False),
        ("::ffff:10.0.0.1", "::ffff:0:0/96", False),
        ("2002:7f00:1::1", "2002::/16", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::/32", False),
        ("fd00::5", "fd00::/8", True),
        ("fe80::1%eth0", "fe80::/10", True),
    ],
)
def test_a_listed_network_opens_no_back_door(address: str, listed: str, may: bool) -> None:  # noqa: FBT001 - a column
    """An address inside another one is looked at as well."""
    assert (why_refused(address, (ip_network(listed),)) == "") is may


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch, tried: list[object]) -> None:
    """A proxy in the environment would connect for us to wherever it likes; it is not asked."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(Forbidden):
        posting().post("https://intranet/hook", timeout=2)
    assert tried == []


def test_a_proxy_that_is_given_is_refused(tried: list[object]) -> None:
    """No code of ours can hand a proxy to the session either."""
    with pytest.raises(NotReached):
        posting().post("https://public.example/", proxies={"https": "http://127.0.0.1:9"}, timeout=2)
    assert tried == []
