"""What a write does, what it is refused for, and what the journal says of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.sandbox.salesforce import Manner, Org
from connector.sandbox.salesforce.ids import to18

from tests.clock import VirtualClock
from tests.sandbox_salesforce.office import BASE, Caller, code, codes, lead, task

NOBODY = to18("00Q000000000001")


def test_a_record_is_created_with_its_address(call: Caller) -> None:
    """201 with id and Location, defaults filled in."""
    answer = call("POST", "/sobjects/Task", {"Subject": "Call them"})
    made = answer.json()
    assert (answer.status_code, made["success"], made["errors"]) == (201, True, [])
    assert answer.headers["Location"] == f"{BASE}/sobjects/Task/{made['id']}"
    assert call.org.values("Task", made["id"])["Status"] == "Not Started"


def test_each_write_moves_the_stamp(call: Caller, lead_id: str, clock: VirtualClock) -> None:
    """A write of the same value too; stamps are whole seconds."""
    clock.advance(timedelta(seconds=10, milliseconds=700))
    assert codes(call.change(lead(lead_id, LastName="Muster"))) == [""]
    assert call.org.values("Lead", lead_id)["SystemModstamp"] == "2026-11-02T09:00:10.000+0000"


def test_a_late_commit_is_stamped_before_it_shows(clock: VirtualClock) -> None:
    """In this mode a row appears only so long after its stamp."""
    call = Caller(Org(clock=clock, manner=Manner(late_commit=timedelta(seconds=90))), clock)
    new = call.org.rep.create_lead({"LastName": "Late"})
    assert call.org.values("Lead", new)["SystemModstamp"] == "2026-11-02T08:58:30.000+0000"


@pytest.mark.parametrize(
    ("values", "expected", "words"),
    [
        ({"Foo": "x"}, "INVALID_FIELD", "No such column 'Foo' on sobject of type Lead"),
        ({"IsConverted": True}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to update fields: IsConverted."),
        ({"LastName": "x" * 81}, "STRING_TOO_LONG", "(max length=80)"),
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
        ({"Lifecycle_Stage__c": "x"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "restricted picklist field: x"),
        ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: nobody"),
        ({"OwnerId": "xyz"}, "MALFORMED_ID", "id value of incorrect type: xyz"),
        ({"OwnerId": NOBODY}, "FIELD_INTEGRITY_EXCEPTION", "id value of incorrect type"),
        ({"NumberOfEmployees": "many"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of int"),
        ({"LastName": 5}, "JSON_PARSER_ERROR", "VALUE_NUMBER_INT value 5"),
        ({"Status": "Never heard of"}, "", ""),
        ({"Lifecycle_Stage__c": "MQL"}, "", ""),
        ({"Title": None}, "", ""),
    ],
)
def test_values_are_looked_at(call: Caller, lead_id: str, values: dict[str, Any], expected: str, words: str) -> None:
    """Each wrong value has its code; what no list restricts is stored as it is."""
    (element,) = call.change(lead(lead_id, **values))
    assert codes([element]) == [expected]
    assert words in (element["errors"][0]["message"] if expected else "")
    assert ("id" in element) == (not expected)


def test_a_hidden_field_cannot_be_written(call: Caller, lead_id: str) -> None:
    """Without permission a field is as if it were misspelt."""
    call.org.db.schema.hide("Lead", "Title")
    assert codes(call.change(lead(lead_id, Title="x"))) == ["INVALID_FIELD"]


def test_a_key_is_taken_once(call: Caller, lead_id: str) -> None:
    """A second task of the same key is refused with the first one's id, in whichever case the key is written."""
    first, again = call.change(
        task(lead_id, Connector_Key__c="abc"), task(lead_id, Connector_Key__c="ABC"), method="POST"
    )
    assert codes([first, again]) == ["", "DUPLICATE_VALUE"]
    assert again["errors"][0]["message"].endswith(f"duplicates value on record with id: {first['id'][:15]}")


@pytest.mark.parametrize(("blocks", "expected"), [(True, "DUPLICATE_VALUE"), (False, "")])
def test_the_key_of_a_binned_task_is_a_switch(clock: VirtualClock, blocks: bool, expected: str) -> None:  # noqa: FBT001 - a case
    """Whether a deleted task's key is free is not known, so both can be had."""
    call = Caller(Org(clock=clock, manner=Manner(binned_keys_block=blocks)), clock)
    (first,) = call.change(task(Connector_Key__c="abc"), method="POST")
    call.org.rep.delete_task(first["id"])
    assert codes(call.change(task(Connector_Key__c="abc"), method="POST")) == [expected]


def test_converted_deleted_and_unknown_leads_take_nothing(call: Caller, org: Org) -> None:
    """Each is refused by its own code, in the order of the request, and the good one is written."""
    converted, binned, good = (org.rep.create_lead({"LastName": name}) for name in "abc")
    org.rep.convert(converted)
    org.rep.delete(binned)
    answers = call.change(*(lead(each, Title="x") for each in (converted, binned, NOBODY, good, good)))
    assert codes(answers) == [
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "ENTITY_IS_DELETED",
        "INVALID_CROSS_REFERENCE_KEY",
        "",
        "DUPLICATE_VALUE",
    ]
    assert codes(call.change(task(converted), task(binned), method="POST")) == [
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "ENTITY_IS_DELETED",
    ]


def test_owners_must_work_here_and_queues_take_what_they_take(call: Caller, org: Org, lead_id: str) -> None:
    """An inactive user, and a queue that has no tasks, are refused; the standing queue takes leads and tasks."""
    gone = org.rep.add_user("gone@acme.example")
    org.rep.deactivate_user(gone)
    leads_only = org.rep.add_queue("Leads only", ("Lead",))
    queue = next(iter(org.db.find("Group", "Name", "Inbound leads")))
    answers = call.change(*(task(lead_id, OwnerId=each) for each in (gone, leads_only, queue)), method="POST")
    assert codes(answers) == ["INACTIVE_OWNER_OR_USER", "FIELD_INTEGRITY_EXCEPTION", ""]
    assert codes(call.change(lead(lead_id, OwnerId=queue))) == [""]


def test_a_leads_task_has_no_related_record(call: Caller, org: Org, lead_id: str) -> None:
    """A contact's may have one, and then it is of that account."""
    account = org.rep.create_account({"Name": "Firm"})
    contact = org.rep.create_contact({"LastName": "Muster"}, account)
    refused, taken = call.change(task(lead_id, WhatId=account), task(contact, WhatId=account), method="POST")
    assert codes([refused, taken]) == ["FIELD_INTEGRITY_EXCEPTION", ""]
    assert org.values("Task", taken["id"])["AccountId"] == account


@pytest.mark.parametrize("header", [None, "TRUE"])
def test_a_write_without_the_header_gives_the_lead_away(call: Caller, lead_id: str, header: str | None) -> None:
    """Only Sforce-Auto-Assign: FALSE keeps a lead's owner."""
    owner = call.org.values("Lead", lead_id)["OwnerId"]
    call.change(lead(lead_id, Title="x"))
    assert call.org.values("Lead", lead_id)["OwnerId"] == owner
    del call.headers["Sforce-Auto-Assign"]
    if header:
        call.headers["Sforce-Auto-Assign"] = header
    call.change(lead(lead_id, Title="y"))
    assert call.org.values("Lead", lead_id)["OwnerId"] == call.org.state.furniture.rule_user != owner


def test_held_rows_refuse_and_let_go(call: Caller, org: Org, lead_id: str) -> None:
    """A held lead refuses writes on it and tasks for it, so many times."""
    org.hold_row(lead_id, times=2)
    (first,) = call.change(lead(lead_id, Title="x"))
    assert codes([first]) == ["UNABLE_TO_LOCK_ROW"]
    assert lead_id in first["errors"][0]["message"]
    assert codes(call.change(task(lead_id), method="POST")) == ["UNABLE_TO_LOCK_ROW"]
    assert codes(call.change(lead(lead_id, Title="x"))) == [""]


def test_an_org_has_rules_of_its_own(call: Caller, org: Org, lead_id: str) -> None:
    """What breaks one is refused in the admin's words."""
    org.forbid(
        "Lead", lambda row: row["Status"] == "Sales Qualified" and not row["Phone"], "No phone, no SQL.", "Phone"
    )
    (element,) = call.change(lead(lead_id, Status="Sales Qualified"))
    assert element["errors"] == [
        {"statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "No phone, no SQL.", "fields": ["Phone"]}
    ]
    assert codes(call.change(lead(lead_id, Status="Sales Qualified", Phone="1"))) == [""]


def test_a_collection_has_its_limits(call: Caller) -> None:
    """200 records and ten changes of type are the most."""
    assert call("POST", "/composite/sobjects", {"records": [task()] * 201}).status_code == 400
    mixed = [task(), lead(LastName="x", Company="y")]
    assert call("POST", "/composite/sobjects", {"records": mixed * 5}).status_code == 200
    assert call("POST", "/composite/sobjects", {"records": mixed * 6}).status_code == 400


def test_a_collection_may_have_to_succeed_whole(call: Caller, lead_id: str) -> None:
    """With allOrNone the good ones are rolled back, and say so."""
    answers = call.change(lead(lead_id, Title="x"), lead(lead_id, Email="x"), allOrNone=True)
    assert codes(answers)[0] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert call.org.values("Lead", lead_id)["Title"] is None


def test_an_element_without_attributes_is_refused(call: Caller) -> None:
    """The words are the recorded ones."""
    (element,) = call.change({"Name": "x"}, method="POST")
    assert codes([element]) == ["JSON_PARSER_ERROR"]
    assert "must have an attributes field before any other fields" in element["errors"][0]["message"]


def test_an_upsert_creates_then_changes(call: Caller) -> None:
    """201 and created, then 200 and not; several who match are 300; updateOnly creates nobody."""
    for status in (201, 200):
        answer = call("PATCH", "/sobjects/Lead/Email/eva%40firm.example", {"LastName": "Muster", "Company": "Firm"})
        assert (answer.status_code, answer.json()["created"]) == (status, status == 201)
    call.org.rep.create_lead({"Email": "eva@firm.example"})
    several = call("PATCH", "/sobjects/Lead/Email/eva%40firm.example", {"Title": "x"})
    assert (several.status_code, len(several.json())) == (300, 2)
    only = call("PATCH", "/sobjects/Lead/Email/new%40firm.example", {"Title": "x"}, params={"updateOnly": "true"})
    assert only.status_code == 404
    assert code(call("PATCH", "/sobjects/Lead/Title/x", {})) == "NOT_FOUND"


def test_upserts_come_in_collections_too(call: Caller) -> None:
    """Each element says whether it was created, the refused one too."""
    records = [task(Connector_Key__c="a"), task(Connector_Key__c="a"), {"Connector_Key__c": "b"}]
    answer = call("PATCH", "/composite/sobjects/Task/Connector_Key__c", {"records": records}).json()
    assert [(each["success"], each["created"]) for each in answer] == [(True, True), (True, False), (False, False)]


def test_a_record_is_deleted_once(call: Caller, lead_id: str) -> None:
    """204, then 404 ENTITY_IS_DELETED; tasks go along; a collection deletes by ids."""
    (made,) = call.change(task(lead_id), method="POST")
    assert call("DELETE", f"/sobjects/Lead/{lead_id}").status_code == 204
    again = call("DELETE", f"/sobjects/Lead/{lead_id}")
    assert (again.status_code, code(again)) == (404, "ENTITY_IS_DELETED")
    assert call.org.values("Task", made["id"])["IsDeleted"] is True
    other = call.org.rep.create_lead({})
    answer = call("DELETE", "/composite/sobjects", params={"ids": f"{other},{lead_id}"}).json()
    assert codes(answer) == ["", "ENTITY_IS_DELETED"]


def test_somebody_is_in_a_campaign_once(call: Caller, org: Org, lead_id: str) -> None:
    """The second membership is refused; having responded follows from the status."""
    member = org.rep.add_to_campaign(lead_id, "Spring webinar")
    campaign = org.values("CampaignMember", member)["CampaignId"]
    again = {"attributes": {"type": "CampaignMember"}, "CampaignId": campaign, "LeadId": lead_id}
    assert codes(call.change(again, method="POST")) == ["DUPLICATE_VALUE"]
    assert org.values("CampaignMember", member)["HasResponded"] is False
    org.rep.set_campaign_status(member, "Responded")
    row = org.values("CampaignMember", member)
    assert (row["HasResponded"], row["FirstRespondedDate"]) == (True, "2026-11-02")


def test_the_journal_tells_who_wrote_what(call: Caller, org: Org, lead_id: str) -> None:
    """Tasks by person and stages in order, by whom; refused writes are not in it."""
    (made,) = call.change(task(lead_id), method="POST")
    call.change(lead(lead_id, Status="Marketing Qualified"))
    call.change(lead(lead_id, Status="Sales Qualified", Email="bad"))
    org.rep.set_stage(lead_id, "Nurturing")
    assert org.journal.tasks_by_contact() == {lead_id: [made["id"]]}
    assert org.journal.stages_set() == {lead_id: [("api", "Marketing Qualified"), ("rep", "Nurturing")]}
    entry = org.journal.of("Lead", "update", "api")[0]
    assert (entry.method, entry.path) == ("PATCH", f"{BASE}/composite/sobjects")
