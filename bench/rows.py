"""What is measured, and what each figure must keep to; one row a figure."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Better(StrEnum):
    """Which way is better; the limit is the worst that is let through."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Bound:
    """
    What one figure must keep to.

    Attributes:
        unit: Of value and limit.
        limit: The worst value that holds.
        better: Which way is better.
        about: What is counted, in one sentence for the page.
    """

    unit: str
    limit: float
    better: Better
    about: str

    def holds(self, value: float) -> bool:
        """Tell whether *value* is no worse than the limit; what is no number is worse."""
        return value <= self.limit if self.better is Better.LOWER else value >= self.limit


BOUNDS: Final[Mapping[str, Bound]] = MappingProxyType({
    "calls_nothing_changed": Bound(
        "calls", 1, Better.LOWER, "requests of a pass over 20,000 contacts of which none changed"
    ),
    "calls_200_of_20000": Bound(
        "calls", 3, Better.LOWER, "requests of a pass that reads and judges 200 changed contacts of 20,000"
    ),
    "calls_2000_of_20000": Bound("calls", 12, Better.LOWER, "the same for 2,000 changed contacts of 20,000"),
    "calls_per_qualified": Bound(
        "calls",
        0.06,
        Better.LOWER,
        "requests for each of 2,000 people who become SQL in one pass: pull, look again before writing, stage, "
        "read back, task, result fields",
    ),
    "evaluate_vs_handwritten": Bound(
        "ratio", 0.7, Better.HIGHER, "speed of the compiled agreement by that of the same rules written by hand"
    ),
    "cpu_us_per_change": Bound(
        "µs",
        500,
        Better.LOWER,
        "processor time of the connector for each of 4,000 changed contacts, one in ten becoming SQL: HTTP, JSON, "
        "mapping, store (every commit synced), judging, writes; least of five passes",
    ),
    "rss_mb_200000": Bound(
        "MB", 130, Better.LOWER, "peak memory of a connector that loads 200,000 contacts and then takes 2,000 changes"
    ),
    "rss_slope_mb": Bound("MB", 15, Better.LOWER, "what the peak grows by from 20,000 to 200,000 contacts"),
    "first_load_overlap": Bound(
        "ratio", 0.9, Better.HIGHER, "pages of a first load in the time of as many round trips at 250 ms"
    ),
    "drain_share": Bound(
        "ratio",
        0.9,
        Better.HIGHER,
        "requests sent while writing a backlog, at 250 ms each, by what the configured share of the limits allows",
    ),
    "refused_share": Bound("ratio", 0.01, Better.LOWER, "requests of that backlog that were answered 429"),
    "version_seconds": Bound("s", 0.3, Better.LOWER, "`connector version`, from start to end, median"),
    "run_ready_seconds": Bound(
        "s", 2, Better.LOWER, "`connector run` on an existing store, from start to its first heartbeat, median"
    ),
    "sf_calls_2000_of_200000": Bound(
        "calls",
        4,
        Better.LOWER,
        "Salesforce, Leads alone mapped: requests of a pass that reads and judges 2,000 changed leads of 200,000",
    ),
    "sf_calls_400_writes": Bound(
        "calls",
        6,
        Better.LOWER,
        "requests of the pass in which 400 leads become SQL: pull, look again before writing, 400 stages, 400 tasks",
    ),
    "sf_first_load_calls": Bound(
        "calls",
        220,
        Better.LOWER,
        "requests of the first load of 200,000 leads, 1,000 a page because a long text is mapped, or as one Bulk job; "
        "the greater of both",
    ),
    "sf_rss_mb": Bound(
        "MB",
        150,
        Better.LOWER,
        "peak memory of a connector that loads 200,000 leads and then takes 2,000 changes twice; the greater of both "
        "ways to load them",
    ),
    "sf_rss_slope_mb": Bound("MB", 15, Better.LOWER, "what that peak grows by from 20,000 to 200,000 leads"),
    "ingest_vs_bare": Bound(
        "ratio",
        0.6,
        Better.HIGHER,
        "durable signed events of 1 KB taken in a second over 64 connections, by those of a bare uvicorn application "
        "that checks the same signature and commits in the same groups",
    ),
    "ingest_p99_vs_bare": Bound("ratio", 3, Better.LOWER, "time of its slowest hundredth of answers by the other's"),
    "flood_lost": Bound(
        "events", 0, Better.LOWER, "events answered 2xx that the store lacks after kill -9 in the middle of a flood"
    ),
})


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; *sound* is false where what was measured is not what was meant."""

    name: str
    value: float
    sound: bool = True

    @property
    def bound(self) -> Bound:
        """Return what it must keep to."""
        return BOUNDS[self.name]

    @property
    def holds(self) -> bool:
        """Tell whether it does."""
        return self.sound and self.bound.holds(self.value)

    def as_json(self) -> dict[str, object]:
        """Return the row as it stands in the results."""
        bound = self.bound
        return {
            "name": self.name,
            "value": self.value,
            "unit": bound.unit,
            "limit": bound.limit,
            "better": str(bound.better),
            "holds": self.holds,
        }


def printed(rows: Iterable[Row]) -> int:
    """Print the rows of one subject as JSON; return 1 when one does not hold, for the exit."""
    listed = list(rows)
    sys.stdout.write(json.dumps([row.as_json() for row in listed]) + "\n")
    return 0 if all(row.holds for row in listed) else 1


def note(text: str) -> None:
    """Say on stderr what a figure rests on."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
