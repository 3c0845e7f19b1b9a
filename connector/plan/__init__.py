"""
From a decision to commands: what is to be written for one person, and why; pure.

Everything is decided here before anything is sent. The rules, in the words of the people they concern:

- Stages latch: nobody is moved back because points decayed.
- What was there before go-live (or before the agreement changed) causes only what `[first_sync]` allows; engagement
  dated later counts by itself, also for the same person.
- A human's move stands: see `lifecycle`.
- MQL and SQL go to every record of the person in the systems that hold stages, whoever moved them and wherever.
- A value that the configuration does not map is never overwritten.
- Scores are written as whole points; a change by time alone goes along with another write, or once a week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from connector.lifecycle import may_move, rank
from connector.model import Actor, Decision, Engagement, Person, Stage, Standing, Transition, Trigger
from connector.plan.gate import Gate, gate, remaining, with_baseline
from connector.plan.nouns import Plan, Remote, Rules, TaskWanted
from connector.plan.playbooks import fire, first_match, silenced
from connector.plan.writes import (
    SCORES_AT_LEAST_EVERY,
    differ,
    effect_key,
    field_writes,
    points_to_write,
    reasons,
    spread_reason,
    spreads,
    stage_writes,
    whole_points,
)

__all__ = ["Plan", "Remote", "Rules", "TaskWanted", "Trigger", "effect_key", "plan", "reasons", "whole_points"]


def plan(  # noqa: PLR0913 - these are the things a plan depends on, each from another place
    person: Person,
    engagements: Sequence[Engagement],
    standing: Standing,
    remotes: Sequence[Remote],
    rules: Rules,
    now: datetime,
    *,
    task_open: bool = False,
    reachable: bool = True,
) -> Plan:
    """
    Decide about one person and return everything that follows.

    Args:
        person: Fields merged over all records; stage as in *standing*.
        engagements: All of them, oldest first.
        standing: What we remember.
        remotes: Records in systems that we write to, the person's and their company's.
        rules: What holds for everybody.
        now: The instant of the evaluation.
        task_open: Whether a task of ours for this person is still open.
        reachable: Whether the person has a record that a task can hang on; without one the task waits for it.
    """
    decision = rules.judge.decide(person, engagements, now)
    if now < rules.go_live:
        return Plan(replace(standing, due_at=rules.go_live), decision)
    if standing.agreement != rules.agreement.hash:
        standing = with_baseline(person, engagements, standing, rules, decision, now)
    passage = gate(person, engagements, standing, rules, decision, now)
    target = _target(standing, decision, passage)
    moved, transitions = _move(standing, target, rules, now)
    triggers, fired = fire(moved, transitions, decision, passage, rules)
    task = None if decision.blocked else first_match(fired, triggers, person, engagements, rules, now, task_open)
    waits = task.playbook.name if task is not None and not reachable else ""
    if waits:
        task = None
    if task is not None:
        triggers[task.playbook.name] = replace(triggers[task.playbook.name], episodes=task.episode, task_at=now)
    writes = points_to_write(standing, decision, remotes, now, sending=bool(transitions or task))
    explanation = rules.judge.explain(person, engagements, now) if transitions or task or writes else None
    why = reasons(explanation, moved.stage if transitions or task else None) if explanation else ()
    transitions = tuple(replace(step, reasons=why) if not step.imputed else step for step in transitions)
    spread = not transitions and spreads(moved, rules)
    stages = stage_writes(remotes, moved, spreading=spread) if transitions or spread else ()
    fields = field_writes(remotes, moved, decision, explanation, rules, now) if writes and explanation else ()
    left = remaining(moved, passage, target)
    if any(one.tasks for one in moved.barriers if one not in left):
        triggers = silenced(triggers, rules.playbooks, decision)
    if waits:
        # Marketing's system often knows somebody minutes before sales' does: the task comes with their record there.
        triggers[waits] = replace(triggers[waits], held=None)
    final = replace(
        moved,
        judged=standing.revision,
        triggers=MappingProxyType(triggers),
        barriers=left,
        scores=MappingProxyType(whole_points(decision)),
        scored_at=now if fields else standing.scored_at,
        due_at=_next_look(decision, passage, standing, writes_wait=not writes and differ(remotes, decision)),
    )
    why = why or (spread_reason(moved) if stages else ())
    return Plan(final, decision, explanation, transitions, stages, fields, task, why, waits)


def _target(standing: Standing, decision: Decision, gate: Gate) -> Stage | None:
    """Return the furthest stage that is met, let through, and ours to set."""
    for stage in (Stage.SQL, Stage.MQL):
        if rank(decision.stage) >= rank(stage) and may_move(standing.stage, stage) and gate.lets_stage(stage):
            return stage
    return None


def _move(
    standing: Standing, target: Stage | None, rules: Rules, now: datetime
) -> tuple[Standing, tuple[Transition, ...]]:
    """Move forward to *target*; a skipped MQL is recorded as imputed."""
    if target is None:
        return standing, ()
    version, name = rules.agreement.version, rules.agreement.hash
    source = standing.stage
    step = Transition(standing.person_id, source, target, now, Actor.CONNECTOR, version=version, hash=name)
    steps = [step]
    if target == Stage.SQL and rules.agreement.mql is not None and rank(source) < rank(Stage.MQL):
        steps = [replace(step, target=Stage.MQL, imputed=True), replace(step, source=Stage.MQL)]
    return replace(standing, stage=target, stage_at=now, moved_in="", found=False), tuple(steps)


def _next_look(decision: Decision, passage: Gate, standing: Standing, *, writes_wait: bool) -> datetime | None:
    """Return the earliest instant at which anything here could change by time alone."""
    instants = [decision.recheck_at, passage.alone.recheck_at if passage.alone else None]
    instants += [one.hold_until for one in standing.barriers if one.hold_until and one.hold_until > passage.now]
    if writes_wait and standing.scored_at is not None:
        instants.append(max(standing.scored_at + SCORES_AT_LEAST_EVERY, passage.now + timedelta(minutes=1)))
    known = [one for one in instants if one is not None]
    return min(known) if known else None
