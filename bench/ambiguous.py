"""
What the write protocol buys: tasks doubled and lost when three writes in ten are ambiguous, by strategy.

The real engine, adapter and store write to a simulated HubSpot under a virtual clock. People ask for a demo in small
groups; of the requests that make tasks some are refused, fail with or without having been carried out, lose their
answer, are carried out up to 90 s after the connection broke, or die with the process. The same people, the same faults
and the same portal then meet a connector that sends again whatever is unclear, and one that asks the search index
first, which is what most integrations do. Judged by three ledgers that know nothing of each other: who was let ask,
what the portal noted, what the store holds.

`python -m bench.ambiguous [EFFECTS]`
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from connector.adapters.base import Adapter, Permit
from connector.commands import Command, CreateTask, Done, Outcome, Retry, Unknown
from connector.engine import Engine
from connector.sandbox.hubspot import Fault, FaultKind
from connector.sandbox.inprocess import InProcess
from connector.store.base import State

from bench.rows import note
from tests.killing import Killed
from tests.world import World, somebody

_TASKS: Final = "/crm/objects/2026-03/tasks/batch/"
_SEARCH: Final = "https://api.hubapi.com/crm/objects/2026-03/tasks/search"
_KEY: Final = "connector_key"
_GROUP: Final = 8
_PAUSE: Final = timedelta(seconds=20)
_MINUTE: Final = timedelta(minutes=1)
_HEALING: Final = 40
_DEATHS: Final = 0.03
"""Share of the task writes at which the process dies, half of them before the request leaves."""
FAULTS: Final = (
    Fault(FaultKind.ANSWER, status=429, path=_TASKS, times=None, share=0.12, retry_after=timedelta(seconds=2)),
    Fault(FaultKind.ANSWER, status=502, path=_TASKS, times=None, share=0.05, applied=False),
    Fault(FaultKind.RESET, path=_TASKS, times=None, share=0.05, applied=True),
    Fault(FaultKind.ANSWER, status=500, path=_TASKS, times=None, share=0.05, applied=True),
    Fault(FaultKind.RESET, path=_TASKS, times=None, share=0.05, applied=False),
    *(
        Fault(FaultKind.LATE, path=_TASKS, times=None, share=0.017, after=timedelta(seconds=span))
        for span in (2, 15, 30, 50, 70, 90)
    ),
)
"""Three in ten of the writes that are not refused with 429 are ambiguous; each share is of what passed those before."""


class Blind:
    """An adapter that takes what is unclear for not done, as a plain retry does."""

    def __init__(self, adapter: Adapter) -> None:
        """Stand before *adapter*."""
        self._adapter = adapter

    def apply(self, commands: Sequence[Command], permit: Permit) -> tuple[Outcome, ...]:
        """Write, and send again whatever is unclear."""
        outcomes = self._adapter.apply(commands, permit)
        return tuple(Retry(one.reason, timedelta(seconds=1)) if isinstance(one, Unknown) else one for one in outcomes)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of the port
        """Hand everything else on."""
        return getattr(self._adapter, name)


class Searching(Blind):
    """An adapter that searches for a task by its key before it makes one."""

    def __init__(self, adapter: Adapter, pool: InProcess) -> None:
        """Stand before *adapter*; search over *pool*."""
        super().__init__(adapter)
        self._pool = pool

    @override
    def apply(self, commands: Sequence[Command], permit: Permit) -> tuple[Outcome, ...]:
        """Write those that the index does not know."""
        found = {one.key: self._found(one.key) for one in commands if isinstance(one, CreateTask)}
        left = [one for one in commands if not found.get(one.key)]
        sent = iter(super().apply(left, permit) if left else ())
        return tuple(Done(found[one.key]) if found.get(one.key) else next(sent) for one in commands)

    def _found(self, key: str) -> str:
        """Return the task that the index has under *key*, "" for none."""
        filters = [{"propertyName": _KEY, "operator": "EQ", "value": key}]
        asked = json.dumps({"filterGroups": [{"filters": filters}], "properties": [_KEY], "limit": 1}).encode()
        headers = {"Authorization": "Bearer t", "Content-Type": "application/json"}
        answer = json.loads(self._pool.request("POST", _SEARCH, body=asked, headers=headers).data)
        return str(answer["results"][0]["id"]) if answer["results"] else ""


class Deadly(InProcess):
    """A way to the portal on which the process may die before a task write leaves, or before its answer is read."""

    chance: random.Random | None = None

    @override
    def request(self, method: str, url: str, *args: Any, **rest: Any) -> Any:
        """Carry one request over, or die beside it."""
        fate = self.chance.random() if self.chance is not None and _TASKS in url else 1.0
        if fate < _DEATHS / 2:
            raise Killed
        answer = super().request(method, url, *args, **rest)
        if fate < _DEATHS:
            raise Killed
        return answer


@dataclass(frozen=True, slots=True)
class Strategy:
    """How unclear writes are met; *unique* says whether the portal takes a task's key only once."""

    name: str
    unique: bool
    adapted: Callable[[Adapter, InProcess], Any] | None = None


STRATEGIES: Final = (
    Strategy("tier A: unique key", unique=True),
    Strategy("tier B: strong read after the quiet time", unique=False),
    Strategy("search first, then create", unique=False, adapted=Searching),
    Strategy("send again what is unclear", unique=False, adapted=lambda adapter, _pool: Blind(adapter)),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run went: requests for each effect, virtual hours, faults that struck."""

    calls: float
    hours: float
    struck: int


@dataclass(frozen=True, slots=True)
class Met:
    """What one strategy came to: people who asked, tasks too many and too few, stages not as they should be."""

    strategy: str
    effects: int
    doubled: int
    lost: int
    wrong: int
    ran: Ran


def met(strategy: Strategy, effects: int, folder: Path, seed: int = 1) -> Met:
    """Let *effects* people ask for a demo under faults, heal, and count."""
    folder.mkdir()
    names = [f"p{number}" for number in range(effects)]
    quiet = {'quiet = "1 second"': 'quiet = "2 minutes"\nworkers = 1', "[delivery]\n": _NO_BRAKES + "[delivery]\n"}
    world = World(folder, (somebody(name) for name in names), changes=quiet, lag=True, unique=strategy.unique)
    world.engine.adapters["hubspot"].prepare(dry=False)
    world.sync()
    world.later(5 * _MINUTE)
    pool = Deadly(world.portal)
    pool.chance = chance = random.Random(seed)
    world.engine = _adapted(world.start(pool), strategy, pool)
    began, before = world.clock(), world.portal.api_calls
    for fault in FAULTS:
        world.portal.faults.add(fault)
    for group in _groups(names, chance):
        for name in group:
            world.portal.engage(name, "form_submitted", world.clock(), {"form": "Demo request"})
            world.later(timedelta(milliseconds=100))
        _pass(world, strategy, pool)
        world.later(_PAUSE * chance.random() * 2)
    hours = (world.clock() - began).total_seconds() / 3600
    struck = len(world.portal.faults.struck)
    world.portal.faults.clear()
    pool.chance = None
    for _ in range(_HEALING):
        _pass(world, strategy, pool)
        world.later(_MINUTE)
    return _judged(strategy, world, names, Ran((world.portal.api_calls - before) / effects, hours, struck))


_NO_BRAKES: Final = "[brakes]\nstage_changes_per_run = 100000\ntasks_per_owner_per_day = 100000\n"


def _groups(names: Sequence[str], chance: random.Random) -> Iterator[Sequence[str]]:
    """Yield *names* in groups of one to some."""
    at = 0
    while at < len(names):
        size = chance.randint(1, _GROUP)
        yield names[at : at + size]
        at += size


def _pass(world: World, strategy: Strategy, pool: Deadly) -> None:
    """Do one pass; a process that dies is followed by another one."""
    try:
        world.sync()
    except Killed:
        world.engine = _adapted(world.start(pool), strategy, pool)


def _adapted(engine: Engine, strategy: Strategy, pool: InProcess) -> Engine:
    """Return *engine* as *strategy* wants it."""
    if strategy.adapted is None:
        return engine
    return replace(engine, adapters={"hubspot": strategy.adapted(engine.adapters["hubspot"], pool)})


def _judged(strategy: Strategy, world: World, names: Sequence[str], ran: Ran) -> Met:
    """Compare who asked with what the portal noted and with what the store holds."""
    made = world.portal.journal.tasks_by_contact()
    counts = Counter({name: len(made.get(world.portal.contact_id(name), ())) for name in names})
    with world.store.reading() as look:
        states = Counter(one.state for one in look.effects(limit=10_000_000))
    open_ends = sum(count for state, count in states.items() if state not in {State.DONE, State.DROPPED})
    return Met(
        strategy=strategy.name,
        effects=len(names),
        doubled=sum(max(count - 1, 0) for count in counts.values()),
        lost=sum(not counts[name] for name in names),
        wrong=sum(world.stage(name) != "salesqualifiedlead" for name in names) + open_ends,
        ran=ran,
    )


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 when the protocol doubled or lost anything."""
    effects = int(arguments[0]) if arguments else 20_000
    print("| strategy | effects | doubled | per 100,000 | lost | left wrong | faults struck | calls per effect |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    bad = 0
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as folder:
        for number, strategy in enumerate(STRATEGIES):
            one = met(strategy, effects, Path(folder) / str(number))
            per = one.doubled * 100_000 / one.effects
            note(f"{one.strategy}: {one.ran.hours:.1f} virtual hours")
            print(
                f"| {one.strategy} | {one.effects:,} | {one.doubled:,} | {per:,.0f} | {one.lost:,} | {one.wrong:,} "
                f"| {one.ran.struck:,} | {one.ran.calls:.2f} |",
                flush=True,
            )
            bad += strategy.adapted is None and bool(one.doubled or one.lost or one.wrong)
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
