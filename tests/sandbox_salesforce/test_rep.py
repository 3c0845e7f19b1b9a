"""What people do by hand, and what becomes of records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.sandbox.salesforce import Org

from tests.clock import VirtualClock
from tests.sandbox_salesforce.office import Caller, task


def test_a_conversion_makes_account_and_contact(call: Caller, org: Org, clock: VirtualClock) -> None:
    """The lead stays readable, open tasks move, closed ones stay, memberships get the contact beside the lead."""
    lead_id = org.rep.create_lead({
        "LastName": "Muster",
        "Company": "Firm",
        "Email": "e@f.example",
        "Industry": "Energy",
    })
    still_open, closed = call.change(task(lead_id), task(lead_id), method="POST")
    org.rep.complete_task(closed["id"])
    member = org.rep.add_to_campaign(lead_id, "Webinar")
    clock.advance(timedelta(hours=1))
    became = org.rep.convert(lead_id, opportunity=True)
    lead = org.values("Lead", lead_id)
    assert (lead["IsConverted"], lead["Status"], lead["ConvertedDate"]) == (True, "Closed - Converted", "2026-11-02")
    assert (lead["ConvertedContactId"], lead["ConvertedAccountId"]) == (became.contact, became.account)
    assert lead["SystemModstamp"] == "2026-11-02T10:00:00.000+0000"
    contact, account = org.values("Contact", became.contact), org.values("Account", became.account)
    assert (contact["Email"], contact["AccountId"]) == ("e@f.example", became.account)
    assert (account["Name"], account["Industry"]) == ("Firm", "Energy")
    assert org.values("Task", still_open["id"])["WhoId"] == became.contact
    assert org.values("Task", closed["id"])["WhoId"] == lead_id
    row = org.values("CampaignMember", member)
    assert (row["LeadId"], row["ContactId"]) == (lead_id, became.contact)
    assert org.values("Opportunity", became.opportunity)["AccountId"] == became.account
    (entry,) = org.journal.of("Lead", "convert", "rep")
    assert (entry.object_id, entry.changes["ContactId"]) == (lead_id, became.contact)
    assert org.journal.tasks_by_contact()[lead_id] == [still_open["id"], closed["id"]]
    with pytest.raises(ValueError, match="no lead that can be converted"):
        org.rep.convert(lead_id)


def test_a_conversion_may_use_what_is_there(org: Org) -> None:
    """Given an account and a contact, none is made."""
    account = org.rep.create_account({"Name": "Firm"})
    contact = org.rep.create_contact({"LastName": "Muster"}, account)
    became = org.rep.convert(org.rep.create_lead({}), account, contact)
    assert (became.account, became.contact, became.opportunity) == (account, contact, "")
    assert org.ids("Contact") == [contact]


def test_a_merge_leaves_the_winner(call: Caller, org: Org) -> None:
    """Losers are in the bin and name their master; their tasks are the winner's."""
    winner, loser = org.rep.create_lead({}), org.rep.create_lead({})
    (made,) = call.change(task(loser), method="POST")
    org.rep.merge(winner, loser)
    row = call.query("SELECT IsDeleted, MasterRecordId FROM Lead WHERE IsDeleted = true", every=True)[0]
    assert (row["IsDeleted"], row["MasterRecordId"]) == (True, winner)
    assert org.values("Task", made["id"])["WhoId"] == winner
    with pytest.raises(ValueError, match="cannot take in"):
        org.rep.merge(winner, winner)


def test_an_email_is_a_message_its_people_and_a_task(org: Org, lead_id: str) -> None:
    """Enhanced Email mirrors each message in a completed task of its own kind."""
    message_id = org.rep.log_email(lead_id, "Your question", "Yes.", incoming=True)
    message = org.values("EmailMessage", message_id)
    assert (message["Incoming"], message["FromAddress"]) == (True, "eva@firm.example")
    mirror = org.values("Task", message["ActivityId"])
    assert (mirror["TaskSubtype"], mirror["WhoId"], mirror["IsClosed"]) == ("Email", lead_id, True)
    relations = [org.values("EmailMessageRelation", each) for each in org.ids("EmailMessageRelation")]
    assert {(each["RelationId"], each["RelationType"]) for each in relations} == {
        (lead_id, "FromAddress"),
        (message["ToAddress"] and mirror["OwnerId"], "ToAddress"),
    }


def test_calls_and_meetings_are_logged(org: Org, lead_id: str, clock: VirtualClock) -> None:
    """A call is a completed task of today, a meeting an event of tomorrow unless an instant is given."""
    called = org.values("Task", org.rep.log_call(lead_id, Description="Busy"))
    assert (called["TaskSubtype"], called["IsClosed"], called["ActivityDate"]) == ("Call", True, "2026-11-02")
    met = org.values("Event", org.rep.log_event(lead_id))
    assert met["StartDateTime"] == "2026-11-03T09:00:00.000+0000"
    earlier = org.rep.log_event(lead_id, clock() - timedelta(days=3), Subject="Visit")
    assert org.values("Event", earlier)["ActivityDate"] == "2026-10-30"


def test_deals_open_and_close(org: Org) -> None:
    """A deal has the contact's account and role, and is won or lost by its stage."""
    account = org.rep.create_account({"Name": "Firm"})
    contact = org.rep.create_contact({}, account)
    deal = org.rep.open_opportunity(contact, amount=5000)
    assert (org.values("Opportunity", deal)["AccountId"], org.values("Opportunity", deal)["IsClosed"]) == (
        account,
        False,
    )
    assert [org.values("OpportunityContactRole", each)["ContactId"] for each in org.ids("OpportunityContactRole")] == [
        contact
    ]
    org.rep.close_opportunity(deal, won=True)
    assert (org.values("Opportunity", deal)["IsClosed"], org.values("Opportunity", deal)["IsWon"]) == (True, True)


def test_values_are_set_by_hand(org: Org, lead_id: str) -> None:
    """Stage, address, task and a custom field that nobody had before."""
    org.rep.set_stage(lead_id, "Nurturing")
    org.rep.change_email(lead_id, "new@firm.example")
    org.rep.set_values(lead_id, {"Size__c": 12, "Vip__c": True})
    row = org.values("Lead", lead_id)
    assert (row["Status"], row["Email"], row["Size__c"], row["Vip__c"]) == ("Nurturing", "new@firm.example", 12, True)
    contact = org.rep.create_contact({})
    org.rep.set_stage(contact, "SQL")
    assert org.values("Contact", contact)["Lifecycle_Stage__c"] == "SQL"
