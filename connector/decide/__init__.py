"""
What the agreement says about one person at one instant.

`Judge` compiles an agreement once. `Judge.decide` is silent and fast; `Judge.explain` gives the same verdict with all
its evidence. Nothing here knows a clock: `now` is an argument.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connector.agreement import Agreement, Playbook
from connector.criteria.history import counted
from connector.criteria.syntax import Condition
from connector.criteria.timed import Facts, Terms
from connector.decide.checks import Checker, Look, checker
from connector.decide.compiled import Decider, asked, decider
from connector.decide.explain import SayEvidence, explainer, top_evidence
from connector.decide.recheck import SOONEST, rechecker, scorer, with_scores
from connector.mapping.spec import FieldSpec
from connector.model import Check, Decision, Engagement, Explanation, Person

__all__ = ("SOONEST", "Judge", "SayEvidence", "decide", "top_evidence")


class Judge:
    """
    An agreement, compiled.

    Engagement later than *now* (a vendor's clock that runs ahead) counts as happening now. When the agreement takes
    effect is not asked here: whoever acts on a decision does.

    Attributes:
        decide: The silent verdict: `judge.decide(person, engagements, now, since=None)`; the written function itself.
    """

    decide: Decider

    def __init__(
        self,
        agreement: Agreement,
        playbooks: Sequence[Playbook],
        fields: Mapping[str, FieldSpec],
        timezone: ZoneInfo,
    ) -> None:
        """
        Compile *agreement* and the criteria of *playbooks*.

        Raises:
            ValueError: A criterion is over a field that is not declared, or a rule over a score; the parser lets
                neither through.
        """
        self._agreement = agreement
        self._terms = Terms(fields, timezone)
        every = asked(agreement, playbooks)
        self._score = scorer(agreement, self._terms)
        self.decide = decider(agreement, every, self._terms, rechecker(agreement, every, self._terms))
        self._explain = explainer(agreement, every, self._terms)
        self._checkers: dict[int, tuple[Condition, Checker]] = {}

    def explain(
        self,
        person: Person,
        engagements: Sequence[Engagement],
        now: datetime,
        since: datetime | None = None,
        say_evidence: SayEvidence | None = None,
    ) -> Explanation:
        """Return the verdict of `decide` with all its evidence; *say_evidence* says the top reason, else English."""
        decision = self.decide(person, engagements, now, since)
        engagements = counted(engagements, since, self._agreement.once_per)
        return self._explain(person, engagements, now, decision, say_evidence)

    def condition(
        self,
        condition: Condition,
        person: Person,
        engagements: Sequence[Engagement],
        now: datetime,
        since: datetime | None = None,
    ) -> Check:
        """Return one further criterion, checked; it is prepared at the first question and kept."""
        known = self._checkers.get(id(condition))
        if known is None:
            known = self._checkers[id(condition)] = (condition, checker(condition, self._terms))
        engagements = counted(engagements, since, self._agreement.once_per)
        facts = Facts(person.fields, person.stage, person.stage_at, engagements, now)
        scores = self._score(facts)
        return known[1](Look(with_scores(facts, lambda _facts: scores), scores)).check


def decide(  # noqa: PLR0913 - the whole question in one call
    person: Person,
    engagements: Sequence[Engagement],
    agreement: Agreement,
    now: datetime,
    fields: Mapping[str, FieldSpec],
    timezone: ZoneInfo | None = None,
) -> Decision:
    """Return the verdict on one person, for whoever asks once; many are judged with a `Judge`."""
    return Judge(agreement, (), fields, timezone or ZoneInfo(str(UTC))).decide(person, engagements, now)
