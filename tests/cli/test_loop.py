"""The daemon's loop under what no process can be made to meet at will: drift, a busy store, a thread that dies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.adapters.base import AdapterDown
from connector.assemble import assemble, ready
from connector.budget import BURST
from connector.commands import Rank, SetFields
from connector.engine import Engine
from connector.model import CrmRef
from connector.problems import ConfigurationInvalid, Problem
from connector.sandbox.hubspot import NO_LAG, Portal
from connector.sandbox.inprocess import InProcess
from connector.schedule import Loop, linger, run
from connector.store.base import Effect, State, StoreBusy
from connector.sync import Pass

from tests.world import World, somebody

LACK = ConfigurationInvalid([Problem(("mapping",), "the portal has no such option.")])


@dataclass
class Script:
    """What the looks at the CRM come to, one after the other; after the last one the loop is ended."""

    answers: list[Exception | None]
    heard: list[str] = field(default_factory=list)
    fitting: list[bool] = field(default_factory=list)
    loop: Loop | None = None

    def check(self, _engine: Engine) -> None:
        """Raise the next answer, or let the pass begin."""
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer

    def say(self, word: str) -> Callable[[Any], None]:
        """Return a listener that notes *word*, and at once asks for the next pass or, at the end, for none."""

        def heard(_what: object) -> None:
            """Note it."""
            self.heard.append(word)
            if self.loop is not None:
                self.fitting.append(self.loop.fits.is_set())
                (self.loop.due.set if self.answers else self.loop.end)()

        return heard


def looped(engine: Engine, *answers: Exception | None) -> Script:
    """Return the script after a loop has been through all *answers*."""
    script = Script(list(answers))
    script.loop = Loop(
        engine,
        check=script.check,
        on_pass=script.say("pass"),
        on_lack=script.say("lack"),
        on_busy=script.say("busy"),
    )
    run(script.loop)
    return script


def awake(folder: Path) -> Engine:
    """Return an engine under the real clock, since a loop waits for real, before a portal in process."""
    config = replace(World(folder).config, store_url=f"sqlite:///{folder}/loop.db")
    portal = Portal(iter([somebody("amy")]), limits="off", index_lag=NO_LAG)
    return ready(assemble(config, transports={"hubspot": InProcess(portal)}))


def test_what_the_crm_comes_to_lack_pauses_the_writes_until_it_is_mended(tmp_path: Path) -> None:
    """An option that went away overnight ends no daemon: nothing is delivered until it is back."""
    script = looped(awake(tmp_path), None, LACK, None)
    assert script.heard == ["pass", "lack", "pass"]
    assert script.fitting == [True, False, True]


def test_what_it_lacks_at_the_first_look_ends_the_start(tmp_path: Path) -> None:
    """There is nothing to go on with: the command exits 78."""
    with pytest.raises(ConfigurationInvalid):
        looped(awake(tmp_path), LACK)


def test_a_store_that_another_process_keeps_is_asked_again(tmp_path: Path) -> None:
    """An admin's long transaction is no reason to end."""
    script = looped(awake(tmp_path), None, StoreBusy("kept"), None)
    assert script.heard == ["pass", "busy", "pass"]


def test_a_crm_that_was_never_seen_is_waited_for(tmp_path: Path) -> None:
    """The pass that could not begin is stored with its reason; nothing is delivered before the first look."""
    engine = awake(tmp_path)
    down = AdapterDown("no route to host")

    def unreachable(_engine: Engine) -> None:
        """Be down as the command line notes it."""
        engine.went_down("hubspot", down.kind, down.reason, down.after)
        raise down

    passes: list[Pass] = []
    loop = Loop(engine, check=unreachable)

    def ended(done: Pass) -> None:
        """Note the pass, and let it be the last."""
        passes.append(done)
        loop.end()

    loop.on_pass = ended
    run(loop)
    assert list(passes[0].down) == ["hubspot"]
    assert not loop.fits.is_set()
    with engine.store.reading() as look:
        assert look.runs(1)[0].error == "hubspot: no route to host"


def test_a_thread_that_dies_ends_the_loop_with_its_reason(tmp_path: Path) -> None:
    """Deliveries that stop in silence would be worse than an exit that the container's restart mends."""
    engine = awake(tmp_path)
    broken = replace(engine, budgets={})
    loop = Loop(broken, check=lambda _engine: None)
    with pytest.raises(KeyError):
        run(loop)
    assert threading.active_count() < 10, "no thread is left behind"


def test_the_heart_beats_before_the_first_pass_ends(tmp_path: Path) -> None:
    """A first load takes long; a healthcheck must not end it."""
    engine = awake(tmp_path)
    beats: list[str] = []

    def look(_engine: Engine) -> None:
        """Look for the heartbeat while the pass has not begun."""
        with engine.store.reading() as reading:
            beats.append(reading.note("heartbeat"))

    loop = Loop(engine, check=look)
    loop.on_pass = lambda _done: loop.end()
    run(loop)
    assert engine.clock() - datetime.fromisoformat(beats[0]) < timedelta(minutes=1)


def test_a_lone_write_goes_at_once_and_a_flood_waits_for_company(tmp_path: Path) -> None:
    """Nothing lingers while half of the burst is free; beyond, the longer the less is left, never above two seconds."""
    engine = awake(tmp_path)
    budget = engine.budgets["hubspot"]
    most = budget.left().burst_most
    waits = []
    for used in range(most + 1):
        waits.append(linger(engine, "hubspot"))
        if used < most:
            assert budget.ask(BURST, Rank.TASK) is None
    assert not any(waits[: most // 2])
    assert waits == sorted(waits)
    assert timedelta(seconds=1.9) < waits[-1] <= timedelta(seconds=2)
    now = engine.clock()
    with engine.store.writing() as tx:
        people = tx.new_people([""] * 100, now)
        fields = [SetFields(f"k{one}", CrmRef("hubspot", "contact", str(one)), {"points": "1"}) for one in people]
        tx.enqueue(
            Effect(one, command, Rank.FIELDS, State.PENDING, "fields", now)
            for one, command in zip(people, fields, strict=True)
        )
    assert not linger(engine, "hubspot"), "a request is full already"
