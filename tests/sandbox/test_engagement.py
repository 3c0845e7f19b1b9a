"""What people do and how it shows: at opening, live, and released later."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connector.sandbox.hubspot import NO_LAG, Portal
from connector.sandbox.people import Deal, Engagement, Person

from tests.sandbox.desk import ASSOCIATIONS, NOON, PROPERTIES, Caller, Clock, did, person, where

VIEWS, VISITS = "hs_analytics_num_page_views", "hs_analytics_num_visits"


@pytest.fixture
def clock() -> Clock:
    """Return a clock at noon."""
    return Clock()


def opened(clock: Clock, *done: Engagement, **properties: str) -> Caller:
    """Return a caller of a portal with one person who did all that."""
    return Caller(Portal([person("p", *done, **properties)], clock=clock, index_lag=NO_LAG, limits="off"))


def values(call: Caller, *names: str) -> dict[str, str | None]:
    """Return properties of the person's contact."""
    shown = call.read("contacts", call.portal.contact_id("p"), *names)
    return {name: shown[name] for name in names}


def test_the_newest_engagement_is_a_minute_ago(clock: Clock) -> None:
    """All instants of a file move alike, dates in properties by whole days."""
    call = opened(clock, did("page_viewed", 100), did("page_viewed", 98), trial_ends="2026-11-30")
    assert values(call, "hs_analytics_first_timestamp", "hs_analytics_last_timestamp", "trial_ends") == {
        "hs_analytics_first_timestamp": "2026-11-23T09:59:00Z",
        "hs_analytics_last_timestamp": "2026-11-23T11:59:00Z",
        "trial_ends": "2026-12-04",
    }


def test_page_views_are_counters(clock: Clock) -> None:
    """Views and visits are counted, a pause of 30 minutes makes a visit; last instant and page are shown."""
    call = opened(clock, *(did("page_viewed", h, url=f"/{h}") for h in (9, 8.8, 8.6, 3, 0)))
    assert values(call, VIEWS, VISITS, "hs_analytics_last_url", "hs_analytics_first_url") == {
        VIEWS: "5",
        VISITS: "3",
        "hs_analytics_last_url": "/0",
        "hs_analytics_first_url": "/9",
    }


def test_the_larger_counter_wins_and_grows_from_there(clock: Clock) -> None:
    """A file may give a counter beyond its listed views; the next view adds one to it."""
    call = opened(clock, did("page_viewed", 1), did("page_viewed", 0), **{VIEWS: "40", VISITS: "1"})
    assert values(call, VIEWS, VISITS) == {VIEWS: "40", VISITS: "2"}
    clock.move(hours=1)
    call.portal.engage("p", "page_viewed")
    assert values(call, VIEWS, VISITS) == {VIEWS: "41", VISITS: "3"}


@pytest.mark.parametrize(
    ("kind", "attributes", "name"),
    [
        ("form_submitted", {"form": "Contact us"}, "Contact us"),
        ("contact_requested", {}, "Contact request"),
        ("newsletter_subscribed", {}, "Newsletter sign-up"),
        ("document_downloaded", {"title": "ROI e-book"}, "Download: ROI e-book"),
        ("webinar_registered", {"webinar": "Live demo"}, "Webinar registration: Live demo"),
        ("question_asked", {}, "Product question"),
        ("trial_started", {}, "Trial started"),
    ],
)
def test_forms_are_conversions(clock: Clock, kind: str, attributes: dict[str, str], name: str) -> None:
    """Count, dates and names of conversions; the form's name or a readable one."""
    call = opened(clock, did("form_submitted", 2, form="First"), did(kind, 0, **attributes))
    names = ("num_conversion_events", "num_unique_conversion_events", "recent_conversion_date")
    named = ("recent_conversion_event_name", "first_conversion_event_name")
    assert values(call, *names, *named) == {
        "num_conversion_events": "2",
        "num_unique_conversion_events": "2",
        "recent_conversion_date": "2026-11-23T11:59:00Z",
        "recent_conversion_event_name": name,
        "first_conversion_event_name": "First",
    }


def test_the_same_form_twice_is_one_unique_form(clock: Clock) -> None:
    """Unique conversions count forms, also when the second comes live."""
    call = opened(clock, did("form_submitted", 0, form="Contact us"))
    call.portal.engage("p", "form_submitted", attributes={"form": "Contact us"})
    counted = values(call, "num_conversion_events", "num_unique_conversion_events")
    assert counted == {"num_conversion_events": "2", "num_unique_conversion_events": "1"}


def test_marketing_mail_is_counters_and_dates(clock: Clock) -> None:
    """Opens and clicks with first and last date, and the e-mail's name."""
    call = opened(clock, did("email_opened", 5), did("email_clicked", 1), did("email_opened", 0, email="Autumn news"))
    assert values(call, "hs_email_open", "hs_email_click", "hs_email_first_open_date", "hs_email_last_email_name") == {
        "hs_email_open": "2",
        "hs_email_click": "1",
        "hs_email_first_open_date": "2026-11-23T06:59:00Z",
        "hs_email_last_email_name": "Autumn news",
    }


def test_a_booking_is_a_meeting_by_the_person(clock: Clock) -> None:
    """It came through a meetings page; one that a rep put into the calendar did not."""
    call = opened(clock, did("meeting_booked", 0, title="Demo"))
    key = call.portal.contact_id("p")
    assert values(call, "engagements_last_meeting_booked") == {
        "engagements_last_meeting_booked": "2026-11-23T11:59:00Z",
    }
    meeting = call.portal.ids("meetings")[0]
    assert call.read("meetings", meeting, "hs_meeting_source", "hs_meeting_title", "hs_meeting_outcome") | {
        "hs_lastmodifieddate": "",
    } == {
        "hs_meeting_source": "MEETINGS_PUBLIC",
        "hs_meeting_title": "Demo",
        "hs_meeting_outcome": "SCHEDULED",
        "hs_object_id": meeting,
        "hs_createdate": "2026-11-23T11:59:00Z",
        "hs_lastmodifieddate": "",
    }
    by_rep = call.portal.rep.book_meeting(key)
    assert call.read("meetings", by_rep, "hs_meeting_source")["hs_meeting_source"] == "CRM_UI"
    tied = call.ok("POST", f"{ASSOCIATIONS}/meetings/contacts/batch/read", {"inputs": [{"id": meeting}]})
    assert tied["results"][0]["to"][0] == {
        "toObjectId": int(key),
        "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 200, "label": None}],
    }


def test_a_cancellation_withdraws_the_booking(clock: Clock) -> None:
    """The meeting stays, its outcome says that it was cancelled; in the file and live."""
    call = opened(clock, did("meeting_booked", 3), did("meeting_cancelled", 2), did("meeting_booked", 0))
    outcomes = [call.read("meetings", key, "hs_meeting_outcome") for key in call.portal.ids("meetings")]
    assert sorted(each["hs_meeting_outcome"] for each in outcomes) == ["CANCELED", "SCHEDULED"]
    call.portal.engage("p", "meeting_cancelled")
    outcomes = [call.read("meetings", key, "hs_meeting_outcome") for key in call.portal.ids("meetings")]
    assert {each["hs_meeting_outcome"] for each in outcomes} == {"CANCELED"}


def test_a_reply_is_an_incoming_email(clock: Clock) -> None:
    """It stands among the e-mails with its direction, and the contact shows when."""
    call = opened(clock, did("email_replied", 0, subject="Re: offer"))
    mail = call.portal.ids("emails")[0]
    shown = call.read("emails", mail, "hs_email_direction", "hs_email_subject")
    assert (shown["hs_email_direction"], shown["hs_email_subject"]) == ("INCOMING_EMAIL", "Re: offer")
    assert values(call, "hs_sales_email_last_replied", "num_contacted_notes") == {
        "hs_sales_email_last_replied": "2026-11-23T11:59:00Z",
        "num_contacted_notes": None,
    }


@pytest.mark.parametrize(
    ("kind", "table", "name", "value"),
    [
        ("sales_call", "calls", "hs_call_direction", "OUTBOUND"),
        ("sales_email", "emails", "hs_email_direction", "EMAIL"),
        ("sales_meeting", "meetings", "hs_meeting_source", "CRM_UI"),
    ],
)
def test_what_a_rep_did_is_an_activity_of_theirs(clock: Clock, kind: str, table: str, name: str, value: str) -> None:
    """Calls, e-mails and meetings of a rep are objects and move notes_last_contacted."""
    call = opened(clock, did(kind, 0), hubspot_owner_id="ben@acme.example")
    key = call.portal.ids(table)[0]
    owner = call.ok("GET", "/crm/owners/2026-03", query={"email": "ben@acme.example"})["results"][0]["id"]
    shown = call.read(table, key, name, "hubspot_owner_id")
    assert (shown[name], shown["hubspot_owner_id"]) == (value, owner)
    assert values(call, "notes_last_contacted", "num_contacted_notes", "hubspot_owner_id") == {
        "notes_last_contacted": "2026-11-23T11:59:00Z",
        "num_contacted_notes": "1",
        "hubspot_owner_id": owner,
    }


def test_lists_have_members_with_the_instant_they_joined(clock: Clock) -> None:
    """By search, by name, by record id and by date of joining."""
    people = [person(x, did("list_joined", n, list="Fair 2026")) for n, x in enumerate("abc")]
    portal = Portal(people, clock=clock, limits="off")
    call = Caller(portal)
    found = call.ok("POST", "/crm/lists/2026-03/search", {"query": "fair"})["lists"][0]
    assert found["additionalProperties"]["hs_list_size"] == "3"
    path = "/crm/lists/2026-03"
    named = call.ok("GET", f"{path}/object-type-id/0-1/name/Fair%202026")["list"]
    assert (named["listId"], named["size"]) == (found["listId"], 3)
    joined = call.ok("GET", f"{path}/{found['listId']}/memberships/join-order", query={"limit": 2})
    assert [row["recordId"] for row in joined["results"]] == [portal.contact_id(x) for x in "cb"]
    assert joined["results"][1]["membershipTimestamp"] == "2026-11-23T10:59:00Z"
    after = joined["paging"]["next"]["after"]
    rest = call.ok("GET", f"{path}/{found['listId']}/memberships/join-order", query={"limit": 2, "after": after})
    assert [row["recordId"] for row in rest["results"]] == [portal.contact_id("a")]
    everybody = call.ok("GET", f"{path}/{found['listId']}/memberships")
    assert [row["recordId"] for row in everybody["results"]] == portal.ids("contacts")
    own = call.ok("GET", f"{path}/records/0-1/{portal.contact_id('a')}/memberships")
    assert [row["listId"] for row in own["results"]] == [found["listId"]]
    assert call("GET", f"{path}/999")[0] == 404


def test_a_webinar_attended_is_a_list_and_properties(clock: Clock) -> None:
    """Attendees stand on a list; webinar tools write a count and a date."""
    call = opened(clock, did("webinar_attended", 0, webinar="Live demo"))
    assert call.ok("POST", "/crm/lists/2026-03/search", {"query": "webinar"})["total"] == 1
    assert values(call, "webinars_attended", "last_webinar_attended") == {
        "webinars_attended": "1",
        "last_webinar_attended": "Live demo",
    }


def test_each_change_has_its_own_modification_instant(clock: Clock) -> None:
    """Live engagement moves lastmodifieddate and is found by it."""
    call = opened(clock, did("page_viewed", 0))
    stamps = []
    for _ in range(3):
        clock.move(seconds=40)
        call.portal.engage("p", "page_viewed")
        since = str(int(clock.now.timestamp() * 1000))
        stamps += [
            row["updatedAt"] for row in call.search("contacts", where("lastmodifieddate", "GTE", since))["results"]
        ]
    assert stamps == ["2026-11-23T12:00:40Z", "2026-11-23T12:01:20Z", "2026-11-23T12:02:00Z"]


def test_unknown_properties_become_custom_ones_of_a_fitting_type(clock: Clock) -> None:
    """Numbers, dates, instants, truth and text; a value that does not fit makes it text."""
    people = [
        person("a", seconds="12", trial="2026-12-01", seen="2026-12-01T10:00:00Z", vip="true", note="x", mixed="1"),
        person("b", mixed="one", vip="false", seconds="7.5", post="01099"),
    ]
    call = Caller(Portal(people, clock=clock, limits="off"))
    rows = {row["name"]: row for row in call.ok("GET", f"{PROPERTIES}/contacts")["results"]}
    types = {name: rows[name]["type"] for name in ("seconds", "trial", "seen", "vip", "note", "mixed", "post")}
    assert types == {
        "seconds": "number", "trial": "date", "seen": "datetime", "vip": "bool", "note": "string", "mixed": "string",
        "post": "string",
    }  # fmt: skip
    assert rows["seconds"]["modificationMetadata"]["readOnlyDefinition"] is False
    assert "hubspotDefined" not in rows["seconds"]
    assert rows["email"]["hubspotDefined"] is True


def test_companies_are_shared_and_primary(clock: Clock) -> None:
    """One company for each domain; the contact shows it and is tied to it as primary."""
    record = {"name": "Corp", "domain": "corp.example", "numberofemployees": "80"}
    people = [Person(x, {"email": f"{x}@corp.example"}, company_record=record) for x in "ab"]
    portal = Portal(people, clock=clock)
    call, company = Caller(portal), portal.ids("companies")
    assert len(company) == 1
    for x in "ab":
        shown = call.read("contacts", portal.contact_id(x), "associatedcompanyid")
        assert shown["associatedcompanyid"] == company[0]
    tied = call.ok(
        "POST", f"{ASSOCIATIONS}/contacts/companies/batch/read", {"inputs": [{"id": portal.contact_id("a")}]}
    )
    types = tied["results"][0]["to"][0]["associationTypes"]
    assert {(each["typeId"], each["label"]) for each in types} == {(279, None), (1, "Primary")}
    assert call.read("companies", company[0], "numberofemployees")["numberofemployees"] == "80"


def test_deals_of_a_file(clock: Clock) -> None:
    """Open and closed deals are tied to the contact."""
    one = Person("p", {"email": "p@x.example"}, deals=(Deal("A"), Deal("B", closed=True, won=True, amount="5")))
    portal = Portal([one], clock=clock)
    call = Caller(portal)
    closed = {k: call.read("deals", k, "hs_is_closed", "dealname") for k in portal.ids("deals")}
    assert {(each["dealname"], each["hs_is_closed"]) for each in closed.values()} == {("A", "false"), ("B", "true")}
    ties = call.ok("GET", f"/crm/objects/2026-03/contacts/{portal.contact_id('p')}/associations/deals")
    assert {str(row["toObjectId"]) for row in ties["results"]} == set(portal.ids("deals"))


def test_what_is_held_back_comes_when_it_is_released(clock: Clock) -> None:
    """Act one shows the base; act two grows the counters to what the file gives, with instants just before now."""
    done = [did("page_viewed", h) for h in (200, 100, 3, 2)] + [did("meeting_booked", 1)]
    people = [person("p", *done, **{VIEWS: "10"}), person("q")]
    portal = Portal(people, clock=clock, hold_newer_than=timedelta(days=1), index_lag=NO_LAG, limits="off")
    call = Caller(portal)
    assert values(call, VIEWS) == {VIEWS: "8"}
    assert portal.ids("meetings") == []
    clock.move(minutes=5)
    assert portal.release() == 3
    assert values(call, VIEWS) == {VIEWS: "10"}
    last = values(call, "hs_analytics_last_timestamp")["hs_analytics_last_timestamp"]
    assert timedelta() < clock.now - datetime.fromisoformat(str(last)) < timedelta(seconds=1)
    meeting = call.ok("GET", f"/crm/objects/2026-03/meetings/{portal.ids('meetings')[0]}")
    assert timedelta() < clock.now - datetime.fromisoformat(meeting["createdAt"]) < timedelta(seconds=1)
    assert portal.release() == 0


def test_the_larger_given_counter_holds_without_listed_views(clock: Clock) -> None:
    """A counter that the file gives is opened with even if nobody is listed as doing anything."""
    assert values(opened(clock, **{VIEWS: "7"}), VIEWS) == {VIEWS: "7"}


def test_a_created_instant_of_the_file_is_kept(clock: Clock) -> None:
    """Createdate and lastmodifieddate of a file are the record's own."""
    early = (NOON - timedelta(days=9)).isoformat()
    call = opened(clock, createdate=early, lastmodifieddate=early)
    row = call.ok("GET", f"/crm/objects/2026-03/contacts/{call.portal.contact_id('p')}")
    assert (row["createdAt"], row["updatedAt"]) == ("2026-11-14T12:00:00Z", "2026-11-14T12:00:00Z")
