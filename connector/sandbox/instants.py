"""Instants as the vendors write them: epoch milliseconds inside, ISO text outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS = 86_400_000
SECOND_MS = 1000
SECOND_DIGITS = len("2026-11-23T12:00:00")
MILLISECOND = timedelta(milliseconds=1)


def utc_now() -> datetime:
    """Return the instant of the machine's clock; the default clock of a served sandbox."""
    return datetime.now(UTC)


def millis(at: datetime) -> int:
    """Return *at* (aware) as epoch milliseconds."""
    return (at - EPOCH) // MILLISECOND


def span_ms(duration: timedelta) -> int:
    """Return a *duration* in whole milliseconds."""
    return duration // MILLISECOND


def instant(at_ms: int) -> datetime:
    """Return epoch milliseconds as an aware instant."""
    return EPOCH + timedelta(milliseconds=at_ms)


@lru_cache(maxsize=4096)
def _second(at_s: int) -> str:
    """Return the ISO text of a whole second without its zone."""
    return (EPOCH + timedelta(seconds=at_s)).isoformat()[:SECOND_DIGITS]


def iso(at_ms: int) -> str:
    """Return ISO text in UTC as Java's Instant prints it: no fraction when it is zero, else three digits."""
    seconds, rest = divmod(at_ms, SECOND_MS)
    return f"{_second(seconds)}.{rest:03d}Z" if rest else f"{_second(seconds)}Z"


def parsed(text: str) -> int | None:
    """Return epoch milliseconds for ISO text, a date (its midnight in UTC) or a millisecond count; else None."""
    if text.lstrip("-").isdigit():
        return int(text) if len(text) != len("20261123") else None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return millis(at if at.tzinfo else at.replace(tzinfo=UTC))
