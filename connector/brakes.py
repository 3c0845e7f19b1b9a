"""
Brakes hold the excess, not the run: beyond a limit the remaining changes wait, shown and counted; nothing is dropped.

A stage change beyond the run's limit waits for a person's word (`sync --allow stage_changes=N`), since so many at
once mean that something is wrong. A task beyond an owner's daily limit waits for the next morning by itself. Whoever
raised a hand (gets a task) goes first, and a person's task waits with their stage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connector.agreement import Brakes
from connector.commands import CreateTask, SetStage
from connector.store.base import Effect

STAGES: Final = "stage_changes"
TASKS: Final = "tasks_per_owner_per_day"
NAMES: Final = (STAGES, TASKS)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What may go now, what waits under which brake (effect id → brake), and how many people's stages may go."""

    release: tuple[int, ...]
    hold: Mapping[int, str]
    moving: int = 0


def weigh(
    held: Sequence[Effect],
    brakes: Brakes,
    allow: Mapping[str, int],
    given_today: Mapping[str, int],
    moved: int = 0,
) -> Weighed:
    """
    Decide for every HELD effect whether it may go.

    Args:
        held: All HELD effects: new ones have no brake yet, older ones name theirs.
        brakes: The configured limits.
        allow: A person's word for this run: brake → limit, for new and old alike.
        given_today: Tasks each owner was already given today, by e-mail.
        moved: People whose stages this run has let go before.
    """
    hold: dict[int, str] = {}
    release: list[int] = []
    with_task = {one.person_id for one in held if isinstance(one.command, CreateTask)}
    waiting = _stage_people(held, with_task, allow)
    limit = max(allow.get(STAGES, brakes.stage_changes_per_run) - moved, 0)
    passed, stopped = frozenset(waiting[:limit]), frozenset(waiting[limit:])
    if STAGES not in allow:
        stopped |= {one.person_id for one in held if one.brake == STAGES and one.person_id not in passed}
    given = Counter(given_today)
    daily = allow.get(TASKS, brakes.tasks_per_owner_per_day)
    for effect in held:
        if effect.person_id in stopped:
            hold[effect.id] = STAGES
        elif isinstance(effect.command, CreateTask) and given[effect.command.owner] >= daily:
            hold[effect.id] = TASKS
        else:
            release.append(effect.id)
            if isinstance(effect.command, CreateTask):
                given[effect.command.owner] += 1
    return Weighed(tuple(release), MappingProxyType(hold), len(passed))


def counted(held: Iterable[Effect]) -> Mapping[str, int]:
    """Return how many changes each brake holds, as `sync --json` and `plan --json` print it."""
    return MappingProxyType(dict(Counter(one.brake for one in held if one.brake)))


def _stage_people(held: Sequence[Effect], with_task: set[int], allow: Mapping[str, int]) -> list[int]:
    """Return the people whose stage change asks to pass in this run: hand-raisers first, then oldest first."""
    asking = [one for one in held if isinstance(one.command, SetStage) and (one.brake != STAGES or STAGES in allow)]
    asking.sort(key=lambda one: (one.person_id not in with_task, one.created_at, one.id))
    return list(dict.fromkeys(one.person_id for one in asking))
