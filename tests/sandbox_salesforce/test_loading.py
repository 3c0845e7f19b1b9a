"""A people file in an org: unconverted leads, and only what Salesforce would have seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.sandbox.people import Engagement, load
from connector.sandbox.salesforce import Org
from connector.sandbox.salesforce.command import SAMPLE

from tests.clock import VirtualClock
from tests.sandbox_salesforce.office import person


def did(clock: VirtualClock, kind: str, hours: float = 1, **attributes: str) -> Engagement:
    """Return something done so many hours ago."""
    return Engagement(kind, clock() - timedelta(hours=hours), attributes)


def test_properties_have_their_own_names_here(clock: VirtualClock) -> None:
    """What Salesforce has is translated, the rest is a custom field; no HubSpot id is left."""
    eva = person(
        "eva",
        firstname="Eva",
        company="Firm",
        jobtitle="Head",
        numberofemployees="50",
        annualrevenue="1e6",
        lifecyclestage="marketingqualifiedlead",
        hs_email_optout="true",
        hubspot_owner_id="ben@acme.example",
        hs_object_id="55",
        favourite="blue",
        seats="7",
        vip="true",
    )
    org = Org([replace(eva, company_record={"industry": "ENERGY", "numberofemployees": "9"})], clock=clock)
    row = org.values("Lead", org.lead_id("eva"))
    assert (row["FirstName"], row["Company"], row["Title"], row["NumberOfEmployees"]) == ("Eva", "Firm", "Head", 50)
    assert (row["AnnualRevenue"], row["Industry"], row["Status"]) == (1e6, "ENERGY", "Marketing Qualified")
    assert (row["HasOptedOutOfEmail"], row["favourite__c"], row["seats__c"], row["vip__c"]) == (True, "blue", 7, True)
    assert org.values("User", row["OwnerId"])["Email"] == "ben@acme.example"
    assert row["IsConverted"] is False
    assert "55" not in map(str, row.values())


def test_what_salesforce_requires_is_put_in(clock: VirtualClock) -> None:
    """Nobody's last name or company is made up from something else."""
    row = (org := Org([person("x", lastname="")], clock=clock)).values("Lead", org.lead_id("x"))
    assert (row["LastName"], row["Company"]) == ("[not provided]", "[not provided]")


def test_only_sales_and_campaigns_leave_something(clock: VirtualClock) -> None:
    """Forms, pages, mails and bookings stay in the marketing system."""
    unseen = ("form_submitted", "page_viewed", "email_opened", "email_clicked", "meeting_booked", "demo_booked")
    seen = (
        did(clock, "webinar_attended", 2, webinar="Launch"),
        did(clock, "list_joined", 3, list="Fair"),
        did(clock, "sales_call", 4, notes="Busy"),
        did(clock, "sales_meeting", 5, title="Visit"),
        did(clock, "sales_email", 6),
        did(clock, "email_replied", 7, subject="Re: offer"),
    )
    org = Org([person("x", *(did(clock, kind, 8) for kind in unseen), *seen)], clock=clock)
    counts = {name: len(org.ids(name)) for name in ("Task", "Event", "EmailMessage", "Campaign", "CampaignMember")}
    assert counts == {"Task": 3, "Event": 1, "EmailMessage": 2, "Campaign": 2, "CampaignMember": 2}
    members = [org.values("CampaignMember", each)["HasResponded"] for each in org.ids("CampaignMember")]
    assert sorted(members) == [False, True]
    assert len(org.journal) == 0


def test_who_opts_out_later_is_changed_then(clock: VirtualClock) -> None:
    """What was held back happens when it is released, and moves the stamp."""
    org = Org([person("x", did(clock, "unsubscribed"))], clock=clock, hold_newer_than=timedelta(days=1))
    row = org.values("Lead", org.lead_id("x"))
    assert row["HasOptedOutOfEmail"] is False
    assert org.release() == 1
    after = org.values("Lead", org.lead_id("x"))
    assert after["HasOptedOutOfEmail"] is True
    assert after["SystemModstamp"] > row["SystemModstamp"]


def test_a_person_goes_on_as_the_contact(clock: VirtualClock) -> None:
    """What somebody does after the conversion is recorded at the contact."""
    org = Org([person("x")], clock=clock)
    became = org.rep.convert(org.lead_id("x"))
    org.engage("x", "webinar_attended", attributes={"webinar": "Launch"})
    (member,) = org.ids("CampaignMember")
    assert org.values("CampaignMember", member)["ContactId"] == became.contact


def test_the_sample_is_taken_whole(clock: VirtualClock) -> None:
    """Everybody of the bundled file is a lead, twice the same for the same seed."""
    one, two = (Org(load(SAMPLE), clock=clock, seed=3) for _ in range(2))
    assert len(one.ids("Lead")) == len(load(SAMPLE))
    assert [one.values("Lead", each) for each in one.ids("Lead")] == [two.values("Lead", e) for e in two.ids("Lead")]
    assert one.ids("Task") == two.ids("Task") != []
