"""
How well a first load keeps a slow portal busy: pages by round trips of 250 ms, over real HTTP.

A reader that stores each page before it asks for the next one pays for both; here the next one is on its way meanwhile.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from connector.pull import pull

from bench.apart import Apart
from bench.engines import configuration, started
from bench.rows import Row, note, printed

NAME: Final = "first_load_overlap"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many contacts are loaded, and how long the portal takes for each answer."""

    base: int = 5_000
    round_trip: timedelta = timedelta(milliseconds=250)


def measured(sizes: Sizes, folder: Path) -> Row:
    """Load everybody; every request of the load counts as a page, also the last look at what changed meanwhile."""
    with Apart("bench.portal:Neighbour", sizes.base, "off", sizes.round_trip) as portal:
        engine = started(configuration(folder, portal.ask("url")))
        before = engine.budgets["hubspot"].left().asked
        stream = next(one for one in engine.adapters["hubspot"].streams() if one.name == "contacts")
        began = time.perf_counter()
        looked = pull(engine, "hubspot", stream)
        seconds = time.perf_counter() - began
        pages = engine.budgets["hubspot"].left().asked - before
    note(f"{NAME}: {looked.rows} contacts in {pages} requests, {seconds:.1f} s")
    ratio = pages * sizes.round_trip.total_seconds() / seconds
    return Row(NAME, round(ratio, 3), looked.down is None and looked.rows == sizes.base and pages > 1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as made_folder:
        raise SystemExit(printed([measured(Sizes(), Path(made_folder))]))
