"""`connector run`: the daemon with its signals and its log."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Final

from connector.adapters.base import AdapterDown
from connector.adapters.http import user_agent
from connector.assemble import assemble, ready, wall_clock
from connector.cli.exits import Exit
from connector.cli.noting import Notes
from connector.cli.online import refuse_what_the_crm_lacks
from connector.cli.say import KNOWN, ending, read, settled, told
from connector.cli.serving import Front
from connector.config.load import render
from connector.config.nouns import Config
from connector.config.redaction import without_password
from connector.engine import AgreementChanged, Engine, refuse_changed_words
from connector.events import Event
from connector.log import Level, Sparing, begin, crashed, say
from connector.problems import ConfigurationInvalid
from connector.schedule import Loop
from connector.schedule import run as run_loop
from connector.store import open_store
from connector.store.base import Store
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
    begin(config)
    try:
        return _run(file, config)
    except (*KNOWN, OSError):
        raise
    except Exception as failure:  # noqa: BLE001 - its traceback goes to the log, redacted, and nowhere else
        crashed(failure)
        return Exit.FAILED


def _run(file: Path | None, config: Config) -> Exit:
    """Run with *config*, and with what the file says later."""
    signals = Signals()
    store = open_store(config.store_url)
    with store.sync_role():
        store.upgrade()
        url = without_password(config.store_url)
        notes = Notes(store)
        front = Front(config, store, Sparing(wall_clock, notes.heard))
        every = config.every.total_seconds()
        say("started", version=version(), systems=list(config.systems), every=every, store=url, web=front.url)

        def tell(event: Event) -> None:
            """Log what an operator should know, and count everything."""
            notes.tell(event)
            front.tell(event)

        def passed(done: Pass) -> None:
            """Log what a pass came to, and count it."""
            notes.done(done)
            front.passed(done)

        while not signals.ending.is_set():
            loop = Loop(
                ready(assemble(config, store=store, tell=tell, stopping=signals.breaking_off)),
                check=refuse_what_the_crm_lacks,
                on_ready=notes.ready,
                on_begin=notes.began,
                on_pass=passed,
                on_lack=notes.lack,
                on_busy=notes.busy,
                on_stopped=notes.stopped,
            )
            signals.watch(loop)
            front.serve_for(loop)
            run_loop(loop)
            if signals.again.is_set() and not signals.ending.is_set():
                signals.again.clear()
                config = _read_again(file, config, store)
                begin(config)
        front.close()
    store.close()
    say("stopped")
    return Exit.DONE


def version() -> str:
    """Return the version that runs."""
    return user_agent().partition("/")[2]


def _refused(**facts: object) -> None:
    """Log that the file as it is now is not taken."""
    say("reload_refused", Level.WARNING, **facts)


def _read_again(file: Path | None, old: Config, store: Store) -> Config:
    """Return the configuration as the file has it now, or the old one when that cannot be used."""
    loaded = read(file)
    if loaded.config is None:
        _refused(problems=[render(one, loaded.lines) for one in loaded.problems])
        return old
    if loaded.config.store_url != old.store_url:
        _refused(reason="store.url cannot change while running; restart instead")
        return old
    if loaded.config.web != old.web:
        _refused(reason="[web] cannot change while running; restart instead")
        return old
    engine = assemble(loaded.config, store=store)
    try:
        _refuse_misfits(engine)
    except ConfigurationInvalid as lack:
        _refused(problems=[render(one, ()) for one in lack.problems])
        return old
    except AgreementChanged as changed:
        _refused(reason=ending(changed)[0])
        return old
    say("reloaded", agreement=loaded.config.agreement.version)
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
