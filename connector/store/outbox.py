"""Statements that look at the outbox: what waits, what became of it, when something may go next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from connector.commands import CreateTask, Kind, Rank, kind_of
from connector.store import codec
from connector.store.base import Effect, Refusals, State
from connector.store.lists import among
from connector.store.schema import a_task, effects, live
from connector.store.statements import Raw, Statements

COLUMNS = (
    effects.c.id,
    effects.c.key,
    effects.c.person_id,
    effects.c.name,
    effects.c.slot,
    effects.c.kind,
    effects.c.rank,
    effects.c.state,
    effects.c.command,
    effects.c.reason,
    effects.c.request_id,
    effects.c.attempts,
    effects.c.not_before,
    effects.c.sent_at,
    effects.c.remote_id,
    effects.c.why,
    effects.c.brake,
    effects.c.created_at,
    effects.c.settled_at,
    effects.c.epoch,
)
NOBODY: Final = 0
"""The epoch of an effect that no process has claimed."""

_older = effects.alias("older")
FIRST_IN_SLOT: Final = ~(
    select(_older.c.id)
    .where(live(_older), _older.c.name == effects.c.name, _older.c.slot == effects.c.slot, _older.c.id < effects.c.id)
    .correlate(effects)
    .exists()
)
"""Nothing older of the same record and slot is waiting, under way, unknown or parked."""
FREE: Final = and_(live(effects), effects.c.state == State.PENDING.value, effects.c.epoch == NOBODY, FIRST_IN_SLOT)

_AT_ONCE = (
    select(effects.c.created_at)
    .where(effects.c.system == bindparam("system"), FREE, effects.c.not_before.is_(None))
    .limit(1)
)
_LATER = select(func.min(func.coalesce(effects.c.not_before, effects.c.created_at))).where(
    effects.c.system == bindparam("system"),
    or_(FREE, and_(live(effects), effects.c.state == State.UNKNOWN.value)),
)
_BACKLOG = (
    select(effects.c.system, effects.c.state, func.count())
    .where(live(effects))
    .group_by(effects.c.system, effects.c.state)
)
_HELD_BY = (
    select(effects.c.brake, func.count())
    .where(live(effects), effects.c.state == State.HELD.value, effects.c.brake != "")
    .group_by(effects.c.brake)
    .order_by(effects.c.brake)
)
_REFUSALS = (
    select(effects.c.system, effects.c.reason, func.count(), func.min(effects.c.id))
    .where(live(effects), effects.c.state == State.PARKED.value)
    .group_by(effects.c.system, effects.c.reason)
    .order_by(effects.c.system, effects.c.reason)
)
_GIVEN: Final = (State.PENDING, State.INFLIGHT, State.UNKNOWN)
_WAITING_TASKS = (
    select(effects.c.owner, func.count()).where(a_task(effects), effects.c.state.in_(_GIVEN)).group_by(effects.c.owner)
)
_UNWEIGHED_TASKS = (
    select(effects.c.owner, func.count())
    .where(a_task(effects), effects.c.state == State.HELD.value, effects.c.brake == "")
    .group_by(effects.c.owner)
)
_TASKS_SINCE = (
    select(effects.c.owner, func.count())
    .where(a_task(effects), effects.c.state == State.DONE.value, effects.c.settled_at >= bindparam("since"))
    .group_by(effects.c.owner)
)


def effect_of(row: Raw) -> Effect:
    """Return the effect in a row of `COLUMNS`."""
    id_, key, person, name, slot, kind, rank, state, command, reason, request_id, attempts = row[:12]
    not_before, sent_at, remote_id, why, brake, created_at, settled_at, epoch = row[12:]
    return Effect(
        person,
        codec.command_of(kind, key, name, command),
        Rank(rank),
        State(state),
        slot,
        codec.instant(created_at),
        id_,
        reason,
        request_id,
        attempts,
        codec.maybe_instant(not_before),
        codec.maybe_instant(sent_at),
        remote_id,
        codec.words_of(why),
        brake,
        codec.maybe_instant(settled_at),
        epoch,
    )


def raw_effect(effect: Effect) -> dict[str, object]:
    """Return an effect as columns, all but its id."""
    command = effect.command
    return {
        "key": command.key,
        "person_id": effect.person_id,
        "system": command.ref.system,
        "name": codec.name_of(command.ref),
        "slot": effect.slot,
        "kind": kind_of(command),
        "rank": int(effect.rank),
        "state": effect.state,
        "command": codec.command_text(command),
        "owner": command.owner if isinstance(command, CreateTask) else "",
        "reason": codec.plain(effect.reason),
        "request_id": effect.request_id,
        "attempts": effect.attempts,
        "not_before": codec.maybe_text(effect.not_before),
        "sent_at": codec.maybe_text(effect.sent_at),
        "remote_id": effect.remote_id,
        "why": codec.words_text(effect.why),
        "brake": effect.brake,
        "created_at": codec.text_of(effect.created_at),
        "settled_at": codec.maybe_text(effect.settled_at),
        "epoch": NOBODY,
    }


def _anywhere(text: str) -> str:
    """Return the pattern of LIKE for *text* anywhere."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


class Outbox(Statements):
    """Reading the outbox."""

    __slots__ = ()

    def effects(  # noqa: PLR0913 - the port's signature
        self,
        *,
        states: Sequence[State] = (),
        person_id: int | None = None,
        system: str = "",
        kind: Kind | None = None,
        ids: Sequence[int] = (),
        people: Collection[int] | None = None,
        reason: str = "",
        since: datetime | None = None,
        limit: int = 1000,
    ) -> tuple[Effect, ...]:
        """See `Reading.effects`."""
        asked: list[ColumnElement[bool]] = []
        if states:
            asked.append(effects.c.state.in_(states))
            if not {State.DONE, State.DROPPED} & set(states):
                asked.append(live(effects))
        if person_id is not None:
            asked.append(effects.c.person_id == person_id)
        if system:
            asked.append(effects.c.system == system)
        if kind is not None:
            asked.append(effects.c.kind == kind)
        if ids:
            asked.append(effects.c.id.in_(ids))
        if people is not None:
            asked.append(among(effects.c.person_id))
        if reason:
            asked.append(func.lower(effects.c.reason).like(func.lower(_anywhere(reason)), escape="\\"))
        if since is not None:
            asked.append(effects.c.created_at >= codec.text_of(since))
        statement = select(*COLUMNS).where(*asked).order_by(effects.c.rank, effects.c.id).limit(limit)
        rows = self._rows(statement) if people is None else self._rows_in(statement, people)
        return tuple(map(effect_of, rows))

    def backlog(self) -> Mapping[tuple[str, State], int]:
        """See `Reading.backlog`; parked ones are counted, they wait for a human."""
        return {(system, State(state)): count for system, state, count in self._rows(_BACKLOG)}

    def refusals(self) -> tuple[Refusals, ...]:
        """See `Reading.refusals`."""
        return tuple(Refusals(*row) for row in self._rows(_REFUSALS))

    def held_by_brake(self) -> Mapping[str, int]:
        """See `Reading.held_by_brake`; by name."""
        return {brake: count for brake, count in self._rows(_HELD_BY)}  # noqa: C416 - rows of two columns

    def next_attempt(self, system: str) -> datetime | None:
        """See `Reading.next_attempt`; what waits behind another of its slot, or is claimed, is not counted."""
        asked = {"system": system}
        for (created_at,) in self._rows(_AT_ONCE, asked):
            return codec.instant(created_at)
        return codec.maybe_instant(self._rows(_LATER, asked)[0][0])

    def tasks_today(self, since: datetime, *, unweighed: bool = False) -> Mapping[str, int]:
        """See `Reading.tasks_today`: those made since then, and whatever is on its way."""
        counts: dict[str, int] = {}
        made = self._rows(_TASKS_SINCE, {"since": codec.text_of(since)})
        held = self._rows(_UNWEIGHED_TASKS) if unweighed else ()
        for owner, count in (*self._rows(_WAITING_TASKS), *made, *held):
            counts[owner] = counts.get(owner, 0) + count
        return counts
