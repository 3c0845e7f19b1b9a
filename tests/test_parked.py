"""What a system refuses is tried again when its record or its mapping is another one, and told once for each reason."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from connector.commands import CreateTask
from connector.events import Tried, Trouble
from connector.sandbox.hubspot import Fault, FaultKind
from connector.store.base import Effect, Refusals, State
from connector.troubles import grouped

from tests.broken import Mutant, surviving
from tests.world import World, somebody

HOUR: Final = timedelta(hours=1)
TASKS: Final = "/crm/objects/2026-03/tasks/batch/create"


def refused(folder: Path) -> World:
    """Return a world in which Ann's task was refused."""
    world = World(folder, [somebody("ann"), somebody("ben")])
    world.sync()
    world.later(HOUR)
    world.engage("ann")
    world.portal.faults.add(Fault(FaultKind.ANSWER, status=400, method="POST", path=TASKS, times=1000))
    world.sync()
    assert len(parked(world)) == 1
    return world


def parked(world: World) -> list[Effect]:
    """Return what is parked."""
    return [one for one in world.effects() if one.state == State.PARKED]


def tries(world: World) -> int:
    """Return how often a task was asked for."""
    return sum(isinstance(one, Tried) and isinstance(one.command, CreateTask) for one in world.events)


def passes(world: World, count: int = 3) -> None:
    """Do some passes, an hour apart."""
    for _ in range(count):
        world.later(HOUR)
        world.sync()


def rewrite(world: World, name: str) -> None:
    """Let a rep correct somebody's last name."""
    world.later(HOUR)
    world.portal.rep.set_values("contacts", world.portal.contact_id(name), {"lastname": "Corrected"})


def test_a_refusal_is_not_tried_again_while_nothing_changes(tmp_path: Path) -> None:
    """Not at each pass, not after a restart, and not because somebody else's record is another one."""
    world = refused(tmp_path)
    before = tries(world)
    rewrite(world, "ben")
    passes(world)
    world.engine = world.start()
    passes(world)
    assert tries(world) == before
    assert len(parked(world)) == 1


def test_a_changed_record_is_tried_again(tmp_path: Path) -> None:
    """Once, and for good where the reason is gone: one task, and nobody had to say a word."""
    world = refused(tmp_path)
    rewrite(world, "ann")
    passes(world)
    assert len(parked(world)) == 1, "refused again: it waits for the next change"
    world.portal.faults.clear()
    passes(world)
    assert world.tasks("ann") == []
    world.later(HOUR)
    world.portal.rep.set_values("contacts", world.portal.contact_id("ann"), {"lastname": "Right"})
    passes(world)
    assert parked(world) == []
    assert len(world.tasks("ann")) == 1


def test_a_changed_mapping_frees_what_was_refused_under_the_old_one(tmp_path: Path) -> None:
    """The admin mends the mapping: the next pass reads under it, and writes."""
    world = refused(tmp_path)
    world.portal.faults.clear()
    changes = {'last_name = "lastname"': 'last_name = { from = "lastname", default = "" }'}
    world.config = world.configured(changes)
    world.engine = world.start()
    passes(world)
    assert parked(world) == []
    assert len(world.tasks("ann")) == 1


def test_a_reason_is_told_when_it_begins_and_when_it_ends(tmp_path: Path) -> None:
    """Two refusals for one reason are one alert, said once; a restart says nothing again."""
    world = refused(tmp_path)
    world.later(HOUR)
    world.engage("ben")
    passes(world)
    world.engine = world.start()
    passes(world)
    (began,) = troubles(world)
    assert (began.system, began.count) == ("hubspot", 1)
    world.portal.faults.clear()
    with world.store.writing() as tx:
        assert tx.retry([one.id for one in parked(world)], world.clock()) == 2
    passes(world)
    assert troubles(world) == [began, Trouble("hubspot", began.effect_id)]


def troubles(world: World) -> list[Trouble]:
    """Return what was told of refusals."""
    return [one for one in world.events if isinstance(one, Trouble)]


def test_reasons_that_differ_by_numbers_are_one() -> None:
    """The vendor names a contact in each sentence: it is one trouble, and so is the fiftieth kind of sentence."""
    said = ("Contact 101 is gone", "Contact 7 is gone")
    two = [Refusals("hubspot", reason, count, count) for count, reason in enumerate(said, 1)]
    (one,) = grouped(two).values()
    assert one == Refusals("hubspot", said[0], 3, 1)
    assert len(grouped([*two, Refusals("crm", said[0], 1, 9)])) == 2
    many = grouped(Refusals("hubspot", "x" * number, 1, number) for number in range(1, 501))
    assert len(many) == 51
    assert sum(one.count for one in many.values()) == 500


HERE: Final = "tests/test_parked.py::test_"
MUTANTS: Final = (
    Mutant("connector.ingest", "    tx.unpark(batch.others)\n", "", f"{HERE}a_changed_record_is_tried_again"),
    Mutant(
        "connector.ingest",
        "    tx.unpark(batch.others)\n",
        "    tx.unpark_system(batch.system)\n",
        f"{HERE}a_refusal_is_not_tried_again_while_nothing_changes",
    ),
    Mutant(
        "connector.pull",
        "            tx.unpark_system(system)\n",
        "",
        f"{HERE}a_changed_mapping_frees_what_was_refused_under_the_old_one",
    ),
    Mutant(
        "connector.pull",
        "if tx.note(note) != mapped:",
        "if tx.note(note) is not None:",
        f"{HERE}a_refusal_is_not_tried_again_while_nothing_changes",
    ),
    Mutant(
        "connector.troubles",
        "    if told.keys() == now.keys():\n        return\n",
        "    told = {}\n",
        f"{HERE}a_reason_is_told_when_it_begins_and_when_it_ends",
    ),
    Mutant(
        "connector.troubles",
        '_NUMBER.sub("…", one.reason)',
        "one.reason",
        f"{HERE}reasons_that_differ_by_numbers_are_one",
    ),
)


def test_wrong_lines_are_noticed() -> None:
    """Each break fails a fact above."""
    assert surviving(MUTANTS) == []
