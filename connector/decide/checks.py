"""Criteria with what was found: the same verdicts as the compiled ones, in words and with evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from connector.agreement import PointsFrom
from connector.criteria import history, phrases
from connector.criteria.compare import fitting
from connector.criteria.millionths import MICRO, at_least
from connector.criteria.syntax import All, Any, Condition, Did, FieldIs, Not, ScoreIs, StageIs
from connector.criteria.timed import Facts, Terms, Timed, Verdict, all_of, any_of, negated, timed
from connector.model import Check, Engagement, Evidence
from connector.score import Tally, Weight


@dataclass(frozen=True, slots=True)
class Checked:
    """
    A check with what is lacking for it to hold.

    Attributes:
        check: Asked, found, passed, evidence.
        lacking: One sentence for each thing that is not there; empty when it holds.
    """

    check: Check
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a person: the facts, with scores to be asked, and the scores themselves."""

    facts: Facts
    scores: Mapping[str, Tally]


Checker = Callable[[Look], Checked]


def checker(condition: Condition, terms: Terms) -> Checker:
    """Return *condition* ready to be checked."""
    if isinstance(condition, All | Any):
        return _tree(condition, terms)
    if isinstance(condition, Not):
        return _not(condition, terms)
    ask = timed(condition, terms)
    if isinstance(condition, FieldIs):
        return lambda look: _field(condition, ask, look, terms)
    if isinstance(condition, Did):
        return _did(condition, ask, terms)
    if isinstance(condition, ScoreIs):
        return lambda look: _score(condition, ask, look, terms)
    return lambda look: _stage(condition, ask, look, terms)


def empty_fields(condition: Condition, facts: Facts, terms: Terms) -> tuple[str, ...]:
    """Return the fields that *condition* asks for and that are empty, in order and once each."""
    if isinstance(condition, All | Any):
        return unique(name for part in condition.parts for name in empty_fields(part, facts, terms))
    if isinstance(condition, Not):
        return empty_fields(condition.part, facts, terms)
    if isinstance(condition, FieldIs) and timed(condition, terms)(facts)[0] is None:
        return (condition.field,)
    return ()


def empty_in_rules(tally: Tally, facts: Facts, terms: Terms) -> tuple[str, ...]:
    """Return the empty fields because of which rules of a score gave nothing."""
    found: list[str] = []
    for weight in tally.weights:
        points = weight.rule.points
        if not weight.holds:
            found += empty_fields(weight.rule.when, facts, terms)
        elif isinstance(points, PointsFrom) and points.field:
            value = fitting(terms.spec(points.field), facts.fields.get(points.field))
            found += [points.field] if value is None else []
    return unique(found)


def rests_on(weight: Weight, facts: Facts, terms: Terms) -> tuple[Evidence, ...]:
    """Return what a rule's points rest on: happenings, newest first, then the fields that were asked for and held."""
    names = list(_held_fields(weight.rule.when, facts, terms))
    if isinstance(weight.rule.points, PointsFrom) and weight.rule.points.field:
        names.append(weight.rule.points.field)
    values = ((name, fitting(terms.spec(name), facts.fields.get(name))) for name in unique(names))
    return phrases.evidence(weight.matched) + tuple(
        one for name, value in values for one in phrases.field_evidence(name, value)
    )


def _held_fields(condition: Condition, facts: Facts, terms: Terms) -> Iterable[str]:
    """Yield the fields whose comparisons hold, what stands in a `Not` aside."""
    if isinstance(condition, All | Any):
        for part in condition.parts:
            yield from _held_fields(part, facts, terms)
    elif isinstance(condition, FieldIs) and timed(condition, terms)(facts)[0]:
        yield condition.field


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return *names* in order and once each."""
    return tuple(dict.fromkeys(names))


def _tree(condition: All | Any, terms: Terms) -> Checker:
    """Return all or any of several."""
    every = isinstance(condition, All)
    parts, join = tuple(checker(part, terms) for part in condition.parts), all_of if every else any_of

    def check(look: Look) -> Checked:
        """Return the parts and what they say together."""
        found = [part(look) for part in parts]
        verdicts: list[Verdict] = [(one.check.passed, one.check.until) for one in found]
        passed, until = join(verdicts)
        missing = unique(name for one in found for name in one.check.missing)
        said = phrases.parts_found(one for one, _ in verdicts)
        whole = Check(
            phrases.asked(condition, terms.fields), said, passed, until, (), missing, tuple(one.check for one in found)
        )
        lacking = [] if passed else [sentence for one in found for sentence in one.lacking]
        if not every and len(lacking) > 1:
            lacking = ["one of: " + "; ".join(lacking)]
        return Checked(whole, tuple(lacking))

    return check


def _not(condition: Not, terms: Terms) -> Checker:
    """Return the opposite of a criterion."""
    part = checker(condition.part, terms)

    def check(look: Look) -> Checked:
        """Return the part and its opposite."""
        inner = part(look).check
        passed, until = negated((inner.passed, inner.until))
        said = {True: "it does not hold", False: "it holds", None: "unknown"}[passed]
        whole = Check(phrases.asked(condition, terms.fields), said, passed, until, (), inner.missing, (inner,))
        if passed:
            return Checked(whole, ())
        if passed is None:
            return Checked(whole, tuple(f"{name} is empty: needed to rule out {inner.asked}" for name in inner.missing))
        return Checked(whole, (f"must not hold: {inner.asked} ({inner.found})",))

    return check


def _field(condition: FieldIs, ask: Timed, look: Look, terms: Terms) -> Checked:
    """Return a comparison over a field."""
    name, spec = condition.field, terms.spec(condition.field)
    passed, until = ask(look.facts)
    value = fitting(spec, look.facts.fields.get(name))
    said = phrases.field_found(name, value, comparable=passed is not None)
    missing = (name,) if passed is None else ()
    asked = phrases.asked(condition, terms.fields)
    check = Check(asked, said, passed, until, phrases.field_evidence(name, value), missing)
    return Checked(check, () if passed else (f"{said}: needs {phrases.needs(condition.test, spec.unit)}",))


def _did(condition: Did, ask: Timed, terms: Terms) -> Checker:
    """Return a question about engagement."""
    select = history.selector(condition)

    def check(look: Look) -> Checked:
        """Return how much of it there was."""
        passed, until = ask(look.facts)
        matched: list[Engagement] = select(look.facts.engagements, look.facts.now)
        amount = history.measure(condition, matched, terms.zone)
        said, asked = phrases.did_found(condition, amount, matched, terms.zone), phrases.asked(condition, terms.fields)
        whole = Check(asked, said, passed, until, phrases.evidence(matched))
        if passed:
            return Checked(whole, ())
        if condition.not_within or (condition.at_most is not None and amount > condition.at_most):
            return Checked(whole, (f"{asked} (found {said})",))
        more = f"{condition.at_least - amount:g} more to {asked} ({amount:g} of {condition.at_least:g})"
        return Checked(whole, (more if amount else asked,))

    return check


def _score(condition: ScoreIs, ask: Timed, look: Look, terms: Terms) -> Checked:
    """Return a question about a score; its evidence is that of the rules that give it points."""
    passed, until = ask(look.facts)
    tally = look.scores.get(condition.score) or Tally((), 0, 0, None)
    given = {id(one): one for weight in tally.weights if weight.micro > 0 for one in weight.matched}
    missing = empty_in_rules(tally, look.facts, terms)
    check = Check(
        phrases.asked(condition, terms.fields),
        phrases.score_found(tally.points),
        passed,
        until,
        phrases.evidence(given.values()),
        missing,
    )
    if passed:
        return Checked(check, ())
    bound = condition.at_least
    if bound is None or tally.points >= at_least(bound):
        return Checked(check, (f"{check.asked} (has {phrases.number(tally.points / MICRO)})",))
    more, has = phrases.number((at_least(bound) - tally.points) / MICRO), phrases.number(tally.points / MICRO)
    sentence = f"{more} more {condition.score} points ({has} of {phrases.number(bound)})"
    if missing:
        sentence += f"; {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty"
    return Checked(check, (sentence,))


def _stage(condition: StageIs, ask: Timed, look: Look, terms: Terms) -> Checked:
    """Return a question about the stage."""
    passed, until = ask(look.facts)
    said = phrases.stage_found(look.facts.stage, look.facts.stage_at, terms.zone)
    check = Check(phrases.asked(condition, terms.fields), said, passed, until)
    return Checked(check, () if passed else (f"{check.asked} (now {said})",))
