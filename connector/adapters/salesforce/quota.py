"""
The budget of an org: requests in any 24 hours, told as a gauge with every answer.

Salesforce counts no bursts that matter to us (only requests longer than 20 s are limited in number). The gauge is
approximate and goes up and down between two answers, so who stood aside because little was left comes back only when
clearly more is left. Reads stand aside first: what is decided must still be written, and other programs
must still work.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from typing_extensions import override

from connector.adapters.base import Clock
from connector.budget import TOO_MANY, Budget, Limits, Told, read_headers
from connector.commands import Rank

DAY: Final = "day"
"""The bucket of a "too many" that concerns the requests of 24 hours."""
FIRST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(hours=1)
HEADER: Final = "sforce-limit-info"
LEFT_TO_OTHERS: Final[Mapping[Rank, float]] = MappingProxyType({
    Rank.TASK: 0.0,
    Rank.STAGE: 0.02,
    Rank.FIELDS: 0.05,
    Rank.READ: 0.2,
    Rank.BACKFILL: 0.3,
})
"""Part of the whole org's requests that a rank leaves untouched."""
_BACK: Final = 0.02
"""So much more must be left before a rank that stood aside comes back; the gauge jumps by far less."""
_HOUR: Final = timedelta(hours=1)
_ROLLING: Final = timedelta(hours=24)
_BURST: Final = 1_000
_SPAN: Final = timedelta(seconds=10)
"""No limit of Salesforce's: it only ends a loop that asks without end."""
_ENTRY: Final = re.compile(r"\s*api-usage\s*=\s*(\d{1,12})\s*/\s*(\d{1,12})\s*")


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests of the last 24 hours by the whole org, and how many it has."""

    used: int
    most: int


def usage(headers: Mapping[str, str]) -> Usage | None:
    """Return what the gauge says, None when it is absent or unreadable; other entries of the header are passed over."""
    for part in headers.get(HEADER, "").split(";"):
        found = _ENTRY.fullmatch(part)
        if found and int(found[2]) > 0:
            return Usage(int(found[1]), int(found[2]))
    return None


class OrgBudget(Budget):
    """The meter of one org; see the port for `ask` and `learned`."""

    def __init__(self, clock: Clock, daily: int, share: float) -> None:
        """Begin unused."""
        self._hours: deque[tuple[datetime, int]] = deque()
        self._aside: set[Rank] = set()
        self._day_pause = FIRST_PAUSE
        super().__init__(clock, Limits(burst=_BURST, span=_SPAN, daily=daily, search_per_second=_BURST), share)

    @override
    def ask(self, bucket: str, rank: Rank) -> timedelta | None:
        """Take one request, or return how long until it can be had."""
        wait = super().ask(bucket, rank)
        if wait is None:
            with self._lock:
                self._count(self._clock())
        return wait

    @override
    def learned(self, status: int, headers: Mapping[str, str], bucket: str) -> None:
        """Take the gauge; a "too many" of bucket `DAY` closes everything for minutes, longer each time."""
        if status == TOO_MANY and bucket == DAY:
            with self._lock:
                self._adopt(self._told(headers))
                self._refused += 1
                self._close(DAY, self._clock() + self._day_pause)
                self._day_pause = min(self._day_pause * 2, _LONGEST_PAUSE)
            return
        super().learned(status, headers, bucket)
        if status != TOO_MANY:
            with self._lock:
                self._day_pause = FIRST_PAUSE

    @override
    def _told(self, headers: Mapping[str, str]) -> Told:
        """Return what the gauge says beside the usual headers."""
        found = usage(headers)
        general = read_headers(headers)
        if found is None:
            return Told(after=general.after)
        return Told(daily=found.most, daily_left=max(0, found.most - found.used), after=general.after)

    @override
    def _adopt(self, told: Told) -> None:
        """Take the gauge, and with it who stands aside; in between the two marks nothing changes."""
        super()._adopt(told)
        if told.daily is None or told.daily_left is None:
            return
        for rank, part in LEFT_TO_OTHERS.items():
            if told.daily_left < told.daily * part:
                self._aside.add(rank)
            elif told.daily_left >= told.daily * min(1.0, part + _BACK):
                self._aside.discard(rank)

    @override
    def _reserved(self, rank: Rank) -> float:
        """Return what must be left for *rank* to go on: anything, or more than there can be while it stands aside."""
        return float("inf") if rank in self._aside else 0.0

    @override
    def _turn_day(self, now: datetime) -> None:
        """Forget what was asked more than 24 hours ago."""
        while self._hours and self._hours[0][0] + _HOUR <= now - _ROLLING:
            self._hours.popleft()
        self._used_today = sum(count for _, count in self._hours)

    @override
    def _next_day(self, now: datetime) -> datetime:
        """Return when the oldest of our requests no longer count."""
        if not self._hours:
            return now + _HOUR
        return max(self._hours[0][0] + _HOUR + _ROLLING, now + timedelta(minutes=1))

    def _count(self, now: datetime) -> None:
        """Count one request within its hour."""
        begun, count = self._hours[-1] if self._hours else (now, 0)
        if self._hours and begun <= now < begun + _HOUR:
            self._hours[-1] = (begun, count + 1)
        else:
            self._hours.append((now, 1))
