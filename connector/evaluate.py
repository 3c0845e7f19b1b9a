"""
Judge the people who are due and store what follows: verdict, ledger steps and writes in one transaction.

Judging happens outside any write transaction; a verdict is saved only on the revision of the facts that it saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from connector.adapters.base import AdapterDown
from connector.addressees import introduced, is_addressee, mapping_of, to_store, with_addressees
from connector.commands import Command, Kind, Rank, kind_of
from connector.engine import Engine
from connector.events import Evaluated
from connector.mapping.told import newest
from connector.model import NOT_EVALUATED, PERSON, CrmRef, Person, Value
from connector.plan import Plan, Remote, Rules, plan
from connector.store.base import Dossier, Effect, Held, State
from connector.tasking import Desk, look_for_open_tasks, row_for_tasks, without_task

PEOPLE: Final = 200
"""People judged in one go: what is held in memory at once."""
FEW: Final = 10
"""People judged in one go by a pass that gives way."""
_MOMENT: Final = timedelta(seconds=20)
"""A share of the limits that is free again so soon is waited for, rather than a task put off."""
_RANKS: Final[Mapping[Kind, Rank]] = MappingProxyType({
    Kind.TASK: Rank.TASK,
    Kind.STAGE: Rank.STAGE,
    Kind.FIELDS: Rank.FIELDS,
})


@dataclass(frozen=True, slots=True)
class Judged:
    """
    What one step came to.

    Attributes:
        people: How many were judged.
        writes: How many writes were stored.
        more: Whether others may be due now.
    """

    people: int
    writes: int
    more: bool


def evaluate(engine: Engine, rules: Rules, limit: int = PEOPLE, people: Iterable[int] | None = None) -> Judged:
    """
    Judge up to *limit* people who are due, or of *people* all who are; safe to repeat, and from several threads.

    Raises:
        AdapterDown: Only of kind "budget", for a moment: a task is to be given, and the owners of the tasks' home were
            never read.
    """
    now = engine.clock()
    with engine.store.reading() as look:
        asked = look.due(now, limit) if people is None else tuple(people)
        due = [one for one in look.dossiers(asked) if people is None or _is_due(one, now)]
        dossiers = with_addressees(engine, look, due, now)
    if not dossiers and (people is not None or not asked):
        return Judged(0, 0, more=False)
    desk = Desk(engine, now)
    settled = look_for_open_tasks(engine, [_both_ways(engine, rules, dossier, now) for dossier in dossiers])
    written = [(dossier, *_written_out(engine, desk, dossier, one, now)) for dossier, one in settled.plans]
    plans = [(dossier, one) for dossier, one, _ in written]
    effects = {dossier.standing.person_id: rows for dossier, _, rows in written}
    told = {
        dossier.standing.person_id: to_store(dossier, [one.command for one in effects[dossier.standing.person_id]], now)
        for dossier, _ in plans
    }
    with engine.store.writing() as tx:
        for key, state in settled.closed:
            tx.close_tasks([key], now, state)
        refused = tx.save_standings([one.standing for _, one in plans])
        kept = [one for _, one in plans if one.standing.person_id not in refused]
        tx.add_transitions([step for one in kept for step in one.transitions])
        tx.save_held([row for one in kept for row in told[one.standing.person_id]])
        stored = tx.enqueue([effect for one in kept for effect in effects[one.standing.person_id]])
        desk.save(tx)
    engine.tell(Evaluated(len(plans), len(stored)))
    return Judged(len(plans), len(stored), more=people is None and len(asked) == limit)


def _is_due(dossier: Dossier, now: datetime) -> bool:
    """Tell whether somebody's time has come."""
    return dossier.standing.due_at is not None and dossier.standing.due_at <= now


def _both_ways(engine: Engine, rules: Rules, dossier: Dossier, now: datetime) -> tuple[Dossier, Plan, Plan]:
    """Return the plan as if the person's tasks were open, and as if they were closed."""
    usual = judge(engine, rules, dossier, now, task_open=bool(dossier.open_tasks))
    free = judge(engine, rules, dossier, now, task_open=False) if dossier.open_tasks else usual
    return dossier, usual, free


def judge(engine: Engine, rules: Rules, dossier: Dossier, now: datetime, *, task_open: bool) -> Plan:
    """Decide about the person of *dossier*, pure but for what is handed in; nothing for who is gone or left alone."""
    living = any(row.person_id and row.gone_at is None and not is_addressee(row) for row in dossier.held)
    if not living or left_alone(dossier.held):
        standing = dossier.standing
        nothing = engine.judge.decide(Person(standing.person_id, {}), (), now)
        return Plan(replace(standing, judged=standing.revision, due_at=None), nothing)
    return plan(
        person_of(engine, dossier),
        dossier.engagements,
        dossier.standing,
        remotes_of(engine, dossier.held),
        rules,
        now,
        task_open=task_open,
        reachable=row_for_tasks(dossier.held, engine.config.home.tasks) is not None,
    )


def left_alone(held: Sequence[Held]) -> bool:
    """Tell whether a living row says that this person may not be profiled, or is to be forgotten."""
    return any(row.person_id and row.gone_at is None and row.values.get(NOT_EVALUATED) is True for row in held)


def person_of(engine: Engine, dossier: Dossier) -> Person:
    """
    Return the person as the criteria see them: fields merged over their records.

    Records of the first configured system win, a person's own record wins over the company's, and the first value that
    is not empty stands. What one system tells bit by bit, by id and by address, is one record: the last word stands.
    """
    fields: dict[str, Value] = {}
    rows = _in_order(engine, dossier.held)
    for values in _spoken(rows):
        for name, value in values.items():
            if value is not None and name != NOT_EVALUATED:
                fields.setdefault(name, value)
    standing = dossier.standing
    refs = tuple(row.ref for row in rows if row.person_id and not is_addressee(row))
    return Person(standing.person_id, MappingProxyType(fields), standing.stage, standing.stage_at, refs)


def _spoken(rows: Sequence[Held]) -> Iterable[Mapping[str, Value]]:
    """Yield the fields of *rows* in their order; those of one system that are told bit by bit as one."""
    told: dict[str, list[Held]] = {}
    for row in rows:
        if row.person_id and row.ref.object == PERSON:
            told.setdefault(row.ref.system, []).append(row)
    for row in rows:
        if not (row.person_id and row.ref.object == PERSON):
            yield row.values
        elif row.ref.system in told:
            yield newest((one.values, one.marks) for one in told.pop(row.ref.system))


def remotes_of(engine: Engine, held: Sequence[Held]) -> tuple[Remote, ...]:
    """Return the records that may be written to."""
    home = engine.config.home
    remotes = []
    for row in _in_order(engine, held):
        mapping = mapping_of(engine, row)
        if mapping is None or row.gone_at is not None or not (mapping.stage or mapping.write):
            continue
        in_home = row.ref.system in home.stages
        remotes.append(Remote(row.ref, mapping, row.raw_stage, row.stage, row.written, stages=in_home))
    return tuple(remotes)


def _in_order(engine: Engine, held: Sequence[Held]) -> list[Held]:
    """Return living rows, the first configured system's first, people before companies."""
    order = {name: at for at, name in enumerate(engine.config.systems)}
    living = [row for row in held if row.gone_at is None]

    def place(row: Held) -> tuple[bool, int, bool, CrmRef]:
        # Of the rows of payloads the one with the sender's own id comes before those with an address.
        addressed = row.ref.object == PERSON and row.email == row.ref.id
        return row.person_id == 0, order.get(row.ref.system, len(order)), addressed, row.ref

    return sorted(living, key=place)


def _written_out(engine: Engine, desk: Desk, dossier: Dossier, one: Plan, now: datetime) -> tuple[Plan, list[Effect]]:
    """Return a plan with its rows for the outbox; only its task waits where nobody knows yet who could take it."""
    try:
        return one, _effects(engine, desk, dossier, one, now)
    except AdapterDown as down:
        if down.kind == "budget" and down.after is not None and down.after <= _MOMENT:
            raise
        engine.went_down(engine.config.home.tasks, down.kind, down.reason, down.after)
    later = without_task(dossier.standing, one, now)
    return later, _effects(engine, desk, dossier, later, now)


def _effects(engine: Engine, desk: Desk, dossier: Dossier, one: Plan, now: datetime) -> list[Effect]:
    """Turn a plan into rows for the outbox: tasks and stages HELD until the run's brakes have passed them."""
    commands: list[Command] = [*one.stages, *one.fields]
    if not commands and one.task is None:
        return []
    person = person_of(engine, dossier)
    if one.task is not None and one.explanation is not None:
        commands += desk.commands(person, dossier, one.task, one.explanation)
    return [_effect(one, introduced(command, person, one, now), now) for command in commands]


def _effect(one: Plan, command: Command, now: datetime) -> Effect:
    """Return *command* as a new row of the outbox."""
    kind = kind_of(command)
    slot = f"task:{command.key}" if kind == Kind.TASK else str(kind)
    state = State.PENDING if kind == Kind.FIELDS else State.HELD
    return Effect(one.standing.person_id, command, _RANKS[kind], state, slot, now, why=one.why)
