"""What a sceptic asked of two CRMs: leads that come late, addresses that change, systems that are away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.pair import Pair
from tests.world import somebody

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def opened(tmp_path: Path, **options: object) -> Pair:
    """Return a pair with Ann in both systems, synced once."""
    pair = Pair(tmp_path, [somebody("ann", company="Acme")], **options)  # type: ignore[arg-type]
    pair.sync()
    pair.later(5 * MINUTE)
    return pair


def here_only(tmp_path: Path, **options: object) -> Pair:
    """Return a pair with Bob in HubSpot only, synced once."""
    pair = Pair(tmp_path, here=[somebody("bob", company="Acme")], **options)  # type: ignore[arg-type]
    pair.sync()
    pair.later(5 * MINUTE)
    return pair


def lead(pair: Pair, email: str) -> str:
    """Return the id of a lead that somebody has just made."""
    return pair.org.rep.create_lead({"LastName": "Test", "Company": "Acme", "Email": email})


def tasks(pair: Pair) -> int:
    """Return how many tasks the connector has made."""
    return len(pair.org.journal.of("Task", "create", "api"))


@pytest.mark.parametrize("away", [timedelta(minutes=15), timedelta(days=3)])
def test_who_becomes_a_lead_after_asking_gets_one_task(tmp_path: Path, away: timedelta) -> None:
    """Bob asks for a demo, his lead is made only later: the task waits for it, and comes once."""
    pair = here_only(tmp_path)
    pair.engage("bob")
    pair.settle(2)
    assert tasks(pair) == 0
    pair.later(away)
    lead(pair, "bob@buyer.example")
    pair.settle()
    assert tasks(pair) == 1
    pair.settle()
    assert tasks(pair) == 1


def test_a_task_that_waited_survives_that_two_people_become_one(tmp_path: Path) -> None:
    """The lead was there under another address; once HubSpot names it, Bob's waiting task hangs on it."""
    pair = here_only(tmp_path)
    late = lead(pair, "robert@private.example")
    pair.settle(1)
    pair.engage("bob")
    pair.sync()
    pair.portal.rep.set_values("contacts", pair.portal.contact_id("bob"), {"salesforceleadid": late[:15]})
    pair.settle()
    assert list(pair.org.journal.tasks_by_contact()) == [late]
    assert tasks(pair) == 1


def test_a_task_that_waits_is_not_given_to_who_was_set_back(tmp_path: Path) -> None:
    """Marketing takes Bob back before sales has his record: nothing is left to do when it comes."""
    pair = here_only(tmp_path)
    pair.engage("bob")
    pair.settle(2)
    pair.portal.rep.set_stage(pair.portal.contact_id("bob"), "")
    pair.portal.rep.set_stage(pair.portal.contact_id("bob"), "lead")
    pair.settle(1)
    lead(pair, "bob@buyer.example")
    pair.settle()
    assert tasks(pair) == 0


def test_a_new_address_gives_nobody_a_second_lead(tmp_path: Path) -> None:
    """Ann's contact gets the address of another lead: she has a lead, so the two leads stay two people."""
    pair = opened(tmp_path)
    other = lead(pair, "other@buyer.example")
    pair.settle(1)
    pair.portal.rep.change_email(pair.portal.contact_id("ann"), "other@buyer.example")
    pair.settle(1)
    with pair.store.reading() as look:
        assert look.find(other) != look.find(pair.org.lead_id("ann"))
    pair.engage("ann")
    pair.settle()
    assert list(pair.org.journal.tasks_by_contact()) == [pair.org.lead_id("ann")]
    assert pair.org.values("Lead", other)["Status"] == "Open - Not Contacted"


def test_a_conversion_under_another_address_gives_nobody_a_second_contact(tmp_path: Path) -> None:
    """Ann's lead becomes a contact with Bob's address: both have a HubSpot contact, so they stay two people."""
    pair = Pair(tmp_path, [somebody("ann", company="Acme")], here=[somebody("bob", company="Acme")])
    pair.sync()
    pair.later(5 * MINUTE)
    contact = pair.org.rep.convert(pair.org.lead_id("ann")).contact
    pair.org.rep.change_email(contact, "bob@buyer.example")
    pair.settle()
    with pair.store.reading() as look:
        assert look.find(pair.portal.contact_id("ann")) == look.find(contact)
        assert look.find(pair.portal.contact_id("bob")) != look.find(contact)
