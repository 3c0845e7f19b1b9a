"""The door for webhooks, knocked at over real sockets: what is stored, what is answered, what is turned away."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from connector.adapters.incoming import Reply

from tests.web.house import PASSWORD, SMALL, House, opened

EVENT = b'{"event": "booked"}'


def results(house: House) -> list[str]:
    """Return what was counted, in order."""
    return [result for _, result in house.numbers.results]


def test_an_event_is_stored_before_it_is_answered(tmp_path: Path) -> None:
    """The bytes, the id, the headers that are needed and nothing else are in the store once 204 is there."""
    with opened(tmp_path) as house:
        assert house.post(EVENT, id_="a", **{"x-kept": "yes", "x-other": "no"}) == 204
        (kept,) = house.kept()
        assert (kept.system, kept.event_id, kept.body, dict(kept.headers)) == ("website", "a", EVENT, {"x-kept": "yes"})
        assert kept.content_type == "application/json"
        assert house.woken == 1
        assert results(house) == ["accepted"]
        assert 0 < house.first_span() < 5


def test_a_repeated_event_has_no_effect(tmp_path: Path) -> None:
    """The same id with the same body is 200, with another body 409 and a line for the operator."""
    with opened(tmp_path) as house:
        assert [house.post(EVENT, id_="a"), house.post(EVENT, id_="a")] == [204, 200]
        assert house.post(b'{"event": "other"}', id_="a") == 409
        assert len(house.kept()) == 1
        assert results(house) == ["accepted", "repeated", "conflict"]
        assert house.notes[0][0] == "webhook_conflict"
        assert house.notes[0][1]["delivery"] == "a"
        assert house.woken == 1


def test_without_an_id_the_body_is_the_id(tmp_path: Path) -> None:
    """The same body again is the same event; another body is another one; an endless id is none."""
    with opened(tmp_path) as house:
        assert [house.post(EVENT), house.post(EVENT), house.post(EVENT, id_="x" * 300)] == [204, 200, 200]
        assert house.post(b'{"event": 2}') == 204
        assert all(one.event_id.startswith("sha256:") for one in house.kept())


def test_what_nobody_asks_for_is_not_stored(tmp_path: Path) -> None:
    """It is counted and answered like any other, so that its sender does not come again."""
    with opened(tmp_path) as house:
        assert house.post(b'{"weather": "fine"}') == 204
        assert house.kept() == ()
        assert results(house) == ["unasked"]


def test_what_cannot_be_read_is_kept_rather_than_lost(tmp_path: Path) -> None:
    """A sender who signed it would send it again for ever."""
    with opened(tmp_path) as house:
        assert house.post(b"{") == 204
        assert [one.body for one in house.kept()] == [b"{"]


def test_a_wrong_signature_learns_nothing(tmp_path: Path) -> None:
    """401 with the same few words whatever is wrong; the reason is for the log alone."""
    with opened(tmp_path) as house:
        status, body, headers = house.ask("/webhooks/website", EVENT, headers={"x-password": "guess"})
        assert (status, body) == (401, b"not accepted")
        assert "server" not in headers
        assert house.kept() == ()
        assert house.notes == [("webhook_refused", {"system": "website", "reason": "the password is wrong"})]


def test_who_keeps_guessing_is_sent_away(tmp_path: Path) -> None:
    """After so many wrong signatures an address waits, however good the next one is."""
    with opened(tmp_path) as house:
        assert {house.post(EVENT, password="guess") for _ in range(60)} == {401}
        status, _, headers = house.ask("/webhooks/website", EVENT, headers={"x-password": PASSWORD})
        assert status == 429
        assert int(headers["retry-after"]) >= 1


def test_one_address_gets_its_share(tmp_path: Path) -> None:
    """Beyond it 429 says when to come again."""
    with opened(tmp_path, per_second=1) as house:
        statuses = [house.post(EVENT, id_=str(number)) for number in range(12)]
        assert statuses[:10] == [204] * 10
        assert statuses[-1] == 429
        assert len(house.kept()) == statuses.count(204)


@pytest.mark.parametrize("path", ["/webhooks/", "/webhooks/other", "/webhooks/website/", "/webhooks/website/x", "/"])
def test_what_is_not_there_is_not_found(tmp_path: Path, path: str) -> None:
    """Systems are named exactly."""
    with opened(tmp_path) as house:
        assert house.ask(path, EVENT, headers={"x-password": PASSWORD})[0] == 404


def test_only_post_is_taken(tmp_path: Path) -> None:
    """GET in a browser shows no form and stores nothing."""
    with opened(tmp_path) as house:
        assert [house.ask("/webhooks/website", method=one)[0] for one in ("GET", "PUT", "DELETE")] == [405] * 3


def test_a_body_beyond_the_limit_is_refused_however_it_comes(tmp_path: Path) -> None:
    """Declared, undeclared in chunks, or by a length that lies; one byte less is taken."""
    with opened(tmp_path) as house:
        fits = json.dumps({"event": "x" * (SMALL - 13)}).encode()
        assert len(fits) == SMALL
        assert house.post(fits) == 204
        assert house.post(fits + b" ") == 413
        head = b"POST /webhooks/website HTTP/1.1\r\nhost: a\r\nx-password: swordfish\r\n"
        chunk = b"%x\r\n%s\r\n" % (SMALL, b"x" * SMALL)
        assert b" 413 " in house.raw(head + b"transfer-encoding: chunked\r\n\r\n" + chunk * 2 + b"0\r\n\r\n", 2)
        assert b" 413 " in house.raw(head + b"content-length: 99999999999\r\n\r\n", 2)
        assert len(house.kept()) == 1


def test_a_body_that_is_too_deep_or_has_too_many_keys_is_refused(tmp_path: Path) -> None:
    """Before any parser sees it; what only looks deep inside a text is taken."""
    with opened(tmp_path) as house:
        assert house.post(b'{"event":' * 33 + b"1" + b"}" * 33) == 413
        assert house.post(json.dumps({"event": "{[" * 500}).encode()) == 204
        assert house.post(b'{"event":' * 32 + b"1" + b"}" * 32) == 204


def test_a_compressed_body_is_refused(tmp_path: Path) -> None:
    """Nothing is unpacked that a sender could have made large."""
    with opened(tmp_path) as house:
        assert house.post(EVENT, **{"content-encoding": "gzip"}) == 415
        assert house.post(EVENT, **{"content-encoding": "identity"}) == 204


def test_headers_have_a_limit(tmp_path: Path) -> None:
    """Of all of them together."""
    with opened(tmp_path) as house:
        many = {f"x-{number}": "y" * 1000 for number in range(20)}
        assert house.post(EVENT, **many) == 431


def test_a_body_that_breaks_off_stores_nothing(tmp_path: Path) -> None:
    """The connection ends in the middle: nothing came."""
    with opened(tmp_path) as house:
        head = b"POST /webhooks/website HTTP/1.1\r\nhost: a\r\nx-password: swordfish\r\ncontent-length: 19\r\n\r\n"
        house.raw(head + EVENT[:10], 0.2)
        assert house.post(EVENT) == 204
        assert len(house.kept()) == 1


def test_a_sender_that_dawdles_is_let_go(tmp_path: Path) -> None:
    """Half a body and then silence costs one connection for the time that the settings say, and stores nothing."""
    with opened(tmp_path, read_timeout=timedelta(seconds=0.3)) as house:
        head = b"POST /webhooks/website HTTP/1.1\r\nhost: a\r\nx-password: swordfish\r\ncontent-length: 19\r\n\r\n"
        assert b" 408 " in house.raw(head + EVENT[:10], 3)
        assert house.kept() == ()


def test_a_queue_that_is_full_asks_to_come_again(tmp_path: Path) -> None:
    """While another process keeps the database nothing is answered well, and nothing is lost of what was."""
    with opened(tmp_path, room=4) as house:
        keeper = sqlite3.connect(tmp_path / "web.db", isolation_level=None)
        keeper.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(12) as pool:
            knocks = [pool.submit(house.post, EVENT, id_=str(number)) for number in range(12)]
            time.sleep(0.5)
            keeper.execute("COMMIT")
            statuses = [one.result() for one in knocks]
        keeper.close()
        assert set(statuses) == {204, 503}
        assert sorted(one.event_id for one in house.kept()) == sorted(
            str(number) for number, status in enumerate(statuses) if status == 204
        )


def test_a_store_that_cannot_be_written_is_never_answered_well(tmp_path: Path) -> None:
    """A table that is gone stands for any damage: 503, a line for the operator, and well again once mended."""
    with opened(tmp_path) as house:
        with sqlite3.connect(tmp_path / "web.db") as other:
            other.execute("ALTER TABLE inbox RENAME TO elsewhere")
        status, _, headers = house.ask("/webhooks/website", EVENT, headers={"x-password": PASSWORD})
        assert (status, headers["retry-after"]) == (503, "2")
        assert house.notes[0][0] == "webhook_not_stored"
        with sqlite3.connect(tmp_path / "web.db") as other:
            other.execute("ALTER TABLE elsewhere RENAME TO inbox")
        assert house.post(EVENT) == 204


def test_many_at_once_share_their_commits(tmp_path: Path) -> None:
    """A flood is stored whole, in fewer transactions than events; each is answered for itself."""
    with opened(tmp_path) as house:
        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda number: house.post(EVENT, id_=str(number)), range(200)))
        assert statuses == [204] * 200
        assert len(house.kept()) == 200
        assert house.woken < 200


def test_what_is_under_way_at_the_end_gets_its_answer(tmp_path: Path) -> None:
    """A stop in the middle loses nothing that was answered well."""
    with opened(tmp_path) as house:
        statuses: list[int] = []

        def knock() -> None:
            """Post until nobody answers any more."""
            try:
                while len(statuses) < 10_000:
                    statuses.append(house.post(EVENT, id_=f"{threading.get_ident()}-{len(statuses)}"))
            except OSError:
                return

        threads = [threading.Thread(target=knock) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        assert house.server is not None
        house.server.stop()
        for thread in threads:
            thread.join(timeout=20)
        assert len(house.kept()) >= statuses.count(204) > 0


def test_systems_can_be_exchanged(tmp_path: Path) -> None:
    """A reload takes effect with the next request."""
    with opened(tmp_path) as house:
        assert house.server is not None
        house.server.use({})
        assert house.post(EVENT) == 404


def test_a_system_may_want_words_of_its_own(tmp_path: Path) -> None:
    """An acknowledgement is given for what is new, what is repeated and what nobody asks for alike."""
    with opened(tmp_path, reply=Reply(200, b"<Ack/>", "text/xml")) as house:
        said = {"x-password": PASSWORD}
        for body in (EVENT, EVENT, b"{}"):
            status, words, headers = house.ask("/webhooks/website", body, headers=said)
            assert (status, words, headers["content-type"]) == (200, b"<Ack/>", "text/xml")
