"""Clauses about the inbox: a delivery is stored once, read in order, told apart by its body, and forgotten in time."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from connector.store.base import Acceptance, Delivery, Post

from tests.store.made import DAY, HOUR, MINUTE, NOW
from tests.store.suite import Clause, Subject

NEW, REPEATED, CONFLICT = Acceptance.NEW, Acceptance.REPEATED, Acceptance.CONFLICT


def sent(event_id: str, body: bytes = b'{"a": 1}', system: str = "website", at: datetime = NOW) -> Delivery:
    """Return a delivery that nobody has stored yet."""
    return Delivery(system, event_id, hashlib.sha256(body).hexdigest(), body, at, "application/json", {"ce-id": "1"})


def a_delivery_is_stored_once(subject: Subject) -> None:
    """The same id with the same body is repeated, with another one a conflict, in one group and in a later one."""
    with subject.store() as store:
        with store.writing() as turn:
            assert turn.accept([sent("a"), sent("a"), sent("b"), sent("a", b"{}")]) == (NEW, REPEATED, NEW, CONFLICT)
        with store.writing() as turn:
            assert turn.accept([sent("b", b"[]"), sent("c"), sent("a")]) == (CONFLICT, NEW, REPEATED)
            assert turn.accept([]) == ()
            assert [one.event_id for one in turn.deliveries()] == ["a", "b", "c"]


def ids_are_a_systems_own(subject: Subject) -> None:
    """Two systems may use one id; each is asked for by itself."""
    with subject.store() as store, store.writing() as turn:
        assert turn.accept([sent("a"), sent("a", b"{}", system="booking")]) == (NEW, NEW)
        assert turn.accept([sent("a", b"{}", system="booking"), sent("a", b"{}")]) == (REPEATED, CONFLICT)
        assert [one.system for one in turn.deliveries(system="booking")] == ["booking"]


def a_delivery_comes_back_as_it_was(subject: Subject) -> None:
    """Every byte, header and instant is kept, and they are read oldest first, no more than asked for."""
    odd = bytes(range(256))
    with subject.store() as store:
        with store.writing() as turn:
            turn.accept([sent("a", odd, at=NOW + HOUR), sent("b")])
        with store.reading() as look:
            first, second = look.deliveries()
            assert replace(first, id=0) == sent("a", odd, at=NOW + HOUR)
            assert second.id > first.id
            assert look.deliveries(limit=1) == (first,)


def what_is_done_is_remembered_without_its_body(subject: Subject) -> None:
    """A settled delivery is read no more, holds nothing of anybody, and is still known when it comes again."""
    with subject.store() as store, store.writing() as turn:
        turn.accept([sent("a"), sent("b")])
        first, second = turn.deliveries()
        assert turn.settle_deliveries([first.id], NOW) == 1
        assert turn.settle_deliveries([first.id], NOW + DAY) == 0
        assert turn.deliveries() == (second,)
        (done,) = turn.deliveries(states=(Post.DONE,))
        assert (done.body, dict(done.headers), done.settled_at) == (b"", {}, NOW)
        assert turn.accept([sent("a"), sent("a", b"{}")]) == (REPEATED, CONFLICT)
        assert turn.deliveries_waiting() == {Post.NEW: 1}


def what_is_aside_waits_with_its_reason(subject: Subject) -> None:
    """It keeps its body, its reason and since when; it is read again only when somebody says so."""
    with subject.store() as store, store.writing() as turn:
        turn.accept([sent("a"), sent("b")])
        first, second = turn.deliveries()
        turn.put_aside({first.id: "no e-mail"}, NOW)
        assert turn.deliveries() == (second,)
        (aside,) = turn.deliveries(states=(Post.ASIDE,))
        assert (aside.problem, aside.body, aside.settled_at) == ("no e-mail", sent("a").body, NOW)
        assert turn.deliveries_waiting() == {Post.NEW: 1, Post.ASIDE: 1}
        assert turn.replay_deliveries([first.id, second.id]) == 1
        assert [one.problem for one in turn.deliveries()] == ["", ""]
        turn.put_aside({first.id: "still none"}, NOW + DAY)
        (again,) = turn.deliveries(states=(Post.ASIDE,))
        assert (again.problem, again.settled_at) == ("still none", NOW), "it is kept from the first time on"
        turn.settle_deliveries([second.id], NOW)
        turn.put_aside({second.id: "too late"}, NOW)
        assert [one.id for one in turn.deliveries(states=(Post.ASIDE,))] == [first.id]


def deliveries_are_forgotten_in_time(subject: Subject) -> None:
    """What is done and what is aside go by instants of their own; what is new never goes."""
    with subject.store() as store, store.writing() as turn:
        turn.accept([sent("done"), sent("aside"), sent("new", at=NOW - 99 * DAY)])
        done, aside, new = turn.deliveries()
        turn.settle_deliveries([done.id], NOW)
        turn.put_aside({aside.id: "no e-mail"}, NOW)
        assert turn.forget_deliveries(NOW, NOW) == 0
        assert turn.forget_deliveries(NOW + MINUTE, NOW) == 1
        assert turn.accept([sent("done")]) == (NEW,)
        assert turn.forget_deliveries(NOW, NOW + MINUTE) == 1
        assert turn.deliveries(states=(Post.ASIDE,)) == ()
        assert [one.event_id for one in turn.deliveries()] == [new.event_id, "done"]


CLAUSES: tuple[Clause, ...] = (
    a_delivery_is_stored_once,
    ids_are_a_systems_own,
    a_delivery_comes_back_as_it_was,
    what_is_done_is_remembered_without_its_body,
    what_is_aside_waits_with_its_reason,
    deliveries_are_forgotten_in_time,
)
