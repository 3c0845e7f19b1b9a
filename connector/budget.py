"""
The API budget of one system: asked before every request, never waits, tells instead how long to wait.

The customer owns the limits; the connector takes its configured share of each and spends it on SQL tasks first. What
the vendor's answers say about the limits counts more than what was configured. One budget serves all threads of a
process; the day's count begins again with the process, and the vendor's own word on what is left makes up for it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Final

from connector.adapters.base import Clock
from connector.budget_windows import Window, windows
from connector.commands import Rank

BURST: Final = "burst"
SEARCH: Final = "search"
ROOM: Final[Mapping[Rank, float]] = MappingProxyType({
    Rank.TASK: 1.0,
    Rank.STAGE: 0.98,
    Rank.FIELDS: 0.96,
    Rank.READ: 0.94,
    Rank.BACKFILL: 0.9,
})
"""Part of the burst window that a rank may fill, so that a task never finds it full of reads."""
DAY_ROOM: Final[Mapping[Rank, float]] = MappingProxyType({
    Rank.TASK: 1.0,
    Rank.STAGE: 0.98,
    Rank.FIELDS: 0.95,
    Rank.READ: 0.9,
    Rank.BACKFILL: 0.8,
})
"""The same for the day: the last tenth of the day's share is kept for writes, the last fiftieth for tasks."""
RESERVE: Final[Mapping[Rank, float]] = MappingProxyType({
    Rank.TASK: 0.0,
    Rank.STAGE: 0.002,
    Rank.FIELDS: 0.01,
    Rank.READ: 0.02,
    Rank.BACKFILL: 0.05,
})
"""Part of the whole account's day that a rank leaves untouched, so that other programs do not starve because of us."""
TOO_MANY: Final = 429
_FIRST_PAUSE: Final[Mapping[str, timedelta]] = MappingProxyType({
    BURST: timedelta(seconds=2),
    SEARCH: timedelta(seconds=1),
})
_LONGEST_PAUSE: Final[Mapping[str, timedelta]] = MappingProxyType({
    BURST: timedelta(seconds=10),
    SEARCH: timedelta(seconds=8),
})
_ZONE_UNKNOWN: Final = timedelta(minutes=15)
"""How long to stay away when the day is used up and nobody told in which zone it ends."""
_SHRINK: Final = 0.8
_GROW: Final = 0.02
_LEAST: Final = 0.2
_MARGIN: Final = timedelta(milliseconds=200)
"""Requests a window apart here may arrive closer together there."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    The vendor's limits for the whole account.

    Attributes:
        burst: Requests in any *span*.
        span: The window that burst is counted over.
        daily: Requests in a day of the account's zone; None where there is no such limit.
        search_per_second: Searches in any second.
    """

    burst: int = 100
    span: timedelta = timedelta(seconds=10)
    daily: int | None = 250_000
    search_per_second: int = 5


@dataclass(frozen=True, slots=True)
class Left:
    """
    Where a budget stands, for `status`.

    Attributes:
        burst_used: Our requests within the running window.
        burst_most: What our share allows in it.
        used_today: Our requests since the day began (or since the process did).
        most_today: What our share allows in a day; None for no limit.
        vendor_left_today: What the vendor last said is left for the whole account; None before it said so.
        closed_until: The vendor told us to stay away until then; None when open.
        refused: How often the vendor said "too many" since the process began.
        asked: Requests since the process began.
    """

    burst_used: int
    burst_most: int
    used_today: int
    most_today: int | None
    vendor_left_today: int | None
    closed_until: datetime | None
    refused: int
    asked: int


@dataclass(frozen=True, slots=True)
class Told:
    """What the headers of one answer say; None where they are silent."""

    burst: int | None = None
    burst_left: int | None = None
    span: timedelta | None = None
    daily: int | None = None
    daily_left: int | None = None
    after: timedelta | None = None


class Budget:
    """The `Meter` of the adapter port; see there for `ask` and `learned`."""

    def __init__(
        self, clock: Clock, limits: Limits | None = None, share: float = 0.5, zone: tzinfo | None = None
    ) -> None:
        """Begin unused; *zone* is the account's, in which its day ends, None while it is not known."""
        self._clock = clock
        self._limits = limits or Limits()
        self._share = share
        self._zone = zone
        self._lock = threading.Lock()
        self._pressure = 1.0
        self._burst = self._burst_windows()
        self._search = windows(self._limits.search_per_second * share, timedelta(seconds=1), _MARGIN)
        self._closed: dict[str, datetime] = {}
        self._pause: dict[str, timedelta] = {}
        self._day = self._today(clock())
        self._used_today = 0
        self._vendor_left: int | None = None
        self._told_at = clock()
        self._refused = 0
        self._asked = 0

    def ask(self, bucket: str, rank: Rank) -> timedelta | None:
        """Take one request, or return how long until it can be had; a search also counts in the burst and the day."""
        with self._lock:
            now = self._clock()
            wait = self._wait(bucket, rank, now)
            if wait is not None:
                return wait
            for window in self._windows_of(bucket):
                window.take(now)
            self._used_today += 1
            self._asked += 1
            return None

    def wait_for_room(self, rank: Rank = Rank.TASK) -> timedelta | None:
        """Return how long until a request of *rank* can be had, None when at once; takes nothing."""
        with self._lock:
            return self._wait(BURST, rank, self._clock())

    def learned(self, status: int, headers: Mapping[str, str], bucket: str) -> None:
        """Raise or lower our idea of the limits to the vendor's, and stay away after a "too many"."""
        told = self._told(headers)
        with self._lock:
            now = self._clock()
            self._adopt(told)
            if status != TOO_MANY:
                self._pause.pop(bucket, None)
                self._ease()
                if told.burst_left == 0:
                    self._close(BURST, now + timedelta(seconds=1))
                return
            self._refused += 1
            if told.daily_left == 0:
                self._close("day", self._next_day(now))
                return
            pause = told.after or self._pause.get(bucket, _FIRST_PAUSE.get(bucket, _FIRST_PAUSE[BURST]))
            self._pause[bucket] = min(pause * 2, _LONGEST_PAUSE.get(bucket, _LONGEST_PAUSE[BURST]))
            self._close(bucket, now + pause)
            if bucket == BURST:
                # Somebody else uses the same token: our count is not the vendor's, so we take less for a while.
                self._squeeze(self._pressure * _SHRINK)

    def day_in(self, zone: tzinfo) -> None:
        """Take the account's zone, in which its day ends, as `describe` found it."""
        with self._lock:
            self._zone = zone
            self._day = self._today(self._clock())

    def left(self) -> Left:
        """Return where the budget stands now."""
        with self._lock:
            now = self._clock()
            self._turn_day(now)
            closed = max((at for at in self._closed.values() if at > now), default=None)
            return Left(
                burst_used=max(window.used(now) for window in self._burst),
                burst_most=self._burst[-1].most,
                used_today=self._used_today,
                most_today=self._most_today(),
                vendor_left_today=self._vendor_left,
                closed_until=closed,
                refused=self._refused,
                asked=self._asked,
            )

    def _told(self, headers: Mapping[str, str]) -> Told:
        """Return what the headers of an answer say; a vendor with other headers reads them here."""
        return read_headers(headers)

    def _windows_of(self, bucket: str) -> tuple[Window, ...]:
        """Return the windows that a request of *bucket* falls into."""
        return (*self._search, *self._burst) if bucket == SEARCH else self._burst

    def _wait(self, bucket: str, rank: Rank, now: datetime) -> timedelta | None:
        """Return the longest of all waits, None when there is none."""
        self._turn_day(now)
        waits = [at - now for name, at in self._closed.items() if name in {bucket, "day", BURST} and at > now]
        waits += [wait for window in self._burst if (wait := window.wait(now, ROOM[rank])) is not None]
        if bucket == SEARCH:
            waits += [wait for window in self._search if (wait := window.wait(now, 1.0)) is not None]
        most = self._most_today()
        if most is not None and self._used_today >= most * DAY_ROOM[rank]:
            waits.append(self._next_day(now) - now)
        # What the vendor said is left grows old: somebody has to ask now and then whether the day has turned there.
        stale = self._told_at + _ZONE_UNKNOWN
        if self._vendor_left is not None and now < stale and self._vendor_left < self._reserved(rank):
            waits.append(stale - now)
        return max(waits) if waits else None

    def _reserved(self, rank: Rank) -> float:
        """Return how many of the account's requests of the day *rank* must leave."""
        return (self._limits.daily or 0) * RESERVE[rank]

    def _adopt(self, told: Told) -> None:
        """Take limits that differ from ours."""
        if told.daily is not None and told.daily != self._limits.daily:
            self._limits = replace(self._limits, daily=told.daily)
        if told.daily_left is not None:
            self._vendor_left, self._told_at = told.daily_left, self._clock()
        burst, span = told.burst or self._limits.burst, told.span or self._limits.span
        if (burst, span) != (self._limits.burst, self._limits.span):
            self._limits = replace(self._limits, burst=burst, span=span)
            self._burst = tuple(
                new.inheriting(old) for new, old in zip(self._burst_windows(), self._burst, strict=False)
            )

    def _burst_windows(self) -> tuple[Window, ...]:
        """Return fresh windows for the burst limit under the present pressure."""
        return windows(self._limits.burst * self._share * self._pressure, self._limits.span, _MARGIN)

    def _squeeze(self, pressure: float) -> None:
        """Take *pressure* as the part of our share that we dare to use."""
        self._pressure = min(1.0, max(_LEAST, pressure))
        self._burst = tuple(new.inheriting(old) for new, old in zip(self._burst_windows(), self._burst, strict=False))

    def _ease(self) -> None:
        """Come back to the whole share, a step with each answer that was no refusal."""
        if self._pressure < 1.0:
            self._squeeze(self._pressure + _GROW)

    def _close(self, bucket: str, until: datetime) -> None:
        """Ask nothing of *bucket* before *until*."""
        self._closed[bucket] = max(until, self._closed.get(bucket, until))

    def _most_today(self) -> int | None:
        """Return what our share allows in a day."""
        return None if self._limits.daily is None else max(1, int(self._limits.daily * self._share))

    def _turn_day(self, now: datetime) -> None:
        """Begin a new count when the account's day has ended."""
        today = self._today(now)
        if today != self._day:
            self._day = today
            self._used_today = 0
            self._vendor_left = None

    def _today(self, now: datetime) -> datetime:
        """Return the last midnight of the account's zone."""
        return now.astimezone(self._zone or UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def _next_day(self, now: datetime) -> datetime:
        """Return when the day's count begins again; soon, as a guess, while the zone is unknown."""
        if self._zone is None:
            return now + _ZONE_UNKNOWN
        noon_tomorrow = self._today(now) + timedelta(hours=36)
        return self._today(noon_tomorrow).astimezone(UTC)


def read_headers(headers: Mapping[str, str]) -> Told:
    """
    Return what rate headers say; the names are lower case.

    HubSpot (https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines, read 2026-11-23) sends the
    interval ones on all but search answers, whose daily ones are the only ones; `Retry-After` comes with 477 alone.
    """
    milliseconds = _whole(headers, "x-hubspot-ratelimit-interval-milliseconds")
    after = _whole(headers, "retry-after")
    return Told(
        burst=_whole(headers, "x-hubspot-ratelimit-max"),
        burst_left=_whole(headers, "x-hubspot-ratelimit-remaining"),
        span=timedelta(milliseconds=milliseconds) if milliseconds else None,
        daily=_whole(headers, "x-hubspot-ratelimit-daily"),
        daily_left=_whole(headers, "x-hubspot-ratelimit-daily-remaining"),
        after=timedelta(seconds=after) if after else None,
    )


def _whole(headers: Mapping[str, str], name: str) -> int | None:
    """Return the number that the header *name* holds, None when it is absent or no number."""
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000000") else None
