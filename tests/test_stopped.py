"""A store that takes nothing for a while: what was sent is written down later, and nothing is sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from connector.deliver import deliver
from connector.store.base import Reading, State, Store, StoreStopped, Writing

from tests.broken import Mutant, surviving
from tests.test_waiting import asked
from tests.world import World


@dataclass
class StoppedStore:
    """A store on a disk that takes nothing, from the so-and-so-manieth write on."""

    inner: Store
    left: int = 1_000_000

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read as ever."""
        with self.inner.reading() as look:
            yield look

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Write while the disk takes it."""
        if self.left <= 0:
            message = "the disk is full"
            raise StoreStopped(message)
        self.left -= 1
        with self.inner.writing() as turn:
            yield turn

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the store has
        """Be the store in everything else."""
        return getattr(self.inner, name)


def delivered_with(folder: Path, writes: int) -> World:
    """Return a world whose disk took *writes* writes of the delivery, then nothing, then everything."""
    world = asked(folder)
    stopped = StoppedStore(world.store)
    world.engine = replace(world.engine, store=stopped)
    tries = 0
    while not world.tasks("ann") or any(one.state != State.DONE for one in world.effects()):
        tries += 1
        assert tries < 10, "it never came to its end"
        stopped.left = 1_000_000
        if tries > 1:
            world.sync()
            continue
        with world.store.writing() as tx:
            tx.release([one.id for one in tx.effects(states=(State.HELD,))], world.clock())
        world.engine = replace(world.engine, store=world.store)
        judged(world)
        world.engine = replace(world.engine, store=stopped)
        stopped.left = writes
        try:
            while not deliver(world.engine, "hubspot").idle:
                pass
        except StoreStopped:
            continue
    return world


def judged(world: World) -> None:
    """Pull and judge, so that writes wait; none is sent."""
    from connector.sync import Pass, gather, judge_due  # noqa: PLC0415 - a step of a pass, not the pass

    done = Pass()
    gather(world.engine, world.clock.sleep, done)
    judge_due(world.engine, world.clock.sleep, done, {})


@pytest.mark.parametrize("writes", range(8))
def test_whatever_write_the_disk_refuses_the_task_is_one(tmp_path: Path, writes: int) -> None:
    """Claim, look, INFLIGHT, settle: stopped at each of them, all is written once the disk takes it again."""
    world = delivered_with(tmp_path, writes)
    assert len(world.tasks("ann")) == 1
    assert world.stage("ann") == "salesqualifiedlead"
    assert {one.attempts for one in world.effects()} == {1}, "nothing was sent twice"


def test_what_was_answered_is_settled_without_a_probe(tmp_path: Path) -> None:
    """Every place where the disk can stop, in one: for the mutants."""
    for writes in range(8):
        folder = tmp_path / str(writes)
        folder.mkdir()
        world = delivered_with(folder, writes)
        assert len(world.tasks("ann")) == 1
        assert {one.attempts for one in world.effects()} == {1}


WHOLE = "tests.test_stopped:test_what_was_answered_is_settled_without_a_probe"
MUTANTS = (
    Mutant("connector.deliver", "                engine.debts.owe(write)\n", "", WHOLE),
    Mutant("connector.deliver", "engine.debts.owe(lambda tx: tx.unclaim(ids, engine.epoch))", "pass", WHOLE),
    Mutant("connector.deliver", "    engine.debts.pay(engine.store)\n", "", WHOLE),
    Mutant("connector.debts", "                    debt(tx)\n", "                    pass\n", WHOLE),
)


def test_every_mutant_is_noticed() -> None:
    """Each wrong line makes its test fail."""
    assert surviving(MUTANTS) == []
