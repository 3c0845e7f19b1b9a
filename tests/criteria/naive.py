"""
The semantics of deciding a second time: slow, plain and written from the design, as the judge of the fast one.

It shares nothing with the product but the nouns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from connector.agreement import Agreement, PointsFrom, Rule
from connector.criteria.syntax import All, Any, Compare, Condition, Did, FieldIs, Not, Op, ScoreIs, StageIs
from connector.model import Engagement, Person, Value

from tests.criteria.given import FIELDS, ZONE


@dataclass(frozen=True, slots=True)
class World:
    """One person at one instant."""

    person: Person
    engagements: Sequence[Engagement]
    now: datetime
    scores: Mapping[str, Decimal]


def scores(
    agreement: Agreement, person: Person, engagements: Sequence[Engagement], now: datetime
) -> dict[str, Decimal]:
    """Return every score and the total as exact decimals."""
    world = World(person, engagements, now, {})
    found: dict[str, Decimal] = {}
    for rule in agreement.rules:
        found[rule.score] = found.get(rule.score, Decimal(0)) + line(rule, world)
    for name, cap in agreement.caps.items():
        if name in found:
            found[name] = min(found[name], Decimal(repr(cap)))
    found["total"] = sum(found.values(), Decimal(0))
    return found


def line(rule: Rule, world: World) -> Decimal:
    """Return what one rule gives."""
    if verdict(rule.when, world) is not True:
        return Decimal(0)
    points = raw(rule, world)
    if rule.max_points is not None:
        points = min(points, rule.max_points) if rule.max_points >= 0 else max(points, rule.max_points)
    return Decimal(points).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def raw(rule: Rule, world: World) -> float:
    """Return the points before cap and rounding."""
    dids = list(positive(rule.when))
    seen = [one for one in world.engagements if any(matches(did, one, world.now) for did in dids)]
    if isinstance(rule.points, PointsFrom):
        if rule.points.field:
            value = world.person.fields.get(rule.points.field)
            return float(value) * rule.points.times if isinstance(value, int | float) else 0.0
        parts = [numeric(one.attributes.get(rule.points.attribute)) * share(one.at, rule, world.now) for one in seen]
        return sum(parts) * rule.points.times
    if not rule.each:
        newest = max((one.at for one in seen), default=world.now)
        return rule.points * share(newest, rule, world.now)
    if len(dids) == 1 and dids[0].distinct:
        groups: dict[object, datetime] = {}
        for one in seen:
            key = kind_of(dids[0], one)
            if key is not None:
                groups[key] = max(one.at, groups.get(key, one.at))
        return sum(share(at, rule, world.now) for at in groups.values()) * rule.points
    return sum(one.count * share(one.at, rule, world.now) for one in seen) * rule.points


def share(at: datetime, rule: Rule, now: datetime) -> float:
    """Return what age has left."""
    if rule.half_life is None:
        return 1.0
    return float(2.0 ** -(max(now - at, timedelta(0)) / rule.half_life))


def positive(condition: Condition) -> Iterable[Did]:
    """Yield the engagement on which a rule rests."""
    if isinstance(condition, Did):
        if not condition.not_within and condition.at_least > 0:
            yield condition
    elif isinstance(condition, All | Any):
        for part in condition.parts:
            yield from positive(part)


def verdict(condition: Condition, world: World) -> bool | None:
    """Return yes, no or unknown."""
    if isinstance(condition, All):
        found = [verdict(part, world) for part in condition.parts]
        return False if False in found else None if None in found else True
    if isinstance(condition, Any):
        found = [verdict(part, world) for part in condition.parts]
        return True if True in found else None if None in found else False
    if isinstance(condition, Not):
        inner = verdict(condition.part, world)
        return None if inner is None else not inner
    if isinstance(condition, FieldIs):
        return compared(condition.test, world.person.fields.get(condition.field), condition.field, world.now)
    if isinstance(condition, ScoreIs):
        points = world.scores.get(condition.score, Decimal(0))
        above = condition.at_least is None or points >= Decimal(repr(condition.at_least))
        return above and (condition.at_most is None or points <= Decimal(repr(condition.at_most)))
    return did(condition, world) if isinstance(condition, Did) else stage(condition, world)


def stage(condition: StageIs, world: World) -> bool:
    """Return whether the person stands there for so long."""
    person = world.person
    if person.stage is None or person.stage_at is None or person.stage not in condition.stages:
        return False
    time = world.now - person.stage_at
    long = condition.for_at_least is None or time >= condition.for_at_least
    return long and (condition.for_at_most is None or time <= condition.for_at_most)


def did(condition: Did, world: World) -> bool:
    """Return whether it happened as asked."""
    seen = [one for one in world.engagements if matches(condition, one, world.now)]
    if condition.not_within:
        return not seen
    if condition.total_of:
        amount: float = sum(numeric(one.attributes.get(condition.total_of)) for one in seen)
    elif condition.distinct:
        amount = len({key for one in seen if (key := kind_of(condition, one)) is not None})
    else:
        amount = sum(one.count for one in seen)
    return amount >= condition.at_least and (condition.at_most is None or amount <= condition.at_most)


def kind_of(condition: Did, one: Engagement) -> object:
    """Return by what happenings differ."""
    return one.at.astimezone(ZONE).date() if condition.distinct == "day" else one.attributes.get(condition.distinct)


def matches(condition: Did, one: Engagement, now: datetime) -> bool:
    """Return whether one happening is meant."""
    if one.type not in condition.types:
        return False
    if condition.within is not None and now - one.at > condition.within:
        return False
    return all(attribute(test, one.attributes.get(name)) for name, test in condition.where)


def attribute(test: Compare, value: Value) -> bool:
    """Return whether an attribute passes: equals, in, has_word and at_least are made up by the properties."""
    if test.op is Op.AT_LEAST:
        return isinstance(value, int | float) and isinstance(test.value, int | float) and value >= test.value
    if not isinstance(value, str):
        return False
    if test.op is Op.HAS_WORD:
        return str(test.value).lower() in re.findall(r"\w+", value.lower())
    wanted = test.value if isinstance(test.value, frozenset) else {test.value}
    return value.lower() in {str(one).lower() for one in wanted}


def numeric(value: Value) -> float:
    """Return the number, 0 where there is none."""
    return value if isinstance(value, int | float) else 0


def compared(test: Compare, value: Value, name: str, now: datetime) -> bool | None:  # noqa: PLR0911 - one a line
    """Return what a field says."""
    wanted = test.value
    if test.op is Op.IS_SET:
        return (value is not None) == wanted
    if value is None:
        return None
    if isinstance(wanted, timedelta):
        return aged(test.op, value, wanted, now)
    if test.op is Op.DOMAIN_IN and isinstance(wanted, frozenset):
        domain = str(value).split("@")[1]
        return any(domain == one or domain.endswith(f".{one}") for one in wanted)
    if test.op is Op.HAS_WORD:
        return str(wanted).lower() in re.findall(r"\w+", str(value).lower())
    if test.op is Op.CONTAINS:
        held = value if isinstance(value, tuple) else (str(value),)
        return any(str(wanted).lower() in one.lower() for one in held)
    if test.op is Op.IN and isinstance(wanted, frozenset):
        return value in wanted
    if test.op is Op.EQUALS:
        return value == wanted
    options = FIELDS[name].options
    left, right = (options.index(str(value)), options.index(str(wanted))) if options else (value, wanted)
    return left >= right if test.op is Op.AT_LEAST else left <= right  # type: ignore[operator] # of one type


def aged(op: Op, value: Value, span: timedelta, now: datetime) -> bool:
    """Return how a date or an instant lies to now."""
    if isinstance(value, datetime):
        age = now - value
    elif isinstance(value, date):
        age = now.astimezone(ZONE).date() - value
    else:
        raise TypeError(value)
    none = timedelta(0)
    return {Op.WITHIN: none <= age <= span, Op.OLDER_THAN: age > span, Op.IN_NEXT: -span <= age <= none}[op]
