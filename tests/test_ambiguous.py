"""Writes of which nobody knows whether they happened: probed, adopted or sent again, never blindly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connector.commands import Unknown
from connector.events import CameBack, Tried, WentDown
from connector.sandbox.hubspot import Fault, FaultKind
from connector.store.base import State

from tests.world import World, somebody

MINUTE = timedelta(minutes=1)
TASKS = "/crm/objects/2026-03/tasks/batch/create"
STAGES = "/crm/objects/2026-03/contacts/batch/update"


def asked(tmp_path: Path, *, unique: bool = False) -> World:
    """Return a world in which Ann has just asked for a demo and nothing was synced since."""
    (tmp_path / "w").mkdir()
    world = World(tmp_path / "w", [somebody("ann")], unique=unique)
    world.sync()
    world.later(5 * MINUTE)
    world.engage("ann")
    return world


def settled(world: World) -> None:
    """Sync until the quiet time of every unknown write has passed twice."""
    for _ in range(4):
        world.sync()
        world.later(MINUTE)


def end(world: World) -> None:
    """One stage, one task, nothing under way."""
    assert world.stage("ann") == "salesqualifiedlead"
    assert len(world.tasks("ann")) == 1
    assert {one.state for one in world.effects()} == {State.DONE}


def test_an_answer_that_never_came_is_looked_up(tmp_path: Path) -> None:
    """The task was made, the connection broke before the answer: it is found through its contact and adopted."""
    world = asked(tmp_path)
    world.portal.faults.add(Fault(FaultKind.RESET, method="POST", path=TASKS, applied=True, times=1))
    world.sync()
    assert [type(one.outcome) for one in world.events if isinstance(one, Tried)].count(Unknown) == 1
    settled(world)
    end(world)


def test_a_write_that_never_arrived_is_sent_again(tmp_path: Path) -> None:
    """The connection broke before anything was applied: after the quiet time it is certain, and it goes again."""
    world = asked(tmp_path)
    world.portal.faults.add(Fault(FaultKind.RESET, method="POST", path=TASKS, applied=False, times=1))
    settled(world)
    end(world)


def test_an_unknown_write_rests_before_it_is_looked_up(tmp_path: Path) -> None:
    """A write that arrives late, within the quiet time, is still found: looking at once would make a second task."""
    world = asked(tmp_path)
    world.portal.faults.add(
        Fault(FaultKind.LATE, method="POST", path=TASKS, times=1, after=timedelta(milliseconds=800))
    )
    settled(world)
    end(world)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
def test_a_server_error_may_mean_anything(tmp_path: Path, status: int) -> None:
    """An error of the server after a write may have applied it: looked up, then done, once."""
    world = asked(tmp_path)
    world.portal.faults.add(Fault(FaultKind.ANSWER, status=status, method="POST", path=TASKS, applied=True, times=1))
    settled(world)
    end(world)


def test_an_unknown_stage_is_read_back(tmp_path: Path) -> None:
    """A stage write without an answer is read back, and the task did not wait for it."""
    world = asked(tmp_path)
    world.portal.faults.add(Fault(FaultKind.RESET, method="POST", path=STAGES, applied=True, times=2))
    world.sync()
    assert len(world.tasks("ann")) == 1
    settled(world)
    end(world)


def test_too_many_requests_cost_no_task(tmp_path: Path) -> None:
    """A 429 was certainly not performed: it goes again by itself, in the same pass."""
    world = asked(tmp_path)
    world.portal.faults.add(Fault(FaultKind.ANSWER, status=429, method="POST", path=TASKS, times=1))
    settled(world)
    end(world)


def test_a_refused_row_is_parked_with_the_vendors_words(tmp_path: Path) -> None:
    """A 400 parks the write with HubSpot's sentence; everything else goes on."""
    world = asked(tmp_path)
    world.portal.faults.add(Fault(FaultKind.ANSWER, status=400, method="POST", path=TASKS, times=50))
    done = world.sync()
    for _ in range(3):
        world.later(MINUTE)
        again = world.sync()
        done.rejected += again.rejected
    assert done.rejected == 1
    assert world.stage("ann") == "salesqualifiedlead"
    (parked,) = [one for one in world.effects() if one.state == State.PARKED]
    assert parked.reason
    world.portal.faults.clear()
    with world.store.writing() as tx:
        tx.retry([parked.id], world.clock())
    settled(world)
    assert len(world.tasks("ann")) == 1


def test_a_crm_that_is_down_loses_nothing(tmp_path: Path) -> None:
    """Nothing can be read: the pass says so once, the next ones go on from the same cursor, and then all is there."""
    world = asked(tmp_path)
    world.portal.faults.add(Fault(FaultKind.RESET, applied=False, times=100_000))
    for _ in range(3):
        done = world.sync()
        assert set(done.down) == {"hubspot"}
        world.later(10 * MINUTE)
    assert len([one for one in world.events if isinstance(one, WentDown)]) == 1
    world.portal.faults.clear()
    settled(world)
    end(world)
    assert len([one for one in world.events if isinstance(one, CameBack)]) == 1


def test_a_crm_that_goes_down_while_we_write_blames_no_write(tmp_path: Path) -> None:
    """The look before the write fails: the writes wait, untried, and go when it is back."""
    world = asked(tmp_path)
    world.portal.faults.add(
        Fault(FaultKind.ANSWER, status=401, method="POST", path="/crm/objects/2026-03/contacts/batch/read", times=50)
    )
    done = world.sync()
    assert done.down["hubspot"].kind == "credentials"
    assert {one.attempts for one in world.effects()} == {0}
    world.portal.faults.clear()
    world.later(10 * MINUTE)
    settled(world)
    end(world)


def test_a_token_refused_at_the_write_itself_costs_no_task(tmp_path: Path) -> None:
    """The look goes through, the write is refused with the credentials: nothing was performed, and it goes later."""
    world = asked(tmp_path)
    world.portal.faults.add(Fault(FaultKind.ANSWER, status=401, method="POST", path=TASKS, times=50))
    done = world.sync()
    assert done.down["hubspot"].kind == "credentials"
    assert {one.attempts for one in world.effects() if one.slot.startswith("task")} == {0}
    world.portal.faults.clear()
    world.later(10 * MINUTE)
    settled(world)
    end(world)
