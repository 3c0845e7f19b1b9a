"""Writing to a simulated org with rules of its own: owners, keys, locks, validation, hidden fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.adapters.base import AdapterDown
from connector.commands import (
    Absent,
    Done,
    Found,
    Rejected,
    Retry,
    Unknown,
)
from connector.sandbox.salesforce.faults import Fault, FaultKind
from connector.sandbox.salesforce.state import ValidationRule

from tests.adapters.org_live import OPEN, OTHER, WORKING, WRITES, Desk, fields, stage, task
from tests.adapters.org_told import yes


@pytest.fixture(params=[False, True], ids=["A", "B"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Return a desk of each tier: with the unique key field, and bare."""
    return Desk(bare=request.param)


# Stages and results


def test_a_stage_is_set_and_the_owner_stays() -> None:
    """An assignment rule would give the lead to somebody else if our header were missing."""
    desk = Desk()
    ref = desk.lead()
    owner = desk.row(ref)["OwnerId"]
    assert desk.apply(stage(ref)) == (Done(ref.id),)
    assert (desk.row(ref)["Status"], desk.row(ref)["OwnerId"]) == (WORKING, owner)


def test_the_owner_stays_when_the_token_had_to_be_renewed() -> None:
    """The replay has all headers of the first request, and is one write."""
    desk = Desk()
    ref = desk.lead()
    owner = desk.row(ref)["OwnerId"]
    desk.apply(fields(ref, Title="CEO"))
    desk.org.faults.add(Fault(FaultKind.ANSWER, status=401, path=WRITES))
    assert desk.apply(stage(ref)) == (Done(ref.id),)
    assert len(desk.org.faults.struck) == 1
    assert (desk.row(ref)["Status"], desk.row(ref)["OwnerId"]) == (WORKING, owner)


def test_a_recycle_is_a_plain_set() -> None:
    """Salesforce has no order of its own: one request moves back as well as forward."""
    desk = Desk()
    ref = desk.lead(Status=WORKING)
    assert desk.apply(replace(stage(ref, OPEN), recycle=True)) == (Done(ref.id),)
    assert desk.row(ref)["Status"] == OPEN


def test_values_stand_in_the_org_as_the_probe_expects_them() -> None:
    """Written by type, read back by a query, equal."""
    desk = Desk()
    ref = desk.lead(Score__c=1.0, Hot__c=False)
    command = fields(ref, Score__c="12.5", Hot__c="true", Title="x" * 300, NumberOfEmployees="40", Rating="")
    assert desk.writes.probe([command]) == (Absent(desk.clock()),)
    assert desk.apply(command) == (Done(ref.id),)
    assert desk.writes.probe([command]) == (Found(ref.id),)


def test_four_hundred_of_each_are_written_in_four_calls() -> None:
    """Two requests for the stages, two for the tasks, and one describe each that is kept."""
    desk = Desk()
    refs = [desk.lead(f"Ann{n}") for n in range(400)]
    before = desk.org.api_calls
    assert desk.apply(*(stage(ref) for ref in refs)) == tuple(Done(ref.id) for ref in refs)
    made = desk.apply(*(task(ref, f"{n:026}") for n, ref in enumerate(refs)))
    assert all(isinstance(one, Done) for one in made)
    assert desk.org.api_calls - before == 6
    assert {row["WhoId"] for row in desk.tasks()} == {ref.id for ref in refs}
    before = desk.org.api_calls
    desk.apply(*(stage(ref, OPEN) for ref in refs))
    desk.apply(*(task(ref, f"x{n:025}") for n, ref in enumerate(refs)))
    assert desk.org.api_calls - before == 4


# A task, once


def test_a_task_is_made_once(desk: Desk) -> None:
    """Its person, day and owner stand in it; where the key is unique another process finds it there already."""
    ref = desk.lead()
    owner = desk.row(ref)["OwnerId"]
    (first,) = desk.apply(task(ref, owner=owner))
    assert isinstance(first, Done)
    (row,) = desk.tasks()
    assert (row["Id"], row["WhoId"], row["OwnerId"]) == (first.remote_id, ref.id, owner)
    assert row["ActivityDate"] == "2026-11-03"
    assert desk.build().probe([task(ref)]) == (Found(first.remote_id),)
    if not desk.bare:
        (second,) = desk.build().apply([task(ref, owner=owner)], yes)
        assert isinstance(second, Done)
        assert second.remote_id == first.remote_id
        assert len(desk.tasks()) == 1


def test_what_a_rep_changed_in_a_task_stays(desk: Desk) -> None:
    """Saying it again never overwrites; a description that was added to is still found."""
    ref = desk.lead()
    (first,) = desk.apply(task(ref))
    assert isinstance(first, Done)
    text = f"{desk.tasks()[0]['Description']}\n\nAnn calls back on Monday"
    desk.org.rep.edit_task(first.remote_id, {"Subject": "Call again", "Description": text})
    assert desk.writes.probe([task(ref)]) == (Found(first.remote_id),)
    if not desk.bare:
        desk.apply(task(ref))
    assert [row["Subject"] for row in desk.tasks()] == ["Call again"]


@pytest.mark.parametrize("blocked", [True, False])
def test_a_task_that_the_rep_deleted_is_not_made_again(desk: Desk, *, blocked: bool) -> None:
    """It is found in the recycle bin, by key or by its person, whether its key is still taken or not."""
    desk.org.manner.binned_keys_block = blocked
    ref = desk.lead()
    desk.lose(applied=True)
    assert isinstance(desk.apply(task(ref))[0], Unknown)
    (row,) = desk.tasks()
    desk.org.rep.delete_task(row["Id"])
    assert desk.writes.probe([task(ref)]) == (Found(row["Id"]),)
    if blocked and not desk.bare:
        (again,) = desk.apply(task(ref))
        assert isinstance(again, Done)
        assert again.remote_id == row["Id"]
    assert len(desk.tasks()) == 1


def test_a_task_that_was_archived_is_found(desk: Desk) -> None:
    """Closed a year ago, it is no longer shown by a plain query."""
    ref = desk.lead()
    (first,) = desk.apply(task(ref))
    assert isinstance(first, Done)
    desk.org.rep.complete_task(first.remote_id)
    desk.clock.advance(timedelta(days=500))
    assert desk.writes.probe([task(ref)]) == (Found(first.remote_id),)


# What the org refuses


def test_a_locked_row_is_waited_for() -> None:
    """Somebody else is saving it; the others are done."""
    desk = Desk()
    held, ref = desk.lead("Ann"), desk.lead("Bea")
    desk.org.locks.hold(held.id, 2**60, times=1)
    wait, done = desk.apply(stage(held), stage(ref))
    assert isinstance(wait, Retry)
    assert wait.after > timedelta()
    assert done == Done(ref.id)
    assert desk.apply(stage(held)) == (Done(held.id),)


def test_a_validation_rule_refuses_one_in_its_own_words() -> None:
    """With the request's id and a hint; the others are done."""
    desk = Desk()
    rule = ValidationRule("Lead", lambda row: row["LastName"] == "Ann" and row["Status"] == WORKING, "A budget first")
    desk.org.state.rules.append(rule)
    ann, bea = desk.lead("Ann"), desk.lead("Bea")
    refused, done = desk.apply(stage(ann), stage(bea))
    assert isinstance(refused, Rejected)
    assert "A budget first" in refused.reason
    assert "validation rule" in refused.reason
    assert refused.request_id
    assert refused.request_id in refused.reason
    assert done == Done(bea.id)


def test_an_inactive_owner_is_refused_in_plain_words(desk: Desk) -> None:
    """The other task is made."""
    left = desk.org.rep.add_user("gone@example.com", "Gus", "Gone")
    desk.org.rep.deactivate_user(left)
    refused, done = desk.apply(task(desk.lead("Ann"), owner=left), task(desk.lead("Bea"), OTHER))
    assert isinstance(refused, Rejected)
    assert "inactive user" in refused.reason
    assert "name somebody active" in refused.reason
    assert isinstance(done, Done)


def test_a_queue_may_own_a_task(desk: Desk) -> None:
    """When it takes tasks."""
    queue = desk.org.rep.add_queue("Inbound", ("Lead", "Task"))
    assert isinstance(desk.apply(task(desk.lead(), owner=queue))[0], Done)
    assert desk.tasks()[0]["OwnerId"] == queue


def test_a_field_that_is_hidden_is_refused_without_a_request() -> None:
    """Field-level security: the sentence names field, object and what to do, and the other field is written."""
    desk = Desk()
    ann, bea = desk.lead("Ann"), desk.lead("Bea")
    desk.org.db.schema.hide("Lead", "Rating")
    refused, done = desk.apply(fields(ann, Rating="Hot"), fields(bea, Title="CTO"))
    assert isinstance(refused, Rejected)
    assert 'Lead has no field "Rating"' in refused.reason
    assert done == Done(bea.id)


def test_a_field_that_was_hidden_meanwhile_is_looked_at_again() -> None:
    """Whatever the org answers to what the old describe let through, in the end one is refused and the other done."""
    desk = Desk()
    ann, bea = desk.lead("Ann"), desk.lead("Bea")
    desk.apply(fields(bea, Title="CEO"))
    desk.org.db.schema.hide("Lead", "Rating")
    commands = [fields(ann, Rating="Hot"), fields(bea, Title="CTO")]
    outcomes = list(desk.apply(*commands))
    for at, one in enumerate(outcomes):
        if isinstance(one, Retry):
            (outcomes[at],) = desk.apply(commands[at])
    assert isinstance(outcomes[0], Rejected)
    assert "Rating" in outcomes[0].reason
    assert outcomes[1] == Done(bea.id)


def test_a_limit_of_the_day_is_a_retry_with_a_long_wait(desk: Desk) -> None:
    """403, not a missing permission: nothing was performed."""
    desk.org.faults.add(Fault(FaultKind.ANSWER, status=403, path=WRITES))
    (found,) = desk.apply(task(desk.lead()))
    assert isinstance(found, Retry)
    assert found.after >= timedelta(minutes=5)
    assert desk.tasks() == []


def test_an_element_of_a_full_batch_is_refused_alone(desk: Desk) -> None:
    """Two hundred and one tasks, one of them with a fault of its own."""
    refs = [desk.lead(f"Ann{n}") for n in range(201)]
    desk.org.faults.add(Fault(FaultKind.ANSWER, path=WRITES, code="DUPLICATES_DETECTED", elements=(3,)))
    outcomes = desk.apply(*(task(ref, f"{n:026}") for n, ref in enumerate(refs)))
    assert [type(one) for one in outcomes].count(Rejected) == 1
    assert [type(one) for one in outcomes].count(Done) == 200
    assert len(desk.tasks()) == 200


def test_no_token_is_nobodys_fault() -> None:
    """Nothing has left."""
    desk = Desk()
    ref = desk.lead()
    desk.org.faults.add(Fault(FaultKind.ANSWER, status=400, path="/oauth2/token", times=None, code="invalid_client"))
    with pytest.raises(AdapterDown):
        desk.apply(stage(ref))
