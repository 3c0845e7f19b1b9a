"""Writes that waited: behind a brake for days, or for a store that somebody else kept busy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from connector.sandbox.inprocess import InProcess
from connector.store.base import Reading, State, Store, StoreBusy, Writing

from tests.world import World, somebody

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def asked(tmp_path: Path, **changes: str) -> World:
    """Return a world in which Ann has just asked for a demo."""
    world = World(tmp_path, [somebody("ann")], changes=changes)
    world.sync()
    world.later(5 * MINUTE)
    world.engage("ann")
    return world


def test_a_task_released_days_later_is_due_then(tmp_path: Path) -> None:
    """A brake held it for three days: the rep gets four business hours from now, not a task that is late already."""
    world = asked(tmp_path, **{"[delivery]": "[brakes]\nstage_changes_per_run = 0\n[delivery]"})
    held = world.sync()
    assert held.held
    assert world.tasks("ann") == []
    world.later(3 * DAY)
    world.sync(stage_changes=10)
    (task,) = world.tasks("ann")
    now = world.clock()
    due = task["hs_timestamp"]
    assert now.isoformat()[:19] < due < (now + 2 * DAY).isoformat()


@dataclass
class BusyStore:
    """A store that another process keeps to itself, for the next so many tries to write."""

    inner: Store
    tries: int = 0

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read as ever."""
        with self.inner.reading() as look:
            yield look

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Write, unless somebody else does."""
        if self.tries:
            self.tries -= 1
            message = "another process writes"
            raise StoreBusy(message)
        with self.inner.writing() as tx:
            yield tx

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of the port
        """Hand everything else on."""
        return getattr(self.inner, name)


@dataclass
class Taken:
    """A pool after whose task writes the store is busy for a while."""

    inner: InProcess
    store: BusyStore

    def request(self, method: str, url: str, **rest: Any) -> Any:  # noqa: ANN401 - urllib3's own shape
        """Carry one request over."""
        answer = self.inner.request(method, url, **rest)
        if url.endswith("/tasks/batch/create"):
            self.store.tries = 5
        return answer


def test_an_outcome_is_offered_until_the_store_takes_it(tmp_path: Path) -> None:
    """The task was made while somebody else kept the store: what became of it is written down all the same."""
    world = asked(tmp_path, **{"[delivery]": "[delivery]\nworkers = 1"})
    busy = BusyStore(world.store)
    world.store = busy
    world.engine = world.start(Taken(InProcess(world.portal), busy))
    world.sync()
    assert busy.tries == 0
    assert len(world.tasks("ann")) == 1
    assert {one.state for one in world.effects()} == {State.DONE}
