"""Which playbook fires for one person, and which one gives the task; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connector.agreement import Playbook
from connector.model import SALES_ACTIVITY, Check, Decision, Engagement, Person, Standing, Transition, Trigger
from connector.plan.gate import Gate
from connector.plan.nouns import Rules, TaskWanted


def fire(
    standing: Standing, steps: tuple[Transition, ...], decision: Decision, gate: Gate, rules: Rules
) -> tuple[dict[str, Trigger], list[Playbook]]:
    """Return what is to be remembered of each playbook, and those that fired now, in order."""
    triggers: dict[str, Trigger] = {}
    fired = []
    first = standing.judged == 0
    entered = bool(steps)
    for playbook in rules.playbooks:
        known = standing.triggers.get(playbook.name)
        if decision.blocked and playbook.on is not None and (known is not None or first):
            # Nothing turns true for who is blocked: the hand is heard once consent is there, and not twice.
            triggers[playbook.name] = known or Trigger()
            continue
        if playbook.on_stage is not None:
            held, fires = _stage_trigger(playbook, known, standing, gate, entered=entered)
        else:
            verdict = gate.verdict(playbook.name, decision)
            # A playbook that was added later is not retroactive: what is true already was true before it.
            fires = verdict is True and (known is not None or first) and (known is None or known.held is not True)
            held = verdict
        triggers[playbook.name] = replace(known or Trigger(), held=held)
        if fires:
            fired.append(playbook)
    return triggers, fired


def _stage_trigger(
    playbook: Playbook, known: Trigger | None, standing: Standing, gate: Gate, *, entered: bool
) -> tuple[bool | None, bool]:
    """
    Return (held, fires) for a playbook on entering a stage.

    Held is True once the entry was told, False outside the stage, None while a barrier withholds the task.
    """
    stage = playbook.on_stage
    if stage is None or standing.stage != stage:
        return False, False
    if known is not None and known.held:
        return True, False
    if entered or (known is not None and known.held is None):
        # The stage may be entered on old evidence, the task may not: it waits for newer engagement.
        return (True, True) if gate.lets_task(stage) else (None, False)
    if known is None:
        # Found in this stage at first sight, or the playbook is new: nobody entered anything.
        return True, False
    # Somebody else put them here since the last look.
    return True, playbook.by == "anyone"


def silenced(triggers: dict[str, Trigger], playbooks: Sequence[Playbook], decision: Decision) -> dict[str, Trigger]:
    """Return *triggers* with what is true on old evidence taken as told, for when a barrier is taken down."""
    return {
        one.name: replace(triggers[one.name], held=True)
        if one.on is not None and decision.triggers.get(one.name)
        else triggers[one.name]
        for one in playbooks
    }


def first_match(  # noqa: PLR0913 - as plan
    fired: Sequence[Playbook],
    triggers: Mapping[str, Trigger],
    person: Person,
    engagements: Sequence[Engagement],
    rules: Rules,
    now: datetime,
    task_open: bool,  # noqa: FBT001 - passed on from plan
) -> TaskWanted | None:
    """Return the first playbook that fired, whose `when` holds and whom no `unless` forbids."""
    for playbook in fired:
        trigger = triggers[playbook.name]
        if playbook.again_after and trigger.task_at and now < trigger.task_at + playbook.again_after:
            continue
        if playbook.when is not None and not _holds(rules.judge.condition(playbook.when, person, engagements, now)):
            continue
        unless = playbook.unless
        if unless.open_task and task_open:
            continue
        if unless.sales_activity and _sales_activity(engagements, unless.kinds, now - unless.sales_activity):
            continue
        if unless.condition is not None and _holds(rules.judge.condition(unless.condition, person, engagements, now)):
            continue
        return TaskWanted(playbook, trigger.episodes + 1)
    return None


def _holds(check: Check) -> bool:
    """Unknown does not hold."""
    return check.passed is True


def _sales_activity(engagements: Sequence[Engagement], kinds: tuple[str, ...], since: datetime) -> bool:
    """Tell whether a rep dealt with the person after *since*."""
    return any(
        one.type == SALES_ACTIVITY and one.at > since and (not kinds or str(one.attributes.get("kind")) in kinds)
        for one in engagements
    )
