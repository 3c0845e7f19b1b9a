"""When somebody must be looked at again though nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from connector.agreement import Agreement
from connector.criteria.syntax import ScoreIs
from connector.criteria.timed import Facts, Terms, Verdict, soonest, timed
from connector.decide.compiled import Asked, Recheck, Values, steady
from connector.model import Engagement, Person
from connector.score import Tally, judged, tally, weigher

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
        return judged(condition, scores(), facts.now)

    return Facts(facts.fields, facts.stage, facts.stage_at, facts.engagements, facts.now, answer)


def rechecker(agreement: Agreement, every: Sequence[Asked], terms: Terms) -> Recheck:
    """Return what bounds the next look, at least `SOONEST` ahead and never late beyond that."""
    score = scorer(agreement, terms)
    moving = tuple(
        (place, one.tendency, timed(one.condition, terms))
        for place, one in enumerate(every)
        if one.condition is not None and one.tendency
    )

    def recheck(person: Person, engagements: Sequence[Engagement], now: datetime, values: Values) -> datetime | None:
        """Return the first instant at which any verdict that can still move may do so; None for never."""
        facts = with_scores(Facts(person.fields, person.stage, person.stage_at, engagements, now), score)
        asked = (ask for place, tendency, ask in moving if not steady(values[place], tendency))
        until = soonest(ask(facts)[1] for ask in asked)
        return None if until is None else max(until, now + SOONEST)

    return recheck
