"""
Requests of a pass, under a virtual clock and with the index lag of a real portal, so that the counts never vary.

Only contacts are mapped. A pass for changed contacts begins when the index knows them all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.sandbox.hubspot import Portal
from connector.sandbox.inprocess import InProcess
from connector.sync import Pass, sync

from bench import crowd
from bench.engines import configuration, started
from bench.rows import Row, note, printed
from bench.shifted import PAUSE, SETTLED
from tests.clock import VirtualClock

BASE: Final = 20_000
FEW: Final = 200
MANY: Final = 2_000
QUALIFIED: Final = 2_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many contacts there are, and how many change or qualify."""

    base: int = BASE
    few: int = FEW
    many: int = MANY
    qualified: int = QUALIFIED


class Desk:
    """A portal with the crowd in it, fully loaded by a connector, both under one virtual clock."""

    def __init__(self, folder: Path, base: int) -> None:
        """Load everybody and let the overlap pass."""
        self.clock = VirtualClock()
        self.portal = Portal(crowd.people(base, self.clock()), clock=self.clock, seed=1, limits="off")
        self.portal.limits.calls.most = 1_000_000
        transports = {"hubspot": InProcess(self.portal)}
        self._engine = started(configuration(folder), self.clock, transports)
        self.first = self.sync()
        self.clock.advance(SETTLED)
        self.sync()

    def sync(self) -> Pass:
        """Do one pass."""
        return sync(self._engine, self.clock.sleep)

    def spread(self, people: range, kind: str, form: str = "") -> None:
        """Let each of *people* do something, one after the other between two passes, and the index catch up."""
        for number in people:
            self.clock.advance(PAUSE / len(people))
            self.portal.engage(crowd.name(number), kind, None, {"form": form} if form else {})
        self.clock.advance(SETTLED)


def calls(done: Pass) -> int:
    """Return the requests of a pass."""
    return sum(done.api_calls.values())


def looked(desk: Desk) -> Row:
    """Count a pass without any change."""
    desk.clock.advance(PAUSE)
    done = desk.sync()
    return Row("calls_nothing_changed", calls(done), done.changed == 0 and done.pulled == 0 and not done.down)


def changed(desk: Desk, name: str, people: range) -> Row:
    """Count a pass after each of *people* viewed a page: all are read and judged, nobody qualifies."""
    desk.spread(people, "page_viewed")
    done = desk.sync()
    sound = done.changed == done.evaluated == len(people) and done.delivered == 0 and not done.down
    note(f"{name}: {done.pulled} rows read, {done.changed} changed, {done.evaluated} judged, {calls(done)} calls")
    return Row(name, calls(done), sound)


def qualified(desk: Desk, people: range) -> Row:
    """Count the pass in which each of *people* becomes SQL: everything it takes, from the search to the task."""
    desk.spread(people, "form_submitted", "Demo request")
    done = desk.sync()
    made = desk.portal.journal.tasks_by_contact()
    sound = len(made) == len(people) and done.delivered == 3 * len(people) and not done.down
    note(f"calls_per_qualified: {calls(done)} calls, {len(made)} tasks, {done.delivered} writes")
    return Row("calls_per_qualified", round(calls(done) / len(people), 4), sound)


def measured(sizes: Sizes, folder: Path) -> list[Row]:
    """Return all rows of this subject."""
    desk = Desk(folder, sizes.base)
    rows: list[Callable[[], Row]] = [
        lambda: looked(desk),
        lambda: changed(desk, "calls_200_of_20000", range(sizes.few)),
        lambda: changed(desk, "calls_2000_of_20000", range(sizes.few, sizes.few + sizes.many)),
        lambda: qualified(desk, range(sizes.qualified)),
    ]
    return [row() for row in rows]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as made_folder:
        raise SystemExit(printed(measured(Sizes(), Path(made_folder))))
