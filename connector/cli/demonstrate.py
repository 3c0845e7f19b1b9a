"""`connector demo`: simulated CRMs, sample people, a real sync in two acts, and what comes of it."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill
from types import MappingProxyType
from typing import Final

from connector.assemble import assemble, ready
from connector.cli.exits import Exit
from connector.cli.online import refuse_what_the_crm_lacks
from connector.cli.passes import code_of
from connector.cli.progress import Progress
from connector.cli.say import INTERRUPTED, Lent, Refused, counted, data, down_sentence, err, out, told
from connector.cli.stand import SIMULATED, Stand, standing
from connector.cli.stopping import Stop
from connector.cli.tables import table
from connector.cli.third_act import WEBSITE, booked
from connector.commands import CreateTask, Kind, SetStage, kind_of
from connector.config.load import load
from connector.config.nouns import Config
from connector.engine import Engine
from connector.events import Dropped, Event, Listener
from connector.lifecycle import OURS, rank
from connector.model import Actor, Stage
from connector.sandbox.people import Person
from connector.sandbox.people import load as load_people
from connector.store.base import Effect, State
from connector.sync import Pass, merged, sync

_CREDENTIALS: Final[Mapping[str, str]] = MappingProxyType({
    "hubspot": "HUBSPOT_TOKEN=demo",
    "salesforce": "SALESFORCE_CLIENT_ID=demo SALESFORCE_CLIENT_SECRET=demo",
})
_STAGES: Final = (Stage.LEAD, Stage.MQL, Stage.SQL)
_TASKS_SHOWN: Final = 3
_COLUMNS: Final = 100


@dataclass(frozen=True, slots=True)
class Act:
    """What one act wrote: people moved to a stage (*straight* to SQL), tasks, records whose result fields changed."""

    done: Pass
    mql: int
    sql: int
    straight: int
    tasks: int
    scored: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What the two acts came to."""

    first: Act
    second: Act
    both: Pass
    conversion: tuple[Mapping[str, object], ...]
    differ: int
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
    config = _config(config_file, website=not as_json)
    if not _simulable(config):
        return Exit.USAGE
    with (
        TemporaryDirectory(prefix="connector-demo-") as folder,
        standing(config, people, Path(folder)) as stand,
        Stop() as stop,
    ):
        there = stand.config
        if not as_json:
            where = " and ".join(f"{there.systems[name].kind} on {url}" for name, url in stand.urls.items())
            err(f"simulated with {len(people):,} people: {where}; nothing leaves this machine\n")
        dropped: Counter[str] = Counter()
        with Progress() as progress:
            listener = _without_drops(progress, dropped)
            engine = ready(assemble(there, tell=listener, stopping=stop.asked))
            for adapter in engine.adapters.values():
                adapter.prepare(dry=False)
            refuse_what_the_crm_lacks(engine)
            shown = _two_acts(engine, stand, people, began, stop)
        if stop.asked():
            err(INTERRUPTED)
            return Exit.FAILED
        if as_json:
            data(_as_json(shown))
        else:
            _print(there, shown, dropped)
            _third_act(engine, there)
        for name, down in shown.both.down.items():
            if name not in progress.said:
                err(down_sentence(name, down))
        if not as_json:
            err("\nYour own: connector init writes the file, connector plan shows what it would do in your CRM.")
        if stay:
            _stay(stand, stop)
        engine.store.close()
    return code_of(shown.both)


def _simulable(config: Config) -> bool:
    """Tell whether each configured system has a sandbox; say which has none."""
    for name, system in config.systems.items():
        if system.kind not in SIMULATED and name != WEBSITE:
            err(f'a demo simulates {" and ".join(SIMULATED)}, but "{name}" is of kind {system.kind}: leave it out')
            return False
    return True


def _without_drops(progress: Progress, dropped: Counter[str]) -> Listener:
    """Return a listener that counts what was dropped for the story instead of reporting it between the lines."""

    def tell(event: Event) -> None:
        """Take one event."""
        if isinstance(event, Dropped):
            dropped[event.reason] += 1
        else:
            progress.tell(event)

    return tell


def _people(path: Path | None) -> list[Person]:
    """Return the people of the file, or of the bundled sample."""
    if path is not None:
        return load_people(path)
    with as_file(files("connector.sandbox") / "sample.jsonl") as bundled:
        return load_people(bundled)


def _config(path: Path | None, *, website: bool) -> Config:
    """
    Return the configuration; without a *path* that of the bundled example, with a *website* that sends webhooks.

    A token that is not set is not missed, since a sandbox takes any.

    Raises:
        Refused: It has problems.
    """
    with TemporaryDirectory(prefix="connector-demo-") as folder:
        bundled = Path(folder) / "config.example.toml"
        parts = ("example.toml", "example_website.toml") if website else ("example.toml",)
        texts = [(files("connector.config") / one).read_text(encoding="utf-8") for one in parts]
        bundled.write_text("".join(texts), encoding="utf-8")
        loaded = load(path or bundled, Lent(os.environ))
    if loaded.config is None:
        raise Refused([one for one in loaded.problems if not one.warning], loaded.lines)
    return loaded.config


def _two_acts(engine: Engine, stand: Stand, people: Sequence[Person], began: float, stop: Stop) -> Shown:
    """Sync the base that was there before us, then what people do while we watch."""
    first = _act(engine, sync(engine, stop.wait))
    # The sandbox's clock has whole milliseconds: what happens now must be later than what was read.
    stop.wait(timedelta(milliseconds=50))
    stand.release()
    second = _act(engine, sync(engine, stop.wait), first)
    both = merged(first.done, second.done)
    with engine.store.reading() as look:
        tasks = look.effects(states=(State.DONE,), kind=Kind.TASK, limit=1_000_000)
    per_row = stand.tasks()
    return Shown(
        first=first,
        second=second,
        both=both,
        conversion=_conversion(engine, stand, people),
        differ=_differ(engine, stand, people),
        tasks=tasks,
        journal={
            "tasks": sum(map(len, per_row.values())),
            "most_tasks_per_person": max(map(len, per_row.values()), default=0),
        },
        people=len(people),
        seconds=round(time.monotonic() - began, 1),
        calls={name: budget.left().asked for name, budget in engine.budgets.items() if name in stand.urls},
    )


def _act(engine: Engine, done: Pass, before: Act | None = None) -> Act:
    """Return what was written since the act *before*."""
    with engine.store.reading() as look:
        effects = look.effects(states=(State.DONE,), limit=10_000_000)
        straight = sum(step.imputed and step.actor == Actor.CONNECTOR for step in look.transitions())
    # Somebody who is moved in two systems has moved once.
    steps = {(one.person_id, one.command.stage) for one in effects if isinstance(one.command, SetStage)}
    moved = Counter(stage for _, stage in steps)
    kinds = Counter(kind_of(one.command) for one in effects)
    return Act(
        done,
        moved[Stage.MQL] - (before.mql if before else 0),
        moved[Stage.SQL] - (before.sql if before else 0),
        straight - (before.straight if before else 0),
        kinds[Kind.TASK] - (before.tasks if before else 0),
        kinds[Kind.FIELDS] - (before.scored if before else 0),
    )


def _conversion(engine: Engine, stand: Stand, people: Sequence[Person]) -> tuple[Mapping[str, object], ...]:
    """Return for each stage who ever reached it, by whom, and how many of them became customers."""
    with engine.store.reading() as look:
        owned = look.owners_of(refs=[stand.row(one) for one in people])
        steps = list(look.transitions())
    won = {owned.get(stand.row(one)) for one in people if one.outcome == "won"}
    rows = []
    for stage in _STAGES:
        first: dict[int, bool] = {}
        for step in steps:
            if step.target is not None and rank(step.target) >= rank(stage):
                first.setdefault(step.person_id, step.actor == Actor.CONNECTOR)
        reached = set(owned.values()) if stage == Stage.LEAD else set(first)
        ours = sum(first.values())
        rows.append({
            "stage": stage,
            "people": len(reached),
            "won": len(reached & won),
            "before": len(reached) - ours,
            "new": ours,
        })
    return tuple(rows)


def _differ(engine: Engine, stand: Stand, people: Sequence[Person]) -> int:
    """Return how many people we know as MQL or SQL whom some system with stages shows elsewhere."""
    with engine.store.reading() as look:
        owned = look.owners_of(refs=[stand.row(one) for one in people])
        found = {one.standing.person_id: one.standing.stage for one in look.dossiers(sorted(set(owned.values())))}
    homes = engine.config.home.stages
    differing = 0
    for one in people:
        stage = found.get(owned.get(stand.row(one), 0))
        differing += stage in OURS and any(stand.stage(one, system) != stage for system in homes)
    return differing


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
        "stages_differ": shown.differ,
        "held": dict(shown.both.held),
        "rejected": shown.both.rejected,
    }


def _print(config: Config, shown: Shown, dropped: Counter[str]) -> None:
    """Print the acts, the funnel and three tasks."""
    first, second = shown.first, shown.second
    agreement = config.agreement.version
    out("Act 1: the base that was there before us")
    out(f"  {counted(shown.people, 'person', 'people')} judged by agreement {agreement}, {first.scored:,} got scores")
    out(f"  {_moved(first)}{_baseline(config, first)}\n")
    out("Act 2: a day later, some of them did something new")
    out(f"  {counted(second.done.evaluated, 'person', 'people')} judged again, {second.scored:,} got new scores")
    out(f"  {_moved(second)}")
    for reason, count in dropped.items():
        out(f"  {counted(count, 'task')} dropped at the last moment: {reason}")
    out(f"\nThe funnel after {counted(sum(shown.calls.values()), 'API call')}")
    out(
        table(
            ("", "people", "of all", "before us", "by us", "became customers"),
            [_row(shown, row) for row in shown.conversion],
            frozenset({1, 2, 3, 4, 5}),
        )
    )
    if len(config.home.stages) > 1:
        same = "everybody's stage is the same" if not shown.differ else f"{shown.differ:,} people's stages differ"
        out(f"\nIn {' and '.join(config.home.stages)} {same}; the tasks are in {config.home.tasks}.")
    chosen = sorted(shown.tasks, key=_telling)[:_TASKS_SHOWN]
    if chosen:
        out(f"\n{_heading(len(chosen), shown.journal['tasks'])}")
    for effect in chosen:
        _print_task(config, effect)


def _third_act(engine: Engine, config: Config) -> None:
    """Let somebody book a demo on the website, and print what came of it."""
    act = booked(engine, config)
    if act is None:
        return
    out(f"\nAct 3: {act.name} books a demo on the website")
    out(f"  POST {act.url}, signed: {act.answer.status} after {act.answer.seconds * 1000:.0f} ms")
    if act.task is None:
        out("  no task followed; connector explain says why")
        return
    where = act.task.command.ref.system
    out(f"  {act.seconds:.2f} s after the POST the task is in {where}, for {counted(act.calls, 'API call')}")
    _print_task(config, act.task)


def _moved(act: Act) -> str:
    """Return what an act did to stages and tasks."""
    if not (act.mql or act.sql or act.tasks):
        return "nobody was moved, no task was given"
    straight = f" ({act.straight:,} straight away)" if act.straight else ""
    return f"{act.mql:,} became MQL, {act.sql:,} became SQL{straight}, sales got {counted(act.tasks, 'task')}"


def _baseline(config: Config, act: Act) -> str:
    """Return why nothing happened to the base, when that is so because it was agreed."""
    quiet = not (act.mql or act.sql or act.tasks or config.first_sync.stage_changes)
    return ": what happened before go-live moves nobody ([first_sync])" if quiet else ""


def _heading(shown: int, made: int) -> str:
    """Return the line above the tasks."""
    if shown == made:
        return f"The {counted(made, 'task')}, as the rep finds {'it' if made == 1 else 'them'} in the CRM"
    number = {1: "One", 2: "Two", 3: "Three"}[shown]
    return f"{number} of the {counted(made, 'task')}, as the rep finds them in the CRM"


def _telling(effect: Effect) -> tuple[bool, int, int]:
    """Order tasks by how much they tell: high priority first, then those with the most evidence."""
    command = effect.command
    if not isinstance(command, CreateTask):
        return True, 0, effect.id
    return str(command.priority) != "high", -command.body_text.count("\n- "), effect.id


def _print_task(config: Config, effect: Effect) -> None:
    """Print one task: for whom and until when, its subject, its body."""
    command = effect.command
    if not isinstance(command, CreateTask):
        return
    due = command.due_at.astimezone(config.timezone)
    head = f"--- for {command.owner}, due {due:%a %d %b %H:%M}, priority {command.priority} "
    out("\n" + head.ljust(_COLUMNS, "-"))
    out(f"{command.subject}\n")
    for line in command.body_text.splitlines():
        out(fill(line, _COLUMNS) if line else "")


def _row(shown: Shown, row: Mapping[str, object]) -> tuple[str, ...]:
    """Return one line of the funnel."""
    people, won, before, new = (int(str(row[name])) for name in ("people", "won", "before", "new"))
    share = f"{people / shown.people:.1%}" if shown.people else "-"
    customers = f"{won:,} ({won / people:.0%})" if people else "0"
    name = "all" if row["stage"] == Stage.LEAD else str(row["stage"]).upper()
    return name, f"{people:,}", share, f"{before:,}", f"{new:,}", customers


def _stay(stand: Stand, stop: Stop) -> None:
    """Leave the sandboxes and the store there until Ctrl-C."""
    config = stand.config
    err("\nThe sandbox stays until Ctrl-C. Look around from another terminal:")
    tokens = " ".join(_CREDENTIALS[system.kind] for system in config.systems.values())
    err(f"  export {tokens} CONNECTOR_CONFIG={config.path}")
    err(f"  export CONNECTOR_STORE__URL={config.store_url}")
    for name, url in stand.urls.items():
        err(f"  export CONNECTOR_SYSTEMS__{name.upper()}__BASE_URL={url}")
    err("  connector report conversion; connector status; connector sync")
    while not stop.asked():
        stop.wait(timedelta(hours=1))
