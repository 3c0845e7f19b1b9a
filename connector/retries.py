"""When a write that failed goes again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from connector.engine import Engine
from connector.store.base import Effect, Settlement, State

_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(minutes=30)
_AT_ONCE: Final = timedelta()
_SPREAD: Final = 0.1
"""Part of a scheduled wait that chance adds, so that what failed together does not come again together."""


def settled(  # noqa: PLR0913 - a settlement has these parts
    effect: Effect,
    state: State,
    *,
    reason: str = "",
    request_id: str = "",
    not_before: datetime | None = None,
    remote_id: str = "",
    attempted: bool = True,
) -> Settlement:
    """Return what became of *effect*."""
    return Settlement(effect.id, effect.epoch, state, reason, request_id, not_before, remote_id, attempted)


def again(  # noqa: PLR0913 - an attempt that failed, and when
    engine: Engine, effect: Effect, attempts: int, reason: str, now: datetime, after: timedelta = _AT_ONCE
) -> Settlement:
    """
    Let an effect that failed, or of which nothing was heard, go again by its system's schedule; then it is parked.

    Args:
        engine: Where adapters, chance and clock are.
        effect: As it was claimed; an UNKNOWN one waits from when it was sent.
        attempts: How many there have been by now.
        reason: Of the last one.
        now: When that is said.
        after: The vendor's own wait.
    """
    schedule = engine.adapters[effect.command.ref.system].abilities.retry_schedule
    if not schedule:
        return settled(effect, State.PENDING, not_before=now)
    if attempts > len(schedule):
        return settled(effect, State.PARKED, reason=f"{reason} (tried {attempts} times)")
    wait = schedule[attempts - 1] * (1 + _SPREAD * engine.chance.random())
    begun = effect.sent_at if effect.state == State.UNKNOWN and effect.sent_at is not None else now
    return settled(effect, State.PENDING, reason=reason, not_before=max(begun + wait, now + after))


def backoff(engine: Engine, attempts: int) -> timedelta:
    """Return a wait with full jitter: anything up to the doubled base, never above half an hour."""
    ceiling = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempts, 12))
    return timedelta(seconds=ceiling.total_seconds() * engine.chance.random())
