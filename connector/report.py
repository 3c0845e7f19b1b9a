"""
The funnel and the MQL→SQL conversion, from our own ledger; pure.

Everybody counts who ever reached a stage, also by somebody else's hand, also when the step was skipped (a lead that
went straight to SQL passed MQL, imputed). Nobody counts twice: the first time counts. A cohort is who became MQL in the
same period; its SQLs are those of them who ever became SQL, whenever that was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from connector.lifecycle import rank
from connector.model import LADDER, Stage, Transition

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """
    One cohort.

    Attributes:
        cohort: Its name: "2026-11", "2026-W47", an agreement version, a field's value, or "all".
        mql: People who became MQL.
        sql: Of these, people who ever became SQL.
        rate: sql / mql; None when there is no MQL.
        median_days: From MQL to SQL, of those who made it; None when nobody did.
    """

    cohort: str
    mql: int
    sql: int
    rate: float | None
    median_days: float | None


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """
    One stage.

    Attributes:
        stage: The stage.
        people: Who ever reached it (or a further one).
        now: Who stands in it now.
        of_previous: Share of those who reached the stage before it; None for the first.
        median_days: In this stage before going on, of those who went on; None when nobody did.
    """

    stage: Stage
    people: int
    now: int
    of_previous: float | None
    median_days: float | None


@dataclass(slots=True)
class Path:
    """First entry into each stage by one person, and where they stand now."""

    entered: dict[Stage, datetime]
    versions: dict[Stage, str]
    stage: Stage | None = None


def paths(transitions: Iterable[Transition]) -> Mapping[int, Path]:
    """Return each person's path; *transitions* come oldest first."""
    found: dict[int, Path] = {}
    for step in transitions:
        path = found.setdefault(step.person_id, Path({}, {}))
        path.stage = step.target
        if step.target is not None and step.target not in path.entered:
            path.entered[step.target] = step.at
            path.versions[step.target] = step.version
    return MappingProxyType(found)


def month(zone: ZoneInfo) -> Callable[[int, Path], str]:
    """Return the cohort name "2026-11" by the local month of becoming MQL."""
    return lambda _person, path: _mql_at(path).astimezone(zone).strftime("%Y-%m")


def week(zone: ZoneInfo) -> Callable[[int, Path], str]:
    """Return the cohort name "2026-W47" by the local ISO week of becoming MQL."""
    return lambda _person, path: _mql_at(path).astimezone(zone).strftime("%G-W%V")


def version(_person: int, path: Path) -> str:
    """Return the agreement version under which the person became MQL; moves we did not make have none."""
    return path.versions.get(Stage.MQL) or "(not ours)"


def conversion(known: Mapping[int, Path], cohort: Callable[[int, Path], str]) -> tuple[ConversionRow, ...]:
    """Return one row a cohort, in the order of their names, and "all" last when there is more than one."""
    groups: defaultdict[str, list[Path]] = defaultdict(list)
    everybody: list[Path] = []
    for person_id, path in known.items():
        if _reached(path, Stage.MQL):
            groups[cohort(person_id, path)].append(path)
            everybody.append(path)
    rows = [_conversion_row(name, groups[name]) for name in sorted(groups)]
    if len(rows) != 1:
        rows.append(_conversion_row("all", everybody))
    return tuple(rows)


def funnel(known: Mapping[int, Path], people: int) -> tuple[FunnelRow, ...]:
    """
    Return one row a stage of the ladder up to customer.

    Args:
        known: Everybody's path.
        people: How many people there are, also without any stage; stands in the first row.
    """
    rows = []
    previous: int | None = None
    stages = LADDER[: LADDER.index(Stage.CUSTOMER) + 1]
    for at, stage in enumerate(stages):
        reached = people if at == 0 else sum(_reached(path, stage) for path in known.values())
        following = stages[at + 1] if at + 1 < len(stages) else None
        rows.append(
            FunnelRow(
                stage,
                reached,
                sum(path.stage == stage for path in known.values()),
                None if previous is None else _share(reached, previous),
                _days_between(known.values(), stage, following) if following else None,
            )
        )
        previous = reached
    return tuple(rows)


def _reached(path: Path, stage: Stage) -> bool:
    """Tell whether the person ever stood in *stage* or beyond: nobody becomes a customer past the funnel."""
    return any(rank(entered) >= rank(stage) for entered in path.entered)


def _mql_at(path: Path) -> datetime:
    """Return when the person became MQL, or first stood beyond it."""
    return min(at for stage, at in path.entered.items() if rank(stage) >= rank(Stage.MQL))


def _conversion_row(name: str, group: list[Path]) -> ConversionRow:
    """Return the row of one cohort."""
    made_it = [path for path in group if _reached(path, Stage.SQL)]
    days = [
        (path.entered[Stage.SQL] - path.entered[Stage.MQL]) / DAY
        for path in made_it
        if Stage.SQL in path.entered and Stage.MQL in path.entered
    ]
    return ConversionRow(
        name, len(group), len(made_it), _share(len(made_it), len(group)), round(median(days), 2) if days else None
    )


def _days_between(known: Iterable[Path], stage: Stage, following: Stage) -> float | None:
    """Return the median of days from *stage* to *following*, of those who entered both."""
    days = [
        (path.entered[following] - path.entered[stage]) / DAY
        for path in known
        if stage in path.entered and following in path.entered
    ]
    return round(median(days), 2) if days else None


def _share(part: int, whole: int) -> float | None:
    """Return part / whole, None for an empty whole."""
    return round(part / whole, 4) if whole else None
