"""Making two people one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import bindparam, delete, select, update

from connector.model import LADDER, Barrier, Standing, Trigger
from connector.store.engagements import EngagementsWriting
from connector.store.people import PeopleWriting
from connector.store.records import RecordsWriting
from connector.store.schema import effects, engagements, people, records, transitions

_MOVED: Final = (records, engagements, effects, transitions)
_theirs = transitions.alias("theirs")
_SAME_STEPS = delete(transitions).where(
    transitions.c.person_id == bindparam("loser"),
    select(_theirs.c.id)
    .where(
        _theirs.c.person_id == bindparam("winner"),
        _theirs.c.target == transitions.c.target,
        _theirs.c.at == transitions.c.at,
        _theirs.c.actor == transitions.c.actor,
    )
    .correlate(transitions)
    .exists(),
)
_MOVES = tuple(
    update(table).where(table.c.person_id == bindparam("loser")).values(person_id=bindparam("winner"))
    for table in _MOVED
)
_BECOME = (
    update(people)
    .where(people.c.id == bindparam("loser"))
    .values(alias_of=bindparam("winner"), email=None, due_at=None, memo=None)
)
_REVISE = update(people).where(people.c.id == bindparam("winner")).values(revision=bindparam("new_revision"))


def merged(winner: Standing, loser: Standing, now: datetime) -> Standing:
    """
    Return what is remembered of one person who was two.

    The further stage holds (stages latch); a stage beside the ladder is only taken over by who has none. Of two
    barriers for one reason the later holds. A playbook fired when it fired for either, and goes on from the higher
    episode.
    """
    ahead = _further(winner, loser)
    return replace(
        winner,
        revision=max(winner.revision, loser.revision) + 1,
        judged=0,
        stage=ahead.stage,
        stage_at=ahead.stage_at,
        moved_in=ahead.moved_in,
        found=ahead.found,
        agreement=winner.agreement or loser.agreement,
        barriers=_barriers(winner.barriers, loser.barriers),
        triggers=_triggers(winner.triggers, loser.triggers),
        due_at=now,
    )


def _further(winner: Standing, loser: Standing) -> Standing:
    """Return whose stage holds."""
    if winner.stage is None:
        return loser
    if winner.stage in LADDER and loser.stage in LADDER:
        return max(winner, loser, key=lambda standing: LADDER.index(standing.stage) if standing.stage else -1)
    return winner


def _barriers(ours: tuple[Barrier, ...], theirs: tuple[Barrier, ...]) -> tuple[Barrier, ...]:
    """Return one barrier for each reason: the later one, withholding what either withheld."""
    found: dict[str, Barrier] = {}
    for barrier in (*ours, *theirs):
        known = found.get(barrier.reason)
        if known is None:
            found[barrier.reason] = barrier
            continue
        waits = [at for at in (known.hold_until, barrier.hold_until) if at is not None]
        found[barrier.reason] = Barrier(
            max(known.at, barrier.at),
            barrier.reason,
            known.stages | barrier.stages,
            max(waits) if waits else None,
            known.tasks or barrier.tasks,
        )
    return tuple(found.values())


def _triggers(ours: Mapping[str, Trigger], theirs: Mapping[str, Trigger]) -> Mapping[str, Trigger]:
    """Return one memory for each playbook."""
    found = dict(ours)
    for name, trigger in theirs.items():
        known = found.get(name, trigger)
        # What fired for either has fired; a task that waits for one of them waits on for both.
        held = True if known.held or trigger.held else None if None in {known.held, trigger.held} else False
        tasks = [at for at in (known.task_at, trigger.task_at) if at is not None]
        found[name] = Trigger(held, max(known.episodes, trigger.episodes), max(tasks) if tasks else None)
    return MappingProxyType(found)


class Merging(PeopleWriting, RecordsWriting, EngagementsWriting):
    """Writing that two people are one."""

    __slots__ = ()

    def merge_people(self, winner: int, loser: int, now: datetime) -> None:
        """See `Writing.merge_people`; the winner is due at *now*. Merging who is merged already changes nothing."""
        standings = self.standings((winner, loser))
        if winner == loser or len(standings) < 2:  # noqa: PLR2004 - two people
            return
        pair = {"winner": winner, "loser": loser}
        self._connection.execute(_SAME_STEPS, pair)
        for move in _MOVES:
            self._connection.execute(move, pair)
        one = merged(standings[winner], standings[loser], now)
        self._connection.execute(_REVISE, {"winner": winner, "new_revision": one.revision})
        self.save_standings([one])
        self._connection.execute(_BECOME, pair)
        self.follow_email({winner})
