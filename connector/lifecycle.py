"""
The ladder: which moves are ours to make, and what a move that we did not write means.

The human wins. A move forward by somebody else is taken over; a move back, a cleared stage or a disqualification raises
a barrier: no stage and no task until engagement newer than that move meets the criteria by itself, and not before the
agreed hold has passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from connector.agreement import Playbook
from connector.model import LADDER, Actor, Barrier, Stage, Standing, Transition, Trigger

OURS: Final = frozenset({Stage.MQL, Stage.SQL})
"""The stages we set; never beyond SQL."""

BASELINE: Final = "baseline"
SET_BACK: Final = "set back"

SAME_TIME: Final = timedelta(hours=1)
"""Two people who move somebody in two systems within this span did not know of each other."""

_REMIT: Final = frozenset({None, Stage.SUBSCRIBER, Stage.LEAD, Stage.MQL, Stage.DISQUALIFIED})
_RANK: Final[Mapping[Stage, int]] = MappingProxyType({stage: rank for rank, stage in enumerate(LADDER, start=1)})


@dataclass(frozen=True, slots=True)
class Seen:
    """
    The stage that a record shows, against what it showed before.

    Attributes:
        system: Where.
        before: Our stage for the value shown before; None when it was empty or not mapped.
        after: Likewise for now; OTHER for a value that the configuration does not map: somebody's own word, not ours.
        known: Whether the record was known before.
        at: When it changed, by the vendor's clock.
        behind: Whether the record never showed where the person stands: our own move still waits to be written.
        returned: Whether the person had no record left before this one: deleted, and made anew under their address.
    """

    system: str
    before: Stage | None
    after: Stage | None
    known: bool
    at: datetime
    behind: bool = False
    returned: bool = False


def rank(stage: Stage | None) -> int:
    """Return the rung of *stage*: 0 for none and for the stages beside the ladder, 1 for subscriber and so on."""
    return _RANK.get(stage, 0) if stage is not None else 0


def may_move(source: Stage | None, target: Stage) -> bool:
    """Tell whether moving from *source* to *target* is inside our remit: forward, and never beyond SQL."""
    return target in OURS and source in _REMIT and rank(target) > rank(source)


def observe(
    standing: Standing,
    seen: Seen,
    hold: timedelta,
    playbooks: Iterable[Playbook] = (),
    order: Sequence[str] = (),
) -> tuple[Standing, tuple[Transition, ...]]:
    """
    Take over what a record shows and we did not write; return the new standing and the steps for the ledger.

    The caller has already left out echoes of our own writes. Nothing changes when the record shows the stage in which
    the person already stands, or shows what was overruled in another system.

    Args:
        standing: What we remember.
        seen: What the record shows.
        hold: How long a set-back withholds at least.
        playbooks: Whose triggers follow the move.
        order: `[home] stages`: between two people who moved at the same time the first system named wins.
    """
    if not seen.known and seen.returned and standing.stage is not None:
        return _begun_anew(standing, seen, hold, playbooks)
    if not seen.known:
        return _first_sight(standing, seen, hold)
    if seen.after == standing.stage or _overruled(standing, seen, order):
        return standing, ()
    step = Transition(standing.person_id, standing.stage, seen.after, seen.at, Actor.CRM, system=seen.system)
    if seen.behind and rank(seen.before) < rank(seen.after) < rank(standing.stage):
        # A workflow took the step before ours while ours waited: forward, and no word against going on.
        return replace(standing, stage=seen.after, stage_at=seen.at, moved_in=seen.system, found=False), (step,)
    forward = rank(seen.after) > rank(standing.stage) and standing.stage not in {Stage.DISQUALIFIED, Stage.OTHER}
    if forward or (rank(seen.after) > 0 and standing.stage in {Stage.DISQUALIFIED, Stage.OTHER}):
        # Somebody moved them forward (or took them back in): their word replaces an earlier set-back.
        barriers = tuple(one for one in standing.barriers if one.reason != SET_BACK)
        triggers = _taken_over(standing.triggers, playbooks, seen.after)
    else:
        # A rep said "not yet" or "not this one": moved back, cleared, disqualified, or put where we cannot read it.
        barriers = (*(one for one in standing.barriers if one.reason != SET_BACK), _set_back(seen.at, hold))
        triggers = _left(standing.triggers, playbooks, seen.after)
    moved = replace(
        standing,
        stage=seen.after,
        stage_at=seen.at,
        barriers=barriers,
        triggers=triggers,
        moved_in=seen.system,
        found=False,
    )
    return moved, (step,)


def _overruled(standing: Standing, seen: Seen, order: Sequence[str]) -> bool:
    """Tell whether somebody in another system has the last word: the later one, or the first named at one time."""
    last = standing.moved_in
    if not last or last == seen.system or standing.stage_at is None:
        return False
    if abs(seen.at - standing.stage_at) >= SAME_TIME:
        return seen.at < standing.stage_at
    places = {name: place for place, name in enumerate(order)}
    return places.get(last, len(places)) < places.get(seen.system, len(places))


def _begun_anew(
    standing: Standing, seen: Seen, hold: timedelta, playbooks: Iterable[Playbook]
) -> tuple[Standing, tuple[Transition, ...]]:
    """Take the stage of a record made anew after the last one was deleted, even one further back; no set-back."""
    if seen.after == standing.stage:
        return standing, ()
    barriers = standing.barriers
    if seen.after == Stage.DISQUALIFIED:
        barriers = (*(one for one in barriers if one.reason != SET_BACK), _set_back(seen.at, hold))
    step = Transition(standing.person_id, standing.stage, seen.after, seen.at, Actor.FOUND, system=seen.system)
    moved = replace(
        standing,
        stage=seen.after,
        stage_at=seen.at if seen.after is not None else None,
        barriers=barriers,
        triggers=_left(standing.triggers, playbooks, seen.after),
        moved_in="",
        found=True,
    )
    return moved, (step,)


def _first_sight(standing: Standing, seen: Seen, hold: timedelta) -> tuple[Standing, tuple[Transition, ...]]:
    """Take the stage in which a record is first seen; a second system's record only counts when it is further."""
    barriers = standing.barriers
    if seen.after == Stage.DISQUALIFIED and not any(one.reason == SET_BACK for one in barriers):
        # A rejection in one system holds for the person, whatever another system shows.
        barriers = (*barriers, _set_back(seen.at, hold))
    if seen.after is None or (standing.stage is not None and rank(seen.after) <= rank(standing.stage)):
        return replace(standing, barriers=barriers), ()
    step = Transition(standing.person_id, standing.stage, seen.after, seen.at, Actor.FOUND, system=seen.system)
    return replace(standing, stage=seen.after, stage_at=seen.at, barriers=barriers, found=True), (step,)


def _set_back(at: datetime, hold: timedelta) -> Barrier:
    """Withhold everything until engagement newer than *at* speaks for itself."""
    return Barrier(at, SET_BACK, OURS, hold_until=at + hold, tasks=True)


def _taken_over(
    triggers: Mapping[str, Trigger], playbooks: Iterable[Playbook], stage: Stage | None
) -> Mapping[str, Trigger]:
    """Mark playbooks on stages up to *stage* as seen, except where the admin wants a task whoever moved."""
    changed = dict(triggers)
    for playbook in playbooks:
        if playbook.on_stage is None or rank(playbook.on_stage) > rank(stage):
            continue
        if playbook.on_stage == stage and playbook.by == "anyone":
            continue
        changed[playbook.name] = replace(changed.get(playbook.name, Trigger()), held=True)
    return MappingProxyType(changed)


def _left(triggers: Mapping[str, Trigger], playbooks: Iterable[Playbook], stage: Stage | None) -> Mapping[str, Trigger]:
    """Let playbooks on stages above *stage* fire again on the next entry, as a new episode."""
    changed = dict(triggers)
    for playbook in playbooks:
        if playbook.on_stage is not None and rank(playbook.on_stage) > rank(stage):
            changed[playbook.name] = replace(changed.get(playbook.name, Trigger()), held=False)
    return MappingProxyType(changed)
