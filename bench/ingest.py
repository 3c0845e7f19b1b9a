"""
How fast signed events become durable at the product's door, against the barest server that does the same.

Two servers in processes of their own, a third process knocks over 64 keep-alive connections. Rounds alternate, so that
whatever else runs on the machine meets both; the figures are medians of the rounds' ratios.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.apart import Apart
from bench.knocking import Knocks, knock
from bench.rows import Row, note, printed

SPEED: Final = "ingest_vs_bare"
WAIT: Final = "ingest_p99_vs_bare"
_SLOWEST: Final = 0.99


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many events a round has for each server, over how many connections, and how many rounds are measured."""

    events: int = 4_000
    connections: int = 64
    rounds: int = 7


def measured(sizes: Sizes, folder: Path) -> tuple[Row, Row]:
    """Return speed and slowest answers by those of the bare server."""
    speeds: list[float] = []
    waits: list[float] = []
    sound = True
    with Apart("bench.door:Ours", folder / "ours.db") as ours, Apart("bench.door:Bare", folder / "bare.db") as bare:
        doors = (("ours", ours), ("bare", bare))
        urls = {name: str(door.ask("url")) for name, door in doors}
        for name, url in urls.items():
            knock(url, _ids(f"warm-{name}", sizes.connections * 4), sizes.connections)
        for turn in range(sizes.rounds):
            done: dict[str, Knocks] = {}
            for name, _ in doors if turn % 2 else doors[::-1]:
                done[name] = knock(urls[name], _ids(f"{turn}-{name}", sizes.events), sizes.connections)
            mine, theirs = done["ours"], done["bare"]
            sound &= all(len(one.taken) == sizes.events and not one.others and not one.broken for one in done.values())
            speeds.append(mine.per_second / theirs.per_second)
            waits.append(mine.waited(_SLOWEST) / theirs.waited(_SLOWEST))
            note(f"{SPEED}: {_said(mine)} against {_said(theirs)}")
        expected = sizes.rounds * sizes.events + sizes.connections * 4
        sound &= all(door.ask("stored") == expected for _, door in doors)
    return Row(SPEED, round(statistics.median(speeds), 3), sound), Row(WAIT, round(statistics.median(waits), 2), sound)


def _ids(begin: str, count: int) -> Sequence[str]:
    """Return ids that no other round has."""
    return [f"msg_{begin}_{number:06}" for number in range(count)]


def _said(knocks: Knocks) -> str:
    """Return a round in words."""
    p50, p99 = (knocks.waited(share) * 1e3 for share in (0.5, _SLOWEST))
    return f"{knocks.per_second:,.0f}/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as made_folder:
        raise SystemExit(printed(measured(Sizes(), Path(made_folder))))
