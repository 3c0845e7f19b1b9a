"""HubSpot's notifications, from the signed request through the real door to the contact that is read now."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from connector.adapters.hubspot.notifications import Notifications
from connector.adapters.incoming import Arrived, Read
from connector.at_once import at_once
from connector.deliver import deliver
from connector.model import CrmRef
from connector.signatures.hubspot import HubSpotV3
from connector.store.base import Post

from tests.adapters.portal_telling import OLD, PORTAL, PUBLIC, SECRET, SPELT, TARGET, Portal, told
from tests.clock import START
from tests.world import somebody


def hears(portal: int | None = PORTAL, *objects: str) -> Notifications:
    """Return what hears of contacts, or of *objects*."""
    return Notifications("hubspot", HubSpotV3([SECRET], PUBLIC), frozenset(objects or ("contact",)), portal)


def read(*events: object, by: Notifications | None = None) -> Read:
    """Return what a body of *events* says."""
    return (by or hears()).read(Arrived("d", json.dumps(events).encode(), "application/json", START))


def asked(*events: object, by: Notifications | None = None) -> bool:
    """Tell whether a body of *events* is asked for."""
    return (by or hears()).asked_for(json.dumps(events).encode(), "application/json", {})


def refs(*ids: object, of: str = "contact") -> tuple[CrmRef, ...]:
    """Return rows of HubSpot."""
    return tuple(CrmRef("hubspot", of, str(one)) for one in ids)


@pytest.mark.parametrize("spelt", SPELT)
@pytest.mark.parametrize("what", ["propertyChange", "creation", "deletion", "restore"])
def test_a_change_is_a_hint_in_both_spellings(what: str, spelt: str) -> None:
    """The row is named, and nothing of what the event says about it is used."""
    event = told(what, spelt=spelt, propertyName="lifecyclestage", propertyValue="customer")
    assert asked(event)
    assert read(event) == Read(hints=refs(101))


@pytest.mark.parametrize("spelt", SPELT)
def test_who_is_to_be_forgotten_is_no_hint(spelt: str) -> None:
    """Whatever else the same body tells of them, before or after."""
    erased = told("privacyDeletion", spelt=spelt)
    for events in (
        (erased, told("deletion"), told("creation", 102)),
        (told("creation", 102), told("deletion"), erased),
    ):
        assert read(*events) == Read(hints=refs(102), forget=refs(101))


@pytest.mark.parametrize("spelt", SPELT)
def test_all_rows_of_a_merge_are_read(spelt: str) -> None:
    """The one that stays, which may be a new one, and those that went."""
    event = told(
        "merge",
        104,
        spelt=spelt,
        primaryObjectId=104,
        mergedObjectIds=[105, 106],
        newObjectId=110,
        numberOfPropertiesMoved=3,
    )
    assert read(event).hints == refs(110, 104, 105, 106)
    assert read(told("merge", spelt=spelt)).problems == ("event 1: a merge of a contact has no newObjectId",)


def test_both_ends_of_an_association_are_read_where_they_are_ours() -> None:
    """A contact's fields of the company hang on it, whichever end tells."""
    for event, meant in (
        (told("associationChange", None, associationType="CONTACT_TO_COMPANY", fromObjectId=1, toObjectId=2), refs(1)),
        (told("associationChange", None, spelt="object", fromObjectId=1, toObjectId=2), refs(1)),
        (
            told(
                "associationChange",
                None,
                spelt="company",
                associationType="COMPANY_TO_CONTACT",
                fromObjectId=2,
                toObjectId=1,
            ),
            refs(1),
        ),
        (told("associationChange", None, associationType="CONTACT_TO_DEAL", fromObjectId=1, toObjectId=3), refs(1)),
    ):
        assert asked(event)
        assert read(event) == Read(hints=meant)
    both = hears(PORTAL, "contact", "company")
    event = told("associationChange", None, associationType="CONTACT_TO_COMPANY", fromObjectId=1, toObjectId=2)
    assert read(event, by=both).hints == refs(1) + refs(2, of="company")


@pytest.mark.parametrize(
    "event",
    [
        told("frobnicated"),
        told("propertyChange", spelt="deal"),
        told("propertyChange", spelt="company"),
        told("propertyChange", spelt="object", objectTypeId="0-3"),
        told("propertyChange", spelt="object", objectTypeId=None),
        told("propertyChange", subscriptionType=None),
        told("propertyChange", subscriptionType={"contact": 1}),
        told("propertyChange", subscriptionType="contact.\ud800"),
        told("propertyChange", portalId=PORTAL + 1),
        told("privacyDeletion", portalId=PORTAL + 1),
        told("privacyDeletion", portalId=None, spelt="deal"),
        {},
    ],
)
def test_what_is_none_of_ours_is_not_asked_for(event: dict[str, object]) -> None:
    """Unknown kinds, other objects, other portals: nothing to read, nothing to keep; a body may have some of each."""
    assert not asked(event)
    assert read(event) == Read()
    assert read(event, told("creation", 7)) == Read(hints=refs(7))


def test_of_every_portal_is_heard_where_none_is_named() -> None:
    """Which is right for an app that is installed in one; an event without a number is that one's."""
    assert asked(told("creation", portalId=1), by=hears(None))
    assert read(told("creation", portalId=str(PORTAL))).hints == refs(101)
    assert read(told("creation", portalId=None)).hints == refs(101)


@pytest.mark.parametrize("id_", [None, "", "abc", True, 1.5, [101], {"id": 1}, -1, "١٢", "\ud800", "9" * 20, 10**25])
@pytest.mark.parametrize("what", ["creation", "privacyDeletion"])
def test_an_event_that_names_no_row_is_put_aside(what: str, id_: object) -> None:
    """With its place and what it lacks; the whole body, since half of it would be lost in silence."""
    events = (told("creation", 7), told(what, id_))
    assert asked(events[1])
    assert read(*events).problems == (f"event 2: a {what} of a contact has no objectId",)
    assert read(*events).hints == read(*events).forget == ()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"[[]]", b"null", b"\xff", b"[" * 5000, b'[{"a":1}, 2]'])
def test_a_body_that_is_no_list_of_events_is_put_aside(body: bytes) -> None:
    """It is asked for, so that it is kept and seen."""
    assert hears().asked_for(body, "", {})
    assert hears().read(Arrived("d", body, "", START)).problems == ("the body is no list of HubSpot's events",)


def test_a_hundred_events_are_as_many_hints_as_there_are_rows() -> None:
    """Twice the same eventId, in any order."""
    events = [
        told("propertyChange", 1 + number % 40, eventId=number // 2, occurredAt=10**12 - number)
        for number in range(100)
    ]
    assert set(read(*events).hints) == set(read(*reversed(events)).hints) == set(refs(*range(1, 41)))
    assert len(read(*events).hints) == 40
    assert len(read(*[told("creation", None)] * 100).problems) == 5, "a hundred sentences would say no more"


def test_a_notification_makes_the_contact_be_read_now_and_gives_the_rep_the_task(tmp_path: Path) -> None:
    """Signed request, real door, strong read, verdict: stage and task stand in the portal before any pull."""
    world = Portal(tmp_path, [somebody("ann"), somebody("ben")], lag=True)
    world.sync()
    world.later(timedelta(minutes=5))
    world.engage("ann")
    assert world.post([world.event("ann", "propertyChange", propertyName="recent_conversion_date")]) == [204]
    world.engine = world.start()
    step = at_once(world.engine)
    assert (step.deliveries, step.people) == (1, 1)
    deliver(world.engine, "hubspot")
    assert world.stage("ann") == "salesqualifiedlead"
    assert len(world.tasks("ann")) == 1
    assert (world.stage("ben"), world.tasks("ben")) == ("lead", [])


def test_what_a_notification_claims_is_not_believed(tmp_path: Path) -> None:
    """The value in the event is stale or a lie; the portal has the truth."""
    world = Portal(tmp_path, [somebody("ann")])
    world.sync()
    claim = world.event("ann", "propertyChange", propertyName="lifecyclestage", propertyValue="customer")
    assert world.post([claim]) == [204]
    taken = world.take()
    assert (taken.hints, taken.people) == (1, frozenset())
    world.sync()
    assert world.stage("ann") == "lead"


def test_the_same_body_again_has_no_effect_however_often_it_is_signed_anew(tmp_path: Path) -> None:
    """HubSpot repeats with a new instant; twice one event in two bodies reads the row again and tells nothing new."""
    world = Portal(tmp_path, [somebody("ann")])
    world.sync()
    world.engage("ann")
    event = world.event("ann", "propertyChange")
    assert world.post([event], [event]) == [204, 200]
    world.later(timedelta(minutes=1))
    assert world.post([event], [event, event], [{**event, "attemptNumber": 1}], secret=OLD) == [200, 204, 204]
    taken = world.take()
    assert (taken.deliveries, taken.hints, len(taken.people)) == (3, 1, 1)
    world.sync()
    assert len(world.tasks("ann")) == 1


def test_creation_deletion_and_restore_end_where_the_portal_does_in_any_order(tmp_path: Path) -> None:
    """An event that comes late says nothing: the row is read, and it is what it is."""
    world = Portal(tmp_path, [somebody("ann")])
    world.sync()
    ref = refs(world.portal.contact_id("ann"))[0]
    world.portal.rep.archive_contact(ref.id)
    for order in (("deletion", "creation"), ("creation", "restore", "deletion")):
        world.later(timedelta(seconds=1))
        for number, what in enumerate(order):
            event = told(what, int(ref.id), eventId=number, occurredAt=int(world.clock().timestamp()))
            assert world.post([event]) == [204]
        world.take()
        with world.store.reading() as look:
            assert look.held([ref])[ref].gone_at is not None


def test_a_merge_leads_to_one_person(tmp_path: Path) -> None:
    """Both ids are read; the one that went is known as the one that stays, before any pull."""
    world = Portal(tmp_path, [somebody("ann"), somebody("anna")])
    world.sync()
    stays, goes = (world.portal.contact_id(name) for name in ("ann", "anna"))
    new = world.portal.rep.merge(stays, goes)
    event = told("merge", int(new), primaryObjectId=int(stays), mergedObjectIds=[int(goes)], newObjectId=int(new))
    assert world.post([event]) == [204]
    assert world.take().aside == 0
    with world.store.reading() as look:
        rows = look.held(list(refs(stays, goes, new)))
    living = {ref.id for ref, row in rows.items() if row.gone_at is None}
    assert living == {new}
    assert len({row.person_id for row in rows.values()}) == 1


@pytest.mark.parametrize("spelt", SPELT)
def test_a_privacy_deletion_ends_it_though_the_row_could_still_be_read(tmp_path: Path, spelt: str) -> None:
    """It is the one event that is taken at its word: nothing is written to them any more."""
    world = Portal(tmp_path, [somebody("ann")])
    world.sync()
    world.engage("ann")
    assert world.post([world.event("ann", "privacyDeletion", spelt=spelt)]) == [204]
    assert (world.take().hints, world.kept(Post.ASIDE)) == (0, ())
    ref = refs(world.portal.contact_id("ann"))[0]
    with world.store.reading() as look:
        assert look.held([ref])[ref].gone_at is not None


def test_another_portal_is_answered_and_leaves_nothing(tmp_path: Path) -> None:
    """2xx, or HubSpot would repeat it for a day; counted as what nobody asks for, and not stored."""
    world = Portal(tmp_path, [somebody("ann")])
    world.sync()
    assert world.post([world.event("ann", "privacyDeletion", portalId=PORTAL + 1)]) == [204]
    assert world.kept() == ()
    assert world.house.numbers.results == [("hubspot", "unasked")]


def test_an_event_without_an_id_is_seen_in_the_quarantine(tmp_path: Path) -> None:
    """With its reason and its body."""
    world = Portal(tmp_path, [somebody("ann")])
    assert world.post(
        [told("propertyChange", None)], b'[{"subscriptionType":"contact.creation","objectId":"\\ud800"}]'
    ) == [
        204,
        204,
    ]
    assert world.take().aside == 2
    assert [one.problem for one in world.kept(Post.ASIDE)] == [
        "event 1: a propertyChange of a contact has no objectId",
        "event 1: a creation of a contact has no objectId",
    ]


def test_only_who_has_a_secret_and_calls_the_public_address_now_is_believed(tmp_path: Path) -> None:
    """The address as it was called, with its escapes read as HubSpot reads them."""
    world = Portal(tmp_path, [somebody("ann")])
    event = world.event("ann", "creation")
    assert world.post([event], secret="guess") == [401]
    assert world.post([event], late=timedelta(minutes=6)) == world.post([event], late=-timedelta(minutes=6)) == [401]
    assert world.kept() == ()
    assert world.post([event], target=f"{TARGET}?from=app%3Aone%2f%20two&q=%253A") == [204]
