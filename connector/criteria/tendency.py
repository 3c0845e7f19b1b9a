"""Which way a verdict can go by time alone; decides who needs no second look."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Flag, auto

from connector.agreement import PointsFrom, Rule
from connector.criteria.moments import MOMENTS
from connector.criteria.syntax import All, Any, Condition, Did, FieldIs, Not, ScoreIs, StageIs, sources


class Tendency(Flag):
    """Steps that time alone can cause on the way no, unknown, yes; points likewise go up and down."""

    STAYS = 0
    FALLS = auto()
    RISES = auto()
    BOTH = FALLS | RISES


def tendency(condition: Condition, rules: Sequence[Rule]) -> Tendency:
    """Return which way *condition* can go, scores being made of *rules*."""
    if isinstance(condition, All | Any):
        found = Tendency.STAYS
        for part in condition.parts:
            found |= tendency(part, rules)
        return found
    if isinstance(condition, Not):
        return turned(tendency(condition.part, rules))
    if isinstance(condition, ScoreIs):
        return _score(condition, rules)
    if isinstance(condition, FieldIs):
        return Tendency.BOTH if condition.test.op in MOMENTS else Tendency.STAYS
    return _did(condition) if isinstance(condition, Did) else _stage(condition)


def turned(found: Tendency) -> Tendency:
    """Return the opposite."""
    return {Tendency.FALLS: Tendency.RISES, Tendency.RISES: Tendency.FALLS}.get(found, found)


def _did(condition: Did) -> Tendency:
    """Return which way engagement goes: without a window it stays, in one it gets less."""
    if condition.within is None:
        return Tendency.STAYS
    if condition.total_of:
        return Tendency.BOTH
    if condition.not_within:
        return Tendency.RISES
    found = Tendency.FALLS if condition.at_least > 0 else Tendency.STAYS
    return found if condition.at_most is None else found | Tendency.RISES


def _stage(condition: StageIs) -> Tendency:
    """Return which way time in a stage goes."""
    found = Tendency.STAYS if condition.for_at_least is None else Tendency.RISES
    return found if condition.for_at_most is None else found | Tendency.FALLS


def _score(condition: ScoreIs, rules: Sequence[Rule]) -> Tendency:
    """Return which way a threshold goes."""
    points = Tendency.STAYS
    for rule in rules:
        if condition.score in {rule.score, "total"}:
            points |= points_tendency(rule)
    found = points if condition.at_least is not None else Tendency.STAYS
    return found if condition.at_most is None else found | turned(points)


def points_tendency(rule: Rule) -> Tendency:
    """Return which way the points of a rule go."""
    held = tendency(rule.when, ())
    windowed = any(did.within is not None for did in sources(rule.when))
    if isinstance(rule.points, PointsFrom):
        moves = held or rule.half_life is not None or (rule.points.attribute and windowed)
        return Tendency.BOTH if moves else Tendency.STAYS
    if rule.half_life is not None or (rule.each and windowed):
        held |= Tendency.FALLS
    return held if rule.points > 0 else turned(held)
