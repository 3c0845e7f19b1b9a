"""
The daemon's loop: passes on schedule, what arrives at once, deliveries as soon as something may go, one clean end.

APScheduler only wakes; every decision about what is due is the steps' own. Times of day belong to the configuration.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from connector.adapters.base import AdapterDown
from connector.at_once import at_once
from connector.bell import Bell
from connector.deliver import Delivered, deliver, most_records, probe
from connector.engine import Engine, register_agreement
from connector.problems import ConfigurationInvalid
from connector.right_of_way import RightOfWay
from connector.store.base import Run, State, StoreBusy, StoreStopped
from connector.sync import Pass, as_json, calls, gather, judge_due, said, summed_up, unreached

HEARTBEAT: Final = "heartbeat"
"""Note that holds when the loop was last alive."""
BEAT: Final = timedelta(seconds=3)
"""A store that takes no more is found out by the next beat: not ready within five seconds."""
_IDLE: Final = timedelta(seconds=5)
_FIRST_WAIT: Final = timedelta(seconds=1)
_MOST_DOUBLINGS: Final = 16
_PLENTY: Final = 0.5
_LONGEST_LINGER: Final = timedelta(seconds=2)
_LONGEST_END: Final = timedelta(seconds=30)
"""How long a request that is under way is waited for at the end: longer than any time-out of an adapter."""


def _nothing_to_check(_engine: Engine) -> None:
    """Hold every CRM to be as the configuration needs it."""


def _unheard(_what: object) -> None:
    """Say nothing."""


@dataclass(slots=True)
class Loop:
    """
    What the daemon's threads share.

    Attributes:
        engine: What the steps work with.
        stop: Set once; every wait ends at once.
        due: Set when a pass is wanted.
        arrived: Set when a system has sent something.
        bells: Rung when something may be delivered, by system; only those that are written to have one.
        way: Claimed by what arrives, given by passes.
        fits: Set while the CRM is known to have what the configuration names; nothing is delivered before.
        check: Raises ConfigurationInvalid when the CRM lacks something, AdapterDown when it was never seen; asked
            before each pass.
        on_ready: Called once the loop is at work.
        on_begin: Told the number of a run that begins, and whether it pulls.
        on_pass: Told about each finished pass.
        on_lack: Told what the CRM has come to lack since the last pass; the first pass raises it instead.
        on_busy: Told that another process kept the database; the step is done again.
        on_stopped: Told once why nothing can be saved, and "" once it can be again.
        stopped: Why the last beat could not be saved; empty when it was.
        sent: What was delivered since the last pass ended.
        moved: People whose stages were let go since the last pass began.
        failure: What ended a thread against all expectation.
        lock: Guards `sent` and `moved`.
    """

    engine: Engine
    stop: threading.Event = field(default_factory=threading.Event)
    due: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    bells: dict[str, Bell] = field(init=False)
    way: RightOfWay = field(init=False)
    fits: threading.Event = field(default_factory=threading.Event)
    check: Callable[[Engine], None] = _nothing_to_check
    on_ready: Callable[[], None] = lambda: None
    on_begin: Callable[[int, bool], None] = lambda _run, _pulling: None
    on_pass: Callable[[Pass], None] = _unheard
    on_lack: Callable[[ConfigurationInvalid], None] = _unheard
    on_busy: Callable[[StoreBusy], None] = _unheard
    on_stopped: Callable[[str], None] = _unheard
    stopped: str = ""
    sent: Delivered = field(default_factory=Delivered)
    moved: int = 0
    failure: BaseException | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Hang up a bell for each system that is written to; let passes give way to what arrives."""
        self.way = RightOfWay(self.wait)
        self.engine = replace(self.engine, give_way=self.way.give)
        self.bells = {name: Bell() for name in self.engine.config.written_to}

    def wait(self, pause: timedelta) -> None:
        """Wait, but not beyond the end."""
        self.stop.wait(pause.total_seconds())

    def tell(self, *, for_all: bool = True) -> None:
        """Wake those who deliver, or one of them for each system."""
        for bell in self.bells.values():
            bell.ring(for_all=for_all)

    def end(self) -> None:
        """Let every thread come to its end."""
        self.stop.set()
        self.due.set()
        self.arrived.set()
        self.tell()


def run(loop: Loop) -> None:
    """
    Run until `loop.stop` is set; what is under way is finished, nothing new begins.

    Raises:
        ConfigurationInvalid: The CRM lacks what the configuration names, at the first look.
        AgreementChanged: The agreement was edited without a new version.
    """
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        loop.due.set,
        IntervalTrigger(seconds=max(int(loop.engine.config.every.total_seconds()), 1)),
        coalesce=True,
        misfire_grace_time=None,
        max_instances=1,
    )
    scheduler.add_job(
        lambda: _beat_on(loop), IntervalTrigger(seconds=int(BEAT.total_seconds())), misfire_grace_time=None
    )
    beat(loop.engine)
    loop.due.set()
    threads = [
        threading.Thread(target=_deliveries, args=(loop, name), name=f"deliver-{name}-{number}", daemon=True)
        for name in loop.engine.adapters
        # What is never written to may still have writes from before its mapping was another one: one looks after it.
        for number in range(loop.engine.config.delivery.workers if name in loop.bells else 1)
    ]
    if loop.engine.incoming:
        threads.append(threading.Thread(target=_arrivals, args=(loop,), name="arrivals", daemon=True))
        loop.arrived.set()
    scheduler.start()
    for thread in threads:
        thread.start()
    loop.on_ready()
    try:
        _passes(loop)
    finally:
        scheduler.shutdown(wait=False)
        loop.end()
        for thread in threads:
            thread.join(timeout=_LONGEST_END.total_seconds())
    if loop.failure is not None:
        raise loop.failure


def beat(engine: Engine) -> None:
    """Let the store know that the loop is alive."""
    with engine.store.writing() as tx:
        engine.mend_clock(tx)
        tx.save_note(HEARTBEAT, engine.clock().isoformat())


def _beat_on(loop: Loop) -> None:
    """Beat, and say when the store begins or ends to take nothing."""
    try:
        beat(loop.engine)
    except StoreStopped as stopped:
        told, loop.stopped = loop.stopped, str(stopped)
        if not told:
            loop.on_stopped(loop.stopped)
    except StoreBusy as busy:
        loop.on_busy(busy)
    else:
        if loop.stopped:
            loop.stopped = ""
            loop.on_stopped("")
            loop.due.set()


def _kept(loop: Loop, refused: StoreBusy | StoreStopped) -> None:
    """Say that a step found the store busy; that it takes nothing is said once, by the beat."""
    if isinstance(refused, StoreBusy):
        loop.on_busy(refused)


def one_round(loop: Loop, *, pulling: bool = True) -> Pass:
    """
    Look what the CRM offers, pull, judge, pass the brakes; deliveries go on beside it.

    Without *pulling* only those are judged whose time has come: nobody's silence may cost a request.
    """
    engine = loop.engine
    began = engine.clock()
    before = calls(engine)
    try:
        loop.check(engine)
    except AdapterDown:
        return unreached(engine, "run", before)
    done = Pass()
    with engine.store.writing() as tx:
        run_id = tx.start_run(Run(began, "run"))
        engine.mend_clock(tx)
        if register_agreement(engine, tx):
            tx.touch_all(began)
    loop.on_begin(run_id, pulling)
    # Nobody is judged, and nothing delivered, before the agreement's first instant is known.
    loop.fits.set()
    with loop.lock:
        loop.moved = 0
    if pulling:
        gather(engine, loop.wait, done)
    judge_due(engine, loop.wait, done, {})
    loop.tell()
    with loop.lock:
        loop.moved += done.moving
    summed_up(engine, done)
    with loop.lock:
        sent, loop.sent = loop.sent, Delivered()
    done.delivered, done.rejected, done.dropped = sent.done, sent.parked, sent.dropped
    done.api_calls = {name: total - before.get(name, 0) for name, total in calls(engine).items()}
    done.seconds = round((engine.clock() - began).total_seconds(), 3)
    with engine.store.writing() as tx:
        tx.finish_run(Run(began, "run", run_id, engine.clock(), as_json(done), said(done)))
    return done


def _passes(loop: Loop) -> None:
    """Do a pass whenever one is due: on schedule, at once when asked, and when somebody's time has come."""
    failures = 0
    pause = timedelta()
    while not loop.stop.is_set():
        asked = loop.due.wait(timeout=pause.total_seconds())
        if loop.stop.is_set():
            return
        loop.due.clear()
        try:
            done = one_round(loop, pulling=asked or failures > 0)
            failures = failures + 1 if done.down else 0
            pause = _until_somebody_is_due(loop.engine)
            if done.down:
                # Somebody who is due now cannot be judged without the CRM: its return is what is waited for.
                pause = _until_it_may_answer(loop.engine, done, failures)
            loop.on_pass(done)
        except ConfigurationInvalid as lack:
            if not loop.fits.is_set():
                raise
            # An option or an owner went away in the CRM while we ran: nothing is written until it is mended.
            loop.fits.clear()
            loop.on_lack(lack)
            pause = loop.engine.config.every
        except (StoreBusy, StoreStopped) as refused:
            _kept(loop, refused)
            # The pass is done again, with its look at the systems.
            pause, failures = _IDLE, max(failures, 1)


def _until_somebody_is_due(engine: Engine) -> timedelta:
    """Return how long the next pass may wait; never longer than the schedule."""
    with engine.store.reading() as look:
        due = look.next_due()
    if due is None:
        return engine.config.every
    return min(max(due - engine.clock(), timedelta(seconds=1)), engine.config.every)


def _until_it_may_answer(engine: Engine, done: Pass, failures: int) -> timedelta:
    """Return the wait after so many passes in a row that found a system down: doubled each time, or what it asked."""
    doubled: timedelta = _FIRST_WAIT * (1 << min(failures - 1, _MOST_DOUBLINGS))
    asked = [down.after for down in done.down.values() if down.after is not None and down.kind != "network"]
    return min(max(doubled, *asked), engine.config.every) if asked else min(doubled, engine.config.every)


def _arrivals(loop: Loop) -> None:
    """Take in and judge what arrives, until the end; what nobody expected ends the loop rather than this thread."""
    try:
        while not loop.stop.is_set():
            # Looked for now and then as well: another process may have stored it.
            if loop.arrived.wait(timeout=_IDLE.total_seconds()):
                loop.way.claim()
            if not loop.fits.wait(timeout=_FIRST_WAIT.total_seconds()):
                continue
            loop.arrived.clear()
            try:
                while not loop.stop.is_set() and _prompted(loop):
                    pass
            except (StoreBusy, StoreStopped) as refused:
                _kept(loop, refused)
                loop.wait(_FIRST_WAIT)
                loop.arrived.set()
    except BaseException as failure:  # noqa: BLE001 - raised again by `run`: a thread must not die in silence
        loop.failure = failure
        loop.end()


def _prompted(loop: Loop) -> bool:
    """Take in and judge once; return whether more waits."""
    done = at_once(loop.engine, loop.moved)
    if done.deliveries:
        loop.way.claim()
    with loop.lock:
        loop.moved += done.moved
    if done.writes:
        loop.tell(for_all=False)
    return done.more


def _deliveries(loop: Loop, system: str) -> None:
    """Deliver and probe for one system until the end; what nobody expected ends the loop rather than this thread."""
    try:
        while not loop.stop.is_set():
            if not loop.fits.wait(timeout=_FIRST_WAIT.total_seconds()):
                continue
            try:
                _deliver_or_rest(loop, system)
            except (StoreBusy, StoreStopped) as refused:
                _kept(loop, refused)
                loop.wait(_IDLE)
    except BaseException as failure:  # noqa: BLE001 - raised again by `run`: a thread must not die in silence
        loop.failure = failure
        loop.end()


def _deliver_or_rest(loop: Loop, system: str) -> None:
    """Deliver and probe once; when there was nothing, wait for a write, a limit, or a system to come back."""
    bell = loop.bells.get(system)
    seen = bell.rung if bell is not None else 0
    loop.wait(linger(loop.engine, system))
    step = deliver(loop.engine, system)
    _count(loop, step)
    if not step.idle:
        if bell is not None and step.settled >= most_records(loop.engine, system):
            # As much as one takes at once: there is probably more, for one who rests.
            bell.ring()
        if step.dropped:
            # A person in the CRM moved first: what follows from that is judged now, not at the next pass.
            loop.due.set()
        return
    probed = probe(loop.engine, system)
    _count(loop, probed)
    if not probed.idle:
        return
    pause = min(step.wait or _IDLE, _IDLE)
    if loop.stop.is_set() or bell is None:
        loop.wait(pause)
    else:
        bell.rest(seen, pause)


def linger(engine: Engine, system: str) -> timedelta:
    """
    Return how long to let writes gather before the next ones are sent.

    Nothing while half of the vendor's burst is free, or as soon as a request can be filled; up to two seconds as the
    burst runs out: a lone event is not delayed, a flood fills its batches.
    """
    left = engine.budgets[system].left()
    free = 1 - left.burst_used / max(left.burst_most, 1)
    if free >= _PLENTY:
        return timedelta()
    with engine.store.reading() as look:
        waiting = look.backlog().get((system, State.PENDING), 0)
    if waiting >= max(engine.adapters[system].abilities.batch.values()):
        return timedelta()
    return _LONGEST_LINGER * (1 - max(free, 0) / _PLENTY)


def _count(loop: Loop, step: Delivered) -> None:
    """Add what a step delivered to what the next pass reports."""
    with loop.lock:
        loop.sent = loop.sent.plus(step)
