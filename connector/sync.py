"""
One pass: pull, evaluate, pass the brakes, deliver, look after what is unknown. Each step is safe to repeat.

The steps own no thread and never sleep; this module drives one pass of them and waits through `wait`, which is handed
in. A pass ends when nothing is left that could go within its patience.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from connector import brakes
from connector.adapters.base import AdapterDown
from connector.arrivals import take_arrivals
from connector.budget import Left
from connector.deliver import Delivered, deliver, probe
from connector.engine import Engine, register_agreement
from connector.evaluate import FEW, PEOPLE, evaluate
from connector.plan import Rules
from connector.pull import pull
from connector.reconcile import reconcile
from connector.store.base import Run, State
from connector.troubles import look_for_troubles

Wait = Callable[[timedelta], None]

PATIENCE: Final = timedelta(seconds=20)
"""A pass waits so long for a limit to pass or a write to be tried again; what needs longer is left to the next one."""
_NONE: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(slots=True)
class Pass:
    """
    What one pass came to; the keys of `sync --json`.

    Attributes:
        pulled: Rows that were read.
        changed: Rows that changed anything.
        evaluated: People who were judged.
        delivered: Writes that are true now.
        rejected: Writes that the vendor refused for good.
        dropped: Writes that a person in the CRM made pointless.
        unknown: Writes of which we do not know yet.
        quarantined: Rows that could not be mapped.
        waiting: Writes that go later.
        held: Writes that a brake holds, by brake.
        api_calls: Requests by system.
        seconds: Length of the pass.
        down: Why systems could not be reached, by system.
        budget: Where each system's share of the vendor's limits stood at the end.
        moving: People whose stages the brakes let go.
    """

    pulled: int = 0
    changed: int = 0
    evaluated: int = 0
    delivered: int = 0
    rejected: int = 0
    dropped: int = 0
    unknown: int = 0
    quarantined: int = 0
    waiting: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    api_calls: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    down: dict[str, AdapterDown] = field(default_factory=dict)
    budget: Mapping[str, Left] = field(default_factory=dict)
    moving: int = 0


def sync(engine: Engine, wait: Wait, allow: Mapping[str, int] = _NONE) -> Pass:
    """
    Do one pass.

    Args:
        engine: What the steps work with.
        wait: Called with how long to pause; sleeps, or moves a virtual clock.
        allow: A person's word for this pass: brake → limit.

    Raises:
        AgreementChanged: The agreement was edited without a new version.
    """
    began = engine.clock()
    before = calls(engine)
    with engine.store.writing() as tx:
        run_id = tx.start_run(Run(began, "sync"))
        engine.mend_clock(tx)
        if register_agreement(engine, tx):
            # Another agreement means another look at everybody; what they met before stays where it is (baseline).
            tx.touch_all(began)
    done = Pass()
    while not engine.stopping() and take_arrivals(engine).more:
        pass
    gather(engine, wait, done)
    judge_due(engine, wait, done, allow)
    send(engine, wait, done)
    if done.delivered or done.dropped:
        # What a rep did in the meantime was seen on the way out and is judged at once.
        judge_due(engine, wait, done, allow)
        send(engine, wait, done)
    summed_up(engine, done)
    done.api_calls = {name: total - before.get(name, 0) for name, total in calls(engine).items()}
    done.seconds = round((engine.clock() - began).total_seconds(), 3)
    with engine.store.writing() as tx:
        counts = as_json(done)
        engine.mend_clock(tx)
        tx.finish_run(Run(began, "sync", run_id, engine.clock(), counts, said(done)))
    return done


def unreached(engine: Engine, kind: str, before: Mapping[str, int] = _NONE) -> Pass:
    """Store and return the pass that could not begin, because a system is down that was never seen."""
    now = engine.clock()
    downs = {
        name: AdapterDown(state.reason, state.kind, state.until - engine.moment() if state.until else None)
        for name, state in engine.health.items()
        if state.down_since is not None
    }
    done = Pass(down=downs)
    summed_up(engine, done)
    done.api_calls = {name: total - before.get(name, 0) for name, total in calls(engine).items()}
    with engine.store.writing() as tx:
        run_id = tx.start_run(Run(now, kind))
        tx.finish_run(Run(now, kind, run_id, now, as_json(done), said(done)))
    return done


def said(done: Pass) -> str:
    """Return why systems could not be reached, in one line; empty when all could."""
    return "; ".join(f"{name}: {down.reason}" for name, down in done.down.items())


def gather(engine: Engine, wait: Wait, done: Pass) -> None:
    """Pull every stream of every system that can be reached, and reconcile what is due for it."""
    for name, adapter in engine.adapters.items():
        for stream in adapter.streams():
            while not engine.stopping():
                looked = pull(engine, name, stream)
                done.pulled += looked.rows
                done.changed += looked.new
                if looked.rest is not None:
                    wait(looked.rest)
                elif not _try_again(engine, wait, done, name, looked.down):
                    break
            if name in done.down:
                break
        if name not in done.down and not engine.stopping():
            while not engine.stopping() and _try_again(engine, wait, done, name, reconcile(engine, name)):
                pass


def _try_again(engine: Engine, wait: Wait, done: Pass, system: str, down: AdapterDown | None) -> bool:
    """Wait out a used-up share of the limits; anything else puts the system among those that are down."""
    if down is None:
        return False
    if down.kind == "budget" and down.after is not None and down.after <= PATIENCE:
        wait(down.after)
        return True
    engine.went_down(system, down.kind, down.reason, down.after)
    done.down[system] = down
    return False


def judge_due(engine: Engine, wait: Wait, done: Pass, allow: Mapping[str, int]) -> None:
    """Judge everybody who is due, then let the brakes decide what may go."""
    rules: Rules = engine.rules()
    while not engine.stopping():
        try:
            judged = evaluate(engine, rules, FEW if engine.give_way() else PEOPLE)
        except AdapterDown as down:
            if _try_again(engine, wait, done, engine.config.home.tasks, down):
                continue
            break
        done.evaluated += judged.people
        if not judged.more:
            break
    done.moving += brake(engine, allow, done.moving)


def brake(
    engine: Engine, allow: Mapping[str, int] = _NONE, moved: int = 0, people: Collection[int] | None = None
) -> int:
    """
    Release what the brakes let pass; the excess stays HELD under the brake's name.

    Args:
        engine: What the steps work with.
        allow: A person's word for this pass: brake → limit.
        moved: People whose stages this pass has let go before.
        people: Whose changes are weighed; everybody's when left out.

    Returns:
        How many more people's stages may go now.
    """
    with engine.store.writing() as tx:
        held = tx.effects(states=(State.HELD,), people=people, limit=1_000_000)
        if not held:
            return 0
        today = tx.tasks_today(engine.start_of_day())
        weighed = brakes.weigh(held, engine.config.brakes, allow, today, moved)
        tx.release(weighed.release, engine.clock())
        tx.hold(weighed.hold)
    return weighed.moving


def send(engine: Engine, wait: Wait, done: Pass) -> None:
    """Deliver until nothing can go within the patience of a pass, with the configured number of requests at once."""
    for name in engine.adapters:
        if engine.stopping() or (name in done.down and done.down[name].kind != "budget"):
            continue
        workers = engine.config.delivery.workers
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix=f"deliver-{name}") as pool:
            sums = list(pool.map(lambda _n, system=name: _until_idle(engine, wait, system), range(workers)))
        for one in sums:
            done.delivered += one.done
            done.rejected += one.parked
            done.dropped += one.dropped
        state = engine.health.get(name)
        if state is not None and state.down_since is not None:
            done.down[name] = AdapterDown(state.reason, state.kind)


def _until_idle(engine: Engine, wait: Wait, system: str) -> Delivered:
    """Deliver and probe until nothing can go within the patience."""
    total = Delivered()
    waited = timedelta()
    while not engine.stopping():
        step = deliver(engine, system)
        total = total.plus(step)
        if not step.idle:
            waited = timedelta()
            continue
        probed = probe(engine, system)
        total = total.plus(probed)
        if not probed.idle:
            continue
        pause = step.wait
        if pause is None or waited + pause > PATIENCE:
            return total
        wait(pause)
        waited += pause
    return total


def summed_up(engine: Engine, done: Pass) -> None:
    """Fill in what is waiting, held, unknown and put aside, as the store has it now; tell what is refused anew."""
    look_for_troubles(engine)
    with engine.store.reading() as look:
        backlog = look.backlog()
        done.held = look.held_by_brake()
        done.quarantined = look.quarantined_count()
    states: Counter[State] = Counter()
    for (_, state), count in backlog.items():
        states[state] += count
    done.unknown = states[State.UNKNOWN] + states[State.INFLIGHT]
    done.waiting = states[State.PENDING] + done.unknown
    done.budget = {name: budget.left() for name, budget in engine.budgets.items()}


def calls(engine: Engine) -> dict[str, int]:
    """Return how many requests each system was asked since the process began."""
    return {name: budget.left().asked for name, budget in engine.budgets.items()}


def as_json(done: Pass) -> dict[str, object]:
    """Return the pass as `sync --json` prints it."""
    return {
        "pulled": done.pulled,
        "changed": done.changed,
        "evaluated": done.evaluated,
        "delivered": done.delivered,
        "rejected": done.rejected,
        "dropped": done.dropped,
        "unknown": done.unknown,
        "quarantined": done.quarantined,
        "waiting": done.waiting,
        "held": dict(done.held),
        "api_calls": dict(done.api_calls),
        "seconds": done.seconds,
        "down": {name: {"kind": down.kind, "reason": down.reason} for name, down in done.down.items()},
        "budget": {
            name: {"used_today": left.used_today, "ours_today": left.most_today, "left_today": left.vendor_left_today}
            for name, left in done.budget.items()
        },
    }


def merged(first: Pass, second: Pass) -> Pass:
    """Return two passes as one, the later word on what waits."""
    return replace(
        second,
        pulled=first.pulled + second.pulled,
        changed=first.changed + second.changed,
        evaluated=first.evaluated + second.evaluated,
        delivered=first.delivered + second.delivered,
        rejected=first.rejected + second.rejected,
        dropped=first.dropped + second.dropped,
        seconds=first.seconds + second.seconds,
    )
