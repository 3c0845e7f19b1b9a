"""One person in two CRMs: what happens in one is seen in the other, once, and nobody is overruled."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

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


def test_engagement_here_makes_the_task_there(tmp_path: Path) -> None:
    """Ann asks for a demo on the website: both CRMs show SQL, the rep finds one task in Salesforce, none in HubSpot."""
    pair = opened(tmp_path)
    pair.engage("ann")
    pair.sync()
    assert pair.stages("ann") == ("sql", "sql")
    (task,) = pair.tasks("ann")
    assert "Ann Test" in str(task["Subject"])
    assert pair.portal.journal.tasks_by_contact() == {}


def test_the_next_passes_write_nothing(tmp_path: Path) -> None:
    """Our own writes come back from both sides and are no news."""
    pair = opened(tmp_path)
    pair.engage("ann")
    pair.sync()
    before = pair.writes()
    assert pair.settle().delivered == 0
    assert pair.writes() == before


def test_a_rep_in_salesforce_moves_the_contact_in_hubspot(tmp_path: Path) -> None:
    """Who is sales-qualified by a rep's hand in one CRM is so in the other, without a task of ours."""
    pair = opened(tmp_path)
    pair.org.rep.set_stage(pair.org.lead_id("ann"), "Sales Qualified")
    pair.settle()
    assert pair.stages("ann") == ("sql", "sql")
    assert pair.tasks("ann") == []


def test_what_was_there_before_us_goes_nowhere(tmp_path: Path) -> None:
    """A lead that was sales-qualified before the first sync leaves the contact where it is."""
    pair = Pair(tmp_path, [somebody("ann", company="Acme")])
    pair.org.rep.set_stage(pair.org.lead_id("ann"), "Sales Qualified")
    pair.settle()
    assert pair.stages("ann") == ("lead", "sql")


def test_a_rejection_in_salesforce_keeps_hubspots_engagement_from_moving_anybody(tmp_path: Path) -> None:
    """Sales said no: the demo request of the same day moves nobody, on neither side."""
    pair = opened(tmp_path)
    pair.org.rep.set_stage(pair.org.lead_id("ann"), "Closed - Not Converted")
    pair.settle(1)
    pair.engage("ann")
    pair.settle()
    assert pair.stages("ann") == ("lead", "disqualified")
    assert pair.tasks("ann") == []


def test_between_two_humans_the_first_home_wins(tmp_path: Path) -> None:
    """At one time marketing says SQL in HubSpot and sales says no in Salesforce, which is named first."""
    pair = opened(tmp_path)
    pair.portal.rep.set_stage(pair.portal.contact_id("ann"), "salesqualifiedlead")
    pair.later(MINUTE)
    pair.org.rep.set_stage(pair.org.lead_id("ann"), "Closed - Not Converted")
    pair.settle()
    assert pair.stages("ann") == ("sql", "disqualified")
    assert pair.tasks("ann") == []
    pair.engage("ann")
    pair.settle()
    assert pair.tasks("ann") == [], "sales said no, whatever marketing says"


def test_a_converted_lead_goes_on_as_its_contact(tmp_path: Path) -> None:
    """The rep converts Ann: her contact shows SQL, her task hangs on the contact, and no second one is made."""
    pair = opened(tmp_path)
    pair.engage("ann")
    pair.sync()
    contact = pair.org.rep.convert(pair.org.lead_id("ann")).contact
    pair.settle()
    assert pair.org.values("Contact", contact)["Lifecycle_Stage__c"] == "SQL"
    pair.engage("ann")
    pair.settle()
    assert len(pair.org.journal.of("Task", "create", "api")) == 1
    with pair.store.reading() as look:
        assert len(look.find("ann@buyer.example")) == 1


def test_a_conversion_between_decision_and_write_gives_one_task_on_the_contact(tmp_path: Path) -> None:
    """The lead is converted while the task still waits for a brake: it is written once, on the contact."""
    pair = opened(tmp_path, changes={"[delivery]": "[brakes]\ntasks_per_owner_per_day = 1\n[delivery]"})
    pair.engage("ann")
    contact = pair.org.rep.convert(pair.org.lead_id("ann")).contact
    pair.settle()
    made = pair.org.journal.of("Task", "create", "api")
    assert len(made) == 1
    assert pair.org.values("Task", made[0].object_id)["WhoId"] == contact


def test_two_leads_with_one_address_stay_two(tmp_path: Path) -> None:
    """The second lead is a person of its own; one task is made."""
    pair = opened(tmp_path)
    pair.org.rep.create_lead({"LastName": "Test", "Company": "Acme", "Email": "ann@buyer.example"})
    pair.settle(1)
    pair.engage("ann")
    pair.settle()
    assert len(pair.org.journal.of("Task", "create", "api")) == 1


def test_a_merge_of_leads_keeps_one_person(tmp_path: Path) -> None:
    """Ann's lead is merged into another one: history, stage and task are the winner's."""
    pair = opened(tmp_path)
    pair.engage("ann")
    pair.sync()
    other = pair.org.rep.create_lead({"LastName": "Test", "Company": "Acme", "Email": "a.test@buyer.example"})
    pair.settle(1)
    pair.org.rep.merge(other, pair.org.lead_id("ann"))
    pair.settle()
    pair.engage("ann")
    pair.settle()
    assert len(pair.org.journal.of("Task", "create", "api")) == 1
    with pair.store.reading() as look:
        (person,) = look.find(other)
        assert person in look.find("ann@buyer.example")


def test_an_id_that_hubspot_keeps_joins_before_the_address(tmp_path: Path) -> None:
    """HubSpot's own sync names the lead: another address over there makes no second person, whichever came first."""
    pair = Pair(tmp_path, here=[somebody("bob", company="Acme")])
    lead = pair.org.rep.create_lead({"LastName": "Test", "Company": "Acme", "Email": "robert@private.example"})
    pair.portal.rep.set_values("contacts", pair.portal.contact_id("bob"), {"salesforceleadid": lead[:15]})
    pair.sync()
    pair.later(5 * MINUTE)
    pair.engage("bob")
    pair.settle()
    assert pair.org.values("Lead", lead)["Status"] == "Sales Qualified"
    with pair.store.reading() as look:
        assert look.find(lead) == look.find("bob@buyer.example")


def test_a_deletion_on_one_side_leaves_the_other(tmp_path: Path) -> None:
    """The HubSpot contact is deleted: the lead stays what it is, and a task that waits is not lost for it."""
    pair = opened(tmp_path)
    pair.engage("ann")
    pair.sync()
    pair.portal.rep.archive_contact(pair.portal.contact_id("ann"))
    pair.later(DAY)
    pair.settle()
    assert pair.org.values("Lead", pair.org.lead_id("ann"))["Status"] == "Sales Qualified"
    assert len(pair.tasks("ann")) == 1


def test_a_changed_address_keeps_its_person(tmp_path: Path) -> None:
    """Ann's lead gets another address: it stays with her contact, and one task is made."""
    pair = opened(tmp_path)
    pair.org.rep.change_email(pair.org.lead_id("ann"), "ann.test@home.example")
    pair.settle(1)
    pair.engage("ann")
    pair.settle()
    assert pair.stages("ann") == ("sql", "sql")
    assert len(pair.tasks("ann")) == 1


def test_a_deleted_activity_counts_no_more(tmp_path: Path) -> None:
    """A call that a rep logged by mistake kept the task away; once it is deleted the task comes."""
    pair = opened(tmp_path)
    call = pair.org.rep.log_call(pair.org.lead_id("ann"))
    pair.settle(1)
    with pair.store.reading() as look:
        (dossier,) = look.dossiers(look.find("ann@buyer.example"))
        assert [one.type for one in dossier.engagements] == ["sales_activity"]
    pair.org.rep.delete_task(call)
    pair.settle(1)
    with pair.store.reading() as look:
        (dossier,) = look.dossiers(look.find("ann@buyer.example"))
        assert dossier.engagements == ()
    pair.engage("ann")
    pair.settle(1)
    assert len(pair.tasks("ann")) == 1
