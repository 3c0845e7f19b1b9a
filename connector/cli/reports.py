"""`connector report`, `status`, `db` and `healthcheck`: looking, beside a running daemon."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from connector import report as figures
from connector import store as stores
from connector.assemble import assemble, wall_clock
from connector.cli.exits import Exit
from connector.cli.say import data, err, out, settled, told
from connector.cli.tables import table
from connector.config.nouns import Config
from connector.problems import did_you_mean
from connector.store.base import Reading, State

_ALIVE: Final = timedelta(seconds=60)
"""A heart that has not beaten for so long has stopped; it beats every 10 s."""
_HEARTBEAT: Final = "heartbeat"


@told
def report(kind: str, file: Path | None, by: str, output: str) -> Exit:
    """Print a report from our own ledger."""
    config = settled(file)
    store = stores.open_store(config.store_url, read_only=True)
    with store.reading() as look:
        known = figures.paths(look.transitions())
        if kind == "funnel":
            rows = [asdict(row) for row in figures.funnel(known, look.person_counts()["people"])]
        else:
            cohort = _cohort(config, look, by, known)
            if cohort is None:
                return Exit.USAGE
            rows = [asdict(row) for row in figures.conversion(known, cohort)]
    if output == "json":
        data({"rows": rows})
    elif output == "csv":
        out(_csv(rows))
    else:
        names = list(rows[0]) if rows else []
        cells = [[_cell(name, row[name]) for name in names] for row in rows]
        out(
            table([name.replace("_", " ") for name in names], cells, frozenset(range(1, len(names))))
            if rows
            else "(none)"
        )
    return Exit.DONE


def _cohort(
    config: Config, look: Reading, by: str, known: Mapping[int, figures.Path]
) -> Callable[[int, figures.Path], str] | None:
    """Return how people are grouped, or say what *by* may be."""
    if by == "month":
        return figures.month(config.timezone)
    if by == "week":
        return figures.week(config.timezone)
    if by == "agreement":
        return figures.version
    if by not in config.fields:
        names = ("month", "week", "agreement", *config.fields)
        err(f"--by {by}: no such grouping. {did_you_mean(by, names)} There are {', '.join(names)}.")
        return None
    values: dict[int, str] = {}
    for dossier in look.dossiers(list(known), companies=True):
        found = [row.values.get(by) for row in dossier.held if row.values.get(by) is not None]
        values[dossier.standing.person_id] = str(found[0]) if found else "(empty)"
    return lambda person_id, _path: values.get(person_id, "(empty)")


def _csv(rows: list[dict[str, object]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue().rstrip("\n")


def _cell(name: str, value: object) -> str:
    """Return one figure for a table: shares as percent, nothing for none."""
    if value is None:
        return "-"
    if name in {"rate", "of_previous"} and isinstance(value, float):
        return f"{value:.1%}"
    return str(value)


@told
def status(file: Path | None, *, as_json: bool) -> Exit:
    """Print where everything stands."""
    config = settled(file)
    store = stores.open_store(config.store_url, read_only=True)
    engine = assemble(config, store=store)
    with store.reading() as look:
        facts = _status(config, look, {name: engine.directory.known(name) for name in engine.adapters})
    if as_json:
        data(facts)
    else:
        _print_status(facts)
    return Exit.DONE


def _status(config: Config, look: Reading, schemas: Mapping[str, object]) -> dict[str, object]:
    """Return the facts of `status --json`."""
    backlog = look.backlog()
    totals: Counter[State] = Counter()
    for (_, state), count in backlog.items():
        totals[state] += count
    cursors = look.cursors()
    runs = look.runs(5)
    last = runs[0] if runs else None
    downs = last.counts.get("down", {}) if last else {}
    systems = {
        name: {
            "cursor": {
                one.stream: {"as_of": one.as_of, "looked_at": one.looked_at, "loaded": one.loaded}
                for one in cursors
                if one.system == name
            },
            "backlog": sum(count for (system, _), count in backlog.items() if system == name),
            "budget": getattr(schemas.get(name), "budget", ""),
            "task_tier": getattr(schemas.get(name), "task_tier", ""),
            "down_since": _down_since(runs, name) if isinstance(downs, Mapping) and name in downs else None,
        }
        for name in config.systems
    }
    beat = look.note(_HEARTBEAT)
    return {
        "systems": systems,
        "outbox": {
            "waiting": totals[State.PENDING],
            "held": totals[State.HELD],
            "unknown": totals[State.UNKNOWN] + totals[State.INFLIGHT],
            "parked": totals[State.PARKED],
        },
        "quarantined": len(look.quarantined()),
        "people": dict(look.person_counts()),
        "agreement": {"version": config.agreement.version, "hash": config.agreement.hash},
        "next_due": look.next_due(),
        "heartbeat": beat or None,
        "last_run": None
        if last is None
        else {"started_at": last.started_at, "finished_at": last.finished_at, "error": last.error, **last.counts},
    }


def _down_since(runs: tuple[object, ...], system: str) -> datetime | None:
    """Return the start of the oldest run in the unbroken row of runs that found *system* down."""
    since = None
    for run in runs:
        downs = getattr(run, "counts", {}).get("down", {})
        if not isinstance(downs, Mapping) or system not in downs:
            break
        since = getattr(run, "started_at", None)
    return since


def _print_status(facts: dict[str, object]) -> None:
    """Print the facts for a person."""
    systems = facts["systems"]
    if isinstance(systems, Mapping):
        for name, one in systems.items():
            down = f", DOWN since {one['down_since']:%Y-%m-%d %H:%M}Z" if one["down_since"] else ""
            tier = f", task key tier {one['task_tier']}" if one["task_tier"] else ""
            out(f"{name}: {one['backlog']} writes in the backlog{tier}{down}")
            for stream, at in one["cursor"].items():
                first = "" if at["loaded"] else " (first load under way)"
                out(f"  {stream}: up to {at['as_of']:%Y-%m-%d %H:%M:%S}Z{first}")
            if one["budget"]:
                out(f"  {one['budget']}")
    for name in ("outbox", "people"):
        counts = facts[name]
        if isinstance(counts, Mapping):
            out(f"{name}: " + ", ".join(f"{key or 'no stage'} {count}" for key, count in counts.items()))
    out(f"quarantined: {facts['quarantined']}")
    last = facts["last_run"]
    if isinstance(last, Mapping):
        ended = "still running or broken off" if last["finished_at"] is None else f"{last.get('seconds', '?')} s"
        out(f"last run: {last['started_at']:%Y-%m-%d %H:%M:%S}Z ({ended}) {last['error']}".rstrip())
    else:
        out("last run: none yet")


@told
def healthcheck(file: Path | None) -> Exit:
    """Exit 0 when the daemon's heart has beaten within the last minute."""
    config = settled(file)
    store = stores.open_store(config.store_url, read_only=True)
    with store.reading() as look:
        beat = look.note(_HEARTBEAT)
    if not beat:
        err("the daemon has not run on this store yet")
        return Exit.FAILED
    age = wall_clock() - datetime.fromisoformat(beat)
    if age > _ALIVE:
        err(f"the last heartbeat is {int(age.total_seconds())} s old")
        return Exit.FAILED
    return Exit.DONE


@told
def db_upgrade(file: Path | None) -> Exit:
    """Bring the store's schema up."""
    before, after = stores.upgrade(settled(file).store_url)
    out(f"schema {before or '(empty)'} -> {after}" if before != after else f"schema {after}, nothing to do")
    return Exit.DONE


@told
def db_current(file: Path | None) -> Exit:
    """Print the schema versions."""
    found, needed = stores.current(settled(file).store_url)
    out(f"schema {found or '(empty)'}, this program needs {needed}")
    return Exit.DONE
