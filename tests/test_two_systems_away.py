"""One of two CRMs is away for a while: the other one's work goes on, and nothing is lost, doubled or overruled."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from connector.sandbox.faults import FaultKind
from connector.sandbox.hubspot.faults import Fault as PortalFault
from connector.sandbox.salesforce.faults import Fault as OrgFault

from tests.pair import Pair
from tests.test_two_systems_sceptic import DAY, MINUTE, lead, opened, tasks
from tests.world import somebody

PORTAL_AWAY = PortalFault(FaultKind.RESET, times=None)
ORG_AWAY = OrgFault(FaultKind.RESET, times=None)


def test_hubspot_away_for_a_day_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    """The pass ends, Salesforce's news is taken in, and what HubSpot missed is there after its return."""
    pair = opened(tmp_path)
    pair.portal.faults.add(PORTAL_AWAY)
    began = pair.clock()
    for _ in range(3):
        done = pair.sync()
        assert done.down["hubspot"].kind == "network"
    assert pair.clock() - began < MINUTE, "a pass does not wait for who does not answer"
    pair.org.rep.set_stage(pair.org.lead_id("ann"), "Sales Qualified")
    pair.later(DAY)
    pair.sync()
    pair.sync()
    pair.portal.faults.clear()
    pair.settle()
    assert pair.stages("ann") == ("sql", "sql")
    assert tasks(pair) == 0, "the rep knows"


def test_salesforce_away_before_its_owners_were_read_keeps_back_the_task_alone(tmp_path: Path) -> None:
    """Nobody can say yet who takes Ann's task: she is an SQL in HubSpot at once, and the task comes once, later."""
    pair = opened(tmp_path)
    pair.engage("ann")
    pair.org.faults.add(ORG_AWAY)
    pair.engine = pair.start()
    done = pair.sync()
    assert "salesforce" in done.down
    assert pair.stages("ann") == ("sql", "lead")
    pair.later(5 * MINUTE)
    pair.sync()
    pair.org.faults.clear()
    pair.settle()
    assert pair.stages("ann") == ("sql", "sql")
    assert tasks(pair) == 1
    before = pair.writes()
    pair.settle(2)
    assert (pair.writes(), tasks(pair)) == (before, 1)


def test_salesforce_away_before_its_owners_were_read_costs_others_nothing(tmp_path: Path) -> None:
    """Ben needs no task: his look is not put off because Ann's task is, and the owners are asked for once."""
    pair = Pair(tmp_path, [somebody("ann", company="Acme"), somebody("ben", company="Acme")])
    pair.sync()
    pair.later(5 * MINUTE)
    pair.engage("ann")
    pair.engage("ben")
    pair.org.faults.add(ORG_AWAY)
    done = pair.sync()
    assert done.evaluated == 2
    assert pair.stages("ann")[0] == pair.stages("ben")[0] == "sql"
    pair.org.faults.clear()
    pair.settle()
    assert tasks(pair) == 2


def test_set_back_in_hubspot_while_the_task_waits_for_salesforce(tmp_path: Path) -> None:
    """Marketing takes Ann back while Salesforce is away: no task comes with its return."""
    pair = opened(tmp_path)
    pair.engage("ann")
    pair.org.faults.add(ORG_AWAY)
    pair.sync()
    pair.portal.rep.set_stage(pair.portal.contact_id("ann"), "")
    pair.portal.rep.set_stage(pair.portal.contact_id("ann"), "lead")
    pair.later(timedelta(hours=2))
    pair.sync()
    pair.org.faults.clear()
    pair.settle()
    assert tasks(pair) == 0
    assert pair.stages("ann") == ("lead", "lead")


def test_two_contacts_that_name_one_lead_give_one_task(tmp_path: Path) -> None:
    """HubSpot names one lead on two contacts: the lead is one person's, and the other's task waits for a lead."""
    pair = Pair(tmp_path, here=[somebody("bob", company="Acme"), somebody("rob", company="Acme")])
    one = lead(pair, "x@private.example")
    for name in ("bob", "rob"):
        pair.portal.rep.set_values("contacts", pair.portal.contact_id(name), {"salesforceleadid": one})
    pair.sync()
    pair.later(5 * MINUTE)
    pair.engage("bob")
    pair.engage("rob")
    pair.settle()
    assert list(pair.org.journal.tasks_by_contact()) == [one]
    assert tasks(pair) == 1
    before = pair.writes()
    pair.settle(2)
    assert pair.writes() == before


def test_a_lead_that_is_converted_and_then_merged_stays_one_person(tmp_path: Path) -> None:
    """Ann's lead becomes a contact, which is merged into another one: the last one shows SQL, and one task was made."""
    pair = opened(tmp_path)
    pair.engage("ann")
    pair.sync()
    contact = pair.org.rep.convert(pair.org.lead_id("ann")).contact
    other = pair.org.rep.create_contact({"LastName": "Test", "Email": "a.t@buyer.example"})
    pair.org.rep.merge(other, contact)
    pair.settle()
    pair.engage("ann")
    pair.settle()
    assert tasks(pair) == 1
    assert pair.org.values("Contact", other)["Lifecycle_Stage__c"] == "SQL"
    with pair.store.reading() as look:
        assert look.find(other) == look.find("ann@buyer.example")


def test_a_lead_of_a_queue_that_takes_no_tasks_loses_none(tmp_path: Path) -> None:
    """The queue owns leads only: the task goes to the next owner whom the playbook names."""
    pair = opened(tmp_path)
    queue = pair.org.rep.add_queue("Only leads", ("Lead",))
    pair.org.rep.set_values(pair.org.lead_id("ann"), {"OwnerId": queue})
    pair.settle(1)
    pair.engage("ann")
    pair.settle()
    assert tasks(pair) == 1
    (task,) = pair.tasks("ann")
    assert task["OwnerId"] != queue
