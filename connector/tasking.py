"""From "a playbook fired" to a task for somebody: owner, words, due date; and whether an earlier task is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from connector.adapters.base import TASK_OPEN, AdapterDown, Schema
from connector.addressees import is_addressee
from connector.commands import Command, CreateTask, Kind, SetFields
from connector.engine import Engine
from connector.hours import due
from connector.model import CrmRef, Explanation, Person, Standing, Trigger
from connector.owners import Asked, Directory, Load, OwnerChoice, choose_owner, shares_added, shares_from, shares_text
from connector.plan import Plan, TaskWanted, effect_key
from connector.store.base import Dossier, Effect, Held, State, Writing
from connector.task import create_task, task_key

_SHARES: Final = "round_robin"
_LATER: Final = timedelta(minutes=1)


@dataclass(slots=True)
class Desk:
    """
    Gives tasks to owners during one evaluation step; knows what they were given before.

    Attributes:
        engine: Where configuration, directory and store are.
        now: The instant of the step.
    """

    engine: Engine
    now: datetime
    _schema: Schema | None = None
    _directory: Directory | None = None
    _load: Load = field(default_factory=Load)
    _shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    _down: AdapterDown | None = None

    def commands(self, person: Person, dossier: Dossier, wanted: TaskWanted, explanation: Explanation) -> list[Command]:
        """
        Return the task, and the change of the record's owner where the playbook asks for it.

        Nothing when the person has no record in the system that tasks are written to.

        Raises:
            AdapterDown: Owners were never read and cannot be read now.
        """
        config = self.engine.config
        held = dossier.held
        own = row_for_tasks(held, config.home.tasks)
        if own is None:
            return []
        schema = self._open()
        company = next((row for row in held if row.ref == own.company), None)
        choice = self._choose(wanted, own, company)
        task = create_task(
            playbook=wanted.playbook,
            person=person,
            explanation=explanation,
            ref=own.ref,
            company=own.company,
            portal=schema.portal,
            episode=wanted.episode,
            owner=choice,
            fields=config.fields,
            hours=config.hours,
            language=wanted.playbook.language or config.language,
            timezone=config.timezone,
            version=config.agreement.version,
            now=self.now,
            marker=False,
            engagements={one.key: one for one in dossier.engagements},
        )
        if is_addressee(own) and person.refs:
            # Our own number of somebody may be another after a restore; the row by which we know them is not.
            task = replace(task, key=task_key(schema.portal, person.refs[0], wanted.playbook.name, wanted.episode))
        commands: list[Command] = [task]
        mapping = config.mappings[own.ref.system].of(own.ref.object)
        if wanted.playbook.set_owner and choice.id and mapping is not None and choice.id != own.owner_id:
            their = mapping.owner or self.engine.owner_fields[own.ref.system]
            key = effect_key(own.ref, "owner", choice.id, wanted.playbook.name, wanted.episode)
            commands.append(SetFields(key, own.ref, {their: choice.id}))
        return commands

    def save(self, tx: Writing) -> None:
        """Keep the round robin's shares with the tasks that made them; another step may have saved its own."""
        if self._directory is not None:
            kept = shares_from(tx.note(_SHARES))
            tx.save_note(_SHARES, shares_text(shares_added(kept, self._shares, self._load)))

    def _open(self) -> Schema:
        """Read owners, today's tasks and shares once, on the first task of the step."""
        if self._schema is None:
            self._schema = self._latest()
            self._directory = Directory.of(self._schema.owners)
            with self.engine.store.reading() as look:
                # Tasks of this pass that the brakes have not seen yet count as well.
                today = look.tasks_today(self.engine.start_of_day(), unweighed=True)
                self._shares = shares_from(look.note(_SHARES))
                self._load = Load(today, self._shares)
        return self._schema

    def _latest(self) -> Schema:
        """Return the schema of the tasks' home; an old one where a new one is due and cannot be read now."""
        home = self.engine.config.home.tasks
        if self._down is not None:
            raise self._down
        try:
            return self.engine.directory.schema(home)
        except AdapterDown as down:
            known = self.engine.directory.known(home)
            if known is None:
                # Asked once a step: everybody else's task waits for the same answer.
                self._down = down
                raise
            # Owners change slowly, and what is due in the other systems must not wait for this one.
            return known

    def _choose(self, wanted: TaskWanted, own: Held, company: Held | None) -> OwnerChoice:
        """Return who gets the task; everybody's load grows with it."""
        config = self.engine.config
        asked = Asked(wanted.playbook.owner, own.owner_id, company.owner_id if company else "")
        directory = self._directory or Directory.of(())
        choice, self._load = choose_owner(
            asked, directory, config.owners, self._load, config.brakes.tasks_per_owner_per_day
        )
        return choice


def row_for_tasks(held: Sequence[Held], system: str) -> Held | None:
    """Return the living row of *system* that a person's tasks hang on; None when they have none there."""
    mine = (row for row in held if row.ref.system == system and row.person_id and not row.gone_at)
    # Where somebody is lead and contact at once, sales works with the contact.
    return min(mine, key=lambda row: (not is_addressee(row), row.ref.object == "lead", row.ref), default=None)


def in_time(engine: Engine, effect: Effect) -> Effect:
    """Return *effect*; a task that waited beyond its due date (for a brake, for a CRM that was down) gets a new one."""
    command, now = effect.command, engine.clock()
    if not isinstance(command, CreateTask) or command.due_at > now:
        return effect
    playbook = next((one for one in engine.config.playbooks if one.name == command.playbook), None)
    if playbook is None:
        return effect
    due_at = due(now, playbook.due, engine.config.hours, business=playbook.due_business)
    day = due_at.astimezone(engine.config.timezone).date()
    reminder = due_at if command.remind_at is not None else None
    return replace(effect, command=replace(command, due_at=due_at, due_on=day, remind_at=reminder))


def without_task(before: Standing, one: Plan, now: datetime) -> Plan:
    """
    Return *one* without its task, which is asked for again in a minute; everything else of it goes on.

    Args:
        before: What was remembered before *one*: the task's episode is counted when it is given.
        one: A plan with a task.
        now: The instant of the step.
    """
    if one.task is None:
        return one
    name = one.task.playbook.name
    fired = replace(before.triggers.get(name, Trigger()), held=None)
    triggers = MappingProxyType({**one.standing.triggers, name: fired})
    due_at = now + _LATER if one.standing.due_at is None else min(now + _LATER, one.standing.due_at)
    return replace(one, standing=replace(one.standing, triggers=triggers, due_at=due_at), task=None, waits=name)


@dataclass(frozen=True, slots=True)
class Settled:
    """Plans after looking for open tasks; those whose tasks cannot be looked at now wait a minute."""

    plans: tuple[tuple[Dossier, Plan], ...]
    closed: tuple[tuple[str, str], ...]
    """Keys of our tasks that turned out "completed" or "deleted"."""


def look_for_open_tasks(engine: Engine, plans: Sequence[tuple[Dossier, Plan, Plan]]) -> Settled:
    """
    Choose, for people with tasks of ours, between the plan that takes them as open and the one that does not.

    Args:
        engine: Where adapters and store are.
        plans: Dossier, plan as if tasks were open, plan as if none were.
    """
    doubtful = [one for one in plans if one[0].open_tasks and one[1].task is None and one[2].task is not None]
    if not doubtful:
        return Settled(tuple((dossier, open_plan) for dossier, open_plan, _ in plans), ())
    tasks = _tasks_of(engine, [dossier for dossier, _, _ in doubtful])
    if not engine.adapters[engine.config.home.tasks].abilities.reads:
        # Nobody tells what became of a task there: it is taken as open only until it has arrived.
        arrived = set(tasks)
        return Settled(tuple((one, free if set(one.open_tasks) <= arrived else plan) for one, plan, free in plans), ())
    refs = [ref for ref, _ in tasks.values()]
    try:
        found = engine.adapters[engine.config.home.tasks].fetch(refs)
    except AdapterDown as down:
        engine.went_down(engine.config.home.tasks, down.kind, down.reason, down.after)
        waiting = {id(one) for one in doubtful}
        return Settled(tuple(_postponed(*one, wait=id(one) in waiting, engine=engine) for one in plans), ())
    closed: dict[str, str] = {}
    for key, (ref, _) in tasks.items():
        record = found.records.get(ref)
        if record is None:
            closed[key] = "deleted"
        elif record.related.get(TASK_OPEN) == 0:
            closed[key] = "completed"
    chosen = tuple(
        (dossier, open_plan if set(dossier.open_tasks) - set(closed) else free_plan)
        for dossier, open_plan, free_plan in plans
    )
    return Settled(chosen, tuple(closed.items()))


def _tasks_of(engine: Engine, dossiers: Sequence[Dossier]) -> dict[str, tuple[CrmRef, int]]:
    """Return the tasks in the CRM that we made for these people and know by id: key → (row, person)."""
    found: dict[str, tuple[CrmRef, int]] = {}
    with engine.store.reading() as look:
        for dossier in dossiers:
            person_id = dossier.standing.person_id
            for effect in look.effects(states=(State.DONE,), person_id=person_id, kind=Kind.TASK):
                command = effect.command
                if isinstance(command, CreateTask) and command.key in dossier.open_tasks and effect.remote_id:
                    found[command.key] = (CrmRef(command.ref.system, "task", effect.remote_id), person_id)
    return found


def _postponed(
    dossier: Dossier, open_plan: Plan, free_plan: Plan, *, wait: bool, engine: Engine
) -> tuple[Dossier, Plan]:
    """Return the plan as it is, or for a doubtful one nothing but a later look."""
    del free_plan
    if not wait:
        return dossier, open_plan
    return dossier, Plan(replace(dossier.standing, due_at=engine.clock() + _LATER), open_plan.decision)
