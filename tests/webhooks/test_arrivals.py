"""From the inbox to the rep: what is taken, what is put aside, what waits, what is tried again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connector.adapters.base import AdapterDown, Fetched
from connector.arrivals import KEPT_ASIDE, REMEMBERED, take_arrivals
from connector.mapping.payloads import PayloadReader
from connector.model import CrmRef
from connector.store.base import Acceptance, Post

from tests.webhooks.hooked import Hooked, Trusting
from tests.webhooks.made import BOOKING, configured
from tests.webhooks.test_payloads import IDS
from tests.world import somebody


def booked(name: str, uid: str = "b-1", **more: object) -> dict[str, object]:
    """Return a booking of somebody, made a minute ago."""
    return {"event": "booked", "uid": uid, "topic": "Pricing", "attendee": {"email": f"{name}@buyer.example"}, **more}


def test_a_booking_becomes_a_task_in_the_crm(tmp_path: Path) -> None:
    """The payload finds the contact by its address, and the rep gets the task with its evidence."""
    world = Hooked(tmp_path, [somebody("ann")])
    world.sync()
    world.later(timedelta(minutes=5))
    assert world.accept(booked("ann"), "d1") is Acceptance.NEW
    taken = world.take()
    assert (len(taken.people), taken.deliveries, taken.aside) == (1, 1, 0)
    world.sync()
    assert world.stage("ann") == "salesqualifiedlead"
    (task,) = world.tasks("ann")
    assert "Call Ann Test" in task["hs_task_subject"]
    world.accept(booked("ann"), "d1")
    world.accept(booked("ann"), "d2")
    assert world.take().people == frozenset(), "told again it is the same booking"
    world.sync()
    assert len(world.tasks("ann")) == 1


def test_a_cancellation_that_comes_first_leaves_no_booking(tmp_path: Path) -> None:
    """The key is withdrawn for good, in whatever order the two arrive."""
    for order in (("booked", "cancelled"), ("cancelled", "booked")):
        folder = tmp_path / order[0]
        folder.mkdir()
        world = Hooked(folder, [somebody("ann")])
        world.sync()
        for event in order:
            world.accept({**booked("ann"), "event": event}, event)
            world.take()
        world.sync()
        assert world.tasks("ann") == []
        assert all(one.engagements == () for one in world.seen())
        world.store.close()


def test_somebody_the_crm_does_not_know_waits_for_their_record(tmp_path: Path) -> None:
    """They are made, qualify, and get their task as soon as the CRM has a record for it to hang on."""
    world = Hooked(tmp_path, [somebody("xena")])
    world.sync()
    world.later(timedelta(minutes=5))
    world.accept(booked("eva"), "d1")
    world.take()
    world.sync()
    assert world.seen()[-1].rows == (("person", "eva@buyer.example"),)
    assert [one for one in world.effects() if one.slot.startswith("task")] == []
    world.portal.rep.change_email(world.portal.contact_id("xena"), "eva@buyer.example")
    world.later(timedelta(minutes=5))
    world.sync()
    world.later(timedelta(minutes=5))
    world.sync()
    assert len(world.tasks("xena")) == 1


def test_strangers_wait_where_the_admin_says_so(tmp_path: Path) -> None:
    """Kept aside with the reason, and taken as soon as the CRM knows them."""
    world = Hooked(tmp_path, [somebody("xena")], options='unknown_people = "wait"')
    world.sync()
    world.accept(booked("eva"), "d1")
    assert world.take().aside == 1
    assert len(world.seen()) == 1
    assert 'nobody is known as "eva@buyer.example"' in world.aside()[0].problem
    world.later(timedelta(minutes=1))
    assert world.take().deliveries == 0
    world.portal.rep.change_email(world.portal.contact_id("xena"), "eva@buyer.example")
    world.later(timedelta(minutes=5))
    world.sync()
    assert world.take().deliveries == 1
    world.sync()
    assert len(world.tasks("xena")) == 1
    assert world.aside() == ()


def test_what_cannot_be_read_is_put_aside_and_mended_by_another_mapping(tmp_path: Path) -> None:
    """With its reason and its body; the new mapping is tried by itself, and only once."""
    world = Hooked(tmp_path, [somebody("ann")])
    world.sync()
    world.accept(booked("ann", at="yesterday"), "d1")
    world.accept(b"no JSON", "d2")
    taken = world.take()
    assert (taken.deliveries, taken.aside, taken.people) == (0, 2, frozenset())
    assert sorted(one.problem.partition(":")[0] for one in world.aside()) == [
        "event 1",
        "the body is no JSON (Expecting value",
    ]
    assert world.take().aside == 0, "it is not tried again and again"
    mended = BOOKING.replace('at = "at"\n', "")
    mapping = configured(mended).mappings["website"]
    config = replace(world.config, mappings={**world.config.mappings, "website": mapping})
    incoming = {"website": Trusting(PayloadReader(mapping, config.fields))}
    world.engine = replace(world.engine, config=config, incoming=incoming)
    taken = world.take()
    assert (taken.deliveries, taken.aside) == (1, 1)
    assert [one.event_id for one in world.aside()] == ["d2"]


def test_hints_are_read_by_the_strong_read(tmp_path: Path) -> None:
    """Each row once, whatever says that it changed; nothing of the notification itself is believed."""
    world = Hooked(tmp_path, [somebody("ann"), somebody("ben")])
    world.sync()
    ids = [world.portal.contact_id(name) for name in ("ann", "ben")]
    world.later(timedelta(minutes=1))
    world.portal.rep.set_values("contacts", ids[0], {"firstname": "Anna"})
    world.accept({"hints": ids}, "h1", "hubspot")
    world.accept({"hints": ids[:1]}, "h2", "hubspot")
    taken = world.take()
    assert (taken.hints, taken.deliveries, len(taken.people)) == (2, 2, 1)


class Away:
    """An adapter of a CRM that is down."""

    def __init__(self, adapter: object) -> None:
        """Keep the one that is up."""
        self._adapter = adapter

    def __getattr__(self, name: str) -> object:
        """Be the adapter in all but reading."""
        return getattr(self._adapter, name)

    def fetch(self, refs: object, rank: object = None) -> Fetched:
        """Be down."""
        del refs, rank
        message = "no route"
        raise AdapterDown(message)


def test_hints_wait_for_a_crm_that_is_away(tmp_path: Path) -> None:
    """They are not put aside, hold nothing else up, and are taken when it is back."""
    world = Hooked(tmp_path, [somebody("ann")])
    world.sync()
    up = world.engine
    contact = world.portal.contact_id("ann")
    adapters = {**up.adapters, "hubspot": Away(up.adapters["hubspot"])}
    world.engine = replace(up, adapters=adapters)  # type: ignore[arg-type]
    world.accept({"hints": [contact]}, "h1", "hubspot")
    world.accept(booked("ann"), "d1")
    taken = take_arrivals(world.engine)
    assert (taken.deliveries, taken.aside, taken.hints, taken.more) == (1, 0, 0, False)
    world.later(timedelta(minutes=1))
    world.engine = up
    assert world.take().deliveries == 1


def test_who_is_to_be_forgotten_is_gone(tmp_path: Path) -> None:
    """Their row is as deleted: nothing is decided about them any more."""
    world = Hooked(tmp_path, [somebody("ann")])
    world.sync()
    world.accept({"forget": [world.portal.contact_id("ann")]}, "f1", "hubspot")
    assert len(world.take().people) == 1
    with world.store.reading() as look:
        ref = CrmRef("hubspot", "contact", world.portal.contact_id("ann"))
        assert look.held([ref])[ref].gone_at is not None


def test_what_was_taken_is_remembered_and_then_forgotten(tmp_path: Path) -> None:
    """A week as a memory against replays without its body; what is aside a month."""
    world = Hooked(tmp_path)
    world.accept(booked("ann"), "d1")
    world.accept(b"{", "d2")
    world.take()
    with world.store.reading() as look:
        assert [one.body for one in look.deliveries(states=(Post.DONE,))] == [b""]
    world.later(REMEMBERED - timedelta(hours=2))
    world.take()
    assert world.accept(booked("ann"), "d1") is Acceptance.REPEATED
    world.later(timedelta(hours=3))
    world.take()
    assert world.accept(booked("ann"), "d1") is Acceptance.NEW
    assert len(world.aside()) == 1
    world.later(KEPT_ASIDE)
    world.take()
    assert world.aside() == ()


def test_id_and_address_lead_to_one_person_in_any_order(tmp_path: Path) -> None:
    """By id, by address, by both: the delivery with both joins the others, before or after them."""
    told = [
        {"user": "42", "name": "Ann", "sent": "2026-11-01T10:00:00Z"},
        {"email": "ann@buyer.example", "name": "Anna", "sent": "2026-11-01T11:00:00Z"},
        {"user": "42", "email": "ann@buyer.example", "tags": ["x"], "sent": "2026-11-01T09:00:00Z"},
    ]
    for number, order in enumerate(((0, 1, 2), (2, 1, 0), (1, 2, 0))):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = Hooked(folder, mapping=IDS)
        for at in order:
            world.accept(told[at], f"d{at}")
            world.take()
        (ann,) = world.seen()
        assert dict(ann.fields) == {"email": "ann@buyer.example", "first_name": "Anna", "interests": ("x",)}
        assert ann.rows == (("person", "42"), ("person", "ann@buyer.example"))
        world.store.close()


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_it_makes_no_difference_how_many_are_taken_at_once(tmp_path: Path, limit: int) -> None:
    """Fields told bit by bit add up inside one transaction as they do over several."""
    world = Hooked(tmp_path, mapping=IDS)
    told: list[dict[str, object]] = [{"name": "A"}, {"tags": ["x"]}, {"email": "a@x.example"}, {"name": None}]
    for number, body in enumerate(told):
        world.accept({"user": "1", **body, "sent": f"2026-11-0{number + 1}T10:00:00Z"}, f"d{number}")
    world.take(limit)
    (one,) = world.seen()
    assert dict(one.fields) == {"email": "a@x.example", "interests": ("x",)}


@pytest.mark.parametrize(
    "body",
    [
        b'{"event":"booked","uid":"b\\ud800","attendee":{"email":"ann@buyer.example"}}',
        b'{"event":"booked","uid":"b-1","attendee":{"email":"ann\\uDFFF@buyer.example"}}',
        b'{"event":"booked","uid":"b-1","attendee":{"email":"ann@buyer.example","name":"\\udc00\\ud83d"}}',
        b'{"event":"booked","uid":"b-1","attendee":{"email":"ann@buyer.example","name":"\xed\xa0\x80"}}',
        b'{"event":"booked","uid":"b-1","attendee":{"email":"ann@buyer.example"},"\\ud800":1}',
        '{"event":"booked","uid":"b-1","x":"\ud800"}'.encode("utf-16", "surrogatepass"),
    ],
)
def test_half_a_character_is_put_aside(tmp_path: Path, body: bytes) -> None:
    """No database and no CRM could take it; what stands beside it in the inbox is taken."""
    world = Hooked(tmp_path, [somebody("ann")])
    world.sync()
    world.accept(body, "d1")
    world.accept(booked("ann", topic="whole: 😀"), "d2")
    taken = world.take()
    assert (taken.deliveries, taken.aside) == (1, 1)
    assert "half a character" in world.aside()[0].problem


def test_a_whole_character_in_two_escapes_is_read(tmp_path: Path) -> None:
    """As JSON writes what lies beyond sixteen bits."""
    world = Hooked(tmp_path, [somebody("ann")])
    world.sync()
    world.accept(
        b'{"event":"booked","uid":"b-1","topic":"\\ud83d\\ude00","attendee":{"email":"ann@buyer.example"}}', "d1"
    )
    assert world.take().deliveries == 1
    assert "😀" in json.loads(world.seen()[0].engagements[0][3])["topic"]
