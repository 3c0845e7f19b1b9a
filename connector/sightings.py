"""What a stage that a row shows means beside our own writes: an echo, a look from before them, or a human's move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from connector.commands import Kind, SetStage
from connector.lifecycle import SET_BACK
from connector.model import Standing
from connector.store.base import Held, State, Writing

SET_BACK_FIRST: Final = "somebody moved the person back before it was written"
_UNDER_WAY: Final = frozenset({State.INFLIGHT, State.UNKNOWN})
_WAITING: Final = frozenset({State.HELD, State.PENDING})


class Sight(StrEnum):
    """How a stage that is news stands to the stage writes of ours on the same row."""

    ECHO = "echo"
    """Our own write, under way and not yet settled."""
    OVERTAKEN = "overtaken"
    """Read before our own write was settled: what it shows may be from before that write, and is looked at again."""
    AHEAD_OF_US = "ahead of us"
    """Somebody moved while our own move still waited: the row never showed ours."""
    OTHERS = "others"
    """Somebody's own move."""


def sight_of(tx: Writing, after: Held, asked: datetime) -> Sight:
    """Say what the stage in *after*, read by a request that left at *asked* (our clock), is beside our own writes."""
    effects = tx.effects(
        states=(*_UNDER_WAY, *_WAITING, State.DONE), person_id=after.person_id, kind=Kind.STAGE, limit=100
    )
    ours = [one for one in effects if isinstance(one.command, SetStage) and one.command.ref == after.ref]
    on_the_way = [one for one in ours if one.state in _UNDER_WAY]
    if any(isinstance(one.command, SetStage) and one.command.value == after.raw_stage for one in on_the_way):
        return Sight.ECHO
    if any(one.state == State.DONE and one.settled_at is not None and one.settled_at >= asked for one in ours):
        return Sight.OVERTAKEN
    return Sight.AHEAD_OF_US if not on_the_way and any(one.state in _WAITING for one in ours) else Sight.OTHERS


def drop_waiting(tx: Writing, before: Mapping[int, Standing], after: Iterable[Standing], now: datetime) -> None:
    """Drop stages and tasks that still wait for people whom a human has just set back: no is no, however long ago."""
    waiting: list[int] = []
    for standing in after:
        known = before[standing.person_id].barriers
        if any(one.reason == SET_BACK and one not in known for one in standing.barriers):
            found = tx.effects(states=(State.HELD, State.PENDING), person_id=standing.person_id)
            waiting += [one.id for one in found if one.slot != Kind.FIELDS]
    if waiting:
        tx.drop(waiting, now, SET_BACK_FIRST)
