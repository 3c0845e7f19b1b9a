"""
How much of the allowed rate is used while a backlog is written, and how often HubSpot says "too many".

A few thousand people became SQL while nothing could be written; then HubSpot takes 250 ms for each answer and enforces
its limits. Whole windows of ten seconds are measured, because the requests of one may all come at its beginning.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from connector.sandbox.hubspot.limits import BURST
from connector.store.base import State
from connector.sync import Pass, gather, judge_due, send, sync

from bench.apart import Apart
from bench.engines import configuration, real_wait, started
from bench.rows import Row, note, printed
from bench.shifted import PAUSE, SETTLED, ShiftedClock

SHARE: Final = 0.5
_HINDERED: Final[Mapping[str, str]] = MappingProxyType({"CONNECTOR_SYSTEMS__HUBSPOT__API_SHARE": f"{SHARE:.0%}"})
"""As by default, spelled out."""
WINDOW: Final = timedelta(seconds=10)
"""Of HubSpot's burst limit."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many people wait to be written, how long an answer takes, and how long is measured."""

    backlog: int = 5_000
    round_trip: timedelta = timedelta(milliseconds=250)
    span: timedelta = 2 * WINDOW


def backlog(folder: Path, portal: Apart, people: int) -> ShiftedClock:
    """Load everybody, let each become SQL, decide so, and write nothing; return the clock by which it is now."""
    clock = ShiftedClock()
    engine = started(configuration(folder, portal.ask("url")), clock)
    sync(engine, real_wait)
    portal.ask("busy", 0, people, people)
    clock.advance(PAUSE + SETTLED)
    gather(engine, real_wait, Pass())
    judge_due(engine, real_wait, Pass(), {})
    engine.store.close()
    return clock


def measured(sizes: Sizes, folder: Path) -> list[Row]:
    """Return both rows."""
    with Apart("bench.portal:Neighbour", sizes.backlog) as portal:
        clock = backlog(folder, portal, sizes.backlog)
        stop = threading.Event()
        url = portal.ask("url")
        engine = started(configuration(folder, url, _HINDERED), clock, stopping=stop.is_set)
        portal.ask("be_real", sizes.round_trip)
        done = Pass()
        sender = threading.Thread(target=send, args=(engine, lambda pause: stop.wait(pause.total_seconds()), done))
        sender.start()
        real_wait(sizes.span)
        calls, refused = portal.ask("calls")
        stop.set()
        sender.join()
    with engine.store.reading() as look:
        left = look.backlog().get(("hubspot", State.PENDING), 0)
    allowed = SHARE * BURST * (sizes.span / WINDOW)
    note(f"drain: {calls} requests of {allowed:.0f}, {refused} refused, {done.delivered} writes, {left} left")
    sound = left > 0 and done.delivered > 0 and not done.rejected
    return [
        Row("drain_share", round((calls - refused) / allowed, 3), sound),
        Row("refused_share", round(refused / max(calls, 1), 4), sound),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as made_folder:
        raise SystemExit(printed(measured(Sizes(), Path(made_folder))))
