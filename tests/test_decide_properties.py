"""What must hold for every agreement and everybody: four judges agree, and the next look is never late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.agreement import Agreement, Playbook
from connector.criteria.millionths import MICRO
from connector.decide import SOONEST, Judge
from connector.model import Decision, Engagement, Person

from tests.criteria import naive
from tests.criteria.given import FIELDS, ZONE
from tests.criteria.made import HISTORIES, PLAYBOOKS, agreements, people
from tests.deciding import NOW, TICK

FAR = timedelta(days=500)
VARIOUS = settings(max_examples=120, deadline=None, derandomize=True)


def verdicts(decision: Decision) -> tuple[object, ...]:
    """Return all of a decision that must not change unseen."""
    triggers = tuple(decision.triggers.items())
    return decision.stage, decision.mql, decision.sql, decision.blocked, triggers


def judged_naively(agreement: Agreement, playbooks: Sequence[Playbook], world: naive.World) -> tuple[object, ...]:
    """Return the same by the slow judge."""
    asked = (agreement.never, agreement.require, agreement.mql, agreement.sql)
    never, require, mql, sql = (None if one is None else naive.verdict(one, world) for one in asked)
    blocked = never is True or (agreement.require is not None and require is not True)
    stage = None if blocked else "sql" if sql else "mql" if mql else None
    triggers = tuple((one.name, naive.verdict(one.on, world)) for one in playbooks if one.on is not None)
    return stage, mql, sql, blocked, triggers


@VARIOUS
@given(agreements(), PLAYBOOKS, people(), HISTORIES)
def test_the_silent_verdict_is_the_one_of_the_slow_judge(
    agreement: Agreement, playbooks: tuple[Playbook, ...], person: Person, engagements: tuple[Engagement, ...]
) -> None:
    """The compiled function says what a plain reading of the design says."""
    decision = Judge(agreement, playbooks, FIELDS, ZONE).decide(person, engagements, NOW)
    points = naive.scores(agreement, person, engagements, NOW)
    assert {name: Decimal(str(value)) for name, value in decision.scores.items()} == points
    world = naive.World(person, engagements, NOW, points)
    assert verdicts(decision) == judged_naively(agreement, playbooks, world)


@VARIOUS
@given(agreements(), PLAYBOOKS, people(), HISTORIES, st.none() | st.integers(0, 20))
def test_the_explained_verdict_is_the_silent_one(
    agreement: Agreement,
    playbooks: tuple[Playbook, ...],
    person: Person,
    engagements: tuple[Engagement, ...],
    since_days: int | None,
) -> None:
    """Every check says what the decision says, and the lines add up to the scores exactly."""
    judge = Judge(agreement, playbooks, FIELDS, ZONE)
    since = None if since_days is None else NOW - timedelta(days=since_days)
    decision = judge.decide(person, engagements, NOW, since)
    explanation = judge.explain(person, engagements, NOW, since)
    assert explanation.decision == decision
    passed = {name: check.passed for name, check in explanation.checks.items()}
    asked = {"mql": agreement.mql, "sql": agreement.sql}
    expected = {"mql": decision.mql, "sql": decision.sql, **decision.triggers}
    assert {name: value for name, value in passed.items() if name in expected} == {
        name: value for name, value in expected.items() if asked.get(name, True) is not None
    }
    blocked = passed.get("never") is True or passed.get("require", True) is not True
    assert blocked == decision.blocked
    sums = dict.fromkeys(decision.scores, 0)
    for line in explanation.lines:
        sums[line.score] += round(line.points * MICRO)
        sums["total"] += round(line.points * MICRO)
    assert {name: value / MICRO for name, value in sums.items()} == decision.scores


@settings(max_examples=400, deadline=None, derandomize=True)
@given(agreements(), PLAYBOOKS, people(), HISTORIES, st.floats(0, 1, exclude_max=True))
def test_the_next_look_is_never_late(
    agreement: Agreement,
    playbooks: tuple[Playbook, ...],
    person: Person,
    engagements: tuple[Engagement, ...],
    part: float,
) -> None:
    """Until the next look nothing changes: not at some instant before it, nor right before it."""
    judge = Judge(agreement, playbooks, FIELDS, ZONE)
    decision = judge.decide(person, engagements, NOW)
    again = decision.recheck_at
    assert again is None or again >= NOW + SOONEST
    if again == NOW + SOONEST:
        return
    end = NOW + FAR if again is None else again
    instants: list[datetime] = [min(NOW + (end - NOW) * part, end - TICK), end - TICK, NOW + TICK]
    for now in instants:
        assert verdicts(judge.decide(person, engagements, now)) == verdicts(decision), now


@VARIOUS
@given(agreements(), people(), HISTORIES)
def test_looking_again_in_time_misses_no_verdict(
    agreement: Agreement, person: Person, engagements: tuple[Engagement, ...]
) -> None:
    """Who follows the next looks for a while ends with the verdict of then, in a bounded number of looks."""
    judge = Judge(agreement, (), FIELDS, ZONE)
    decision, looks, end = judge.decide(person, engagements, NOW), 0, NOW + timedelta(days=45)
    while decision.recheck_at is not None and decision.recheck_at <= end:
        decision = judge.decide(person, engagements, decision.recheck_at)
        looks += 1
        assert looks <= 500
    assert verdicts(judge.decide(person, engagements, end)) == verdicts(decision)
