"""
Run every benchmark in its short form, keep the rows in bench/results.json, renew the table of docs/performance.md.

Each subject is a script in a process of its own that prints its rows as JSON, so that none warms, fills or slows
another. The run fails when a row does not hold, when a subject fails, and when a row is missing.
"""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from bench.rows import BOUNDS, Better, note

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results.json"
PAGE: Final = HERE.parent / "docs" / "performance.md"
BEGIN: Final = "<!-- figures: renewed by make bench -->"
END: Final = "<!-- end of figures -->"
SUBJECTS: Final[Mapping[str, Sequence[str]]] = MappingProxyType({
    name: (sys.executable, "-m", f"bench.{name}")
    for name in ("calls", "evaluate", "cpu", "memory", "overlap", "drain", "starting", "salesforce", "ingest", "flood")
})
"""Subject → how it is run; what it prints is named by `BOUNDS`."""
_KEEP: Final = "--keep"
_LONGEST: Final = 900.0

Result = Mapping[str, object]
"""A row as it stands in the results: name, value, unit, limit, better, holds."""


def main(names: Sequence[str]) -> int:
    """Run all subjects, or those named; of those the rows are kept when the first argument is --keep."""
    keep = list(names[:1]) == [_KEEP]
    names = names[1:] if keep else names
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        note(f'no benchmark "{unknown[0]}"; there are {", ".join(SUBJECTS)}')
        return 2
    if names:
        some = collected({name: SUBJECTS[name] for name in names})
        if keep:
            _kept(some)
        return reported(some, ())
    rows = collected(SUBJECTS)
    RESULTS.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")
    return reported(rows, BOUNDS)


def _kept(some: Sequence[Result]) -> None:
    """Put the rows of *some* subjects among those of the last run."""
    rows = mixed(cast("list[Result]", json.loads(RESULTS.read_text(encoding="utf-8"))), some)
    RESULTS.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    again = [str(row["name"]) for row in some]
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), rows, again), encoding="utf-8")


def mixed(before: Sequence[Result], some: Sequence[Result]) -> list[Result]:
    """Return the rows of *some* and, of the names that are not among them, those of *before*, in the table's order."""
    by_name = {str(row["name"]): row for row in (*before, *some)}
    return [by_name[name] for name in BOUNDS if name in by_name]


def collected(subjects: Mapping[str, Sequence[str]]) -> list[Result]:
    """Return the rows that the *subjects* print; one that prints none is named on stderr, the others go on."""
    rows: list[Result] = []
    for name, command in subjects.items():
        began = time.perf_counter()
        done = subprocess.run(
            command, stdout=subprocess.PIPE, cwd=HERE.parent, timeout=_LONGEST, check=False, encoding="utf-8"
        )
        try:
            printed = cast("list[Result]", json.loads(done.stdout))
        except ValueError:
            note(f"{name}: failed with exit code {done.returncode}")
            continue
        rows += [judged(row) for row in printed]
        note(f"{name}: {time.perf_counter() - began:.0f} s")
    return rows


def judged(row: Result) -> Result:
    """Return *row* with the limit it must keep to; it holds only when its subject says so and its value does too."""
    bound = BOUNDS[str(row["name"])]
    value = row["value"]
    counts = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return {
        "name": row["name"],
        "value": value if counts else None,
        "unit": bound.unit,
        "limit": bound.limit,
        "better": str(bound.better),
        "holds": counts and bound.holds(cast("float", value)) and row["holds"] is True,
    }


def reported(rows: Sequence[Result], expected: Iterable[str]) -> int:
    """Print a line for each row; return 1 when one does not hold or one of *expected* is missing."""
    missing = [name for name in expected if name not in {row["name"] for row in rows}]
    for row in rows:
        print(f"{'ok  ' if row['holds'] else 'MISS'} {row['name']:<24} {_figure(row)}  (limit {_limit(row)})")
    for name in missing:
        print(f"MISS {name:<24} was not measured")
    return 1 if missing or not rows or not all(row["holds"] for row in rows) else 0


def renewed(page: str, rows: Sequence[Result], again: Sequence[str] = ()) -> str:
    """
    Return *page* with its figures replaced; when only the rows named *again* are new, it says so of them.

    Raises:
        ValueError: It has no place for them.
    """
    before, begin, rest = page.partition(BEGIN)
    held, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"docs/performance.md lacks the lines {BEGIN} and {END}")
    shown = f"easured on {datetime.now(UTC):%Y-%m-%d}: {machine()}."
    said = [f"M{shown}"]
    if again:
        said = [*filter(None, held.partition("| Row |")[0].strip().splitlines()), f"{_named(again)} m{shown}"]
    return f"{before}{BEGIN}\n{figures(said, rows)}\n{END}{after}"


def _named(names: Sequence[str]) -> str:
    """Return row names as Markdown, the first of them at the begin of a sentence."""
    return ", ".join(f"`{name}`" for name in names)


def figures(said: Sequence[str], rows: Sequence[Result]) -> str:
    """Return what is *said* of machine and day, and the table, as Markdown."""
    lines = [
        *said,
        "",
        "| Row | Figure | Limit | Holds | What is counted |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{row['name']}` | {_figure(row)} | {_limit(row)} | {'yes' if row['holds'] else '**no**'} "
        f"| {BOUNDS[str(row['name'])].about} |"
        for row in rows
    ]
    return "\n".join(lines)


def machine() -> str:
    """Return what was measured on: processor, memory, system, Python."""
    return f"{_processor()}, {_cores()} cores, {_memory()}{platform.system()} {platform.release()}, {_python()}"


def _processor() -> str:
    """Return the processor's name."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> str:
    """Return the memory with a comma behind it, nothing where the system does not say."""
    info = Path("/proc/meminfo")
    if not info.exists():
        return ""
    kib = int(info.read_text(encoding="ascii").split()[1])
    return f"{round(kib / 2**20)} GB, "


def _python() -> str:
    """Return the interpreter's name and version."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def _figure(row: Result) -> str:
    """Return the value with its unit."""
    return _shown(row["value"], row["unit"])


def _limit(row: Result) -> str:
    """Return the limit with its direction."""
    sign = "≤" if row["better"] == str(Better.LOWER) else "≥"
    return f"{sign} {_shown(row['limit'], row['unit'])}"


def _shown(value: object, unit: object) -> str:
    """Return a figure; ratios have no unit."""
    return f"{value}" if unit == "ratio" else f"{value} {unit}"
