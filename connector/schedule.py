"""
The daemon's loop: passes on schedule, deliveries as soon as something may go, one clean end.

APScheduler only wakes; every decision about what is due is the steps' own. Times of day belong to the configuration.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from connector.deliver import deliver, probe
from connector.engine import Engine, register_agreement
from connector.store.base import Run
from connector.sync import Pass, as_json, calls, gather, judge_due, summed_up

HEARTBEAT: Final = "heartbeat"
"""Note that holds when the loop was last alive."""
BEAT: Final = timedelta(seconds=10)
_IDLE: Final = timedelta(seconds=5)


@dataclass(slots=True)
class Loop:
    """
    What the daemon's threads share.

    Attributes:
        engine: What the steps work with.
        stop: Set once; every wait ends at once.
        due: Set when a pass is wanted.
        writes: Set when something may be delivered.
        on_pass: Told about each finished pass.
    """

    engine: Engine
    stop: threading.Event = field(default_factory=threading.Event)
    due: threading.Event = field(default_factory=threading.Event)
    writes: threading.Event = field(default_factory=threading.Event)
    on_pass: Callable[[Pass], None] = lambda _done: None

    def wait(self, pause: timedelta) -> None:
        """Wait, but not beyond the end."""
        self.stop.wait(pause.total_seconds())


def run(loop: Loop) -> None:
    """Run until `loop.stop` is set; what is under way is finished, nothing new begins."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        loop.due.set,
        IntervalTrigger(seconds=int(loop.engine.config.every.total_seconds())),
        coalesce=True,
        misfire_grace_time=None,
        max_instances=1,
    )
    scheduler.add_job(
        lambda: beat(loop.engine), IntervalTrigger(seconds=int(BEAT.total_seconds())), misfire_grace_time=None
    )
    beat(loop.engine)
    loop.due.set()
    threads = [
        threading.Thread(target=_deliveries, args=(loop, name), name=f"deliver-{name}-{number}", daemon=True)
        for name in loop.engine.adapters
        for number in range(loop.engine.config.delivery.workers)
    ]
    scheduler.start()
    for thread in threads:
        thread.start()
    try:
        _passes(loop)
    finally:
        scheduler.shutdown(wait=False)
        loop.stop.set()
        loop.writes.set()
        for thread in threads:
            thread.join(timeout=30)


def beat(engine: Engine) -> None:
    """Let the store know that the loop is alive."""
    with engine.store.writing() as tx:
        tx.save_note(HEARTBEAT, engine.clock().isoformat())


def one_round(loop: Loop) -> Pass:
    """Pull, judge, pass the brakes; deliveries go on beside it."""
    engine = loop.engine
    began = engine.clock()
    before = calls(engine)
    done = Pass()
    with engine.store.writing() as tx:
        run_id = tx.start_run(Run(began, "run"))
        if register_agreement(engine, tx):
            tx.touch_all(began)
    gather(engine, loop.wait, done)
    judge_due(engine, loop.wait, done, {})
    loop.writes.set()
    summed_up(engine, done)
    done.api_calls = {name: total - before.get(name, 0) for name, total in calls(engine).items()}
    done.seconds = round((engine.clock() - began).total_seconds(), 3)
    with engine.store.writing() as tx:
        error = "; ".join(f"{name}: {down.reason}" for name, down in done.down.items())
        tx.finish_run(Run(began, "run", run_id, engine.clock(), as_json(done), error))
    return done


def _passes(loop: Loop) -> None:
    """Do a pass whenever one is due: on schedule, at once when asked, and when somebody's time has come."""
    while not loop.stop.is_set():
        loop.due.wait(timeout=_until_somebody_is_due(loop.engine).total_seconds())
        if loop.stop.is_set():
            return
        loop.due.clear()
        loop.on_pass(one_round(loop))


def _until_somebody_is_due(engine: Engine) -> timedelta:
    """Return how long the next pass may wait; never longer than the schedule."""
    with engine.store.reading() as look:
        due = look.next_due()
    if due is None:
        return engine.config.every
    return min(max(due - engine.clock(), timedelta(seconds=1)), engine.config.every)


def _deliveries(loop: Loop, system: str) -> None:
    """Deliver and probe for one system until the end; wait for a write, a limit, or a system to come back."""
    while not loop.stop.is_set():
        step = deliver(loop.engine, system)
        if not step.idle:
            if step.dropped:
                # A person in the CRM moved first: what follows from that is judged now, not at the next pass.
                loop.due.set()
            continue
        probed = probe(loop.engine, system)
        if not probed.idle:
            continue
        pause = min(step.wait or _IDLE, _IDLE)
        loop.writes.wait(timeout=pause.total_seconds())
        loop.writes.clear()
