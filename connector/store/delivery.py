"""Statements that move an effect through its life; each one checks the state it starts from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Executable, Insert, and_, bindparam, func, insert, not_, or_, select, update

from connector.commands import Rank
from connector.model import CrmRef
from connector.store import codec
from connector.store.base import Effect, Settlement, State
from connector.store.lists import among
from connector.store.outbox import COLUMNS, FREE, NOBODY, Outbox, effect_of, raw_effect
from connector.store.schema import effects, live

REPLACED: Final = "replaced by a newer one"
_WAITING: Final = (State.PENDING.value, State.HELD.value)
_UNDER_WAY: Final = frozenset({State.INFLIGHT, State.UNKNOWN, State.PENDING})
_OVER: Final = frozenset({State.DONE, State.PARKED, State.DROPPED})

_KNOWN = select(effects.c.key).where(among(effects.c.key))
_IDS = select(effects.c.id).where(among(effects.c.key)).order_by(effects.c.id)
_newer = effects.alias("newer")
_decided = (
    select(func.max(_newer.c.created_at))
    .where(
        live(_newer),
        _newer.c.name == effects.c.name,
        _newer.c.slot == effects.c.slot,
        _newer.c.state.in_(_WAITING),
        _newer.c.id > effects.c.id,
    )
    .correlate(effects)
    .scalar_subquery()
)
"""When the newest one that waits behind an effect in its slot was decided; null when there is none."""
_REPLACE = (
    update(effects)
    .where(live(effects), among(effects.c.name), effects.c.state.in_(_WAITING), _decided.is_not(None))
    .values(state=State.DROPPED.value, reason=REPLACED, settled_at=_decided, brake="")
)
_MAY_GO = and_(
    FREE,
    effects.c.rank <= bindparam("at_rank"),
    or_(effects.c.not_before.is_(None), effects.c.not_before <= bindparam("now")),
)
_NEXT = (
    select(effects.c.name)
    .where(effects.c.system == bindparam("of_system"), _MAY_GO)
    .order_by(effects.c.rank, effects.c.id)
)
_CLAIM = update(effects).where(_MAY_GO, among(effects.c.name)).values(epoch=bindparam("mine")).returning(*COLUMNS)
_OURS = and_(among(effects.c.id), effects.c.state == State.PENDING.value, effects.c.epoch == bindparam("mine"))
_SEND = (
    update(effects)
    .where(_OURS)
    .values(state=State.INFLIGHT.value, attempts=effects.c.attempts + 1, sent_at=bindparam("sent"), not_before=None)
    .returning(effects.c.id)
)
_UNCLAIM = update(effects).where(_OURS).values(epoch=NOBODY)
_STATES = (
    select(effects.c.id, effects.c.name, effects.c.state, effects.c.epoch, effects.c.attempts, effects.c.remote_id)
    .where(among(effects.c.id))
    .with_for_update()
)
_SETTLE = (
    update(effects)
    .where(effects.c.id == bindparam("effect"))
    .values({
        name: bindparam(f"new_{name}")
        for name in ("state", "reason", "request_id", "not_before", "remote_id", "settled_at", "epoch", "attempts")
    })
)
_OTHERS = and_(live(effects), effects.c.epoch != bindparam("mine"))
_ORPHANS = (
    update(effects)
    .where(_OTHERS, effects.c.state == State.INFLIGHT.value)
    .values(
        state=State.UNKNOWN.value,
        epoch=bindparam("new_epoch"),
        not_before=bindparam("probe"),
        reason="it was under way when its process ended",
    )
)
_ADOPT = update(effects).where(_OTHERS, effects.c.state == State.UNKNOWN.value).values(epoch=bindparam("new_epoch"))
_FREE_OTHERS = (
    update(effects)
    .where(_OTHERS, effects.c.state == State.PENDING.value, effects.c.epoch != NOBODY)
    .values(epoch=NOBODY)
)
_UNKNOWN = (
    select(*COLUMNS)
    .where(
        live(effects),
        effects.c.system == bindparam("system"),
        effects.c.state == State.UNKNOWN.value,
        or_(effects.c.not_before.is_(None), effects.c.not_before <= bindparam("now")),
    )
    .order_by(effects.c.id)
    .limit(bindparam("most"))
)
_RELEASE = (
    update(effects)
    .where(among(effects.c.id), effects.c.state == State.HELD.value)
    .values(state=State.PENDING.value, brake="", not_before=bindparam("now"))
)
_HOLD = (
    update(effects)
    .where(effects.c.id == bindparam("effect"), effects.c.state == State.HELD.value)
    .values(brake=bindparam("by"))
)
_READDRESS = (
    update(effects)
    .where(live(effects), effects.c.name == bindparam("old"))
    .values(name=bindparam("new_name"), system=bindparam("new_system"))
)
_RETRY = (
    update(effects)
    .where(among(effects.c.id), effects.c.state == State.PARKED.value)
    .values(state=State.PENDING.value, attempts=0, not_before=bindparam("now"), settled_at=None, epoch=NOBODY)
)
_AGAIN: Final[Mapping[str, object]] = MappingProxyType({
    "state": State.PENDING.value,
    "attempts": 0,
    "not_before": None,
    "settled_at": None,
    "epoch": NOBODY,
})
_UNPARK = (
    update(effects)
    .where(live(effects), among(effects.c.name), effects.c.state == State.PARKED.value)
    .values(dict(_AGAIN))
)
_PARKED_OF = (
    select(effects.c.name)
    .where(live(effects), effects.c.system == bindparam("system"), effects.c.state == State.PARKED.value)
    .distinct()
)
_FORWARD = (
    update(effects)
    .where(live(effects), effects.c.state == bindparam("in_state"), effects.c.not_before > bindparam("latest"))
    .values(not_before=bindparam("latest"))
)
_DROP = (
    update(effects)
    .where(among(effects.c.id), live(effects), not_(effects.c.state == State.INFLIGHT.value))
    .values(state=State.DROPPED.value, reason=bindparam("said"), settled_at=bindparam("now"), brake="")
)
_CLOSE = update(effects).where(among(effects.c.key)).values(closed=bindparam("how"), closed_at=bindparam("now"))


@cache
def _new() -> Insert:
    """Return the statement that stores what is new."""
    return insert(effects)


class Delivery(Outbox):
    """Writing the outbox."""

    __slots__ = ()

    def enqueue(self, effects: Iterable[Effect]) -> tuple[int, ...]:
        """See `Writing.enqueue`; ids come in the order given."""
        wanted: dict[str, Effect] = {}
        for effect in effects:
            wanted.setdefault(effect.command.key, effect)
        for (key,) in list(self._rows_in(_KNOWN, wanted)):
            del wanted[key]
        if not wanted:
            return ()
        rows = [raw_effect(effect) for effect in wanted.values()]
        self._change(_new(), rows)
        self._change_in(_REPLACE, sorted({str(row["name"]) for row in rows}))
        return tuple(id_ for (id_,) in self._rows_in(_IDS, wanted))

    def release(self, ids: Sequence[int], now: datetime) -> int:
        """See `Writing.release`."""
        return self._change_in(_RELEASE, ids, now=codec.text_of(now))

    def hold(self, holds: Mapping[int, str]) -> None:
        """See `Writing.hold`; effects that are not HELD stay as they are."""
        self._change(_HOLD, [{"effect": id_, "by": brake} for id_, brake in holds.items()])

    def claim(
        self, system: str, records: int, now: datetime, epoch: int, rank: Rank = Rank.BACKFILL
    ) -> tuple[Effect, ...]:
        """See `Writing.claim`; "live" is every epoch that `orphaned` has not declared dead, this one included."""
        asked = {"at_rank": int(rank), "now": codec.text_of(now)}
        names = self._next_names({"of_system": system, **asked}, records)
        claimed = (replace(effect_of(row), epoch=epoch) for row in self._rows_in(_CLAIM, names, mine=epoch, **asked))
        return tuple(sorted(claimed, key=lambda effect: (effect.rank, effect.id)))

    def _next_names(self, asked: Mapping[str, object], records: int) -> list[str]:
        """Return the next *records* rows that something may be written to, reading no further than needed."""
        names: dict[str, None] = {}
        with self._connection.execute(_NEXT, asked, execution_options={"yield_per": 200}) as result:
            for (name,) in result:
                if len(names) == records:
                    break
                names[name] = None
        return list(names)

    def send(self, ids: Sequence[int], epoch: int, now: datetime) -> frozenset[int]:
        """See `Writing.send`."""
        sent_at = codec.text_of(now)
        return frozenset(id_ for (id_,) in self._rows_in(_SEND, ids, mine=epoch, sent=sent_at))

    def unclaim(self, ids: Sequence[int], epoch: int) -> None:
        """See `Writing.unclaim`."""
        self._change_in(_UNCLAIM, ids, mine=epoch)

    def settle(self, rows: Iterable[Settlement], now: datetime) -> frozenset[int]:
        """See `Writing.settle`; back to PENDING while a newer one of the slot waits is DROPPED in its favour."""
        wanted = {row.effect_id: row for row in rows}
        changes: dict[int, dict[str, object]] = {}
        waiting: set[str] = set()
        for id_, name, state, epoch, attempts, remote_id in self._rows_in(_STATES, wanted):
            row = wanted[id_]
            if epoch == row.epoch and epoch != NOBODY and State(state) in _UNDER_WAY:
                changes[id_] = _change_of(row, state, attempts, remote_id, codec.text_of(now))
                if row.state is State.PENDING:
                    waiting.add(name)
        self._change(_SETTLE, list(changes.values()))
        self._change_in(_REPLACE, sorted(waiting))
        return frozenset(changes)

    def orphaned(self, epoch: int, not_before: datetime) -> int:
        """See `Writing.orphaned`; UNKNOWN ones become this epoch's too, claims of other epochs end."""
        mine = {"mine": epoch, "new_epoch": epoch}
        found = self._run(_ORPHANS, {**mine, "probe": codec.text_of(not_before)})
        self._run(_ADOPT, mine)
        self._run(_FREE_OTHERS, {"mine": epoch})
        return found

    def _run(self, statement: Executable, parameters: Mapping[str, object]) -> int:
        """Execute once; return how many rows changed."""
        return self._changed(statement, parameters)

    def unknown(self, system: str, now: datetime, limit: int) -> tuple[Effect, ...]:
        """See `Writing.unknown`."""
        asked = {"system": system, "now": codec.text_of(now), "most": limit}
        return tuple(map(effect_of, self._rows(_UNKNOWN, asked)))

    def readdress(self, old: CrmRef, new: CrmRef) -> int:
        """See `Writing.readdress`; of two that then wait in one slot the newer stays."""
        to = {"new_name": codec.name_of(new), "new_system": new.system}
        moved = self._run(_READDRESS, {"old": codec.name_of(old), **to})
        self._change_in(_REPLACE, [codec.name_of(new)])
        return moved

    def unpark(self, refs: Collection[CrmRef]) -> int:
        """See `Writing.unpark`; of two that then wait in one slot the newer stays."""
        return self._unpark(sorted(map(codec.name_of, refs)))

    def unpark_system(self, system: str) -> int:
        """See `Writing.unpark_system`; of two that then wait in one slot the newer stays."""
        return self._unpark([name for (name,) in self._rows(_PARKED_OF, {"system": system})])

    def _unpark(self, names: Sequence[str]) -> int:
        """Free the PARKED effects on the rows of these names."""
        freed = self._change_in(_UNPARK, names)
        if freed:
            self._change_in(_REPLACE, names)
        return freed

    def retry(self, ids: Sequence[int], now: datetime) -> int:
        """See `Writing.retry`; attempts count from zero again."""
        return self._change_in(_RETRY, ids, now=codec.text_of(now))

    def bring_forward(self, now: datetime, probe: datetime) -> int:
        """See `Writing.bring_forward`."""
        bounds = {State.PENDING: codec.text_of(now), State.UNKNOWN: codec.text_of(probe)}
        return sum(self._run(_FORWARD, {"in_state": state.value, "latest": latest}) for state, latest in bounds.items())

    def drop(self, ids: Sequence[int], now: datetime, reason: str) -> int:
        """See `Writing.drop`."""
        return self._change_in(_DROP, ids, now=codec.text_of(now), said=codec.plain(reason))

    def close_tasks(self, keys: Sequence[str], now: datetime, state: str) -> None:
        """See `Writing.close_tasks`."""
        self._change_in(_CLOSE, keys, now=codec.text_of(now), how=state)


def _change_of(row: Settlement, state: str, attempts: int, remote_id: str, now: str) -> dict[str, Any]:
    """Return the columns that a settlement changes; an attempt is given back only where one was taken."""
    given_back = not row.attempted and state == State.INFLIGHT
    return {
        "effect": row.effect_id,
        "new_state": row.state,
        "new_reason": codec.plain(row.reason),
        "new_request_id": row.request_id,
        "new_not_before": codec.maybe_text(row.not_before),
        "new_remote_id": row.remote_id or remote_id,
        "new_settled_at": now if row.state in _OVER else None,
        "new_epoch": NOBODY if row.state is State.PENDING else row.epoch,
        "new_attempts": attempts - given_back,
    }
