"""Brakes hold the excess, never the run: who passes, who waits, and for whose word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connector.agreement import Brakes
from connector.brakes import STAGES, TASKS, counted, weigh
from connector.commands import Command, CreateTask, Rank, SetStage
from connector.model import CrmRef, Stage
from connector.store.base import Effect, State

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def stage(number: int, *, brake: str = "") -> Effect:
    """Return the HELD stage change of person *number*."""
    ref = CrmRef("hubspot", "contact", str(number))
    return held(number, SetStage(f"s{number}", ref, "lifecyclestage", "mql", Stage.MQL), brake)


def task(number: int, owner: str = "ann@acme.example", *, brake: str = "") -> Effect:
    """Return the HELD task about person *number*."""
    ref = CrmRef("hubspot", "contact", str(number))
    return held(1000 + number, CreateTask(f"t{number}", ref, "new", "s", "b", "b", NOW, owner=owner), brake, number)


def held(id_: int, command: Command, brake: str, person: int = 0) -> Effect:
    """Return a HELD effect."""
    at = NOW + timedelta(seconds=id_)
    return Effect(person or id_, command, Rank.STAGE, State.HELD, "stage", at, id=id_, brake=brake)


def test_below_the_limits_everything_goes() -> None:
    """A usual day is not slowed down."""
    weighed = weigh([stage(1), task(1)], Brakes(500, 20), {}, {})
    assert sorted(weighed.release) == [1, 1001]
    assert not weighed.hold


def test_the_excess_waits_and_hand_raisers_go_first() -> None:
    """Of three stage changes with room for two, those with a task go, whatever their order."""
    weighed = weigh([stage(1), stage(2), stage(3), task(3)], Brakes(2, 20), {}, {})
    assert sorted(weighed.release) == [1, 3, 1003]
    assert dict(weighed.hold) == {2: STAGES}


def test_a_held_persons_task_waits_with_the_stage() -> None:
    """No rep is called for a lead whose stage change is in question."""
    weighed = weigh([stage(1), task(1), stage(2), task(2)], Brakes(1, 20), {}, {})
    assert sorted(weighed.release) == [1, 1001]
    assert dict(weighed.hold) == {2: STAGES, 1002: STAGES}


def test_what_a_brake_holds_waits_for_a_persons_word() -> None:
    """The next run's own changes pass; those that tripped the brake do not come along by themselves."""
    weighed = weigh([stage(1, brake=STAGES), stage(2)], Brakes(1, 20), {}, {})
    assert weighed.release == (2,)
    assert dict(weighed.hold) == {1: STAGES}


def test_the_word_releases_old_and_new() -> None:
    """--allow stage_changes=3000 lets the held ones go as well, tasks with them."""
    effects = [stage(1, brake=STAGES), task(1, brake=STAGES), stage(2)]
    weighed = weigh(effects, Brakes(1, 20), {STAGES: 3000}, {})
    assert sorted(weighed.release) == [1, 2, 1001]
    assert not weighed.hold


def test_an_owners_day_is_full() -> None:
    """Tasks above the owner's daily limit wait; another owner's go."""
    effects = [task(1), task(2), task(3, "ben@acme.example")]
    weighed = weigh(effects, Brakes(500, 20), {}, {"ann@acme.example": 19})
    assert sorted(weighed.release) == [1001, 1003]
    assert dict(weighed.hold) == {1002: TASKS}


def test_the_next_morning_the_rest_goes_by_itself() -> None:
    """A task held for the day's limit needs no word: with a new day's count it passes."""
    weighed = weigh([task(2, brake=TASKS)], Brakes(500, 20), {}, {"ann@acme.example": 0})
    assert weighed.release == (1002,)


def test_held_changes_are_counted_by_brake() -> None:
    """What waits is shown with the name by which it can be released."""
    assert counted([stage(1, brake=STAGES), stage(2, brake=STAGES), task(3, brake=TASKS), stage(4)]) == {
        STAGES: 2,
        TASKS: 1,
    }


def test_nothing_is_dropped() -> None:
    """Every effect is either released or held."""
    effects = [stage(n) for n in range(1, 50)] + [task(n) for n in range(1, 50)]
    weighed = weigh(effects, Brakes(10, 5), {}, {})
    assert {*weighed.release, *weighed.hold} == {one.id for one in effects}
    assert not set(weighed.release) & set(weighed.hold)
