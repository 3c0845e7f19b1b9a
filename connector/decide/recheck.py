"""When somebody must be looked at again though nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from connector.agreement import Agreement
from connector.criteria.millionths import micro
from connector.criteria.syntax import ScoreIs
from connector.criteria.tendency import points_tendency
from connector.criteria.timed import Facts, Terms, Verdict, soonest, timed
from connector.decide.compiled import Asked, Recheck, Values, steady
from connector.model import Engagement, Person
from connector.score import TOTAL, Tally, Weight, judged, mover, names, tally, weigher

SOONEST: Final = timedelta(minutes=1)
"""Nobody is looked at again earlier than this."""


def scorer(agreement: Agreement, terms: Terms) -> Callable[[Facts], Mapping[str, Tally]]:
    """Return what weighs all rules of *agreement* at one look."""
    weighers, caps = tuple(weigher(rule, terms) for rule in agreement.rules), agreement.caps
    return lambda facts: tally([weigh(facts) for weigh in weighers], caps)


def with_scores(facts: Facts, score: Callable[[Facts], Mapping[str, Tally]]) -> Facts:
    """Return *facts* in which scores can be asked; they are counted at the first question."""

    @cache
    def scores() -> Mapping[str, Tally]:
        """Count the scores once."""
        return score(facts)

    def answer(condition: ScoreIs) -> Verdict:
        """Return what the scores say."""
        known = scores().get(condition.score)
        if known is None:
            return judged(condition, 0, None, tuple, facts.now)
        return judged(condition, known.raw, known.cap, lambda: known.weights, facts.now)

    return Facts(facts.fields, facts.stage, facts.stage_at, facts.engagements, facts.now, answer)


def rechecker(agreement: Agreement, every: Sequence[Asked], terms: Terms) -> Recheck:
    """Return what bounds the next look, at least `SOONEST` ahead and never late beyond that."""
    moving = tuple(
        (place, one.tendency, timed(one.condition, terms))
        for place, one in enumerate(every)
        if one.condition is not None and one.tendency
    )
    own = names(agreement.rules)
    caps = [micro(agreement.caps[name]) if name in agreement.caps else None for name in own]
    rules = [rule for rule in agreement.rules if points_tendency(rule)]
    movers = {
        name: tuple((place, mover(rule, terms)) for place, rule in enumerate(rules) if rule.score == name)
        for name in own
    }

    def recheck(  # noqa: PLR0913 - called by the compiled function with all that it knows
        person: Person,
        engagements: Sequence[Engagement],
        now: datetime,
        values: Values,
        raw: Sequence[int],
        total: int,
        given: Sequence[int | None],
    ) -> datetime | None:
        """Return the first instant at which any verdict that can still move may do so; None for never."""
        weights: dict[str, tuple[Weight, ...]] = {}

        def weighed(name: str) -> tuple[Weight, ...]:
            """Return the rules of a score that move, weighed once."""
            if name not in weights:
                weights[name] = tuple(move(facts, given[place]) for place, move in movers[name])
            return weights[name]

        def answer(condition: ScoreIs) -> Verdict:
            """Return what a score says: its points are known, only the rules that move are weighed."""
            if condition.score == TOTAL:
                return judged(condition, total, None, lambda: sum(map(weighed, own), ()), now)
            if condition.score not in own:
                return judged(condition, 0, None, tuple, now)
            place = own.index(condition.score)
            return judged(condition, raw[place], caps[place], lambda: weighed(condition.score), now)

        facts = Facts(person.fields, person.stage, person.stage_at, engagements, now, answer)
        until: datetime | None = None
        for place, tendency, ask in moving:
            if not steady(values[place], tendency):
                until = soonest((until, ask(facts)[1]))
        return None if until is None else max(until, now + SOONEST)

    return recheck
