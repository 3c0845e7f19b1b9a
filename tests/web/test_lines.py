"""What a sender cannot do to the door: keep it waiting, fill its memory, pass for this machine, or stop its writer."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from pathlib import Path

from tests.broken import Mutant, surviving
from tests.web.house import PASSWORD, opened

SOON = timedelta(seconds=0.3)


def test_a_head_that_never_ends_is_given_up(tmp_path: Path) -> None:
    """Dripping a head, or saying nothing at all, holds no connection; the same after a request on that connection."""
    with opened(tmp_path, read_timeout=SOON) as house:
        began = time.monotonic()
        for said in (b"", b"POST /webhooks/website HTTP/1.1\r\nhost: a\r\nx-slow: ", b"GET /healthz HTTP/1.1\r\n" * 1):
            assert house.raw(said, patience=2).startswith(b"HTTP/1.1 408 ")
        whole = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
        answered = house.raw(whole + whole[:9], patience=2)
        assert answered.startswith(b"HTTP/1.1 200 ")
        assert b"HTTP/1.1 408 " in answered
        assert time.monotonic() - began < 8


def answer(line: socket.socket) -> bytes:
    """Return one whole answer, however many parts it comes in; head and body may come apart."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += line.recv(4096)
    head, _, body = read.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(4096)
    return head + body


def test_who_rests_between_two_requests_is_not_late(tmp_path: Path) -> None:
    """A connection that is kept alive may be silent for longer than a head may take."""
    whole = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
    with opened(tmp_path, read_timeout=SOON) as house, socket.create_connection(house.address, timeout=5) as line:
        for _ in range(2):
            line.sendall(whole)
            assert answer(line).startswith(b"HTTP/1.1 200 ")
            time.sleep(2 * SOON.total_seconds())


def test_who_is_turned_away_early_cannot_go_on_sending(tmp_path: Path) -> None:
    """The rest of a body that was refused is not waited for."""
    head = b"POST /webhooks/%s HTTP/1.1\r\nhost: a\r\ncontent-length: 3000\r\n\r\nabc"
    with opened(tmp_path) as house:
        began = time.monotonic()
        assert house.raw(head % b"unheard-of", patience=2).startswith(b"HTTP/1.1 404 ")
        assert time.monotonic() - began < 2


def test_a_proxy_on_this_machine_opens_no_figures(tmp_path: Path) -> None:
    """What was passed on is a stranger's, whatever address it names, and words that are no address harm nobody."""
    with opened(tmp_path, token=None) as house:
        for name in ("x-forwarded-for", "forwarded", "x-real-ip"):
            for value in ("127.0.0.1", "unknown", "203.0.113.9", ""):
                assert house.ask("/metrics", headers={name: value})[0] == 401
        assert house.ask("/metrics")[0] == 200


def test_large_bodies_cannot_fill_the_memory(tmp_path: Path) -> None:
    """What is being received has a bound over all connections; who comes then is asked to come again."""
    head = (
        b"POST /webhooks/website HTTP/1.1\r\nhost: a\r\nx-password: " + PASSWORD.encode() + b"\r\n"
        b"content-length: 4000\r\n\r\n"
    )
    with opened(tmp_path, memory=1) as house, socket.create_connection(house.address, timeout=5) as first:
        first.sendall(head + b"x" * 3_900)
        time.sleep(0.2)
        assert house.post(b'{"event": "%s"}' % (b"y" * 400)) == 503
        first.sendall(b"x" * 100)
        assert first.recv(4096).startswith(b"HTTP/1.1 20")
        assert house.post(b'{"event": "%s"}' % (b"y" * 400)) == 204


def test_large_deliveries_cannot_queue_without_end(tmp_path: Path) -> None:
    """What waits to be stored has a bound in bytes as well."""
    head = b"POST /webhooks/website HTTP/1.1\r\nhost: a\r\nx-password: " + PASSWORD.encode() + b"\r\n"
    with opened(tmp_path, memory=500) as house, socket.create_connection(house.address, timeout=5) as first:
        with house.store.writing():
            first.sendall(head + b"content-length: 400\r\n\r\n" + b"x" * 400)
            time.sleep(0.2)
            assert house.post(b'{"event": "%s"}' % (b"y" * 400)) == 503
        assert first.recv(4096).startswith(b"HTTP/1.1 20")
        assert house.post(b'{"event": "%s"}' % (b"y" * 400)) == 204


def test_a_writer_outlives_who_it_wakes(tmp_path: Path) -> None:
    """Waking may fail: the event is stored, answered, and so is the next."""
    with opened(tmp_path) as house:
        house.woken = None  # type: ignore[assignment]
        assert [house.post(b'{"event": 1}'), house.post(b'{"event": 2}')] == [204, 204]
        assert len(house.kept()) == 2
        assert {name for name, _ in house.notes} == {"webhook_wake_failed"}


_T = "tests.web.test_lines:"
MUTANTS = (
    Mutant(
        "connector.web.lines",
        "        self._hurry()\n\n    @override\n    def data",
        "\n    @override\n    def data",
        f"{_T}test_a_head_that_never_ends_is_given_up",
    ),
    Mutant(
        "connector.web.lines",
        "        if not self._busy() and self.conn.trailing_data[0]:",
        "        if False:",
        f"{_T}test_a_head_that_never_ends_is_given_up",
    ),
    Mutant(
        "connector.web.lines",
        "        if self._busy():\n            self._calm()",
        "        pass",
        f"{_T}test_who_rests_between_two_requests_is_not_late",
    ),
    Mutant(
        "connector.web.receiver",
        "close=answered.reply.status in _UNREAD",
        "close=False",
        f"{_T}test_who_is_turned_away_early_cannot_go_on_sending",
    ),
    Mutant(
        "connector.web.receiver",
        "            self._reading -= size",
        "            pass",
        f"{_T}test_large_bodies_cannot_fill_the_memory",
    ),
    Mutant(
        "connector.web.receiver",
        "if self._reading > max(self._settings.memory, largest):",
        "if False:",
        f"{_T}test_large_bodies_cannot_fill_the_memory",
    ),
    Mutant(
        "connector.web.committer",
        "if self._bytes and self._bytes + size > self._memory:",
        "if False:",
        f"{_T}test_large_deliveries_cannot_queue_without_end",
    ),
    Mutant(
        "connector.web.committer",
        "            self._bytes -= size",
        "            pass",
        f"{_T}test_large_deliveries_cannot_queue_without_end",
    ),
    Mutant(
        "connector.web.app",
        " and _PASSED_ON.isdisjoint(headers)",
        "",
        f"{_T}test_a_proxy_on_this_machine_opens_no_figures",
    ),
    Mutant(
        "connector.web.app",
        "    except ValueError:\n        return False",
        "    except KeyError:\n        return False",
        f"{_T}test_a_proxy_on_this_machine_opens_no_figures",
    ),
    Mutant(
        "connector.web.server",
        "_waking(office), settings.room",
        "office.wake, settings.room",
        f"{_T}test_a_writer_outlives_who_it_wakes",
    ),
)


def test_every_broken_line_is_noticed() -> None:
    """No rule above is there for nothing."""
    assert surviving(MUTANTS) == []
