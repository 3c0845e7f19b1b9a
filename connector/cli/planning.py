"""`connector plan`: what the next sync would write, and why, worked out on a copy of the store."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from connector import brakes
from connector.adapters.base import AdapterDown
from connector.assemble import assemble, ready
from connector.cli.bodies import as_json, bodies
from connector.cli.exits import Exit
from connector.cli.online import refuse_what_the_crm_lacks
from connector.cli.passes import code_of
from connector.cli.people import called
from connector.cli.progress import Progress
from connector.cli.say import INTERRUPTED, counted, data, down_sentence, err, fitted, out, settled, told
from connector.cli.stopping import Stop
from connector.commands import CreateTask, Kind, SetFields, SetStage, kind_of
from connector.config.nouns import Config
from connector.engine import Engine, register_agreement
from connector.evaluate import person_of
from connector.store.base import Effect, State
from connector.store.copying import snapshot
from connector.sync import Pass, brake, gather, judge_due, unreached

_PEOPLE_SHOWN: Final = 50
"""People with a task or a stage that are printed as text; --json has them all."""
_FIELDS_SHOWN: Final = 10
"""People of whom only result fields change, likewise."""
_WAITING: Final = (State.PENDING, State.HELD, State.UNKNOWN)
_WORDS: Final[Mapping[Kind, str]] = {
    Kind.TASK: "task to create",
    Kind.STAGE: "stage to change",
    Kind.FIELDS: "record whose result fields change",
}
_MANY: Final[Mapping[Kind, str]] = {
    Kind.TASK: "tasks to create",
    Kind.STAGE: "stages to change",
    Kind.FIELDS: "records whose result fields change",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """
    What a pass would write: the pass so far, every write that waits, and how the people are called.

    Attributes:
        done: The pass so far.
        effects: Every write that waits.
        names: How the people are called that are printed as text.
        bodies: What would be posted, by the write's id, where webhooks are written to.
    """

    done: Pass
    effects: tuple[Effect, ...]
    names: Mapping[int, str]
    bodies: Mapping[int, str] = field(default_factory=dict)


@told
def plan(file: Path | None, *, as_json: bool, detailed: bool) -> Exit:
    """Run a pass on a copy of the store up to the point where it would write, and print what it would write."""
    config = settled(file)
    with TemporaryDirectory(prefix="connector-plan-") as folder, Stop() as stop, Progress() as progress:
        copied = replace(config, store_url=snapshot(config.store_url, Path(folder)))
        engine = ready(assemble(copied, tell=progress.tell, stopping=stop.asked))
        try:
            planned = _planned(engine, stop)
        finally:
            engine.store.close()
    if stop.asked():
        err(INTERRUPTED)
        return Exit.FAILED
    if as_json:
        data(_plan_json(config, planned))
    else:
        _print(config, planned)
    for name, down in planned.done.down.items():
        if name not in progress.said:
            err(down_sentence(name, down))
    if planned.done.down:
        return code_of(planned.done)
    return Exit.CHANGES if detailed and planned.effects else Exit.DONE


def _planned(engine: Engine, stop: Stop) -> Planned:
    """Pull and judge on the copy; return the pass so far and every write that waits."""
    try:
        refuse_what_the_crm_lacks(engine, writing=False)
    except AdapterDown:
        return Planned(unreached(engine, "plan"), (), {})
    with engine.store.writing() as tx:
        if register_agreement(engine, tx):
            tx.touch_all(engine.clock())
    done = Pass()
    gather(engine, stop.wait, done)
    judge_due(engine, stop.wait, done, {})
    brake(engine)
    with engine.store.reading() as look:
        effects = look.effects(states=_WAITING, limit=1_000_000)
        dossiers = look.dossiers(_shown(_by_person(effects)))
    names = {one.standing.person_id: called(person_of(engine, one)) for one in dossiers}
    return Planned(done, effects, names, bodies(engine.adapters, effects))


def _most_important_first(effects: Sequence[Effect]) -> list[Effect]:
    """Return tasks, then stages, then fields."""
    order = {Kind.TASK: 0, Kind.STAGE: 1, Kind.FIELDS: 2}
    return sorted(effects, key=lambda one: order[kind_of(one.command)])


def _by_person(effects: Sequence[Effect]) -> dict[int, list[Effect]]:
    """Return each person's writes, the people with the most important ones first."""
    people: dict[int, list[Effect]] = {}
    for effect in _most_important_first(effects):
        people.setdefault(effect.person_id, []).append(effect)
    return people


def _shown(people: Mapping[int, Sequence[Effect]]) -> list[int]:
    """Return the people that are printed as text."""
    moved = [one for one, effects in people.items() if kind_of(effects[0].command) != Kind.FIELDS]
    others = [one for one, effects in people.items() if kind_of(effects[0].command) == Kind.FIELDS]
    return [*moved[:_PEOPLE_SHOWN], *others[:_FIELDS_SHOWN]]


def _change(effect: Effect, body: str | None) -> dict[str, object]:
    """Return one write as `plan --json` prints it; *body* is what would be posted."""
    command = effect.command
    if isinstance(command, SetStage):
        source, target = command.seen or "", command.value
    elif isinstance(command, CreateTask):
        source, target = "", command.subject
    else:
        source, target = "", json.dumps(dict(command.values), ensure_ascii=False, sort_keys=True)
    change: dict[str, object] = {
        "person": effect.person_id,
        "system": command.ref.system,
        "remote_id": command.ref.id,
        "kind": kind_of(command),
        "from": source,
        "to": target,
        "reason": "; ".join(effect.why),
        "state": effect.state,
        "brake": effect.brake,
    }
    if isinstance(command, CreateTask):
        change |= {"owner": command.owner, "due_at": command.due_at, "body": command.body_text}
    if isinstance(command, SetFields):
        change |= {"values": dict(command.values)}
    if body is not None:
        change |= {"posts": as_json(body)}
    return change


def _plan_json(config: Config, planned: Planned) -> dict[str, object]:
    """Return what `plan --json` prints."""
    effects = planned.effects
    return {
        "changes": [_change(one, planned.bodies.get(one.id)) for one in _most_important_first(effects)],
        "summary": dict(Counter(str(kind_of(one.command)) for one in effects)),
        "held": dict(brakes.counted(effects)),
        "agreement": {"version": config.agreement.version, "hash": config.agreement.hash},
    }


def _print(config: Config, planned: Planned) -> None:
    """Print person after person what would be written, those with a task or a stage first, then the sums."""
    people = _by_person(planned.effects)
    shown = _shown(people)
    for person in shown:
        for line in _person(config, planned.names.get(person, f"person {person}"), people[person]):
            out(fitted(line))
        for effect in people[person]:
            if effect.id in planned.bodies:
                # Whole, however long: what leaves the house is to be read before it does.
                out(f"    posts {planned.bodies[effect.id]}")
    left = len(people) - len(shown)
    if left:
        out(f"… and {counted(left, 'more person', 'more people')}; --json has all")
    if people:
        out("")
    _print_sums(planned)


def _person(config: Config, name: str, effects: Sequence[Effect]) -> Iterator[str]:
    """Yield a person's lines: + creates, ~ changes, ! is held by a brake."""
    ref = effects[0].command.ref
    yield f"{name}, {ref.system} {ref.object} {ref.id}"
    for effect in effects:
        command = effect.command
        mark = "!" if effect.state == State.HELD else "+" if isinstance(command, CreateTask) else "~"
        yield f"  {mark} {_words(config, effect)}"
    reasons = list(dict.fromkeys(reason for one in effects for reason in one.why))
    if reasons:
        yield f"    because: {'; '.join(reasons)}"


def _words(config: Config, effect: Effect) -> str:
    """Return one change in words."""
    command = effect.command
    held = f" (held by {effect.brake})" if effect.brake else ""
    if isinstance(command, CreateTask):
        due = command.due_at.astimezone(config.timezone)
        return f"task    {command.subject}, for {command.owner or 'nobody'}, due {due:%a %d %b %H:%M}{held}"
    if isinstance(command, SetStage):
        return f"stage   {command.seen or '(none)'} -> {command.value}{held}"
    return "fields  " + ", ".join(f"{name}={value}" for name, value in sorted(command.values.items()))


def _print_sums(planned: Planned) -> None:
    """Print how many writes there would be, and that there were none."""
    count = Counter(kind_of(one.command) for one in planned.effects)
    for kind in (Kind.TASK, Kind.STAGE, Kind.FIELDS):
        if count[kind]:
            out(f"{count[kind]:>7,} {_WORDS[kind] if count[kind] == 1 else _MANY[kind]}")
    for name, number in brakes.counted(planned.effects).items():
        out(f"{number:>7,} of them held by the brake {name}")
    if not planned.effects:
        out("nothing to write")
    done = planned.done
    err(
        f"read {counted(done.pulled, 'record')}, judged {counted(done.evaluated, 'person', 'people')}; "
        "nothing was written, neither to the CRM nor to the store"
    )
