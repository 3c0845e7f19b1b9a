"""Writes to a simulated org whose answer was lost, or whose person moved meanwhile: never twice, never forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.commands import (
    Absent,
    Done,
    Found,
    Rejected,
    Retry,
    Unknown,
)
from connector.sandbox.salesforce.faults import Fault, FaultKind

from tests.adapters.org_live import OTHER, WRITES, Desk, stage, task


@pytest.fixture(params=[False, True], ids=["A", "B"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Return a desk of each tier: with the unique key field, and bare."""
    return Desk(bare=request.param)


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
