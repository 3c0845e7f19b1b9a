"""A decision with all that it rests on, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from connector.agreement import Agreement
from connector.criteria.moments import local_day
from connector.criteria.timed import Facts, Terms
from connector.decide.checks import Checked, Look, checker, empty_fields, empty_in_rules, rests_on, unique
from connector.decide.compiled import Asked
from connector.decide.recheck import scorer, with_scores
from connector.model import LADDER, SALES_ACTIVITY, Check, Decision, Engagement, Evidence, Explanation, Person, Stage
from connector.score import lines
from connector.words import words

SayEvidence = Callable[[Evidence], str]
"""Says one piece of evidence with its date, "booked a meeting on 20 Nov"."""

Explainer = Callable[[Person, Sequence[Engagement], datetime, Decision, SayEvidence | None], Explanation]


def explainer(agreement: Agreement, every: Sequence[Asked], terms: Terms) -> Explainer:
    """Return what explains a decision that was made on the same facts."""
    score = scorer(agreement, terms)
    checkers = tuple((one, checker(one.condition, terms)) for one in every if one.condition is not None)

    def explain(
        person: Person,
        engagements: Sequence[Engagement],
        now: datetime,
        decision: Decision,
        say: SayEvidence | None,
    ) -> Explanation:
        """Return *decision* with its lines, checks, and what is missing and lacking."""
        facts = Facts(person.fields, person.stage, person.stage_at, engagements, now)
        scores = score(facts)
        look = Look(with_scores(facts, lambda _facts: scores), scores)
        checked = {one.name: check(look) for one, check in checkers}
        checks = {name: one.check for name, one in checked.items()}
        asked = [name for one, _ in checkers if one.condition for name in empty_fields(one.condition, facts, terms)]
        asked += [name for tally in scores.values() for name in empty_in_rules(tally, facts, terms)]
        met = checks.get("sql") if decision.sql else checks.get("mql") if decision.mql else None
        top = top_evidence(met) if met is not None else None
        spoken = (say or saying(terms.zone, now))(top) if top is not None else ""
        return Explanation(
            decision,
            lines(scores, lambda weight: rests_on(weight, facts, terms)),
            checks,
            unique(asked),
            _lacking(person, decision, checked),
            spoken,
            top,
        )

    return explain


def top_evidence(check: Check) -> Evidence | None:
    """Return the newest thing the person did because of which *check* holds; None when there is no such thing."""
    did = [one for one in _held(check) if one.at is not None and one.what != SALES_ACTIVITY]
    return max(did, key=lambda one: (one.at or datetime.min, one.key), default=None)  # noqa: DTZ901 - filtered above


def saying(zone: ZoneInfo, now: datetime) -> SayEvidence:
    """Return what says evidence in English, with the day that it was in *zone*."""
    english = words("en")

    def say(one: Evidence) -> str:
        """Return one piece of evidence with its date."""
        what = english.did(one.what, one.detail, one.count)
        if one.at is None:
            return what
        return english.say("reason", what=what, day=english.day(local_day(one.at, zone), local_day(now, zone)))

    return say


def _held(check: Check) -> Iterator[Evidence]:
    """Yield the evidence of *check* and of its parts as far as they hold."""
    if check.passed:
        yield from check.evidence
        for part in check.parts:
            yield from _held(part)


def _lacking(person: Person, decision: Decision, checked: Mapping[str, Checked]) -> tuple[str, ...]:
    """Return what is not there for the next stage; what blocks comes first."""
    stage = person.stage
    if stage in LADDER and LADDER.index(stage) >= LADDER.index(Stage.SQL):
        return ()
    sentences: list[str] = []
    never = checked.get("never")
    if never is not None and never.check.passed:
        sentences += [f"knocked out: {leaf.asked} ({leaf.found})" for leaf in _leaves(never.check)]
    if "require" in checked:
        sentences += [f"required: {sentence}" for sentence in checked["require"].lacking]
    waits_for_sql = decision.mql or stage is Stage.MQL or "mql" not in checked
    following = checked.get("sql" if waits_for_sql else "mql")
    if not decision.sql and following is not None:
        sentences += following.lacking
    return unique(sentences)


def _leaves(check: Check) -> Iterator[Check]:
    """Yield the parts without parts that made *check* hold."""
    if check.passed and not check.parts:
        yield check
    for part in check.parts:
        yield from _leaves(part)
