"""`connector sync`: one pass, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connector import brakes
from connector.adapters.base import AdapterDown
from connector.assemble import assemble, ready
from connector.cli.exits import DOWN, Exit
from connector.cli.online import refuse_what_the_crm_lacks
from connector.cli.progress import Progress
from connector.cli.say import INTERRUPTED, counted, data, down_sentence, err, out, settled, told
from connector.cli.stopping import Stop
from connector.config.nouns import Config
from connector.engine import Engine
from connector.problems import did_you_mean
from connector.store import open_store
from connector.sync import Pass, unreached
from connector.sync import as_json as pass_json
from connector.sync import sync as one_pass


@told
def sync(file: Path | None, allow: tuple[str, ...], *, as_json: bool) -> Exit:
    """Do one pass and print what came of it."""
    limits = _allowed(allow)
    if isinstance(limits, str):
        err(limits)
        return Exit.USAGE
    config = settled(file)
    store = open_store(config.store_url)
    with store.sync_role(), Stop() as stop, Progress() as progress:
        engine = ready(assemble(config, store=store, tell=progress.tell, stopping=stop.asked))
        done = _pass(engine, stop, limits)
    if as_json:
        data(pass_json(done))
    else:
        _print(config, done)
    for name, down in done.down.items():
        if name not in progress.said:
            err(down_sentence(name, down))
    if stop.asked():
        err(INTERRUPTED)
        return Exit.FAILED
    return code_of(done)


def _pass(engine: Engine, stop: Stop, limits: Mapping[str, int]) -> Pass:
    """Do the pass, or note that it could not begin."""
    try:
        refuse_what_the_crm_lacks(engine)
    except AdapterDown:
        return unreached(engine, "sync")
    return one_pass(engine, stop.wait, limits)


def code_of(done: Pass) -> Exit:
    """Return the exit code that a pass deserves: what is down first, then what was refused, then what is held."""
    if done.down:
        return max(DOWN.get(down.kind, Exit.UNREACHABLE) for down in done.down.values())
    if done.rejected or done.quarantined:
        return Exit.REJECTED
    return Exit.HELD if done.held else Exit.DONE


def _allowed(allow: tuple[str, ...]) -> Mapping[str, int] | str:
    """Return the brakes' limits for this pass, or what is wrong with the words."""
    limits: dict[str, int] = {}
    for word in allow:
        name, _, number = word.partition("=")
        if name not in brakes.NAMES:
            hint = did_you_mean(name, brakes.NAMES) or f"There are {', '.join(brakes.NAMES)}."
            return f'--allow {word}: there is no brake "{name}". {hint} Write {brakes.NAMES[0]}=3000.'
        if not (number.isascii() and number.isdigit()):
            return f'--allow {word}: "{number}" is no whole number. Write {name}=3000.'
        limits[name] = int(number)
    return limits


def _print(config: Config, done: Pass) -> None:
    """Print a pass for a person."""
    calls = ", ".join(f"{name} {count:,}" for name, count in done.api_calls.items())
    out(f"read     {counted(done.pulled, 'record')}, {done.changed:,} with news")
    out(f"judged   {counted(done.evaluated, 'person', 'people')} by agreement {config.agreement.version}")
    out(f"wrote    {counted(done.delivered, 'change')} to the CRM")
    out(f"took     {done.seconds:.1f} s; API calls: {calls or 'none'}")
    if done.rejected:
        out(f"rejected {counted(done.rejected, 'change')}; see connector outbox list --state parked")
    if done.quarantined:
        out(f"aside    {counted(done.quarantined, 'unreadable record')}; see connector outbox list --quarantine")
    if done.dropped:
        out(f"dropped  {counted(done.dropped, 'change')}, because somebody moved first")
    if done.waiting:
        unknown = f", {done.unknown:,} of them with unknown outcome" if done.unknown else ""
        out(f"waiting  {counted(done.waiting, 'change')}{unknown}; the next pass goes on with them")
    for name, count in done.held.items():
        out(f"held     {counted(count, 'change')} by the brake {name}; see connector plan, then")
        out(f"         connector sync --allow {name}=N")
