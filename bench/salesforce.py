"""
Requests of Salesforce passes, by the org's own count, and memory of the connector, with Leads alone mapped.

The org is another process, and requests are real HTTP; only the pass that writes has its org beside it, under a virtual
clock. Everybody is loaded in both ways there are, page by page (1,000 rows a page, because a long text is mapped) and
as a Bulk job; the greater figure counts. The pass over changed leads comes after more than an hour, so it also asks
whether a lead still looks the same. The org counts what Salesforce counts: neither tokens nor the list of versions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from connector.sandbox.carried import Carried
from connector.sync import sync

from bench.apart import Apart
from bench.engines import configuration, started
from bench.loading import Cost
from bench.org import ASKED, act, opened, tasks
from bench.rows import Row, note, printed
from bench.shifted import PAUSE, SETTLED
from tests.clock import VirtualClock

CRM: Final = "salesforce"
_BULK_FROM: Final = "CONNECTOR_SYSTEMS__SALESFORCE__BULK_THRESHOLD"
WAYS: Final[Mapping[str, str]] = MappingProxyType({"pages": "100000000", "bulk": "1"})
"""From how many rows on a Bulk job is ordered, by the way in which everybody is then loaded."""
_AGED: Final = timedelta(hours=2)
"""After which the connector asks anew what a lead looks like."""
_WRITES: Final = 2
"""Writes for each who qualifies: the stage and the task."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """
    How much there is to do.

    Attributes:
        small: Leads of the small org.
        large: Leads of the large one.
        changed: How many of them change between two passes.
        base: Leads of the org of which *qualified* become SQL in one pass.
        qualified: How many become SQL in that pass.
    """

    small: int = 20_000
    large: int = 200_000
    changed: int = 2_000
    base: int = 2_000
    qualified: int = 400


@dataclass(frozen=True, slots=True)
class Way:
    """
    What one way of loading everybody came to.

    Attributes:
        first: Requests of the first load.
        again: Requests of the pass that reads and judges what changed.
        peak: Highest memory of the connector until the end of a pass in which some qualify, in MB.
        jobs: Bulk jobs that were ordered.
        loaded: Whether everybody was loaded and judged.
        taken: Whether the pass over changes took them all and nothing else.
        wrote: Whether the last pass wrote what it was to write.
    """

    first: int
    again: int
    peak: float
    jobs: int
    loaded: bool
    taken: bool
    wrote: bool


class Both:
    """An org and a connector at work on it, each a process of its own, their clocks alike."""

    def __init__(self, org: Apart, it: Apart, ahead: timedelta) -> None:
        """Take both; the org's clock is *ahead* by now."""
        self.org = org
        self._it = it
        self._it.ask("later", ahead)
        self.ahead = ahead

    def wait(self, span: timedelta) -> None:
        """Let time pass in which nothing happens."""
        self.org.ask("wait", span)
        self._it.ask("later", span)
        self.ahead += span

    def busy(self, people: range, qualified: int) -> None:
        """Let *people* do something, the first *qualified* of them ask for a demo."""
        self.org.ask("busy", people.start, len(people), qualified)
        self._it.ask("later", PAUSE + SETTLED)
        self.ahead += PAUSE + SETTLED

    def sync(self) -> tuple[Cost, int]:
        """Do one pass; return what it came to, and its requests by the org's own count."""
        before = self.org.ask("calls")
        cost: Cost = self._it.ask("sync")
        self.org.ask("wait", cost.ahead)
        self.ahead += cost.ahead
        return cost, self.org.ask("calls") - before


def worked(both: Both, sizes: Sizes, base: int, people: range) -> Way:
    """Load all *base* leads, take changes of *people*, then let a tenth of them qualify."""
    jobs, made = both.org.ask("jobs"), both.org.ask("tasks")
    whole, first = both.sync()
    jobs = both.org.ask("jobs") - jobs
    both.wait(_AGED)
    both.sync()
    both.wait(_AGED)
    both.busy(people, 0)
    seen, again = both.sync()
    both.busy(people, sizes.changed // 10)
    last, _ = both.sync()
    made = both.org.ask("tasks") - made
    note(
        f"sf: {base} leads, {jobs} jobs: {first} calls in {whole.seconds:.0f} s ({whole.cpu:.0f} s of processor), "
        f"{whole.peak_mb:.1f} MB; {seen.changed} changes: {again} calls; after {made} tasks {last.peak_mb:.1f} MB"
    )
    return Way(
        first,
        again,
        last.peak_mb,
        jobs,
        whole.evaluated == base and whole.delivered == 0,
        seen.changed == seen.evaluated == len(people) and seen.delivered == 0,
        made == sizes.changed // 10 and last.delivered == _WRITES * made and last.evaluated == len(people),
    )


def loaded(sizes: Sizes, base: int, folder: Path) -> Mapping[str, Way]:
    """Return what either way came to, each with a store and a connector of its own; other people are busy in each."""
    folder.mkdir()
    found: dict[str, Way] = {}
    ahead = timedelta()
    with Apart("bench.org:Neighbour", base) as org:
        for turn, (way, threshold) in enumerate(WAYS.items()):
            place = folder / way
            place.mkdir()
            people = range(turn * sizes.changed, (turn + 1) * sizes.changed)
            with Apart("bench.loading:Loader", place, org.ask("url"), CRM, {_BULK_FROM: threshold}) as it:
                both = Both(org, it, ahead)
                found[way] = worked(both, sizes, base, people)
                ahead = both.ahead
    return found


def written(sizes: Sizes, folder: Path) -> Row:
    """Count the pass in which people become SQL: everything it takes, from the query to the task."""
    folder.mkdir()
    clock = VirtualClock()
    org = opened(sizes.base, clock)
    engine = started(configuration(folder, crm=CRM), clock, {CRM: Carried(org)})
    for _ in range(2):
        sync(engine, clock.sleep)
        clock.advance(SETTLED)
    for number in range(sizes.qualified):
        clock.advance(PAUSE / sizes.qualified)
        act(org, number, ASKED, clock())
    clock.advance(SETTLED)
    before = org.api_calls
    done = sync(engine, clock.sleep)
    made = tasks(org)
    note(f"sf_calls_400_writes: {org.api_calls - before} calls, {made} tasks, {done.delivered} writes")
    sound = made == sizes.qualified > 0 and done.delivered == _WRITES * made and not done.down
    return Row("sf_calls_400_writes", org.api_calls - before, sound)


def measured(sizes: Sizes, folder: Path) -> list[Row]:
    """Return all rows of this subject."""
    wrote = written(sizes, folder / "written")
    small = loaded(sizes, sizes.small, folder / "small")
    large = loaded(sizes, sizes.large, folder / "large")
    return rows(wrote, small, large)


def rows(wrote: Row, small: Mapping[str, Way], large: Mapping[str, Way]) -> list[Row]:
    """Return the rows; the worse of both ways counts."""
    ways = tuple(large.values())
    every = all(way.loaded for way in ways)
    one_job = large["bulk"].jobs == 1 and large["pages"].jobs == 0
    whole = every and one_job and all(way.wrote for way in ways)
    growth = max(large[way].peak - small[way].peak for way in WAYS)
    slope = whole and all(way.loaded and way.wrote for way in small.values())
    return [
        Row("sf_calls_2000_of_200000", max(way.again for way in ways), every and all(way.taken for way in ways)),
        wrote,
        Row("sf_first_load_calls", max(way.first for way in ways), every and one_job),
        Row("sf_rss_mb", round(max(way.peak for way in ways), 1), whole),
        Row("sf_rss_slope_mb", round(growth, 1), slope),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as made_folder:
        raise SystemExit(printed(measured(Sizes(), Path(made_folder))))
