"""Writing to a simulated org with rules of its own: owners, conversions, merges, locks, hidden fields, lost answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from connector.adapters.base import AdapterDown, Wanted
from connector.adapters.registry import Tools
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.wire import Wire
from connector.adapters.salesforce.writing import Writes
from connector.commands import (
    Absent,
    Command,
    CreateTask,
    Done,
    Found,
    Outcome,
    Rejected,
    Retry,
    SetFields,
    SetStage,
    Unknown,
)
from connector.model import CrmRef, Stage
from connector.sandbox.carried import Carried
from connector.sandbox.salesforce.faults import Fault, FaultKind
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.state import ValidationRule
from connector.secrets import Secret

from tests.adapters.org_told import KEY, KEY_FIELD, URL, Open, yes
from tests.clock import START, VirtualClock

WANTED = Wanted({"lead": ("Status",)}, ("lead", "contact", "account"), tasks=True)
WRITES = "/composite/sobjects"
OTHER = "abcdefghijklmnopqrstuvwx02"
OPEN, WORKING = "Open - Not Contacted", "Working - Contacted"


@dataclass
class Desk:
    """An org with people at work in it, and what writes to it."""

    bare: bool = False
    clock: VirtualClock = field(default_factory=VirtualClock)
    meter: Open = field(default_factory=Open)

    def __post_init__(self) -> None:
        """Open the org."""
        self.org = Org(seed=3, clock=self.clock, limits="off", bare=self.bare)
        self.writes = self.build()

    def build(self) -> Writes:
        """Return another writer to this org."""
        options = Options(base_url=URL, client_id=Secret("demo"), client_secret=Secret("demo"))
        wire = Wire(options, Tools(self.clock, self.meter, Carried(self.org, wait=self.clock.sleep)))
        return Writes(wire, Describes(wire), "salesforce", WANTED, task_key_field=KEY_FIELD)

    def apply(self, *commands: Command) -> tuple[Outcome, ...]:
        """Apply with everything permitted."""
        return self.writes.apply(commands, yes)

    def lead(self, name: str = "Ann", **values: Any) -> CrmRef:  # noqa: ANN401 - of any field
        """Let a rep create a lead."""
        return CrmRef("salesforce", "lead", self.org.rep.create_lead({"LastName": name, **values}))

    def row(self, ref: CrmRef) -> dict[str, Any]:
        """Return a person as the org has them."""
        return dict(self.org.db.get(ref.object.capitalize(), ref.id) or {})

    def tasks(self) -> list[dict[str, Any]]:
        """Return all tasks, deleted ones too."""
        return [dict(self.org.db.get("Task", each) or {}) for each in self.org.db.ids("Task")]

    def lose(self, *, applied: bool) -> None:
        """Let the next write's answer be lost."""
        self.org.faults.add(Fault(FaultKind.RESET, path=WRITES, applied=applied))


def stage(ref: CrmRef, value: str = WORKING) -> SetStage:
    """Return a stage command keyed by its record."""
    return SetStage(f"s{ref.id}", ref, "Status", value, Stage.MQL)


def fields(ref: CrmRef, **values: str) -> SetFields:
    """Return a field command keyed by its record."""
    return SetFields(f"f{ref.id}", ref, values)


def task(ref: CrmRef, key: str = KEY, owner: str = "") -> CreateTask:
    """Return a task command."""
    due = date(2026, 11, 3)
    return CreateTask(key, ref, "new-sql", "Call Ann", "<p>Ann</p>", "Ann", START, owner_id=owner, due_on=due)


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


# Lost answers


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.RESET, path=WRITES),
        Fault(FaultKind.STALL, path=WRITES, after=timedelta(minutes=9)),
        Fault(FaultKind.TRUNCATED, path=WRITES),
        Fault(FaultKind.ANSWER, status=500, path=WRITES),
        Fault(FaultKind.ANSWER, status=503, path=WRITES, html=True),
    ],
    ids=["reset", "stall", "truncated", "500", "html"],
)
def test_a_write_whose_answer_is_lost_is_unknown_and_the_probe_tells(
    desk: Desk, fault: Fault, *, applied: bool
) -> None:
    """Before or after it was performed: every row is unknown, the probe is right, and there is one task in the end."""
    refs = [desk.lead("Ann"), desk.lead("Bea")]
    commands = [task(refs[0]), task(refs[1], OTHER)]
    desk.org.faults.add(replace(fault, applied=applied))
    assert [type(one) for one in desk.apply(*commands)] == [Unknown, Unknown]
    # An answer that breaks off is one to a request that was carried out, whatever the fault was told.
    done = bool(desk.tasks())
    assert done == applied or fault.kind is FaultKind.TRUNCATED
    assert [type(one) for one in desk.writes.probe(commands)] == [Found if done else Absent] * 2
    if not done:
        assert all(isinstance(one, Done) for one in desk.apply(*commands))
    assert sorted(row["WhoId"] for row in desk.tasks()) == sorted(ref.id for ref in refs)


def test_a_task_that_comes_late_is_not_made_twice_where_keys_are_unique() -> None:
    """The request was carried out after we had asked for it: the second one is told that it is there."""
    desk = Desk()
    ref = desk.lead()
    desk.org.faults.add(Fault(FaultKind.LATE, path=WRITES, after=timedelta(seconds=90)))
    assert isinstance(desk.apply(task(ref))[0], Unknown)
    assert desk.writes.probe([task(ref)]) == (Absent(desk.clock()),)
    desk.clock.advance(timedelta(minutes=2))
    (found,) = desk.apply(task(ref))
    assert isinstance(found, Done)
    assert [row["Id"] for row in desk.tasks()] == [found.remote_id]


@pytest.mark.parametrize("applied", [True, False])
def test_a_stage_whose_answer_is_lost_is_unknown_and_the_probe_tells(*, applied: bool) -> None:
    """A set is harmless to repeat, but is probed like everything else."""
    desk = Desk()
    ref = desk.lead()
    desk.lose(applied=applied)
    assert isinstance(desk.apply(stage(ref))[0], Unknown)
    assert desk.writes.probe([stage(ref)]) == ((Found(ref.id),) if applied else (Absent(desk.clock()),))


# People who moved


def test_a_converted_lead_goes_to_its_contact(desk: Desk) -> None:
    """Stage and task are to be tried again, with the contact named; a task from before is found with the contact."""
    ref = desk.lead()
    desk.lose(applied=True)
    assert isinstance(desk.apply(task(ref))[0], Unknown)
    became = desk.org.rep.convert(ref.id)
    for command in (stage(ref), task(ref, OTHER)):
        (found,) = desk.apply(command)
        assert isinstance(found, Retry), found
        assert became.contact in found.reason
    (row,) = desk.tasks()
    assert row["WhoId"] == became.contact
    assert desk.writes.probe([task(ref)]) == (Found(row["Id"]),)


def test_a_merged_lead_goes_to_its_winner(desk: Desk) -> None:
    """Its task went over to the winner and is found there; a new stage is to be tried again."""
    winner, loser = desk.lead("Ann"), desk.lead("Anne")
    desk.lose(applied=True)
    assert isinstance(desk.apply(task(loser))[0], Unknown)
    desk.org.rep.merge(winner.id, loser.id)
    (row,) = desk.tasks()
    assert row["WhoId"] == winner.id
    assert desk.writes.probe([task(loser)]) == (Found(row["Id"]),)
    for command in (stage(loser), task(loser, OTHER)):
        (found,) = desk.apply(command)
        assert isinstance(found, Retry), found
        assert winner.id in found.reason


def test_a_deleted_lead_is_refused_and_the_others_are_done(desk: Desk) -> None:
    """There is nowhere to go."""
    gone, ref = desk.lead("Ann"), desk.lead("Bea")
    desk.org.rep.delete(gone.id)
    refused, done = desk.apply(stage(gone), stage(ref))
    assert isinstance(refused, Rejected)
    assert done == Done(ref.id)
    refused, done = desk.apply(task(gone), task(ref, OTHER))
    assert isinstance(refused, Rejected)
    assert isinstance(done, Done)


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
