"""
Writes leave here, each at most once per durable INFLIGHT, and what came of them is settled row by row.

The order is the protocol: claim → look once more at the CRM (strong read; the human wins) → INFLIGHT, durable → the
adapter sends, asking the permit last → settle. What may have been performed becomes UNKNOWN and is only ever probed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from connector.adapters.base import OPEN_DEALS, AdapterDown, Fetched
from connector.commands import (
    Absent,
    CreateTask,
    Done,
    Found,
    Kind,
    Outcome,
    Rejected,
    Retry,
    SetFields,
    SetStage,
    kind_of,
)
from connector.engine import DEADLINE, Engine
from connector.events import Dropped, Tried
from connector.ingest import take_fresh
from connector.model import CrmRef, Record
from connector.retries import again, backoff, settled
from connector.store.base import Effect, Held, Settlement, State, StoreBusy, StoreStopped, Writing
from connector.tasking import in_time

NEXT_PASS: Final = timedelta(seconds=30)
"""Rest of a write whose record was merged meanwhile: longer than the patience of a pass, so that none spins on it."""
_A_MOMENT: Final = timedelta(milliseconds=50)
_TRIES: Final = 20
"""Times that an outcome is offered to a store which others keep busy, each with the store's own patience."""
_ORDER: Final = (Kind.TASK, Kind.STAGE, Kind.FIELDS)


@dataclass(frozen=True, slots=True)
class Delivered:
    """
    What one step came to.

    Attributes:
        done: Writes that are true now.
        parked: Writes that were refused for good.
        unknown: Writes of which we do not know.
        dropped: Writes that the CRM or a person there made pointless.
        retried: Writes that go again later.
        idle: Whether there was nothing to claim.
        wait: How long until something can go again; None when nothing is known to wait.
    """

    done: int = 0
    parked: int = 0
    unknown: int = 0
    dropped: int = 0
    retried: int = 0
    idle: bool = False
    wait: timedelta | None = None

    @property
    def settled(self) -> int:
        """Of how many writes the step has learned what became of them."""
        return self.done + self.parked + self.unknown + self.dropped + self.retried

    def plus(self, other: Delivered) -> Delivered:
        """Return both steps' counts; the later step's word on waiting stands."""
        return Delivered(
            self.done + other.done,
            self.parked + other.parked,
            self.unknown + other.unknown,
            self.dropped + other.dropped,
            self.retried + other.retried,
            other.idle,
            other.wait,
        )


def deliver(engine: Engine, system: str) -> Delivered:
    """Send the writes of the next records of *system*; safe to repeat, and from several threads at once."""
    engine.debts.pay(engine.store)
    now = engine.clock()
    wait = engine.resting(system) or engine.budgets[system].wait_for_room()
    if wait is None:
        # Looked at before anything is claimed: who finds nothing must not keep writers waiting.
        wait = _until_next(engine, system, now)
        if wait is not None and wait <= timedelta():
            with engine.store.writing() as tx:
                claimed = tx.claim(system, most_records(engine, system), now, engine.epoch)
            if claimed:
                try:
                    return _deliver(engine, system, claimed)
                except (StoreBusy, StoreStopped):
                    # What never left is still claimed, and nobody else takes it: it is let go with the next write.
                    ids = [one.id for one in claimed]
                    engine.debts.owe(lambda tx: tx.unclaim(ids, engine.epoch))
                    raise
            # Another thread was faster; what it left may go later, or in a moment.
            wait = _until_next(engine, system, now)
            wait = None if wait is None else max(wait, _A_MOMENT)
    return Delivered(idle=True, wait=wait)


def _deliver(engine: Engine, system: str, claimed: Sequence[Effect]) -> Delivered:
    """Look once more at the records of what was claimed, and send what still makes sense."""
    try:
        going, dropped = _lookagain(engine, system, claimed)
    except AdapterDown as down:
        _give_back(engine, claimed)
        engine.went_down(system, down.kind, down.reason, down.after)
        return Delivered(idle=True, wait=engine.resting(system))
    total = Delivered(dropped=dropped)
    left = {one.id: one for one in going}
    for kind in _ORDER:
        batch = engine.adapters[system].abilities.batch[kind]
        effects = [one for one in going if kind_of(one.command) == kind]
        for start in range(0, len(effects), batch):
            sending = effects[start : start + batch]
            part, down_now = _send(engine, system, sending)
            for one in sending:
                # Settled: another thread may have claimed it since, and its claim is not ours to give back.
                del left[one.id]
            total = total.plus(part)
            if down_now:
                _give_back(engine, left.values())
                return replace(total, idle=True, wait=engine.resting(system))
    return total


def most_records(engine: Engine, system: str) -> int:
    """Return how many records' writes one step takes: what the adapter takes at once, so no request is half full."""
    return max(engine.adapters[system].abilities.batch.values())


def probe(engine: Engine, system: str) -> Delivered:
    """Look after the UNKNOWN writes of *system* that have rested: adopt what is there, free what is not."""
    if engine.resting(system) is not None:
        return Delivered(idle=True, wait=engine.resting(system))
    now = engine.clock()
    with engine.store.reading() as look:
        doubtful = look.effects(states=(State.UNKNOWN,), system=system, limit=1)
    if not doubtful:
        return Delivered(idle=True)
    with engine.store.writing() as tx:
        ripe = tx.unknown(system, now, most_records(engine, system))
    if not ripe:
        return Delivered(idle=True)
    total = Delivered()
    for kind in _ORDER:
        same = [one for one in ripe if kind_of(one.command) == kind]
        if not same:
            continue
        try:
            answers = engine.adapters[system].probe([one.command for one in same])
        except AdapterDown as down:
            engine.went_down(system, down.kind, down.reason, down.after)
            return replace(total, idle=True, wait=engine.resting(system))
        engine.came_back(system)
        rows = []
        for effect, answer in zip(same, answers, strict=True):
            if isinstance(answer, Found):
                rows.append(settled(effect, State.DONE, remote_id=answer.remote_id, reason="found by its key"))
            elif isinstance(answer, Absent):
                rows.append(again(engine, effect, effect.attempts, effect.reason, now))
            else:
                rows.append(settled(effect, State.UNKNOWN, reason=answer.reason, not_before=now + answer.after))
        with engine.store.writing() as tx:
            rows = _still_asked(tx, same, rows)
            done = tx.settle(rows, now) & {row.effect_id for row in rows if row.state == State.DONE}
            _remember(tx, [effect for effect in same if effect.id in done], engine)
        total = total.plus(Delivered(done=len(done)))
    return total


def _still_asked(tx: Writing, effects: Sequence[Effect], rows: Sequence[Settlement]) -> list[Settlement]:
    """
    Return the rows whose effect is still the UNKNOWN attempt that was probed.

    Another thread may have probed it as well, freed it and sent it again; a late "absent" must not free that attempt.
    """
    asked = {one.id: one.attempts for one in effects}
    found = tx.effects(states=(State.UNKNOWN,), ids=tuple(asked), limit=len(asked))
    same = {one.id for one in found if one.attempts == asked[one.id]}
    return [row for row in rows if row.effect_id in same]


def _until_next(engine: Engine, system: str, now: datetime) -> timedelta | None:
    """Return how long until the next write of *system* may go; None when none waits."""
    with engine.store.reading() as look:
        at = look.next_attempt(system)
    return None if at is None else at - now


def _give_back(engine: Engine, effects: Iterable[Effect]) -> None:
    """Return claimed effects untouched: nobody is to blame."""
    ids = [one.id for one in effects]
    if ids:
        with engine.store.writing() as tx:
            tx.unclaim(ids, engine.epoch)


def _lookagain(engine: Engine, system: str, effects: Sequence[Effect]) -> tuple[list[Effect], int]:
    """
    Read the records once more, by the strong read, just before writing; return what may go and how many were dropped.

    Result fields are ours alone and need no look.
    """
    looked = [one for one in effects if not isinstance(one.command, SetFields)]
    if not looked or not engine.adapters[system].abilities.reads:
        return list(effects), 0
    fresh: dict[CrmRef, Record] = {}
    gone: set[CrmRef] = set()
    moved: dict[CrmRef, Record] = {}
    asked = engine.clock()
    for name in dict.fromkeys(one.command.ref.object for one in looked):
        same = [one for one in looked if one.command.ref.object == name]
        refs = list(dict.fromkeys(one.command.ref for one in same))
        deals = any(isinstance(one.command, CreateTask) and one.command.unless_open_deal for one in same)
        rank = min(one.rank for one in same)
        found = engine.adapters[system].fetch(refs, rank, frozenset({OPEN_DEALS}) if deals else frozenset())
        fresh |= found.records
        gone |= found.gone
        moved |= found.moved
    engine.came_back(system)
    answer = Fetched(MappingProxyType(fresh), frozenset(gone), MappingProxyType(moved))
    set_back = take_fresh(engine, answer, asked)
    return _sorted_out(engine, system, effects, answer, set_back)


def _sorted_out(
    engine: Engine, system: str, effects: Sequence[Effect], answer: Fetched, set_back: frozenset[int]
) -> tuple[list[Effect], int]:
    """Settle the effects that the fresh look made pointless; return the others and how many there were."""
    now = engine.clock()
    going: list[Effect] = []
    rows: list[Settlement] = []
    told: list[Dropped | Tried] = []
    for effect in effects:
        state, reason = _verdict(engine, effect, answer, set_back)
        if state is None:
            going.append(effect)
            continue
        later = now + NEXT_PASS if state == State.PENDING else None
        rows.append(
            settled(effect, state, reason=reason, remote_id=effect.command.ref.id, not_before=later, attempted=False)
        )
        if state == State.DONE:
            told.append(Tried(system, effect.command, Done(effect.command.ref.id, reason), effect.person_id))
        elif state == State.DROPPED:
            told.append(Dropped(system, effect.command, reason, effect.person_id))
    if rows:
        with engine.store.writing() as tx:
            tx.settle(rows, now)
    for event in told:
        engine.tell(event)
    return going, sum(row.state == State.DROPPED for row in rows)


def _verdict(  # noqa: PLR0911 - one return for each case a person would name
    engine: Engine, effect: Effect, answer: Fetched, set_back: frozenset[int]
) -> tuple[State | None, str]:
    """Say whether an effect still makes sense: (None, "") when it may go, else its new state and why."""
    command = effect.command
    if isinstance(command, SetFields):
        return None, ""
    if command.ref in answer.gone:
        return State.DROPPED, f"the {command.ref.object} was deleted in {command.ref.system}"
    if command.ref in answer.moved:
        # The person's commands go on under the record that lives: ingest has re-addressed them.
        return State.PENDING, f"merged into {answer.moved[command.ref].ref.id}"
    record = answer.records[command.ref]
    if isinstance(command, CreateTask):
        if effect.person_id in set_back:
            return State.DROPPED, "somebody moved the person back before the task was written"
        if command.unless_open_deal and record.related.get(OPEN_DEALS):
            return State.DROPPED, "the person has an open deal"
        return None, ""
    found = engine.readers[command.ref.system].read(record).raw_stage
    if found == command.value:
        return State.DONE, "already there"
    if found != command.seen and not (command.recycle and not found):
        # A recycle that was cut in two has cleared the value already; what is empty is ours to set.
        return State.DROPPED, f"somebody set the stage to {found or 'nothing'!r} first"
    return None, ""


def _send(engine: Engine, system: str, effects: Sequence[Effect]) -> tuple[Delivered, bool]:
    """Make INFLIGHT durable, send one batch, settle every row; return the counts and whether the system is down."""
    sent_at, left_at = engine.clock(), engine.moment()
    with engine.store.writing() as tx:
        ours = tx.send([one.id for one in effects], engine.epoch, sent_at)
    same = not engine.adapters[system].abilities.reads
    # What goes again under its key says the same again, also where its due date has passed meanwhile.
    effects = [one if same and one.attempts else in_time(engine, one) for one in effects if one.id in ours]
    if not effects:
        return Delivered(), False

    def permit() -> bool:
        """Refuse when the process is stopping or the claim is too old to be sure of."""
        return not engine.stopping() and engine.moment() - left_at < DEADLINE

    try:
        outcomes = engine.adapters[system].apply([one.command for one in effects], permit)
    except AdapterDown as down:
        _written_down(engine, [settled(one, State.PENDING, attempted=False) for one in effects], [])
        engine.went_down(system, down.kind, down.reason, down.after)
        return Delivered(), True
    now = engine.clock()
    rows = [_row(engine, effect, outcome, now) for effect, outcome in zip(effects, outcomes, strict=True)]
    changed = _written_down(
        engine, rows, [one for one, row in zip(effects, rows, strict=True) if row.state == State.DONE]
    )
    for effect, outcome in zip(effects, outcomes, strict=True):
        if effect.id in changed:
            engine.tell(Tried(system, effect.command, outcome, effect.person_id))
    engine.came_back(system)
    counts = [row.state for row in rows]
    return (
        Delivered(
            done=counts.count(State.DONE),
            parked=counts.count(State.PARKED),
            unknown=counts.count(State.UNKNOWN),
            retried=counts.count(State.PENDING),
        ),
        False,
    )


def _written_down(engine: Engine, rows: Sequence[Settlement], done: Sequence[Effect]) -> frozenset[int]:
    """
    Store what became of writes that have left, also where others keep the store busy; return which effects changed.

    Raises:
        StoreBusy: After many patient tries; it is owed, and after a crash the writes are probed by the next process.
        StoreStopped: The disk takes nothing; it is owed.
    """

    def write(tx: Writing) -> frozenset[int]:
        """Settle, and keep what the CRM holds now."""
        changed = tx.settle(rows, engine.clock())
        _remember(tx, done, engine)
        return changed

    for left in reversed(range(_TRIES)):
        try:
            with engine.store.writing() as tx:
                return write(tx)
        except (StoreBusy, StoreStopped) as refused:
            if not left or isinstance(refused, StoreStopped):
                engine.debts.owe(write)
                raise
    return frozenset()


def _row(engine: Engine, effect: Effect, outcome: Outcome, now: datetime) -> Settlement:
    """Turn the adapter's word into the effect's next state."""
    match outcome:
        case Done():
            return settled(effect, State.DONE, remote_id=outcome.remote_id, reason=outcome.note)
        case Rejected():
            return settled(effect, State.PARKED, reason=outcome.reason, request_id=outcome.request_id)
        case Retry():
            if not outcome.sent:
                return settled(effect, State.PENDING, not_before=now + outcome.after, attempted=False)
            if engine.adapters[effect.command.ref.system].abilities.retry_schedule:
                return again(engine, effect, effect.attempts + 1, outcome.reason, now, outcome.after)
            wait = max(outcome.after, backoff(engine, effect.attempts))
            return settled(effect, State.PENDING, reason=outcome.reason, not_before=now + wait)
        case _:
            quiet = engine.config.delivery.quiet
            return settled(effect, State.UNKNOWN, reason=outcome.reason, not_before=now + quiet)


def _remember(tx: Writing, effects: Sequence[Effect], engine: Engine) -> None:
    """Keep what the CRM holds now, so that our own write coming back is no news; a task changes no record."""
    written = [one for one in effects if not isinstance(one.command, CreateTask)]
    by_ref: dict[CrmRef, Held] = dict(tx.held(list(dict.fromkeys(one.command.ref for one in written))))
    for effect in written:
        held = by_ref.get(effect.command.ref)
        command = effect.command
        if held is None:
            continue
        if isinstance(command, SetStage):
            by_ref[held.ref] = replace(held, raw_stage=command.value, stage=command.stage, stage_at=engine.clock())
        elif isinstance(command, SetFields):
            by_ref[held.ref] = replace(held, written=MappingProxyType({**held.written, **command.values}))
    if by_ref:
        tx.save_held(by_ref.values())
