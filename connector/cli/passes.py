"""`connector sync` and `connector plan`: one pass, and what one pass would write."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from connector import brakes
from connector.assemble import assemble, ready
from connector.cli.exits import DOWN, Exit
from connector.cli.online import refuse_what_the_crm_lacks
from connector.cli.progress import Progress
from connector.cli.say import data, down_sentence, err, out, settled, told
from connector.cli.tables import table
from connector.commands import CreateTask, SetFields, SetStage, kind_of
from connector.config.nouns import Config
from connector.engine import Engine, register_agreement
from connector.store import open_store
from connector.store.base import Effect, State
from connector.store.copying import snapshot
from connector.sync import Pass, brake, gather, judge_due
from connector.sync import as_json as pass_json
from connector.sync import sync as one_pass

_SHOWN: Final = 200
"""Changes that plan prints as text; --json has them all."""


def real_wait(pause: timedelta) -> None:
    """Sleep."""
    time.sleep(pause.total_seconds())


@told
def sync(file: Path | None, allow: tuple[str, ...], *, as_json: bool) -> Exit:
    """Do one pass and print what came of it."""
    limits = _allowed(allow)
    if isinstance(limits, str):
        err(limits)
        return Exit.USAGE
    config = settled(file)
    store = open_store(config.store_url)
    with store.sync_role(), Progress() as progress:
        engine = ready(assemble(config, store=store, tell=progress.tell))
        refuse_what_the_crm_lacks(engine)
        done = one_pass(engine, real_wait, limits)
    if as_json:
        data(pass_json(done))
    else:
        _print(done)
    return code_of(done)


def code_of(done: Pass) -> Exit:
    """Return the exit code that a pass deserves: what is down first, then what was refused, then what is held."""
    if done.down:
        return max((DOWN.get(down.kind, Exit.UNREACHABLE) for down in done.down.values()), default=Exit.UNREACHABLE)
    if done.rejected or done.quarantined:
        return Exit.REJECTED
    return Exit.HELD if done.held else Exit.DONE


def _allowed(allow: tuple[str, ...]) -> Mapping[str, int] | str:
    """Return the brakes' limits for this pass, or what is wrong with the words."""
    limits: dict[str, int] = {}
    for word in allow:
        name, _, number = word.partition("=")
        if name not in brakes.NAMES:
            return f'--allow {word}: no brake "{name}"; there are {", ".join(brakes.NAMES)}'
        if not number.isdigit():
            return f"--allow {word}: write a whole number, {name}=3000"
        limits[name] = int(number)
    return limits


def _print(done: Pass) -> None:
    """Print a pass for a person."""
    calls = ", ".join(f"{name} {count}" for name, count in done.api_calls.items())
    out(
        f"read {done.pulled} records ({done.changed} brought news), judged {done.evaluated} people, "
        f"made {done.delivered} writes in {done.seconds:.1f} s; API calls: {calls or 'none'}"
    )
    if done.rejected:
        out(f"{done.rejected} writes were rejected: connector outbox list --state parked")
    if done.quarantined:
        out(f"{done.quarantined} records could not be mapped: connector outbox list --quarantine")
    if done.dropped:
        out(f"{done.dropped} writes were dropped because somebody moved first")
    if done.waiting:
        out(f"{done.waiting} writes wait ({done.unknown} of them with unknown outcome)")
    for name, count in done.held.items():
        out(f"{count} changes are held by the brake {name}: connector sync --allow {name}=N")
    for name, down in done.down.items():
        err(down_sentence(name, down))


@told
def plan(file: Path | None, *, as_json: bool, detailed: bool) -> Exit:
    """Run a pass on a copy of the store up to the point where it would write, and print what it would write."""
    config = settled(file)
    with TemporaryDirectory(prefix="connector-plan-") as folder, Progress() as progress:
        copied = replace(config, store_url=snapshot(config.store_url, Path(folder)))
        engine = ready(assemble(copied, tell=progress.tell))
        refuse_what_the_crm_lacks(engine)
        try:
            done, effects = _planned(engine)
        finally:
            engine.store.close()
    if as_json:
        data(_plan_json(config, effects))
    else:
        _print_plan(effects, done)
    for name, down in done.down.items():
        err(down_sentence(name, down))
    if done.down:
        return code_of(done)
    return Exit.CHANGES if detailed and effects else Exit.DONE


def _planned(engine: Engine) -> tuple[Pass, tuple[Effect, ...]]:
    """Pull and judge on the copy; return the pass so far and every write that waits."""
    with engine.store.writing() as tx:
        if register_agreement(engine, tx):
            tx.touch_all(engine.clock())
    done = Pass()
    gather(engine, real_wait, done)
    judge_due(engine, real_wait, done, {})
    brake(engine)
    with engine.store.reading() as look:
        effects = look.effects(states=(State.PENDING, State.HELD, State.UNKNOWN), limit=1_000_000)
    return done, effects


def _change(effect: Effect) -> dict[str, object]:
    """Return one write as `plan --json` prints it."""
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
    return change


def _plan_json(config: Config, effects: tuple[Effect, ...]) -> dict[str, object]:
    """Return what `plan --json` prints."""
    return {
        "changes": [_change(one) for one in effects],
        "summary": dict(Counter(str(kind_of(one.command)) for one in effects)),
        "held": dict(brakes.counted(effects)),
        "agreement": {"version": config.agreement.version, "hash": config.agreement.hash},
    }


def _print_plan(effects: tuple[Effect, ...], done: Pass) -> None:
    """Print what would be written, tasks first, then a summary line."""
    rows = []
    for effect in effects[:_SHOWN]:
        command = effect.command
        sign, text = _sign(effect)
        rows.append((sign, command.ref.system, command.ref.id, text, "; ".join(effect.why)[:100]))
    if rows:
        out(table(("", "system", "record", "change", "because"), rows))
    if len(effects) > _SHOWN:
        out(f"… and {len(effects) - _SHOWN} more; --json has them all")
    count = Counter(kind_of(one.command) for one in effects)
    held = brakes.counted(effects)
    words = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(count.items())) or "nothing"
    stopped = "; held by brakes: " + ", ".join(f"{name} {number}" for name, number in held.items()) if held else ""
    out(f"Plan: {words}{stopped}. Read {done.pulled} records, judged {done.evaluated} people. Nothing was written.")


def _sign(effect: Effect) -> tuple[str, str]:
    """Return the sign and the words of one change: + creates, ~ changes, ! is held."""
    command = effect.command
    mark = "!" if effect.state == State.HELD else "+" if isinstance(command, CreateTask) else "~"
    if isinstance(command, CreateTask):
        return mark, f"task for {command.owner or 'nobody'}, due {command.due_at:%Y-%m-%d %H:%M}Z: {command.subject}"
    if isinstance(command, SetStage):
        return mark, f"stage {command.seen or '(none)'} -> {command.value}"
    return mark, "fields " + ", ".join(f"{name}={value}" for name, value in sorted(command.values.items()))
