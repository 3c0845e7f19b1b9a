"""
One lead's journey, killed at every I/O point and run again, always ends the same: one task, one stage, nothing lost.

Exhaustive first: the points are counted by a run that lives, then every one of them is a death of its own.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from connector.model import Actor, Stage
from connector.sandbox.inprocess import InProcess
from connector.store import open_store
from connector.store.base import State

from tests.killing import Fate, Killed, MortalPool, MortalStore
from tests.world import World, somebody

MINUTE = timedelta(minutes=1)


class Journey:
    """Ann asks for a demo; whatever happens to the process on the way, the end is the same."""

    def __init__(self, folder: Path, *, unique: bool = True) -> None:
        """Open the world and load the base, alive."""
        folder.mkdir()
        people = [somebody("ann"), somebody("ben")]
        self.world = World(folder, people, changes={"[delivery]": "[delivery]\nworkers = 1"}, unique=unique)
        self.world.sync()
        self.world.later(5 * MINUTE)
        self.world.engage("ann")
        self.world.engage("ben", "page_viewed", times=4)

    def walk(self, fate: Fate) -> None:
        """Do one pass of a process that may die on the way."""
        world = self.world
        store = open_store(world.config.store_url)
        world.store = MortalStore(store, fate)
        try:
            pool = MortalPool(InProcess(world.portal), fate)
            world.engine = world.start(pool)
            world.sync()
        finally:
            store.close()
            world.store = open_store(world.config.store_url)

    def recover(self) -> None:
        """Start again, alive, and let the quiet time of unknown writes pass."""
        for _ in range(3):
            self.world.engine = self.world.start()
            self.world.sync()
            self.world.later(MINUTE)

    def judge(self) -> None:
        """The CRM's own journal and our ledger say the same, once."""
        world = self.world
        assert world.stage("ann") == "salesqualifiedlead"
        assert world.stage("ben") == "marketingqualifiedlead"
        assert len(world.tasks("ann")) == 1
        assert world.tasks("ben") == []
        stages = world.portal.journal.stages_set()
        written = [value for actor, value in stages[world.portal.contact_id("ann")] if actor == "api"]
        assert written == ["salesqualifiedlead"]
        with world.store.reading() as look:
            ours = [(one.person_id, one.target) for one in look.transitions() if one.actor == Actor.CONNECTOR]
        assert len(ours) == len(set(ours)) == 3
        assert {target for _, target in ours} == {Stage.MQL, Stage.SQL}
        assert {one.state for one in world.effects()} <= {State.DONE, State.DROPPED}


def points(folder: Path, *, unique: bool = True) -> int:
    """Return how many I/O points the journey of a process that lives has."""
    journey = Journey(folder, unique=unique)
    fate = Fate()
    journey.walk(fate)
    journey.judge()
    return fate.passed


def dies_while_writing(folder: Path) -> None:
    """The second half of the journey, last point first: where writes leave; for mutants of the protocol."""
    dies_everywhere(folder, first=0.5, step=-1)


def dies_while_deciding(folder: Path) -> None:
    """The middle of the journey: where verdicts are stored; for a mutant of the evaluation."""
    dies_everywhere(folder, first=0.15, last=0.5)


def dies_everywhere(
    folder: Path, *, unique: bool = False, first: float = 0.0, last: float = 1.0, step: int = 1
) -> None:
    """Every request and every commit is a place to die, before and after it."""
    count = points(folder / "alive", unique=unique)
    assert count > 50
    for at in range(1 + int(count * first), int(count * last) + 1)[::step]:
        journey = Journey(folder / str(at), unique=unique)
        with pytest.raises(Killed):
            journey.walk(Fate(at))
        journey.recover()
        try:
            journey.judge()
        except AssertionError as wrong:
            message = f"killed at point {at} of {count}"
            raise AssertionError(message) from wrong


def test_killed_at_every_point_and_run_again_it_ends_the_same(tmp_path: Path) -> None:
    """Where the task's key is unique in the CRM (tier A)."""
    dies_everywhere(tmp_path, unique=True)


def test_without_a_unique_key_it_ends_the_same(tmp_path: Path) -> None:
    """Where tasks are found only through their contact (tier B)."""
    dies_everywhere(tmp_path)


def test_killed_twice_it_ends_the_same(tmp_path: Path) -> None:
    """The process that recovers may die as well: every third pair of points of the journey."""
    count = points(tmp_path / "alive")
    for at in range(1, count + 1, 3):
        journey = Journey(tmp_path / str(at))
        with pytest.raises(Killed):
            journey.walk(Fate(at))
        second = Fate(max(1, at // 2))
        with suppress(Killed):
            journey.walk(second)
        journey.recover()
        journey.judge()
