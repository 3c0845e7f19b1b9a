"""`connector run`: the daemon with its signals and its log."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from typing import Final

from connector.adapters.base import AdapterDown
from connector.assemble import assemble, ready, wall_clock
from connector.cli.exits import Exit
from connector.cli.online import refuse_what_the_crm_lacks
from connector.cli.say import ending, err, read, settled, told
from connector.cli.serving import Front
from connector.commands import kind_of
from connector.config.load import render
from connector.config.nouns import Config
from connector.config.redaction import without_password
from connector.engine import AgreementChanged, Engine, refuse_changed_words
from connector.events import CameBack, Dropped, Evaluated, Event, Pulled, Refused, Tried, WentDown
from connector.model import CrmRef
from connector.problems import ConfigurationInvalid
from connector.schedule import Loop
from connector.schedule import run as run_loop
from connector.store import open_store
from connector.store.base import Store, StoreBusy
from connector.sync import Pass

_ENDING: Final = (signal.SIGTERM, signal.SIGINT)


class Signals:
    """SIGTERM and SIGINT end the loop cleanly, SIGHUP reads the configuration again."""

    def __init__(self) -> None:
        """
        Listen from now on, in a thread of its own.

        A handler would run inside whatever the main thread is doing, also while that holds the lock of an event.
        """
        self.ending = threading.Event()
        self.again = threading.Event()
        self.loop: Loop | None = None
        signal.pthread_sigmask(signal.SIG_BLOCK, (*_ENDING, signal.SIGHUP))
        threading.Thread(target=self._listen, name="signals", daemon=True).start()

    def breaking_off(self) -> bool:
        """Tell whether the pass under way is to come to its end."""
        return self.ending.is_set() or self.again.is_set()

    def watch(self, loop: Loop) -> None:
        """End *loop* at the next signal, at once when that has come already."""
        self.loop = loop
        if self.breaking_off():
            loop.end()

    def _listen(self) -> None:
        """Take one signal after the other."""
        while True:
            number = signal.sigwait((*_ENDING, signal.SIGHUP))
            (self.ending if number in _ENDING else self.again).set()
            if self.loop is not None:
                self.loop.end()


@told
def run(file: Path | None) -> Exit:
    """Run until SIGTERM; a bad configuration at SIGHUP is refused and the old one stays."""
    config = settled(file)
    signals, events = Signals(), EventLog()
    store = open_store(config.store_url)
    with store.sync_role():
        store.upgrade()
        url = without_password(config.store_url)
        front = Front(config, store, lambda name, facts: log(name, **facts))
        log("started", systems=list(config.systems), every=config.every.total_seconds(), store=url, web=front.url)

        def tell(event: Event) -> None:
            """Log what an operator should know, and count everything."""
            events.tell(event)
            front.tell(event)

        while not signals.ending.is_set():
            loop = Loop(
                ready(assemble(config, store=store, tell=tell, stopping=signals.breaking_off)),
                check=refuse_what_the_crm_lacks,
                on_ready=_log_ready,
                on_pass=_log_pass,
                on_lack=_log_lack,
                on_busy=_log_busy,
            )
            signals.watch(loop)
            front.serve_for(loop)
            run_loop(loop)
            if signals.again.is_set() and not signals.ending.is_set():
                signals.again.clear()
                config = _read_again(file, config, store)
        front.close()
    store.close()
    log("stopped")
    return Exit.DONE


def _read_again(file: Path | None, old: Config, store: Store) -> Config:
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
    if loaded.config.web != old.web:
        log("reload_refused", reason="[web] cannot change while running; restart instead")
        return old
    engine = assemble(loaded.config, store=store)
    try:
        _refuse_misfits(engine)
    except ConfigurationInvalid as lack:
        for problem in lack.problems:
            err(render(problem, ()))
        log("reload_refused", problems=len(lack.problems))
        return old
    except AgreementChanged as changed:
        log("reload_refused", reason=ending(changed)[0])
        return old
    log("reloaded", agreement=loaded.config.agreement.version)
    return loaded.config


def _refuse_misfits(engine: Engine) -> None:
    """
    Look whether the agreement and the CRM go with a configuration; one that cannot be reached is looked at later.

    Raises:
        ConfigurationInvalid: The CRM lacks something that it names.
        AgreementChanged: Its agreement has the version of another one.
    """
    with engine.store.reading() as look:
        refuse_changed_words(engine.config.agreement, look.agreements())
    try:
        refuse_what_the_crm_lacks(engine)
    except AdapterDown:
        return


def _log_ready() -> None:
    """Log that signals are heard, the store is open and the first pass begins."""
    log("ready")


def _log_lack(lack: ConfigurationInvalid) -> None:
    """Log what the CRM has come to lack; nothing is written until it is mended."""
    log("paused", problems=[render(one, ()) for one in lack.problems])


def _log_busy(busy: StoreBusy) -> None:
    """Log that another process keeps the database."""
    log("store_busy", reason=str(busy))


def _log_pass(done: Pass) -> None:
    """Log what a pass came to, when it came to anything."""
    if done.changed or done.evaluated or done.delivered or done.held or done.down or done.waiting or done.rejected:
        log(
            "pass",
            pulled=done.pulled,
            changed=done.changed,
            evaluated=done.evaluated,
            delivered=done.delivered,
            rejected=done.rejected,
            waiting=done.waiting,
            held=dict(done.held),
            quarantined=done.quarantined,
            down=sorted(done.down),
            calls=dict(done.api_calls),
            seconds=done.seconds,
        )


class EventLog:
    """Logs what an operator should know of the steps' events; ids, never names or addresses."""

    def __init__(self) -> None:
        """Know of no record that was put aside."""
        self._aside: set[CrmRef] = set()

    def tell(self, event: Event) -> None:
        """Take one event; called from several threads."""
        match event:
            case Tried():
                command = event.command
                outcome = type(event.outcome).__name__.lower()
                log("write", system=event.system, record=command.ref.id, kind=str(kind_of(command)), outcome=outcome)
            case Dropped():
                log("dropped", system=event.system, record=event.command.ref.id, reason=event.reason)
            case Refused():
                # Each look at a record that cannot be read finds it again; once is enough.
                if event.ref not in self._aside:
                    self._aside.add(event.ref)
                    log("quarantined", system=event.ref.system, object=event.ref.object, record=event.ref.id)
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
