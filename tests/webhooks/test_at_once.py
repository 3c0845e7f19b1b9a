"""What arrives is judged by itself, at once: those it is about, under the brakes of the run, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from connector.at_once import Prompted, at_once
from connector.deliver import deliver
from connector.store.base import State
from connector.sync import calls

from tests.webhooks.hooked import Hooked
from tests.webhooks.test_arrivals import booked
from tests.world import somebody


def world_of(folder: Path, *names: str) -> Hooked:
    """Return a world that has been synced; everybody in it is a lead."""
    world = Hooked(folder, [somebody(name) for name in names])
    world.sync()
    world.later(timedelta(minutes=5))
    return world


def sent_all(world: Hooked) -> None:
    """Deliver until nothing is left."""
    while not deliver(world.engine, "hubspot").idle:
        pass


def test_whoever_an_event_is_about_is_judged_and_nobody_else(tmp_path: Path) -> None:
    """Others who are due stay so for the next pass."""
    world = world_of(tmp_path, "ann", "ben")
    with world.store.writing() as tx:
        tx.touch_all(world.clock())
    world.accept(booked("ann"), "d1")
    assert at_once(world.engine) == Prompted(deliveries=1, people=1, writes=2, moved=1)
    with world.store.reading() as look:
        due = look.due(world.clock(), 10)
    assert len(due) == 1, "ben waits for the pass"


def test_nothing_new_costs_nothing(tmp_path: Path) -> None:
    """No arrival, nobody judged; not one request."""
    world = world_of(tmp_path, "ann")
    before = calls(world.engine)
    assert at_once(world.engine) == Prompted()
    assert calls(world.engine) == before


def test_one_event_costs_at_most_four_requests(tmp_path: Path) -> None:
    """The record is read once more, the task made with its association, the stage set and read back; deals extra."""
    world = world_of(tmp_path, "ann", "ben")
    world.accept(booked("ben", "b-2"), "d1")
    at_once(world.engine)
    sent_all(world)
    world.accept(booked("ann"), "d2")
    before = sum(calls(world.engine).values())
    at_once(world.engine)
    sent_all(world)
    assert len(world.tasks("ann")) == 1
    assert world.stage("ann") == "salesqualifiedlead"
    asks_for_deals = any(one.unless.open_deal for one in world.config.playbooks)
    assert sum(calls(world.engine).values()) - before == 4 + asks_for_deals


def test_the_brake_of_the_run_holds_for_all_that_was_let_go(tmp_path: Path) -> None:
    """What earlier steps have moved counts, so that a flood in small steps is held like one in a large one."""
    world = world_of(tmp_path, "ann", "ben")
    brakes = replace(world.engine.config.brakes, stage_changes_per_run=1)
    engine = replace(world.engine, config=replace(world.engine.config, brakes=brakes))
    world.accept(booked("ann"), "d1")
    first = at_once(engine)
    assert first.moved == 1
    with world.store.reading() as look:
        let_go = {one.person_id for one in look.effects(states=(State.PENDING,))}
    world.accept(booked("ben", "b-2"), "d2")
    second = at_once(engine, moved=first.moved)
    assert (second.people, second.moved) == (1, 0)
    with world.store.reading() as look:
        held = {one.person_id for one in look.effects(states=(State.HELD,))}
    assert len(let_go) == len(held) == 1
    assert let_go.isdisjoint(held)
