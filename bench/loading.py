"""A connector in a process of its own: real HTTP, real store, real clock; says what each pass cost."""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.cli import collect_seldom
from connector.sync import sync

from bench.engines import configuration, real_wait, started
from bench.shifted import PAUSE, SETTLED, ShiftedClock

_STATUS: Final = Path("/proc/self/status")
_MIB: Final = 1024


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
        peak_mb: Highest memory of the process so far, in MB of 2**20 bytes.
    """

    changed: int
    evaluated: int
    delivered: int
    calls: int
    cpu: float
    seconds: float
    peak_mb: float


class Loader:
    """A connector at work on a portal, to be made in a process of its own (see `Apart`)."""

    def __init__(self, folder: Path, url: str) -> None:
        """Open the store and the adapter; nothing is synced yet."""
        collect_seldom()
        self._clock = ShiftedClock()
        self._engine = started(configuration(folder, url), self._clock)

    def later(self) -> None:
        """Set the clock ahead as the portal's is while people are busy."""
        self._clock.advance(PAUSE + SETTLED)

    def sync(self) -> Cost:
        """Do one pass."""
        cpu, began = time.process_time(), time.perf_counter()
        done = sync(self._engine, real_wait)
        return Cost(
            done.changed,
            done.evaluated,
            done.delivered,
            sum(done.api_calls.values()),
            time.process_time() - cpu,
            time.perf_counter() - began,
            peak_mb(),
        )


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
