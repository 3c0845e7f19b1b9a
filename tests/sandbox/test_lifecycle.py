"""The lifecycle stage and what the portal does by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connector.sandbox.hubspot import Portal

from tests.sandbox.desk import NOON, OBJECTS, PROPERTIES, Caller, Clock, did, person

STAGE = "lifecyclestage"


@pytest.fixture
def clock() -> Clock:
    """Return a clock at noon."""
    return Clock()


@pytest.fixture
def call(clock: Clock) -> Caller:
    """Return a caller of a portal with one lead."""
    return Caller(Portal([person("p")], clock=clock, limits="off"))


def stage(call: Caller) -> str:
    """Return the lead's stage."""
    return str(call.read("contacts", call.portal.contact_id("p"), STAGE)[STAGE])


def put(call: Caller, value: str) -> str:
    """Write the lead's stage and return what the answer shows."""
    path = f"{OBJECTS}/contacts/{call.portal.contact_id('p')}"
    return str(call.ok("PATCH", path, {"properties": {STAGE: value}})["properties"][STAGE])


def modified(call: Caller, kind: str, key: str) -> datetime:
    """Return a record's last modification."""
    return datetime.fromisoformat(call.ok("GET", f"{OBJECTS}/{kind}/{key}")["updatedAt"])


def test_a_backward_write_is_accepted_and_ignored(call: Caller) -> None:
    """200, the old stage stays, and the answer shows it."""
    assert put(call, "salesqualifiedlead") == "salesqualifiedlead"
    assert put(call, "lead") == "salesqualifiedlead"
    assert stage(call) == "salesqualifiedlead"
    assert call.portal.journal.stages_set() == {call.portal.contact_id("p"): [("api", "salesqualifiedlead")]}


def test_clearing_first_allows_any_stage(call: Caller) -> None:
    """Clear and set are two requests."""
    put(call, "customer")
    assert put(call, "") == ""
    assert put(call, "lead") == "lead"


def test_a_backward_row_of_a_batch_is_ignored_too(call: Caller) -> None:
    """The batch answers 200 and keeps the stage."""
    put(call, "customer")
    row = {"id": call.portal.contact_id("p"), "properties": {STAGE: "lead"}}
    answer = call.ok("POST", f"{OBJECTS}/contacts/batch/update", {"inputs": [row]})
    assert answer["results"][0]["properties"][STAGE] == "customer"


def test_the_order_is_the_portals_own(call: Caller) -> None:
    """A custom stage with a numeric value takes its place in the definition, and is written forward."""
    call.portal.rep.add_stage("153180554", "Product qualified", before="salesqualifiedlead")
    options = call.ok("GET", f"{PROPERTIES}/0-1/{STAGE}")["options"]
    assert [o["value"] for o in options][1:5] == ["lead", "marketingqualifiedlead", "153180554", "salesqualifiedlead"]
    assert [o["displayOrder"] for o in options] == list(range(9))
    assert put(call, "153180554") == "153180554"
    assert put(call, "marketingqualifiedlead") == "153180554"
    assert put(call, "salesqualifiedlead") == "salesqualifiedlead"


def test_a_rep_may_move_a_stage_back(call: Caller) -> None:
    """By hand, in HubSpot's own pages, every stage can be chosen."""
    put(call, "customer")
    call.portal.rep.set_stage(call.portal.contact_id("p"), "lead")
    assert stage(call) == "lead"
    call.portal.rep.set_stage(call.portal.contact_id("p"), "")
    assert stage(call) == ""


def test_stage_instants_come_a_few_seconds_later(call: Caller, clock: Clock) -> None:
    """The date of the new stage is missing right after the write and there seconds later, with the write's instant."""
    put(call, "salesqualifiedlead")
    key, name = call.portal.contact_id("p"), "hs_v2_date_entered_salesqualifiedlead"
    assert call.read("contacts", key, name)[name] is None
    clock.move(seconds=7)
    assert call.read("contacts", key, name, "hs_v2_date_exited_lead") | {"lastmodifieddate": ""} == {
        name: "2026-11-23T12:00:00Z",
        "hs_v2_date_exited_lead": "2026-11-23T12:00:00Z",
        "hs_object_id": key,
        "createdate": call.read("contacts", key)["createdate"],
        "lastmodifieddate": "",
    }
    assert modified(call, "contacts", key) > NOON


def test_deals_move_their_contacts(call: Caller, clock: Clock) -> None:
    """An open deal makes an opportunity, a won one a customer; the system wrote it."""
    deal = call.portal.rep.open_deal(call.portal.contact_id("p"))
    clock.move(seconds=2)
    assert stage(call) == "opportunity"
    call.portal.rep.close_deal(deal)
    clock.move(seconds=2)
    assert stage(call) == "customer"
    assert [who for who, _ in call.portal.journal.stages_set()[call.portal.contact_id("p")]] == ["system", "system"]
    assert call.read("deals", deal, "hs_is_closed_won")["hs_is_closed_won"] == "true"


def test_a_new_contact_has_a_stage_and_more(call: Caller) -> None:
    """The answer to a creation shows the default stage and its date as epoch milliseconds."""
    answer = call.ok("POST", f"{OBJECTS}/contacts", {"properties": {"email": "a@x.example", "phone": "+49 30 12"}})
    shown = answer["properties"]
    assert shown[STAGE] == "lead"
    assert shown["hs_lifecyclestage_lead_date"] == "1795435200000"
    assert shown["hs_object_source"] == "INTEGRATION"
    assert shown["hs_email_domain"] == "x.example"
    assert shown["hs_searchable_calculated_phone_number"] == "493012"
    assert None not in shown.values()


def test_every_new_contact_is_touched_within_25_seconds(call: Caller, clock: Clock) -> None:
    """Background work moves lastmodifieddate 1 to 25 s after creation, and once more after hours."""
    keys = [call.create("contacts", {"email": f"n{n}@x.example"}) for n in range(30)]
    clock.move(milliseconds=999)
    assert all(modified(call, "contacts", key) == NOON for key in keys)
    clock.move(seconds=26)
    first = [modified(call, "contacts", key) for key in keys]
    assert all(timedelta(seconds=1) <= at - NOON <= timedelta(seconds=25) for at in first)
    assert len(set(first)) > 20
    clock.move(hours=10)
    assert all(modified(call, "contacts", key) - NOON >= timedelta(hours=1) for key in keys)


def test_a_new_task_is_touched_within_a_second_and_when_it_is_due(call: Caller, clock: Clock) -> None:
    """0.3 to 0.9 s after creation, and right after its due instant while it is open."""
    key = call.create("tasks", {"hs_timestamp": "2026-11-23T13:00:00Z"})
    done = call.create("tasks", {"hs_timestamp": "2026-11-23T13:00:00Z"})
    clock.move(seconds=1)
    assert timedelta(milliseconds=300) <= modified(call, "tasks", key) - NOON <= timedelta(milliseconds=900)
    call.portal.rep.complete_task(done)
    clock.move(hours=1)
    late = modified(call, "tasks", key) - NOON - timedelta(hours=1)
    assert timedelta(milliseconds=300) <= late <= timedelta(milliseconds=700)
    assert modified(call, "tasks", done) == NOON + timedelta(seconds=1)
    assert call.read("tasks", key, "hs_task_is_overdue")["hs_task_is_overdue"] == "true"
    assert call.read("tasks", done, "hs_task_is_overdue")["hs_task_is_overdue"] == "false"


def test_a_task_moves_the_counters_of_its_contact(call: Caller, clock: Clock) -> None:
    """num_notes, the next activity and lastmodifieddate move seconds after a task was made for a contact."""
    key = call.portal.contact_id("p")
    before = modified(call, "contacts", key)
    call.create("tasks", {"hs_timestamp": "2026-11-24T09:00:00Z"}, (key, 204))
    clock.move(seconds=4)
    values = call.read("contacts", key, "num_notes", "notes_next_activity_date", "notes_last_contacted")
    assert values["num_notes"] == "1"
    assert values["notes_next_activity_date"] == "2026-11-24T09:00:00Z"
    assert values["notes_last_contacted"] is None
    assert modified(call, "contacts", key) > max(before, NOON)


def test_a_call_counts_as_contact(call: Caller, clock: Clock) -> None:
    """A rep's call moves notes_last_contacted and the contact is no longer unworked."""
    key = call.portal.contact_id("p")
    assert call.read("contacts", key, "hs_is_unworked")["hs_is_unworked"] == "true"
    call.portal.rep.log_call(key)
    clock.move(seconds=4)
    values = call.read("contacts", key, "notes_last_contacted", "num_contacted_notes", "hs_is_unworked")
    assert values["notes_last_contacted"] == "2026-11-23T12:00:00Z"
    assert (values["num_contacted_notes"], values["hs_is_unworked"]) == ("1", "false")


def test_nothing_happens_without_somebody_looking(clock: Clock) -> None:
    """Background work waits for the next request and then happens at the instants it was due."""
    portal = Portal([person("p", did("page_viewed", 2))], clock=clock)
    call = Caller(portal)
    key = call.create("contacts", {"email": "a@x.example"})
    clock.move(days=2)
    at = modified(call, "contacts", key)
    assert timedelta(hours=1) <= at - NOON <= timedelta(hours=9)
