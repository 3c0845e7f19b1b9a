"""
Processor time of the connector for each changed contact, over real HTTP to a portal in another process.

One changed contact in ten becomes SQL, so that the whole path is in it: search, JSON, mapping, store with every commit
synced, judging, strong read, stage, read back, task, result fields. The figure is the least of some passes: whatever
else runs on the machine only adds to it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.apart import Apart
from bench.rows import Row, note, printed

NAME: Final = "cpu_us_per_change"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many contacts there are, how many change before each pass, and how many passes are measured."""

    base: int = 20_000
    changed: int = 4_000
    rounds: int = 5

    @property
    def qualified(self) -> int:
        """Return how many of the changed ones become SQL."""
        return self.changed // 10


def measured(sizes: Sizes, folder: Path) -> Row:
    """Return the least of some passes, each with other people."""
    with Apart("bench.portal:Neighbour", sizes.base) as portal:
        url = portal.ask("url")
        with Apart("bench.loading:Loader", folder, url) as connector:
            first = connector.ask("sync")
            note(f"{NAME}: first load {first.cpu / sizes.base * 1e6:.0f} µs a contact, {first.seconds:.1f} s")
            figures = []
            sound = True
            for turn in range(sizes.rounds):
                begin = turn * sizes.changed
                portal.ask("busy", begin, sizes.changed, sizes.qualified)
                connector.ask("later")
                cost = connector.ask("sync")
                figures.append(cost.cpu / sizes.changed * 1e6)
                sound &= cost.changed >= sizes.changed and cost.delivered == 3 * sizes.qualified
                note(f"{NAME}: {figures[-1]:.0f} µs, {cost.calls} calls, {cost.seconds:.1f} s")
            sound &= portal.ask("tasks") == sizes.rounds * sizes.qualified
    note(f"{NAME}: {min(figures):.0f} to {max(figures):.0f} µs")
    return Row(NAME, round(min(figures), 1), sound)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as made_folder:
        raise SystemExit(printed([measured(Sizes(), Path(made_folder))]))
