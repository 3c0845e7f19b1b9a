"""What arrives is judged by itself, at once: those it is about, under the brakes of the run, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from connector.arrivals import take_arrivals
from connector.at_once import Prompted, at_once
from connector.deliver import deliver
from connector.evaluate import FEW, evaluate
from connector.events import Evaluated
from connector.store.base import State
from connector.sync import Pass, calls, sync

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


def test_what_a_pass_has_yet_to_weigh_is_left_to_it(tmp_path: Path) -> None:
    """However much waits behind the brakes, one event costs a look at its own person's changes."""
    world = world_of(tmp_path, "ann", "ben")
    world.accept(booked("ann"), "d1")
    taken = take_arrivals(world.engine)
    evaluate(world.engine, world.engine.rules(), people=taken.people)
    world.accept(booked("ben", "b-2"), "d2")
    assert at_once(world.engine).moved == 1
    with world.store.reading() as look:
        held = look.effects(states=(State.HELD,))
    assert {one.person_id for one in held} == taken.people


def passed(folder: Path, *, crowded: bool) -> tuple[Pass, list[int], list[int]]:
    """Return a first pass over 45 people, how many people others saw in its pauses, how many it judged in each step."""
    folder.mkdir()
    world = Hooked(folder, [somebody(f"p{number}") for number in range(45)])
    seen: list[int] = []
    steps: list[int] = []

    def give() -> bool:
        """Look at the store as somebody else would, and say whether there is anybody else."""
        with world.store.reading() as look:
            seen.append(look.person_counts()["people"])
        return crowded

    def heard(event: object) -> None:
        """Note how many people a step judged."""
        if isinstance(event, Evaluated):
            steps.append(event.people)

    done = sync(replace(world.engine, give_way=give, tell=heard), world.clock.sleep)
    with world.store.reading() as look:
        assert look.person_counts()["people"] == 45
    return done, seen, steps


def test_a_pass_that_gives_way_stores_and_judges_the_same(tmp_path: Path) -> None:
    """Rows and people go in small parts, each in a transaction of its own; nothing is left out, and others get in."""
    alone, seen, steps = passed(tmp_path / "alone", crowded=False)
    assert (set(seen), max(steps)) == ({0, 45}, 45)
    beside, seen, steps = passed(tmp_path / "beside", crowded=True)
    assert {0, 20, 45} == set(seen), "others see the first part before the last is stored"
    assert (max(steps), steps.count(FEW)) == (FEW, 4)
    assert (beside.pulled, beside.changed, beside.evaluated) == (alone.pulled, alone.changed, alone.evaluated)
    assert (alone.pulled, alone.evaluated) == (45, 45)
