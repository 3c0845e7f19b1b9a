"""A connector in a process of its own: real HTTP, real store, real clock; says what each pass cost."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from connector.cli import collect_seldom
from connector.sync import sync

from bench.engines import CRMS, configuration, real_wait, started
from bench.shifted import PAUSE, SETTLED, ShiftedClock

_STATUS: Final = Path("/proc/self/status")
_MIB: Final = 1024
_LONG: Final = timedelta(seconds=5)
"""Rests as long as this (a Bulk job is left alone for longer) are not slept through: the clock is set ahead."""


@dataclass(frozen=True, slots=True)
class Cost:
    """
    What one pass came to and what it cost.

    Attributes:
        changed: Rows that said anything new.
        evaluated: People who were judged.
        delivered: Writes that are true now.
        calls: Requests.
        cpu: Processor seconds of the whole process, all threads.
        seconds: By the wall.
        ahead: How far the clock was set ahead instead of resting.
        peak_mb: Highest memory of the process so far, in MB of 2**20 bytes.
    """

    changed: int
    evaluated: int
    delivered: int
    calls: int
    cpu: float
    seconds: float
    ahead: timedelta
    peak_mb: float


class Loader:
    """A connector at work on a vendor, to be made in a process of its own (see `Apart`)."""

    def __init__(self, folder: Path, url: str, crm: str = "hubspot", settings: Mapping[str, str] | None = None) -> None:
        """Open the store and the adapter; nothing is synced yet. *settings* come on top of those that hinder nobody."""
        collect_seldom()
        self._clock = ShiftedClock()
        self._skipped = timedelta()
        both = {**CRMS[crm].unhindered, **(settings or {})}
        self._engine = started(configuration(folder, url, both, crm), self._clock)

    def later(self, by: timedelta = PAUSE + SETTLED) -> None:
        """Set the clock ahead as the vendor's is; by default as much as while people are busy."""
        self._clock.advance(by)

    def sync(self) -> Cost:
        """Do one pass."""
        cpu, began = time.process_time(), time.perf_counter()
        self._skipped = timedelta()
        done = sync(self._engine, self._rest)
        return Cost(
            done.changed,
            done.evaluated,
            done.delivered,
            sum(done.api_calls.values()),
            time.process_time() - cpu,
            time.perf_counter() - began,
            self._skipped,
            peak_mb(),
        )

    def _rest(self, pause: timedelta) -> None:
        """Sleep, or set the clock ahead where that would be long."""
        if pause < _LONG:
            real_wait(pause)
        else:
            self._skipped += pause
            self._clock.advance(pause)


def peak_mb() -> float:
    """
    Return the highest memory this process ever had, in MB of 2**20 bytes.

    Linux tells it of this program alone; `ru_maxrss` also counts what the process was before exec.
    """
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / _MIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _MIB / (_MIB if sys.platform == "darwin" else 1)
