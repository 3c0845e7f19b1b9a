"""The `[[tests]]` of a configuration, run against its own agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from connector.agreement import Expectation
from connector.config.expectations import test_moment
from connector.config.nouns import Config
from connector.model import Decision, Engagement, Explanation, Person

_NONE: Final = "none"
_CLOSE: Final = 0.01
"""A half-life leaves fractions; an admin writes points with at most two decimals."""


class Decides(Protocol):
    """What is asked of the judge."""

    def decide(self, person: Person, engagements: Sequence[Engagement], now: datetime) -> Decision:
        """Return the verdict."""

    def explain(self, person: Person, engagements: Sequence[Engagement], now: datetime) -> Explanation:
        """Return the verdict with what it rests on."""


@dataclass(frozen=True, slots=True)
class Result:
    """
    What came of one test.

    Attributes:
        name: What it states.
        passed: Whether that is so.
        message: What came out instead and why; empty when it passed.
        index: Position in the file.
    """

    name: str
    passed: bool
    message: str = ""
    index: int = 0


def run_tests(config: Config, judge: Decides) -> tuple[Result, ...]:
    """Return a result for each test of *config*, in the order of the file."""
    now = test_moment(config.agreement.effective, config.timezone)
    return tuple(_run(test, judge, now) for test in config.tests)


def _run(test: Expectation, judge: Decides, now: datetime) -> Result:
    """Return what comes of *test* at the instant *now*."""
    person = Person(0, test.fields, test.stage, now - test.stage_for if test.stage is not None else None)
    done = tuple(
        Engagement(f"test:{test.index}:{number}", one.type, now - one.age, one.count, one.attributes)
        for number, one in enumerate(test.engagements)
    )
    engagements = tuple(sorted(done, key=lambda one: one.at))
    decision = judge.decide(person, engagements, now)
    wrong = _differences(test, decision)
    if not wrong:
        return Result(test.name, passed=True, index=test.index)
    why = _why(test, judge.explain(person, engagements, now))
    return Result(test.name, passed=False, message=" ".join((*wrong, *why)), index=test.index)


def _differences(test: Expectation, decision: Decision) -> list[str]:
    """Return a sentence for everything that is not as expected."""
    found = str(decision.stage) if decision.stage is not None else _NONE
    wrong = [] if found == test.expect else [f'expected "{test.expect}", found "{found}".']
    for name, points in test.scores.items():
        has = decision.scores.get(name, 0.0)
        if abs(has - points) > _CLOSE:
            wrong.append(f"{name}: expected {points:g} points, found {has:g}.")
    return wrong


def _why(test: Expectation, explanation: Explanation) -> list[str]:
    """Return what a person would ask next: the points, what is lacking, what is not known."""
    decision = explanation.decision
    scores = ", ".join(f"{name} {points:g}" for name, points in decision.scores.items())
    said = [f"Scores: {scores}."] if scores else []
    if decision.blocked:
        blocking = [name for name in ("never", "require") if name in explanation.checks]
        said.append(f"Blocked by {_asked(explanation.checks, blocking)}.")
    if test.expect != _NONE and explanation.lacking:
        said.append(f"Lacking: {'; '.join(one.rstrip('.') for one in explanation.lacking)}.")
    if explanation.missing:
        said.append(f"Not known: {', '.join(explanation.missing)}.")
    return said


def _asked(checks: Mapping[str, object], names: list[str]) -> str:
    """Return the criteria that block, by their section."""
    blocking = [name for name in names if (getattr(checks[name], "passed", None) is True) == (name == "never")]
    return " and ".join(f"[agreement.{name}]" for name in blocking or names)
