"""What one rule gives at an instant, with all that its line and its forecast need."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from connector.agreement import PointsFrom, Rule
from connector.criteria import history
from connector.criteria.compare import fitting, number
from connector.criteria.millionths import micro
from connector.criteria.moments import TICK, later
from connector.criteria.syntax import All, Any, Condition, Did, sources
from connector.criteria.timed import Facts, Terms, soonest, timed
from connector.model import SALES_ACTIVITY, Engagement


class Weight(NamedTuple):
    """
    One rule at one instant.

    Attributes:
        rule: The rule.
        holds: Whether its criterion is true.
        micro: Points in millionths, after the rule's own cap.
        raw: Points before it.
        potential: Points in millionths that a criterion turning true would give; None where that is not known.
        until: First instant at which the criterion could turn.
        shrinks_at: First instant at which a happening that gives points grows too old.
        fades: Millionths of a point that decay can take away or, of negative points, give back.
        matched: The happenings that it rests on, in the order given.
        decayed: Whether age has taken points away.
    """

    rule: Rule
    holds: bool
    micro: int
    raw: float
    potential: int | None
    until: datetime | None
    shrinks_at: datetime | None = None
    fades: int = 0
    matched: Sequence[Engagement] = ()
    decayed: bool = False


Weigher = Callable[[Facts], Weight]


def within_cap(points: float, cap: float | None) -> float:
    """Return *points* held to the rule's cap; a cap below 0 holds negative points."""
    if cap is None:
        return points
    return min(points, cap) if cap >= 0 else max(points, cap)


def left(at: datetime, now: datetime, half_life: float | None) -> float:
    """Return which share of its points what happened at *at* still has, by a half-life in seconds; at first all."""
    if half_life is None or at >= now:
        return 1.0
    return float(0.5 ** ((now - at).total_seconds() / half_life))


def half_life_seconds(rule: Rule) -> float | None:
    """Return the half-life of *rule* in seconds."""
    return None if rule.half_life is None else rule.half_life.total_seconds()


def giving(condition: Condition) -> Condition:
    """Return *condition* without what sales did wherever it could give points."""
    if isinstance(condition, Did):
        if condition.not_within or condition.at_least <= 0:
            return condition
        return replace(condition, types=tuple(one for one in condition.types if one != SALES_ACTIVITY))
    if isinstance(condition, All | Any):
        return replace(condition, parts=tuple(giving(part) for part in condition.parts))
    return condition


def weigher(rule: Rule, terms: Terms) -> Weigher:
    """Return *rule* ready to be weighed."""
    when = giving(rule.when)
    dids = sources(when)
    look, points = _looking(when, dids, terms), _points(rule, dids, terms)
    depends = rule.each or _of_attribute(rule) or (rule.half_life is not None and len(dids) > 1)
    fixed = (
        None if rule.each or isinstance(rule.points, PointsFrom) else micro(within_cap(rule.points, rule.max_points))
    )

    def weigh(facts: Facts) -> Weight:
        """Return what the rule gives."""
        passed, until, matched = look(facts)
        potential = fixed if fixed is not None else _potential(rule, facts, terms)
        if passed is not True:
            return Weight(rule, holds=False, micro=0, raw=0.0, potential=potential, until=until)
        raw, whole = points(facts, matched)
        given = micro(within_cap(raw, rule.max_points))
        shrinks_at = soonest([_first_expiry(did, facts, matched) for did in dids]) if depends else None
        fades = _fading(rule, given, facts, matched)
        decayed = raw != whole
        return Weight(rule, passed, given, raw, potential, until, shrinks_at, fades, matched, decayed)

    return weigh


def mover(rule: Rule, terms: Terms) -> Callable[[Facts, int | None], Weight]:
    """
    Return what tells how time can move *rule*, given the millionths that it gives (None where it does not hold).

    The cheap half of `weigher`: what is known is not counted again, and the rest of the weight stays empty.
    """
    full = weigher(rule, terms)
    when = giving(rule.when)
    only = when if isinstance(when, Did) and (when,) == sources(when) else None
    if _of_attribute(rule) or only is None or only.total_of or only.at_most is not None:
        return lambda facts, _given: full(facts)
    did, select = only, history.selector(only)
    known = None if rule.each or isinstance(rule.points, PointsFrom) else rule.points
    fixed = None if known is None else micro(within_cap(known, rule.max_points))
    constant = not isinstance(rule.points, PointsFrom)

    def move(facts: Facts, given: int | None) -> Weight:
        """Return when what the rule gives can end, shrink or fade."""
        if given is None:
            return Weight(rule, holds=False, micro=0, raw=0.0, potential=fixed, until=None)
        fades = abs(given) if rule.half_life is not None and constant else 0
        until = shrinks_at = None
        if did.within is not None:
            matched = select(facts.engagements, facts.now)
            until = history.until(did, matched, terms.zone)
            shrinks_at = _first_expiry(did, facts, matched) if rule.each else None
        return Weight(rule, True, given, 0.0, fixed, until, shrinks_at, fades)  # noqa: FBT003 - quicker by place

    return move


def _of_attribute(rule: Rule) -> bool:
    """Return whether the points come from an attribute."""
    return isinstance(rule.points, PointsFrom) and bool(rule.points.attribute)


def _looking(
    when: Condition, dids: Sequence[Did], terms: Terms
) -> Callable[[Facts], tuple[bool | None, datetime | None, Sequence[Engagement]]]:
    """Return what tells whether *when* holds, until when, and the happenings of *dids*, in the order given."""
    if len(dids) == 1 and when == dids[0]:
        only, select = dids[0], history.selector(dids[0])

        def look_at_one(facts: Facts) -> tuple[bool | None, datetime | None, Sequence[Engagement]]:
            """Return the verdict on one question, looking for its happenings once."""
            matched = select(facts.engagements, facts.now)
            passed = history.enough(only, history.measure(only, matched, terms.zone))
            return passed, history.until(only, matched, terms.zone), matched

        return look_at_one
    judge, selectors = timed(when, terms), tuple(map(history.selector, dids))

    def look(facts: Facts) -> tuple[bool | None, datetime | None, Sequence[Engagement]]:
        """Return the verdict and the happenings, each once."""
        passed, until = judge(facts)
        found = [select(facts.engagements, facts.now) for select in selectors] if passed else []
        if len(found) == 1:
            return passed, until, found[0]
        kept = {id(one) for matched in found for one in matched}
        return passed, until, [one for one in facts.engagements if id(one) in kept] if kept else ()

    return look


def _first_expiry(did: Did, facts: Facts, matched: Sequence[Engagement]) -> datetime | None:
    """Return when the oldest of *matched* that *did* can mean falls out of its window; perhaps too early."""
    if did.within is None:
        return None
    start = facts.now - did.within
    oldest = min((one.at for one in matched if one.at >= start), default=None)
    return None if oldest is None else later(oldest, did.within + TICK)


def _points(
    rule: Rule, dids: Sequence[Did], terms: Terms
) -> Callable[[Facts, Sequence[Engagement]], tuple[float, float]]:
    """Return what counts the points of a rule that holds: as they are now, and as they would be without decay."""
    points, half_life = rule.points, half_life_seconds(rule)

    def shares(facts: Facts, instants: Iterable[tuple[float, datetime]]) -> tuple[float, float]:
        """Return the sum of amounts, each by its age, and the plain sum."""
        total, plain = 0.0, 0.0
        for amount, at in instants:
            plain += amount
            total += amount * left(at, facts.now, half_life)
        return total, plain

    def count(facts: Facts, matched: Sequence[Engagement]) -> tuple[float, float]:
        """Return how many points."""
        if isinstance(points, PointsFrom):
            if points.field:
                value = number(fitting(terms.spec(points.field), facts.fields.get(points.field)))
                plain = 0.0 if value is None else value * points.times
                return plain, plain
            amounts = ((number(one.attributes.get(points.attribute)) or 0, one.at) for one in matched)
            now, plain = shares(facts, amounts)
            return now * points.times, plain * points.times
        if rule.each:
            now, plain = shares(facts, _units(dids, matched, terms))
            return now * points, plain * points
        newest = max((one.at for one in matched), default=facts.now)
        return points * left(newest, facts.now, half_life), points

    return count


def _units(dids: Sequence[Did], matched: Sequence[Engagement], terms: Terms) -> Iterable[tuple[float, datetime]]:
    """Return what *each* gives points for: each happening, or each different day or value at its newest."""
    if len(dids) != 1 or not dids[0].distinct:
        return [(one.count, one.at) for one in matched]
    newest: dict[object, datetime] = {}
    for one in matched:
        unit = history.different(dids[0], one, terms.zone)
        if unit is not None:
            newest[unit] = max(one.at, newest.get(unit, one.at))
    return [(1, at) for at in newest.values()]


def _potential(rule: Rule, facts: Facts, terms: Terms) -> int | None:
    """Return what the rule would give if its criterion turned true, where no happening decides that."""
    if rule.each or _of_attribute(rule):
        return None
    if isinstance(rule.points, PointsFrom):
        value = number(fitting(terms.spec(rule.points.field), facts.fields.get(rule.points.field)))
        return micro(within_cap(0.0 if value is None else value * rule.points.times, rule.max_points))
    return micro(within_cap(rule.points, rule.max_points))


def _fading(rule: Rule, given: int, facts: Facts, matched: Sequence[Engagement]) -> int:
    """Return how much decay alone can still change, whichever way; 0 where nothing decays."""
    if rule.half_life is None or not matched:
        return 0
    if isinstance(rule.points, PointsFrom):
        name, times = rule.points.attribute, rule.points.times
        parts = (
            (number(one.attributes.get(name)) or 0) * left(one.at, facts.now, half_life_seconds(rule))
            for one in matched
        )
        return micro(math.fsum(map(abs, parts)) * abs(times)) if name else 0
    return abs(given)
