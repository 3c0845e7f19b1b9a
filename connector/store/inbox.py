"""Statements about the inbox: what systems send is stored once by its id, read in order, and forgotten in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Insert, Select, and_, bindparam, delete, func, insert, literal_column, or_, select, update

from connector.store import codec
from connector.store.lists import among
from connector.store.nouns import Acceptance, Delivery, Post
from connector.store.schema import inbox
from connector.store.statements import Raw, Statements

_COLUMNS = (
    inbox.c.system,
    inbox.c.event_id,
    inbox.c.digest,
    inbox.c.body,
    inbox.c.received_at,
    inbox.c.content_type,
    inbox.c.headers,
    inbox.c.id,
    inbox.c.state,
    inbox.c.problem,
    inbox.c.settled_at,
)
_KNOWN = select(inbox.c.event_id, inbox.c.digest).where(
    inbox.c.system == bindparam("of_system"), among(inbox.c.event_id)
)
_NOT_DONE = inbox.c.state != literal_column("'done'")
"""Spelt as the partial index spells it, or SQLite would read through all that is remembered."""
_COUNTS = select(inbox.c.state, func.count()).where(_NOT_DONE).group_by(inbox.c.state)
_SETTLE = (
    update(inbox)
    .where(among(inbox.c.id), inbox.c.state != Post.DONE.value)
    .values(state=Post.DONE.value, body=b"", headers=None, problem="", settled_at=bindparam("now"))
)
_ASIDE = (
    update(inbox)
    .where(inbox.c.id == bindparam("delivery"), inbox.c.state != Post.DONE.value)
    .values(
        state=Post.ASIDE.value,
        problem=bindparam("why"),
        # What is tried again and again is kept no longer for it.
        settled_at=func.coalesce(inbox.c.settled_at, bindparam("now")),
    )
)
_REPLAY = (
    update(inbox).where(among(inbox.c.id), inbox.c.state == Post.ASIDE.value).values(state=Post.NEW.value, problem="")
)
_FORGET = delete(inbox).where(
    or_(
        and_(inbox.c.state == Post.DONE.value, inbox.c.settled_at < bindparam("done_before")),
        and_(inbox.c.state == Post.ASIDE.value, inbox.c.settled_at < bindparam("aside_before")),
    )
)


@cache
def _new() -> Insert:
    """Return the statement that stores what is new."""
    return insert(inbox)


@cache
def _deliveries(*, done: bool, of_one: bool) -> Select[Any]:
    """Return the statement that reads deliveries in some states, with or without those that are DONE, of one system."""
    statement = select(*_COLUMNS).where(among(inbox.c.state)).order_by(inbox.c.id).limit(bindparam("most"))
    if not done:
        statement = statement.where(_NOT_DONE)
    return statement.where(inbox.c.system == bindparam("of_system")) if of_one else statement


def _delivery(row: Raw) -> Delivery:
    """Return what a row of the table says."""
    system, event_id, digest, body, received_at, content_type, headers, id_, state, problem, settled_at = row
    return Delivery(
        system,
        event_id,
        digest,
        bytes(body),
        codec.instant(received_at),
        content_type,
        MappingProxyType(codec.from_json(headers) if headers else {}),
        id_,
        Post(state),
        problem,
        codec.maybe_instant(settled_at),
    )


def _raw(row: Delivery) -> dict[str, object]:
    """Return a new delivery as columns."""
    return {
        "system": row.system,
        "event_id": row.event_id,
        "digest": row.digest,
        "body": row.body,
        "received_at": codec.text_of(row.received_at),
        "content_type": codec.plain(row.content_type),
        "headers": codec.json_of(dict(row.headers)) if row.headers else None,
        "state": Post.NEW.value,
        "problem": "",
        "settled_at": None,
    }


class Inbox(Statements):
    """Reading the inbox."""

    __slots__ = ()

    def deliveries(
        self, states: Sequence[Post] = (Post.NEW,), system: str = "", limit: int = 500
    ) -> tuple[Delivery, ...]:
        """See `Reading.deliveries`."""
        statement = _deliveries(done=Post.DONE in states, of_one=bool(system))
        asked = {"of_system": system, "most": limit} if system else {"most": limit}
        return tuple(map(_delivery, self._rows_in(statement, [str(state) for state in states], **asked)))

    def deliveries_waiting(self) -> Mapping[Post, int]:
        """See `Reading.deliveries_waiting`; states that nothing is in are left out."""
        return MappingProxyType({Post(state): count for state, count in self._rows(_COUNTS)})


class InboxWriting(Inbox):
    """Writing the inbox."""

    __slots__ = ()

    def accept(self, rows: Sequence[Delivery]) -> tuple[Acceptance, ...]:
        """See `Writing.accept`; everybody who writes takes turns, so nothing comes between looking and storing."""
        rows = [one if one.event_id.isprintable() else replace(one, event_id=codec.plain(one.event_id)) for one in rows]
        first: dict[tuple[str, str], Delivery] = {}
        for row in rows:
            first.setdefault((row.system, row.event_id), row)
        digests = {(row.system, row.event_id): row.digest for row in first.values()}
        new = set(digests)
        for system in {row.system for row in first.values()}:
            ids = [row.event_id for row in first.values() if row.system == system]
            for event_id, digest in self._rows_in(_KNOWN, ids, of_system=system):
                digests[system, event_id] = digest
                new.discard((system, event_id))
        self._change(_new(), [_raw(row) for row in first.values() if (row.system, row.event_id) in new])
        return tuple(self._answer(row, digests, new) for row in rows)

    @staticmethod
    def _answer(row: Delivery, digests: Mapping[tuple[str, str], str], new: set[tuple[str, str]]) -> Acceptance:
        """Return what became of a delivery; the first with a new id is the one that was stored."""
        key = (row.system, row.event_id)
        if key in new:
            new.remove(key)
            return Acceptance.NEW
        return Acceptance.REPEATED if digests[key] == row.digest else Acceptance.CONFLICT

    def settle_deliveries(self, ids: Sequence[int], now: datetime) -> int:
        """See `Writing.settle_deliveries`."""
        return self._change_in(_SETTLE, ids, now=codec.text_of(now))

    def put_aside(self, problems: Mapping[int, str], now: datetime) -> None:
        """See `Writing.put_aside`; what is done stays done."""
        at = codec.text_of(now)
        self._change(
            _ASIDE, [{"delivery": id_, "why": codec.plain(problem), "now": at} for id_, problem in problems.items()]
        )

    def replay_deliveries(self, ids: Sequence[int]) -> int:
        """See `Writing.replay_deliveries`."""
        return self._change_in(_REPLAY, ids)

    def forget_deliveries(self, done_before: datetime, aside_before: datetime) -> int:
        """See `Writing.forget_deliveries`."""
        bounds = {"done_before": codec.text_of(done_before), "aside_before": codec.text_of(aside_before)}
        return self._connection.execute(_FORGET, bounds).rowcount
