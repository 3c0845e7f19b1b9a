"""`connector demo`: a sandbox CRM, sample people, a real sync in two acts, and what comes of it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from connector import report
from connector.assemble import assemble, ready
from connector.cli.exits import Exit
from connector.cli.online import refuse_what_the_crm_lacks
from connector.cli.passes import code_of, real_wait
from connector.cli.progress import Progress
from connector.cli.say import data, down_sentence, err, out, told
from connector.cli.tables import table
from connector.commands import CreateTask, Kind
from connector.config.load import load
from connector.config.nouns import Config
from connector.engine import Engine
from connector.lifecycle import rank
from connector.model import CrmRef, Stage
from connector.problems import ConfigurationInvalid
from connector.sandbox.hubspot import NO_LAG, Person, Portal, serve
from connector.sandbox.hubspot import load as load_people
from connector.store.base import Effect, State
from connector.sync import Pass, merged, sync

SECOND_ACT: Final = timedelta(days=1)
"""Engagement of the last day is kept back until the base has been synced."""
_STAGES: Final = (Stage.LEAD, Stage.MQL, Stage.SQL)
_TASKS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """What the two acts came to."""

    first: Pass
    both: Pass
    conversion: tuple[Mapping[str, object], ...]
    tasks: tuple[Effect, ...]
    journal: Mapping[str, int]
    people: int
    seconds: float
    calls: Mapping[str, int]


@told
def demo(people_file: Path | None, config_file: Path | None, *, as_json: bool, stay: bool) -> Exit:
    """Run both acts on a sandbox and print the funnel and some of the tasks."""
    began = time.monotonic()
    people = _people(people_file)
    config = _config(config_file)
    system = config.home.tasks
    if config.systems[system].kind != "hubspot":
        err(f'the demo has a HubSpot sandbox, but home.tasks names "{system}", a {config.systems[system].kind} system')
        return Exit.USAGE
    portal = Portal(people, hold_newer_than=SECOND_ACT, index_lag=NO_LAG)
    with TemporaryDirectory(prefix="connector-demo-") as folder, serve(portal) as server:
        there = _pointed_at(config, server.url, Path(folder))
        if not as_json:
            err(f"a sandbox with {len(people)} people listens on {server.url}")
        with Progress() as progress:
            engine = ready(assemble(there, tell=progress.tell))
            for adapter in engine.adapters.values():
                adapter.prepare(dry=False)
            refuse_what_the_crm_lacks(engine)
            shown = _two_acts(engine, portal, people, began)
        if as_json:
            data(_as_json(shown))
        else:
            _print(there, shown)
        code = code_of(shown.both)
        for name, down in shown.both.down.items():
            err(down_sentence(name, down))
        if stay:
            _stay(there, server.url)
        engine.store.close()
    return code


def _people(path: Path | None) -> list[Person]:
    """Return the people of the file, or of the bundled sample."""
    if path is not None:
        return load_people(path)
    with as_file(files("connector.sandbox") / "sample.jsonl") as bundled:
        return load_people(bundled)


def _config(path: Path | None) -> Config:
    """
    Return the configuration, with a made-up token where none is set: a sandbox takes any.

    Raises:
        ConfigurationInvalid: It has problems.
    """
    environ = {"HUBSPOT_TOKEN": "demo", **os.environ}
    with as_file(files("connector.config") / "example.toml") as bundled:
        loaded = load(path or bundled, environ)
    if loaded.config is None:
        raise ConfigurationInvalid([one for one in loaded.problems if not one.warning])
    return loaded.config


def _pointed_at(config: Config, url: str, folder: Path) -> Config:
    """Return *config* with its HubSpot systems at the sandbox and a store of its own."""
    systems = {
        name: replace(system, options=system.options.model_copy(update={"base_url": url}))
        if system.kind == "hubspot"
        else system
        for name, system in config.systems.items()
    }
    return replace(config, systems=systems, store_url=f"sqlite:///{folder}/demo.db")


def _two_acts(engine: Engine, portal: Portal, people: Sequence[Person], began: float) -> Shown:
    """Sync the base that was there before us, then what people do while we watch."""
    first = sync(engine, real_wait)
    # The sandbox's clock has whole milliseconds: what happens now must be later than what was read.
    real_wait(timedelta(milliseconds=50))
    portal.release()
    both = merged(first, sync(engine, real_wait))
    with engine.store.reading() as look:
        paths = report.paths(look.transitions())
        tasks = look.effects(states=(State.DONE,), kind=Kind.TASK, limit=1_000_000)
        owned = look.owners_of(refs=[_ref(engine, portal, one) for one in people])
    won = {owned.get(_ref(engine, portal, one)) for one in people if one.outcome == "won"}
    conversion = []
    for stage in _STAGES:
        reached = (
            set(owned.values())
            if stage == Stage.LEAD
            else {person for person, path in paths.items() if any(rank(one) >= rank(stage) for one in path.entered)}
        )
        conversion.append({"stage": stage, "people": len(reached), "won": len(reached & won)})
    per_contact = portal.journal.tasks_by_contact()
    return Shown(
        first=first,
        both=both,
        conversion=tuple(conversion),
        tasks=tasks,
        journal={
            "tasks": sum(map(len, per_contact.values())),
            "most_tasks_per_person": max(map(len, per_contact.values()), default=0),
        },
        people=len(people),
        seconds=round(time.monotonic() - began, 1),
        calls={name: budget.left().asked for name, budget in engine.budgets.items()},
    )


def _ref(engine: Engine, portal: Portal, person: Person) -> CrmRef:
    """Return the contact that a person of the file became."""
    return CrmRef(engine.config.home.tasks, "contact", portal.contact_id(person.id))


def _count(shown: Shown, stage: Stage) -> int:
    """Return how many people ever reached *stage*."""
    return next(int(str(row["people"])) for row in shown.conversion if row["stage"] == stage)


def _as_json(shown: Shown) -> dict[str, object]:
    """Return what `demo --json` prints."""
    return {
        "people": shown.people,
        "mql": _count(shown, Stage.MQL),
        "sql": _count(shown, Stage.SQL),
        "tasks": shown.journal["tasks"],
        "most_tasks_per_person": shown.journal["most_tasks_per_person"],
        "api_calls": dict(shown.calls),
        "seconds": shown.seconds,
        "conversion": [dict(row) for row in shown.conversion],
        "held": dict(shown.both.held),
        "rejected": shown.both.rejected,
    }


def _print(config: Config, shown: Shown) -> None:
    """Print the acts, the funnel and three tasks."""
    first, both = shown.first, shown.both
    out(
        f"Act 1, the base that was there before us: {first.pulled} records read, {first.evaluated} people judged, "
        f"{first.delivered} writes."
    )
    out(
        f"Act 2, what people did since: {both.pulled - first.pulled} records read, "
        f"{both.evaluated - first.evaluated} people judged, {both.delivered - first.delivered} writes, "
        f"{shown.journal['tasks']} tasks in the CRM.\n"
    )
    out(
        table(
            ("stage", "people", "of all", "became customers"),
            [_row(shown, row) for row in shown.conversion],
            frozenset({1, 2, 3}),
        )
    )
    chosen = sorted(shown.tasks, key=lambda one: one.created_at, reverse=True)[:_TASKS_SHOWN]
    for effect in chosen:
        command = effect.command
        if isinstance(command, CreateTask):
            due = command.due_at.astimezone(config.timezone)
            out("")
            out(f"--- task for {command.owner}, due {due:%a %d %b %H:%M}, priority {command.priority} ---")
            out(command.subject)
            out("")
            out(command.body_text)


def _row(shown: Shown, row: Mapping[str, object]) -> tuple[str, str, str, str]:
    """Return one line of the funnel."""
    people, won = int(str(row["people"])), int(str(row["won"]))
    share = f"{people / shown.people:.1%}" if shown.people else "-"
    return str(row["stage"]).upper(), str(people), share, f"{won} ({won / people:.0%})" if people else "0"


def _stay(config: Config, url: str) -> None:
    """Leave the sandbox and the store there until Ctrl-C."""
    err(f"the sandbox stays on {url}, the store is {config.store_url}; Ctrl-C ends both")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
