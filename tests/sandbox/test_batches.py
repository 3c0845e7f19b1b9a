"""Batches: order, partial success, trace ids, upserts."""

from __future__ import annotations

import pytest

from connector.sandbox.hubspot import Portal

from tests.sandbox.desk import OBJECTS, PROPERTIES, Caller, Clock, Json, person

CONTACTS = f"{OBJECTS}/contacts/batch"
TASKS = f"{OBJECTS}/tasks/batch"
DUE = {"hs_timestamp": "2026-11-24T09:00:00Z"}


@pytest.fixture
def call() -> Caller:
    """Return a caller of a portal with 30 people."""
    return Caller(Portal([person(f"p{n}") for n in range(30)], clock=Clock(), limits="off"))


def ids(answer: Json) -> list[str]:
    """Return the ids of a batch's results."""
    return [row["id"] for row in answer["results"]]


def test_results_come_in_another_order(call: Caller) -> None:
    """A batch read answers all inputs, but not in their order."""
    wanted = [call.portal.contact_id(f"p{n}") for n in range(30)]
    answer = call.ok("POST", f"{CONTACTS}/read", {"inputs": [{"id": each} for each in wanted], "properties": []})
    assert sorted(ids(answer)) == sorted(wanted)
    assert ids(answer) != wanted


def test_missing_records_make_a_207_with_one_row(call: Caller) -> None:
    """One error row stands for all missing ids; the others are answered."""
    known = call.portal.contact_id("p1")
    status, answer = call("POST", f"{CONTACTS}/read", {"inputs": [{"id": known}, {"id": "2"}, {"id": "3"}]})
    assert status == 207
    assert ids(answer) == [known]
    assert answer["numErrors"] == 1
    assert answer["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert answer["errors"][0]["context"] == {"ids": ["2", "3"]}


def test_creation_is_all_or_nothing_without_trace_ids(call: Caller) -> None:
    """One bad input refuses the whole batch and nothing is written."""
    rows = [{"properties": {"email": "a@x.example"}}, {"properties": {"email": "bad"}}]
    status, answer = call("POST", f"{CONTACTS}/create", {"inputs": rows})
    assert (status, answer["category"]) == (400, "VALIDATION_ERROR")
    assert len(call.portal.journal) == 0


def test_a_repeated_trace_id_counts_as_none(call: Caller) -> None:
    """Trace ids must be unique to allow partial success."""
    rows = [{"properties": {"email": mail}, "objectWriteTraceId": "t"} for mail in ("a@x.example", "bad")]
    assert call("POST", f"{CONTACTS}/create", {"inputs": rows})[0] == 400
    assert len(call.portal.journal) == 0


def test_with_trace_ids_the_good_ones_are_created(call: Caller) -> None:
    """The 207 names the trace id of each refused input and echoes those of the created."""
    rows = [
        {"properties": {"email": "a@x.example"}, "objectWriteTraceId": "good"},
        {"properties": {"missing": "1"}, "objectWriteTraceId": "bad"},
        {"properties": {"email": "p1@corp.example"}, "objectWriteTraceId": "there"},
    ]
    status, answer = call("POST", f"{CONTACTS}/create", {"inputs": rows})
    assert status == 207
    assert [row["objectWriteTraceId"] for row in answer["results"]] == ["good"]
    blamed = {row["context"]["objectWriteTraceId"][0]: row["category"] for row in answer["errors"]}
    assert blamed == {"bad": "VALIDATION_ERROR", "there": "CONFLICT"}
    assert len(call.portal.journal.of("contacts", "create")) == 1


def test_a_unique_key_is_taken_once(call: Caller) -> None:
    """A second task with the key of the first is refused, in the same batch and in the next."""
    row = {"properties": {**DUE, "connector_key": "k1"}}
    rows = [{**row, "objectWriteTraceId": "one"}, {**row, "objectWriteTraceId": "two"}]
    status, first = call("POST", f"{TASKS}/create", {"inputs": rows})
    assert (status, len(first["results"])) == (207, 1)
    assert "CONFLICTING_UNIQUE_VALUE" in first["errors"][0]["message"]
    status, answer = call("POST", f"{TASKS}/create", {"inputs": [row]})
    assert status == 400
    assert f"{ids(first)[0]} already has that value" in answer["errors"][0]["message"]
    found = call.ok("GET", f"{OBJECTS}/tasks/K1", query={"idProperty": "connector_key"})
    assert found["id"] == ids(first)[0]


def test_without_a_unique_property_keys_repeat() -> None:
    """A portal that refuses unique task properties has no key, and says so when one is to be made."""
    call = Caller(Portal(clock=Clock(), unique_task_property=False))
    new = {"name": "connector_key", "label": "Key", "type": "string", "fieldType": "text", "groupName": "task"}
    status, answer = call("POST", f"{PROPERTIES}/tasks", {**new, "hasUniqueValue": True})
    assert status == 400
    assert "unique" in answer["message"]
    call.ok("POST", f"{PROPERTIES}/tasks", new)
    row = {"properties": {**DUE, "connector_key": "k1"}}
    assert len(call.ok("POST", f"{TASKS}/create", {"inputs": [row, row]})["results"]) == 2


def test_upsert_collapses_repeats(call: Caller) -> None:
    """The first upsert is new, the second finds the record."""
    rows = [{"id": "k1", "idProperty": "connector_key", "properties": {**DUE, "hs_task_subject": "Call"}}]
    first = call.ok("POST", f"{TASKS}/upsert", {"inputs": rows})
    second = call.ok("POST", f"{TASKS}/upsert", {"inputs": rows})
    assert [first["results"][0]["new"], second["results"][0]["new"]] == [True, False]
    assert ids(first) == ids(second)
    assert call.read("tasks", ids(first)[0], "connector_key")["connector_key"] == "k1"


def test_record_ids_are_not_an_id_property(call: Caller) -> None:
    """Updating and upserting by hs_object_id is refused in the vendor's words."""
    row = {"id": call.portal.contact_id("p1"), "idProperty": "hs_object_id", "properties": {}}
    for verb in ("update", "upsert"):
        status, answer = call("POST", f"{CONTACTS}/{verb}", {"inputs": [row]})
        assert status == 400
        assert answer["message"].startswith("Unable to perform update/upsert by non-unique 0-1 property hs_object_id")


def test_a_record_twice_in_a_batch_is_refused(call: Caller) -> None:
    """Duplicate ids refuse the whole batch."""
    row = {"id": call.portal.contact_id("p1"), "properties": {"jobtitle": "CTO"}}
    status, answer = call("POST", f"{CONTACTS}/update", {"inputs": [row, row]})
    assert (status, answer["context"]) == (400, {"ids": [row["id"]]})
    assert len(call.portal.journal) == 0


def test_update_answers_only_touched_and_some_system_properties(call: Caller) -> None:
    """What was not touched is not in the answer."""
    row = {"id": call.portal.contact_id("p1"), "properties": {"jobtitle": "CTO"}, "objectWriteTraceId": "t1"}
    result = call.ok("POST", f"{CONTACTS}/update", {"inputs": [row]})["results"][0]
    assert result["properties"]["jobtitle"] == "CTO"
    assert result["objectWriteTraceId"] == "t1"
    assert "email" not in result["properties"]
    assert "lifecyclestage" in result["properties"]


def test_update_of_unknown_ids_is_partial(call: Caller) -> None:
    """The known record is written, the unknown one reported."""
    rows = [{"id": i, "properties": {"jobtitle": "CTO"}} for i in (call.portal.contact_id("p1"), "404")]
    status, answer = call("POST", f"{CONTACTS}/update", {"inputs": rows})
    assert (status, len(answer["results"]), answer["errors"][0]["context"]["ids"]) == (207, 1, ["404"])


def test_a_refused_value_fails_an_untraced_update_whole(call: Caller) -> None:
    """Without trace ids nothing of the batch is written, with them the good inputs are."""
    rows = [
        {"id": call.portal.contact_id("p1"), "properties": {"jobtitle": "CTO"}},
        {"id": call.portal.contact_id("p2"), "properties": {"lifecyclestage": "hot"}},
    ]
    assert call("POST", f"{CONTACTS}/update", {"inputs": rows})[0] == 400
    assert len(call.portal.journal) == 0
    traced = [{**row, "objectWriteTraceId": str(n)} for n, row in enumerate(rows)]
    status, answer = call("POST", f"{CONTACTS}/update", {"inputs": traced})
    assert (status, answer["errors"][0]["context"]) == (207, {"objectWriteTraceId": ["1"]})
    assert [each.object_id for each in call.portal.journal] == [rows[0]["id"]]


@pytest.mark.parametrize("merged", ["dropped", "resolved"])
def test_merged_ids_in_a_batch(merged: str) -> None:
    """A merged-away id is passed over without a word, or means the new record, as the portal was told."""
    resolved = merged == "resolved"
    portal = Portal([person("a"), person("b")], clock=Clock(), merged_in_batches="resolved" if resolved else "dropped")
    call, old = Caller(portal), portal.contact_id("b")
    new = portal.rep.merge(portal.contact_id("a"), old)
    for verb, body in (("read", {}), ("update", {"properties": {"jobtitle": "CTO"}})):
        status, answer = call("POST", f"{CONTACTS}/{verb}", {"inputs": [{"id": old, **body}]})
        assert (status, ids(answer)) == (200, [new] if resolved else [])


def test_batches_have_a_size(call: Caller) -> None:
    """More than 100 inputs are refused."""
    rows = [{"id": str(n)} for n in range(101)]
    assert call("POST", f"{CONTACTS}/read", {"inputs": rows})[0] == 400


def test_batch_archive_passes_over_unknown_ids(call: Caller) -> None:
    """It answers 204 whatever the ids are."""
    key = call.portal.contact_id("p1")
    assert call("POST", f"{CONTACTS}/archive", {"inputs": [{"id": key}, {"id": "404"}]})[0] == 204
    assert [each.object_id for each in call.portal.journal] == [key]
