"""The wall clock jumps while everything goes on: nothing lost, nothing twice, nobody rests for thirty years (R9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final

import pytest
from typing_extensions import override

from connector.assemble import assemble, ready
from connector.engine import Engine
from connector.sandbox.exchange import Request, Response
from connector.sandbox.hubspot import Fault, FaultKind, Portal
from connector.sandbox.inprocess import InProcess
from connector.steady import Watch, steady_clock
from connector.store.base import State

from tests.broken import Mutant, surviving
from tests.clock import START, VirtualClock
from tests.world import World, somebody

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
JUMPS: Final[Mapping[str, timedelta]] = MappingProxyType({
    "an hour on": HOUR,
    "an hour back": -HOUR,
    "a day on": DAY,
    "a day back": -DAY,
    "thirty years on": 30 * YEAR,
    "a year back": -YEAR,
    "a leap second": timedelta(seconds=-1),
})
NAMES = ("ann", "ben", "cleo", "dora")


@dataclass
class Dated:
    """The portal with the header by which real servers tell their time."""

    portal: Portal
    clock: VirtualClock
    at_task: list[Callable[[], None]] = field(default_factory=list)
    """What happens, once, as the first task arrives."""

    def handle(self, request: Request) -> Response:
        """Answer, and say when."""
        if self.at_task and request.method == "POST" and "/tasks/batch/create" in request.path:
            self.at_task.pop()()
        answer = self.portal.handle(request)
        return replace(answer, headers={**answer.headers, "Date": format_datetime(self.clock(), usegmt=True)})


class Jumpy(World):
    """A world whose machine has a wall clock of its own; the CRM's time, and spans, go on as they do."""

    offset: ClassVar[timedelta] = timedelta()

    def wall(self) -> datetime:
        """Return what the machine takes for the time."""
        return self.clock() + self.offset

    def jump(self, by: timedelta) -> None:
        """Set the machine's clock."""
        self.offset: timedelta = self.offset + by  # type: ignore[misc]

    @override
    def start(self, pool: object | None = None) -> Engine:
        """Return a new engine under the machine's clock."""
        return ready(
            assemble(
                self.config,
                store=self.store,
                clock=self.wall,
                steady=self.clock,
                tell=self.events.append,
                transports={"hubspot": pool or InProcess(Dated(self.portal, self.clock))},
            )
        )

    def read_up_to(self) -> dict[str, datetime]:
        """Return how far each stream was read."""
        with self.store.reading() as look:
            return {one.stream: one.as_of for one in look.cursors()}

    def all_done(self, *names: str) -> None:
        """Hold that each of *names* has the stage and one task, and that nothing waits."""
        assert [len(self.tasks(name)) for name in names] == [1] * len(names)
        assert [self.stage(name) for name in names] == ["salesqualifiedlead"] * len(names)
        assert {one.state for one in self.effects()} <= {State.DONE, State.DROPPED}


def opened(folder: Path, **changes: str) -> Jumpy:
    """Return a world with four leads, read once."""
    world = Jumpy(folder, [somebody(name) for name in NAMES], changes)
    world.sync()
    world.later(5 * timedelta(minutes=1))
    return world


def passes(world: Jumpy, count: int = 2) -> None:
    """Do a pass each five minutes; no stream may ever go back."""
    for _ in range(count):
        before = world.read_up_to()
        world.sync()
        after = world.read_up_to()
        assert all(after[stream] >= at for stream, at in before.items()), "a cursor went back"
        world.later(timedelta(minutes=5))


@pytest.mark.parametrize("by", JUMPS.values(), ids=list(JUMPS))
def test_a_jump_between_passes_and_back(tmp_path: Path, by: timedelta) -> None:
    """Who asks before, during and after the wrong time gets one task; at the latest once the clock is right again."""
    world = opened(tmp_path)
    world.engage("ann")
    passes(world)
    world.jump(by)
    world.engage("ben")
    passes(world)
    world.jump(-by)
    world.engage("cleo")
    passes(world)
    world.engage("dora")
    passes(world)
    world.all_done(*NAMES)


@pytest.mark.parametrize("by", JUMPS.values(), ids=list(JUMPS))
def test_a_jump_and_a_new_process(tmp_path: Path, by: timedelta) -> None:
    """A process that starts in the wrong time, and the one after it in the right one, lose nothing either."""
    world = opened(tmp_path)
    world.jump(by)
    world.engine = world.start()
    world.engage("ann")
    passes(world)
    world.jump(-by)
    world.engine = world.start()
    world.engage("ben")
    passes(world, 3)
    world.all_done("ann", "ben")


@pytest.mark.parametrize("by", JUMPS.values(), ids=list(JUMPS))
def test_a_jump_while_a_write_is_unknown(tmp_path: Path, by: timedelta) -> None:
    """The answer is lost in the wrong time: it is probed soon after the clock is right, and not sent again."""
    # One deliverer: another one, who looked at the clock before it jumped, may probe at once.
    world = opened(tmp_path, **{'quiet = "1 second"': 'quiet = "6 minutes"\nworkers = 1'})
    dated = Dated(world.portal, world.clock, [lambda: world.jump(by)])
    world.engine = world.start(InProcess(dated))
    world.engage("ann")
    world.portal.faults.add(Fault(FaultKind.RESET, method="POST", path="/tasks/batch/create", applied=True))
    world.sync()
    assert State.UNKNOWN in {one.state for one in world.effects()}
    world.jump(-by)
    passes(world, 3)
    world.all_done("ann")


@pytest.mark.parametrize("by", JUMPS.values(), ids=list(JUMPS))
def test_a_jump_while_the_system_is_away(tmp_path: Path, by: timedelta) -> None:
    """A CRM that said "later" in the wrong time is asked again when that is over, not in thirty years."""
    world = opened(tmp_path)
    world.jump(by)
    world.engage("ann")
    world.portal.faults.add(
        Fault(FaultKind.ANSWER, status=429, retry_after=timedelta(seconds=90), times=1, path="/crm/")
    )
    world.sync()
    world.jump(-by)
    world.later(timedelta(minutes=2))
    passes(world)
    world.all_done("ann")


def test_summer_time_begins_and_ends(tmp_path: Path) -> None:
    """Five-minute passes over the night in which Berlin's hour between two and three comes twice, and is left out."""
    world = opened(tmp_path)
    world.clock.set(datetime(2027, 3, 28, 0, 40, tzinfo=UTC))
    world.engage("ann")
    passes(world, 10)
    world.clock.set(datetime(2027, 10, 31, 0, 40, tzinfo=UTC))
    world.engage("ben")
    passes(world, 20)
    world.all_done("ann", "ben")


def test_a_machine_that_slept_twelve_hours(tmp_path: Path) -> None:
    """Both clocks went on: a write that was claimed before the sleep is not sent on its old permit, and not lost."""
    world = opened(tmp_path)
    world.engage("ann")
    slept: list[str] = []

    class Sleepy(InProcess):
        """A transport under which the machine falls asleep before the first task leaves."""

        @override
        def request(self, method: str, url: str, *words: object, **more: object) -> object:  # type: ignore[override]
            """Sleep once, before a read that a task hangs on."""
            if not slept and "batch/read" in url:
                slept.append(url)
                world.later(timedelta(hours=12))
            return super().request(method, url, *words, **more)  # type: ignore[arg-type]

    world.engine = world.start(Sleepy(Dated(world.portal, world.clock)))
    passes(world, 3)
    assert slept
    world.all_done("ann")


def test_a_small_difference_is_no_jump() -> None:
    """Slewing and leap seconds are nothing; hours are, in both directions; an earlier process's later time as well."""
    watch = Watch()
    assert watch.jumped(START, START, "") == timedelta()
    assert watch.jumped(START + timedelta(seconds=31), START + timedelta(seconds=30), "") == timedelta()
    assert watch.jumped(START - HOUR, START + timedelta(minutes=1), "") < -HOUR
    assert watch.jumped(START, START + timedelta(minutes=1), "") > timedelta(minutes=50)
    assert Watch().jumped(START, START, (START + DAY).isoformat()) == -DAY
    assert Watch().jumped(START, START, (START - DAY).isoformat()) == timedelta(), "it was off, not wrong"


def test_the_steady_clock_counts() -> None:
    """It tells a time like the machine's, and never goes back."""
    steady = steady_clock()
    first = steady()
    assert first.tzinfo is not None
    assert timedelta() <= steady() - first < HOUR


def test_a_system_found_away_in_the_wrong_time_rests_half_a_minute(tmp_path: Path) -> None:
    """The rest of a system that is down is a span, whatever the wall clock does meanwhile."""
    world = opened(tmp_path)
    world.jump(30 * YEAR)
    world.engine.went_down("hubspot", "network", "refused", None)
    world.jump(-30 * YEAR)
    world.later(timedelta(seconds=29))
    assert world.engine.resting("hubspot") == timedelta(seconds=1)
    world.later(timedelta(seconds=2))
    assert world.engine.resting("hubspot") is None


def test_thirty_years_and_back(tmp_path: Path) -> None:
    """The largest jumps at every place, for the mutants."""
    test_a_system_found_away_in_the_wrong_time_rests_half_a_minute(tmp_path)
    for jump in ("thirty years on", "a year back"):
        for number, test in enumerate((
            test_a_jump_between_passes_and_back,
            test_a_jump_and_a_new_process,
            test_a_jump_while_a_write_is_unknown,
            test_a_jump_while_the_system_is_away,
        )):
            folder = tmp_path / f"{jump} {number}"
            folder.mkdir()
            test(folder, JUMPS[jump])


THIRTY = "tests.test_clock_jumps:test_thirty_years_and_back"
MUTANTS = (
    Mutant("connector.engine", "state.until = self.moment()", "state.until = self.clock()", THIRTY),
    Mutant("connector.steady", "        tx.bring_forward(wall, wall + quiet)\n", "        pass\n", THIRTY),
    Mutant("connector.steady", "        tx.touch_all(wall)\n", "        pass\n", THIRTY),
    Mutant("connector.assemble", "system.options, spans or clock", "system.options, clock", THIRTY),
    Mutant("connector.mapping.happenings", "known - look.now > _CLOCKS_APART", "look is None", THIRTY),
)


def test_every_mutant_is_noticed() -> None:
    """Each wrong line makes its test fail."""
    assert surviving(MUTANTS) == []
