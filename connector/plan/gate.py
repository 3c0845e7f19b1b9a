"""Barriers: what was there before go-live, or before a human moved somebody back, does not move them; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.lifecycle import BASELINE, OURS, rank
from connector.model import SALES_ACTIVITY, Barrier, Decision, Engagement, Person, Stage, Standing
from connector.plan.nouns import Rules


@dataclass(frozen=True, slots=True)
class Gate:
    """What holds a person back, and whether newer engagement meets the criteria by itself."""

    barriers: tuple[Barrier, ...]
    alone: Decision | None
    now: datetime

    def opens(self, barrier: Barrier, stage: Stage) -> bool:
        """Tell whether *barrier* lets *stage* pass now."""
        if barrier.hold_until is not None and self.now < barrier.hold_until:
            return False
        return self.alone is not None and rank(self.alone.stage) >= rank(stage)

    def lets_stage(self, stage: Stage) -> bool:
        """Tell whether every barrier that withholds *stage* lets it pass."""
        return all(self.opens(one, stage) for one in self.barriers if stage in one.stages)

    def lets_task(self, stage: Stage) -> bool:
        """Tell whether a task on entering *stage* may be given."""
        return all(self.opens(one, stage) for one in self.barriers if one.tasks)

    def verdict(self, playbook: str, whole: Decision) -> bool | None:
        """Return the playbook's verdict as far as it counts: by newer engagement alone while tasks are withheld."""
        holding = [one for one in self.barriers if one.tasks]
        if not holding:
            return whole.triggers.get(playbook)
        if any(one.hold_until is not None and self.now < one.hold_until for one in holding) or self.alone is None:
            return False
        return self.alone.triggers.get(playbook)


def _newer(engagements: Sequence[Engagement], since: datetime) -> bool:
    """Tell whether the person did anything after *since*; what a rep did does not count."""
    return any(one.at > since and one.type != SALES_ACTIVITY for one in engagements)


def with_baseline(  # noqa: PLR0913 - as plan
    person: Person,
    engagements: Sequence[Engagement],
    standing: Standing,
    rules: Rules,
    decision: Decision,
    now: datetime,
) -> Standing:
    """Note what this person met on old evidence alone, so that only newer engagement moves them."""

    def alone(allowed: bool | timedelta) -> Decision | None:  # noqa: FBT001 - the TOML value itself
        if allowed is True:
            return decision
        since = rules.go_live - allowed if isinstance(allowed, timedelta) else rules.go_live
        return rules.judge.decide(person, engagements, now, since) if _newer(engagements, since) else None

    others = tuple(one for one in standing.barriers if one.reason != BASELINE)
    pleased = standing if others else replace(standing, barriers=())
    if decision.stage is not None or any(decision.triggers.values()):
        by_stage, by_task = alone(rules.first_sync.stage_changes), alone(rules.first_sync.tasks)
        reached = rank(by_stage.stage) if by_stage else 0
        withheld = frozenset(one for one in OURS if reached < rank(one) <= rank(decision.stage))
        tasks = by_task is None or rank(by_task.stage) < rank(decision.stage) or by_task.triggers != decision.triggers
        if withheld or tasks:
            barrier = Barrier(rules.go_live, BASELINE, withheld, tasks=tasks)
            return replace(standing, barriers=(*others, barrier), agreement=rules.agreement.hash)
    return replace(pleased, barriers=others, agreement=rules.agreement.hash)


def gate(  # noqa: PLR0913 - as plan
    person: Person,
    engagements: Sequence[Engagement],
    standing: Standing,
    rules: Rules,
    decision: Decision,
    now: datetime,
) -> Gate:
    """Judge newer engagement by itself, only where a barrier stands and there is something to withhold."""
    if not standing.barriers or (decision.stage is None and not any(decision.triggers.values())):
        return Gate(standing.barriers, None, now)
    since = max(one.at for one in standing.barriers)
    if not _newer(engagements, since):
        return Gate(standing.barriers, None, now)
    return Gate(standing.barriers, rules.judge.decide(person, engagements, now, since), now)


def remaining(standing: Standing, gate: Gate, target: Stage | None) -> tuple[Barrier, ...]:
    """Take down the barriers that newer engagement has passed: whoever made SQL by themselves starts afresh."""
    if target is None:
        return standing.barriers
    return tuple(
        one
        for one in standing.barriers
        if not gate.opens(one, Stage.SQL) and not (one.reason != BASELINE and gate.opens(one, target))
    )
