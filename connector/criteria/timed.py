"""
What a criterion says at an instant and until when it goes on saying so, without words.

The plain evaluator: it explains, and it bounds the next look for the few people whose verdict can turn by time alone.
Three-valued: over an empty field a comparison is unknown; all, any and not follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from connector.criteria import history
from connector.criteria.compare import Test, field_test, fitting, is_there
from connector.criteria.moments import MOMENTS, TICK, later, moment_test
from connector.criteria.syntax import All, Any, Condition, Did, FieldIs, Not, Op, ScoreIs, StageIs
from connector.mapping.spec import FieldSpec
from connector.model import Engagement, Stage, Value

Verdict = tuple[bool | None, datetime | None]
"""What a criterion says (None is unknown), and the first instant at which that could change; None for never."""


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What is looked at.

    Attributes:
        fields: As stored; what does not fit its declared type counts as empty.
        stage: Where the person stands.
        stage_at: Since when.
        engagements: Those that count.
        now: The instant of the look.
        score: Judges a criterion over a score; None where scores cannot be asked.
    """

    fields: Mapping[str, Value]
    stage: Stage | None
    stage_at: datetime | None
    engagements: Sequence[Engagement]
    now: datetime
    score: Callable[[ScoreIs], Verdict] | None = None


Timed = Callable[[Facts], Verdict]


@dataclass(frozen=True, slots=True)
class Terms:
    """
    By what a criterion is read.

    Attributes:
        fields: The declared fields.
        zone: In which days are meant.
    """

    fields: Mapping[str, FieldSpec]
    zone: ZoneInfo

    def spec(self, name: str) -> FieldSpec:
        """
        Return the declaration of the field *name*.

        Raises:
            ValueError: There is none; the parser never lets that through.
        """
        spec = self.fields.get(name)
        if spec is None:
            message = f'no field "{name}" is declared'
            raise ValueError(message)
        return spec


def timed(condition: Condition, terms: Terms) -> Timed:
    """Return *condition* ready to be asked."""
    if isinstance(condition, Not):
        part = timed(condition.part, terms)
        return lambda facts: negated(part(facts))
    if isinstance(condition, All | Any):
        parts = tuple(timed(one, terms) for one in condition.parts)
        join = all_of if isinstance(condition, All) else any_of
        return lambda facts: join([part(facts) for part in parts])
    return _leaf(condition, terms)


def _leaf(condition: FieldIs | Did | ScoreIs | StageIs, terms: Terms) -> Timed:
    """Return a criterion without parts ready to be asked."""
    if isinstance(condition, FieldIs):
        return _field(condition, terms)
    if isinstance(condition, Did):
        return _did(condition, terms)
    return _score(condition) if isinstance(condition, ScoreIs) else _stage(condition)


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Return what all of *verdicts* say together: one no is no as long as it stays, else one unknown is unknown."""
    if any(passed is False for passed, _ in verdicts):
        return False, _latest(until for passed, until in verdicts if passed is False)
    passed = None if any(passed is None for passed, _ in verdicts) else True
    return passed, soonest(until for _, until in verdicts)


def any_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Return what *verdicts* say when one is enough: the mirror of `all_of`."""
    return negated(all_of([negated(verdict) for verdict in verdicts]))


def negated(verdict: Verdict) -> Verdict:
    """Return the opposite; not unknown is unknown."""
    passed, until = verdict
    return (None if passed is None else not passed), until


def soonest(instants: Iterable[datetime | None]) -> datetime | None:
    """Return the first of *instants*, of which None is never."""
    return min((one for one in instants if one is not None), default=None)


def _latest(instants: Iterable[datetime | None]) -> datetime | None:
    """Return the last of *instants*, of which None is never."""
    known = list(instants)
    return None if None in known else max((one for one in known if one is not None), default=None)


def _field(condition: FieldIs, terms: Terms) -> Timed:
    """Return a comparison over a field."""
    name, test = condition.field, condition.test
    spec = terms.spec(name)
    if test.op is Op.IS_SET:
        return lambda facts: (is_there(fitting(spec, facts.fields.get(name))) is test.value, None)
    if test.op in MOMENTS:
        moment = moment_test(test, spec, terms.zone)

        def when(facts: Facts) -> Verdict:
            """Return whether the date or instant lies where it should."""
            value = fitting(spec, facts.fields.get(name))
            return (None, None) if value is None else moment(value, facts.now)

        return when
    judge: Test = field_test(test, spec)

    def plain(facts: Facts) -> Verdict:
        """Return whether the value is what it should be."""
        value = fitting(spec, facts.fields.get(name))
        return (None if value is None else judge(value)), None

    return plain


def _did(condition: Did, terms: Terms) -> Timed:
    """Return a question about engagement, which is never unknown."""
    select = history.selector(condition)

    def did(facts: Facts) -> Verdict:
        """Return whether it happened as often as asked."""
        matched = select(facts.engagements, facts.now)
        amount = history.measure(condition, matched, terms.zone)
        return history.enough(condition, amount), history.until(condition, matched, terms.zone)

    return did


def _score(condition: ScoreIs) -> Timed:
    """Return a question about a score."""

    def score(facts: Facts) -> Verdict:
        """Return whether the points are there."""
        if facts.score is None:
            message = f'the score "{condition.score}" cannot be asked inside a rule'
            raise ValueError(message)
        return facts.score(condition)

    return score


def _stage(condition: StageIs) -> Timed:
    """Return a question about the stage; somebody without a stage stands in none."""
    stages = frozenset(condition.stages)
    least, most = condition.for_at_least, condition.for_at_most

    def stage(facts: Facts) -> Verdict:
        """Return whether the person stands there, for so long."""
        if facts.stage is None or facts.stage not in stages:
            return False, None
        since, turns = facts.stage_at, list[datetime | None]()
        if since is None:
            return least is None and most is None, None
        if least is not None and facts.now - since < least:
            return False, later(since, least)
        if most is not None:
            if facts.now - since > most:
                return False, None
            turns.append(later(since, most + TICK))
        return True, soonest(turns)

    return stage
