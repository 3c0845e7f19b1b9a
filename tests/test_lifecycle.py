"""What a stage that we did not write means: a table of moves, each with the sentence a user would say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from connector.agreement import Playbook
from connector.lifecycle import OURS, SET_BACK, Seen, may_move, observe, rank
from connector.model import LADDER, Actor, Barrier, Stage, Standing, Trigger

THEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOW = THEN + timedelta(days=1)
HOLD = timedelta(days=30)


def standing(stage: Stage | None) -> Standing:
    """Return somebody who has stood in *stage* since yesterday."""
    return Standing(7, stage=stage, stage_at=THEN if stage else None)


def seen(before: Stage | None, after: Stage | None, *, known: bool = True) -> Seen:
    """Return a record that changed its stage now."""
    return Seen("hubspot", before, after, known, NOW)


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        pytest.param(None, Stage.MQL, True, id="a contact without any stage may become MQL"),
        pytest.param(Stage.LEAD, Stage.SQL, True, id="a lead may go to SQL directly"),
        pytest.param(Stage.MQL, Stage.SQL, True, id="an MQL may become SQL"),
        pytest.param(Stage.SQL, Stage.MQL, False, id="nobody goes back because points decayed"),
        pytest.param(Stage.SQL, Stage.SQL, False, id="who is there stays there"),
        pytest.param(Stage.OPPORTUNITY, Stage.SQL, False, id="an opportunity belongs to sales"),
        pytest.param(Stage.CUSTOMER, Stage.SQL, False, id="a customer is left alone"),
        pytest.param(Stage.OTHER, Stage.SQL, False, id="a stage beside the ladder is not ours"),
        pytest.param(Stage.DISQUALIFIED, Stage.MQL, True, id="a disqualified person may come back (barriers decide)"),
        pytest.param(Stage.MQL, Stage.OPPORTUNITY, False, id="never beyond SQL"),
        pytest.param(Stage.LEAD, Stage.CUSTOMER, False, id="never to customer"),
    ],
)
def test_our_remit(source: Stage | None, target: Stage, *, allowed: bool) -> None:
    """We move forward to MQL and SQL and nowhere else."""
    assert may_move(source, target) is allowed


def test_the_ladder_has_an_order_and_the_rest_stands_beside_it() -> None:
    """Ranks rise along the ladder; none, disqualified and other have rank 0."""
    assert [rank(stage) for stage in LADDER] == list(range(1, len(LADDER) + 1))
    assert {rank(None), rank(Stage.DISQUALIFIED), rank(Stage.OTHER)} == {0}


@pytest.mark.parametrize(
    ("source", "after"),
    [
        pytest.param(Stage.SQL, Stage.LEAD, id="a rep moved an SQL back to lead"),
        pytest.param(Stage.SQL, Stage.MQL, id="a rep moved an SQL back to MQL"),
        pytest.param(Stage.MQL, None, id="somebody cleared the stage"),
        pytest.param(Stage.SQL, Stage.DISQUALIFIED, id="sales disqualified them"),
        pytest.param(Stage.MQL, Stage.OTHER, id="somebody put them to other, or to a value that is not mapped"),
    ],
)
def test_a_move_back_is_a_word_that_stands(source: Stage, after: Stage | None) -> None:
    """It is recorded with its actor and withholds stages and tasks until newer engagement, after the hold."""
    moved, steps = observe(standing(source), seen(source, after), HOLD)
    (barrier,) = moved.barriers
    assert moved.stage == after
    assert (barrier.reason, barrier.at, barrier.hold_until) == (SET_BACK, NOW, NOW + HOLD)
    assert barrier.stages == OURS
    assert barrier.tasks
    (step,) = steps
    assert (step.source, step.target, step.at, step.actor) == (source, after, NOW, Actor.CRM)


@pytest.mark.parametrize(
    ("source", "after"),
    [
        pytest.param(Stage.LEAD, Stage.MQL, id="a rep made them MQL"),
        pytest.param(Stage.MQL, Stage.OPPORTUNITY, id="a deal made them opportunity"),
        pytest.param(None, Stage.LEAD, id="a workflow made them lead"),
        pytest.param(Stage.DISQUALIFIED, Stage.LEAD, id="a rep took a disqualified person back in"),
    ],
)
def test_a_move_forward_is_taken_over(source: Stage | None, after: Stage) -> None:
    """It is recorded with its actor, and an earlier set-back is forgotten: the newer word counts."""
    before = replace(standing(source), barriers=(Barrier(THEN, SET_BACK, OURS, THEN + HOLD),))
    moved, steps = observe(before, seen(source, after), HOLD)
    assert (moved.stage, moved.stage_at, moved.barriers) == (after, NOW, ())
    assert [(step.target, step.actor) for step in steps] == [(after, Actor.CRM)]


def test_showing_the_stage_we_know_is_no_news() -> None:
    """A record that shows where the person already stands changes nothing."""
    before = standing(Stage.SQL)
    assert observe(before, seen(Stage.LEAD, Stage.SQL), HOLD) == (before, ())


def test_first_sight_is_found_not_made() -> None:
    """Who is SQL when we first see them was put there by others; it is recorded as found."""
    moved, steps = observe(Standing(7), seen(None, Stage.SQL, known=False), HOLD)
    assert moved.stage == Stage.SQL
    assert [(step.source, step.target, step.actor) for step in steps] == [(None, Stage.SQL, Actor.FOUND)]


def test_found_disqualified_needs_newer_engagement() -> None:
    """Somebody whom sales had disqualified before we came is not brought back by old evidence."""
    moved, _ = observe(Standing(7), seen(None, Stage.DISQUALIFIED, known=False), HOLD)
    assert [barrier.reason for barrier in moved.barriers] == [SET_BACK]


def test_a_second_record_counts_only_when_it_is_further() -> None:
    """A record of another system that is behind changes nothing; one that is ahead is taken over."""
    before = standing(Stage.MQL)
    assert observe(before, seen(None, Stage.LEAD, known=False), HOLD) == (before, ())
    moved, _ = observe(before, seen(None, Stage.CUSTOMER, known=False), HOLD)
    assert moved.stage == Stage.CUSTOMER


NEW_SQL = Playbook("new-sql", on_stage=Stage.SQL)
ANYONE = Playbook("whoever", on_stage=Stage.SQL, by="anyone")


def test_somebody_elses_sql_gives_no_task_unless_the_playbook_says_so() -> None:
    """The playbook is told about the entry at once; the one for anyone is left to fire."""
    moved, _ = observe(standing(Stage.MQL), seen(Stage.MQL, Stage.SQL), HOLD, (NEW_SQL, ANYONE))
    assert moved.triggers["new-sql"].held is True
    assert "whoever" not in moved.triggers


def test_leaving_a_stage_lets_its_playbook_fire_again() -> None:
    """Whoever is moved back and comes again is a new episode, numbered after the last."""
    before = replace(
        standing(Stage.SQL), triggers=MappingProxyType({"new-sql": Trigger(held=True, episodes=1, task_at=THEN)})
    )
    moved, _ = observe(before, seen(Stage.SQL, Stage.LEAD), HOLD, (NEW_SQL,))
    assert moved.triggers["new-sql"] == Trigger(held=False, episodes=1, task_at=THEN)


def elsewhere(stage: Stage, *, at: datetime, order: tuple[str, ...] = ("hubspot", "salesforce")) -> Standing:
    """Return what becomes of somebody whom a human made SQL in HubSpot at `NOW` and another moved in Salesforce."""
    moved, _ = observe(standing(Stage.LEAD), seen(Stage.LEAD, Stage.SQL), HOLD, (), order)
    other = Seen("salesforce", Stage.LEAD, stage, known=True, at=at)
    return observe(moved, other, HOLD, (), order)[0]


@pytest.mark.parametrize("minutes", [-59, -1, 0, 1, 59])
def test_of_two_people_at_one_time_the_first_system_named_wins(minutes: int) -> None:
    """Neither knew of the other; which page came first makes no difference."""
    at = NOW + timedelta(minutes=minutes)
    assert elsewhere(Stage.DISQUALIFIED, at=at).stage == Stage.SQL
    assert elsewhere(Stage.DISQUALIFIED, at=at, order=("salesforce", "hubspot")).stage == Stage.DISQUALIFIED


def test_of_two_people_at_different_times_the_later_word_counts() -> None:
    """Whoever moves somebody a day later has seen what was there; news that arrives late is old news."""
    for order in (("hubspot", "salesforce"), ("salesforce", "hubspot")):
        assert elsewhere(Stage.OPPORTUNITY, at=NOW + timedelta(days=1), order=order).stage == Stage.OPPORTUNITY
        assert elsewhere(Stage.LEAD, at=NOW - timedelta(days=1), order=order).stage == Stage.SQL


def test_two_moves_in_one_system_are_taken_in_their_order() -> None:
    """The rule for two systems leaves a rep free to change their mind."""
    moved, _ = observe(standing(Stage.LEAD), seen(Stage.LEAD, Stage.SQL), HOLD, (), ("hubspot",))
    back, _ = observe(
        moved, replace(seen(Stage.SQL, Stage.LEAD), at=NOW + timedelta(minutes=1)), HOLD, (), ("hubspot",)
    )
    assert back.stage == Stage.LEAD


def test_a_rejection_found_in_a_second_system_holds() -> None:
    """Salesforce turned them down before we came; HubSpot's lead stays a lead, and nothing old moves them."""
    found = Seen("salesforce", None, Stage.DISQUALIFIED, known=False, at=THEN)
    kept, steps = observe(standing(Stage.LEAD), found, HOLD)
    assert (kept.stage, steps) == (Stage.LEAD, ())
    assert [one.reason for one in kept.barriers] == [SET_BACK]
