"""`connector status` and `db`: where everything stands, also beside a running daemon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from connector import store as stores
from connector.adapters.base import Schema
from connector.assemble import wall_clock
from connector.cli import pulse
from connector.cli.exits import Exit
from connector.cli.say import counted, data, fitted, out, settled, told
from connector.config.nouns import Config
from connector.schedule import HEARTBEAT
from connector.schemas import Directory
from connector.store.base import Reading, Run, State

_RUNS: Final = 1000
"""Runs looked through for the beginning of an outage: three days at five minutes."""


@told
def status(file: Path | None, *, as_json: bool) -> Exit:
    """Print where everything stands."""
    config = settled(file, online=False)
    store = stores.open_store(config.store_url, read_only=True)
    seen = Directory(store, {}, wall_clock)
    schemas = {name: seen.known(name) for name in config.systems}
    with store.reading() as look:
        facts = _facts(config, look, schemas)
    if as_json:
        data(facts)
    else:
        for line in _lines(facts, config.timezone):
            out(fitted(line))
    return Exit.DONE


def _facts(config: Config, look: Reading, schemas: Mapping[str, Schema | None]) -> dict[str, Any]:
    """Return what `status --json` prints."""
    backlog = look.backlog()
    totals: Counter[State] = Counter()
    for (_, state), count in backlog.items():
        totals[state] += count
    runs = look.runs(_RUNS)
    newest = runs[0] if runs else None
    last = next((run for run in runs if run.finished_at is not None), None)
    return {
        "systems": {name: _system(name, look, runs, schemas[name]) for name in config.systems},
        "outbox": {
            "waiting": totals[State.PENDING],
            "held": totals[State.HELD],
            "unknown": totals[State.UNKNOWN] + totals[State.INFLIGHT],
            "parked": totals[State.PARKED],
        },
        "quarantined": look.quarantined_count(),
        "people": dict(look.person_counts()),
        "agreement": {"version": config.agreement.version, "hash": config.agreement.hash},
        "next_due": look.next_due(),
        "heartbeat": look.note(HEARTBEAT) or None,
        "last_run": None if last is None else _run(last),
        "unfinished_since": newest.started_at if newest is not None and newest.finished_at is None else None,
    }


def _run(run: Run) -> dict[str, object]:
    """Return a pass with what it came to."""
    return {
        "kind": run.kind,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "error": run.error,
        **run.counts,
    }


def _system(name: str, look: Reading, runs: Sequence[Run], schema: Schema | None) -> dict[str, object]:
    """Return where one system stands."""
    finished = [one for one in runs if one.finished_at is not None]
    since, reason = _down(finished, name)
    budgets = [found for one in finished[:1] if (found := _part(one.counts, "budget", name))]
    return {
        "cursor": {
            one.stream: {"as_of": one.as_of, "looked_at": one.looked_at, "loaded": one.loaded}
            for one in look.cursors()
            if one.system == name
        },
        "backlog": sum(count for (system, _), count in look.backlog().items() if system == name),
        "budget": dict(budgets[0]) if budgets else None,
        "task_tier": schema.task_tier if schema else None,
        "down_since": since,
        "down_reason": reason,
    }


def _part(counts: Mapping[str, object], key: str, system: str) -> Mapping[str, Any] | None:
    """Return what a pass noted under *key* for one system."""
    noted = counts.get(key)
    found = noted.get(system) if isinstance(noted, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _down(finished: Sequence[Run], system: str) -> tuple[datetime | None, str]:
    """Return the start of the oldest in the unbroken row of passes that found *system* down, and the newest reason."""
    since, reason = None, ""
    for run in finished:
        down = _part(run.counts, "down", system)
        if down is None:
            break
        since, reason = run.started_at, reason or str(down.get("reason", ""))
    return since, reason


def _lines(facts: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    """Return the facts for a person."""
    lines = []
    for name, one in facts["systems"].items():
        down = one["down_since"]
        state = f"DOWN since {_day(down, zone)}: {one['down_reason']}" if down else "answers"
        never = not one["cursor"] and not down
        tier = f"; task key tier {one['task_tier']}" if one["task_tier"] else ""
        lines.append(f"{name}: {'never read yet' if never else state}{'' if down else tier}")
        lines += [f"  {stream:<17} {_cursor(at, zone)}" for stream, at in one["cursor"].items()]
        if one["budget"]:
            lines.append(f"  {'API calls':<17} {_budget(one['budget'])}")
    lines.append(_row("outbox", facts["outbox"]))
    people = {name or "no stage": count for name, count in facts["people"].items() if name != "people"}
    lines.append(f"people      {facts['people'].get('people', 0):,}" + (f" ({_named(people)})" if people else ""))
    if facts["quarantined"]:
        records = counted(facts["quarantined"], "unreadable record")
        lines.append(f"aside       {records}; see connector outbox list --quarantine")
    lines.append(f"agreement   {facts['agreement']['version']}")
    lines.append(f"daemon      {pulse.said(facts['heartbeat'])}")
    if facts["next_due"]:
        lines.append(f"next look   at somebody {_day(facts['next_due'], zone)}")
    lines.append(f"last pass   {_pass(facts['last_run'], zone)}")
    if facts["unfinished_since"]:
        lines.append(f"one pass    {_day(facts['unfinished_since'], zone)}, under way or broken off")
    return lines


def _cursor(at: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return up to when a stream was read."""
    return f"read up to {_day(at['as_of'], zone)}" if at["loaded"] else "first load under way"


def _budget(left: Mapping[str, Any]) -> str:
    """Return what is left of the day's calls."""
    ours = f" of our {left['ours_today']:,}" if left.get("ours_today") else ""
    account = f"; the account has {left['left_today']:,} left" if left.get("left_today") is not None else ""
    return f"{left.get('used_today', 0):,}{ours} used today by this process{account}"


def _row(name: str, counts: Mapping[str, int]) -> str:
    """Return counts on one line."""
    return f"{name:<11} {_named(counts)}"


def _named(counts: Mapping[str, int]) -> str:
    """Return counts with their names."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _pass(last: Mapping[str, Any] | None, zone: ZoneInfo) -> str:
    """Return what the last pass that ended came to."""
    if last is None:
        return "none yet"
    began = _day(last["started_at"], zone)
    if last["error"]:
        return f"{began}, {last['error']}"
    return (
        f"{began}, {last.get('seconds', 0):.1f} s: read {counted(last.get('pulled', 0), 'record')}, "
        f"judged {counted(last.get('evaluated', 0), 'person', 'people')}, wrote {last.get('delivered', 0):,}"
    )


def _day(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as local day and time."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


@told
def db_upgrade(file: Path | None) -> Exit:
    """Bring the store's schema up."""
    before, after = stores.upgrade(settled(file, online=False).store_url)
    out(f"schema {before or '(empty)'} -> {after}" if before != after else f"schema {after}, nothing to do")
    return Exit.DONE


@told
def db_current(file: Path | None) -> Exit:
    """Print the schema versions."""
    found, needed = stores.current(settled(file, online=False).store_url)
    out(f"schema {found or '(empty)'}, this program needs {needed}")
    return Exit.DONE
