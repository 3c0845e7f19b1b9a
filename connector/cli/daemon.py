"""`connector run`: the daemon with its signals and its log."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from connector.adapters.base import AdapterDown
from connector.assemble import assemble, ready, wall_clock
from connector.cli.exits import Exit
from connector.cli.online import refuse_what_the_crm_lacks
from connector.cli.say import down_sentence, err, read, settled, told
from connector.config.load import render
from connector.config.nouns import Config
from connector.engine import Engine
from connector.events import CameBack, Dropped, Evaluated, Event, Pulled, Refused, Tried, WentDown
from connector.schedule import Loop
from connector.schedule import run as run_loop
from connector.store import open_store
from connector.store.base import Store
from connector.sync import Pass


class Signals:
    """SIGTERM and SIGINT end the loop cleanly, SIGHUP reads the configuration again."""

    def __init__(self) -> None:
        """Listen from now on."""
        self.ending = threading.Event()
        self.again = threading.Event()
        self.loop: Loop | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, self._reload)

    def _end(self, number: int, frame: FrameType | None) -> None:
        """Stop: what is under way is finished, nothing new begins."""
        del number, frame
        self.ending.set()
        self._break_off()

    def _reload(self, number: int, frame: FrameType | None) -> None:
        """Break the loop off so that it begins anew with what the file says now."""
        del number, frame
        self.again.set()
        self._break_off()

    def _break_off(self) -> None:
        """End the running loop."""
        if self.loop is not None:
            self.loop.stop.set()
            self.loop.due.set()
            self.loop.writes.set()


@told
def run(file: Path | None) -> Exit:
    """Run until SIGTERM; a bad configuration at SIGHUP is refused and the old one stays."""
    config = settled(file)
    store = open_store(config.store_url)
    signals = Signals()
    with store.sync_role():
        store.upgrade()
        log("started", systems=list(config.systems), every=config.every.total_seconds(), store=config.store_url)
        while not signals.ending.is_set():
            signals.again.clear()
            engine = _engine(config, store, signals)
            if not _fits(engine, signals):
                continue
            loop = Loop(engine, on_pass=_log_pass)
            signals.loop = loop
            if signals.ending.is_set() or signals.again.is_set():
                loop.stop.set()
            run_loop(loop)
            if signals.again.is_set() and not signals.ending.is_set():
                config = _read_again(file, config)
    store.close()
    log("stopped")
    return Exit.DONE


def _engine(config: Config, store: Store, signals: Signals) -> Engine:
    """Return an engine for *config* on the store that is open."""
    stopping = signals.ending.is_set
    return ready(assemble(config, store=store, tell=_log_event, stopping=stopping))


def _fits(engine: Engine, signals: Signals) -> bool:
    """
    Look whether the CRM offers what the configuration names; wait and say so while it cannot be reached.

    Raises:
        ConfigurationInvalid: It does not.
    """
    try:
        refuse_what_the_crm_lacks(engine)
    except AdapterDown as down:
        log("down", reason=down_sentence("the CRM", down), kind=down.kind)
        pause = down.after.total_seconds() if down.after else 30.0
        signals.ending.wait(min(max(pause, 1.0), 60.0))
        return False
    return True


def _read_again(file: Path | None, old: Config) -> Config:
    """Return the configuration as the file has it now, or the old one when that cannot be used."""
    loaded = read(file)
    if loaded.config is None:
        for problem in loaded.problems:
            err(render(problem, loaded.lines))
        log("reload_refused", problems=len(loaded.problems))
        return old
    if loaded.config.store_url != old.store_url:
        log("reload_refused", reason="store.url cannot change while running; restart instead")
        return old
    log("reloaded", agreement=loaded.config.agreement.version)
    return loaded.config


def _log_pass(done: Pass) -> None:
    """Log what a pass came to, when it came to anything."""
    if done.changed or done.evaluated or done.delivered or done.held or done.down or done.waiting:
        log(
            "pass",
            pulled=done.pulled,
            changed=done.changed,
            evaluated=done.evaluated,
            waiting=done.waiting,
            held=dict(done.held),
            quarantined=done.quarantined,
            calls=dict(done.api_calls),
            seconds=done.seconds,
        )


def _log_event(event: Event) -> None:
    """Log what an operator should know; ids, never names or addresses."""
    match event:
        case Tried():
            command = event.command
            log("write", system=event.system, record=command.ref.id, outcome=type(event.outcome).__name__.lower())
        case Dropped():
            log("dropped", system=event.system, record=event.command.ref.id, reason=event.reason)
        case Refused():
            log("quarantined", system=event.ref.system, record=event.ref.id)
        case WentDown():
            log("down", system=event.system, kind=event.kind, reason=event.reason)
        case CameBack():
            log("back", system=event.system, since=event.down_since.isoformat())
        case Pulled() | Evaluated():
            return


def log(name: str, **facts: object) -> None:
    """Write one line of JSON to stderr."""
    line = {"at": wall_clock().isoformat(timespec="milliseconds"), "event": name, **facts}
    sys.stderr.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
    sys.stderr.flush()
