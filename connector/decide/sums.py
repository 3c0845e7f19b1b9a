"""The statements that add up one rule, written for the function of `compiled`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from connector.agreement import PointsFrom, Rule
from connector.criteria import codegen
from connector.criteria.codegen import Writer
from connector.criteria.millionths import MICRO, MOST, micro
from connector.criteria.syntax import All, Any, Condition, Did, Not, ScoreIs, sources
from connector.score.weights import giving, half_life_seconds, left, within_cap


@dataclass(slots=True)
class Line:
    """
    Writes the statements of one rule.

    Attributes:
        writer: Where they go.
        rule: The rule.
        score: The variable of its score.
        given: The variable of what the rule gives, None where its criterion does not hold; empty where nobody asks.
        when: Its criterion, without what never gives points.
        dids: The engagement it rests on.
    """

    writer: Writer
    rule: Rule
    score: str
    given: str = ""
    when: Condition = field(init=False)
    dids: tuple[Did, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse a criterion over a score."""
        if self.given:
            self.writer.counters.append(f"{self.given} = None")
        self.when = giving(self.rule.when)
        self.dids = sources(self.when)
        if _asks_score(self.when):
            message = f'the rule "{self.rule.name}" asks for a score, which is made of rules'
            raise ValueError(message)

    def statements(self) -> list[str]:
        """Return the statements that add the rule's points to its score."""
        rule = self.rule
        if isinstance(rule.points, PointsFrom):
            if rule.points.field:
                value = codegen.field_value(self.writer, rule.points.field)
                return self._add(f"{value} is not None and {self._held()}", f"{self._called()}({value}, now)")
            name = rule.points.attribute
            taken = self._sum(lambda kind: codegen.amount(self.writer, kind, name))
            return self._add(self._held(), f"{self._called()}({taken}, now)")
        if rule.each:
            return self._each(rule.points)
        if rule.half_life is not None and self.dids:
            return self._add(self._held(), f"{self._called()}({self._newest()}, now)")
        return self._add(self._held(), self.writer.constants.name(micro(within_cap(rule.points, rule.max_points))))

    def _held(self) -> str:
        """Return the expression that the criterion holds."""
        return codegen.truth(self.writer, self.when, {})

    def _add(self, held: str, points: str, *before: str) -> list[str]:
        """Return the statements that add *points*, an expression in millionths, where the criterion is *held*."""
        lines = [f"if {held}:", *(f"    {statement}" for statement in before)]
        if not self.given:
            return [*lines, f"    {self.score} += {points}"]
        return [*lines, f"    {self.given} = {points}", f"    {self.score} += {self.given}"]

    def _each(self, points: float) -> list[str]:
        """Return the statements that give the points for each happening, or each different day or value."""
        constant, did = self.writer.constants.name, self.dids[0] if len(self.dids) == 1 else None
        if did is not None and did.distinct:
            return self._add(self._held(), f"{self._called()}({self._units(did)}, now)")
        if did is not None and self.rule.half_life is None and not did.total_of:
            amount = codegen.counter(self.writer, did)
        else:
            amount = self._sum(lambda _kind: "e.count")
        alone = did is not None and self.when == did and did.at_least <= 1 and did.at_most is None and not did.total_of
        before = [f"p = {amount} * {constant(points)}"]
        if self.rule.max_points is not None:
            cap = constant(self.rule.max_points)
            before.append(f"if p {'>' if self.rule.max_points >= 0 else '<'} {cap}: p = {cap}")
        most = constant(MOST)
        rounded = f"round(p * {MICRO}) if -{most} < p < {most} else {constant(micro)}(p)"
        return self._add(amount if alone else self._held(), rounded, *before)

    def _called(self) -> str:
        """Return the name of the function that turns what the pass gathered into millionths."""
        return self.writer.constants.name(_finish(self.rule, newest=not self.rule.each, units=self.rule.each))

    def _kinds(self) -> list[tuple[str, str]]:
        """Return each type of engagement with the expression that a happening of it is meant."""
        kinds = dict.fromkeys(kind for did in self.dids for kind in did.types)
        found = []
        for kind in kinds:
            matches = [codegen.match(self.writer, did, kind) for did in self.dids if kind in did.types]
            found.append((kind, "" if "" in matches else " or ".join(matches)))
        return found

    def _sum(self, amount: Callable[[str], str]) -> str:
        """Return the variable that sums *amount* over what is meant, each by its age."""
        variable, half_life = self.writer.fresh("x"), self.rule.half_life
        self.writer.known[variable] = variable
        self.writer.counters.append(f"{variable} = 0.0")
        for kind, meant in self._kinds():
            step = f"{variable} += {amount(kind)}"
            if half_life is not None:
                self.writer.dated.add(kind)
                seconds = self.writer.constants.name(half_life.total_seconds())
                share = f"0.5 ** (y / {seconds}) if (y := (now - at).total_seconds()) > 0"
                step = f"{variable} += {amount(kind)} * {share} else {amount(kind)}"
            self.writer.during.setdefault(kind, []).append(f"if {meant}: {step}" if meant else step)
        return variable

    def _newest(self) -> str:
        """Return the variable that holds the instant of the newest happening that is meant."""
        variable = self.writer.fresh("n")
        self.writer.known[variable] = variable
        self.writer.counters.append(f"{variable} = None")
        for kind, meant in self._kinds():
            self.writer.dated.add(kind)
            newer = f"({variable} is None or at > {variable})"
            condition = f"({meant}) and {newer}" if meant else newer
            self.writer.during.setdefault(kind, []).append(f"if {condition}: {variable} = at")
        return variable

    def _units(self, did: Did) -> str:
        """Return the variable that holds the newest instant of each different day or value."""
        variable = self.writer.fresh("u")
        self.writer.known[variable] = variable
        self.writer.counters.append(f"{variable} = {{}}")
        for kind, meant in self._kinds():
            self.writer.dated.add(kind)
            unit = codegen.different(self.writer, did, kind)
            statements = self.writer.during.setdefault(kind, [])
            statements.append(f"q = {unit}" if not meant else f"q = {unit} if {meant} else None")
            statements.append(f"if q is not None and (q not in {variable} or at > {variable}[q]): {variable}[q] = at")
        return variable


def _asks_score(condition: Condition) -> bool:
    """Return whether *condition* is over a score anywhere."""
    if isinstance(condition, All | Any):
        return any(map(_asks_score, condition.parts))
    return _asks_score(condition.part) if isinstance(condition, Not) else isinstance(condition, ScoreIs)


def _finish(rule: Rule, *, newest: bool, units: bool) -> Callable[[object, datetime], int]:
    """Return what turns a value, a sum, the newest instant or the instants of units into millionths."""
    points, cap, half_life = rule.points, rule.max_points, half_life_seconds(rule)
    if isinstance(points, PointsFrom):
        times = points.times
        return lambda taken, _now: micro(within_cap(cast("float", taken) * times, cap))
    if units:
        return lambda found, now: micro(within_cap(_sum_left(cast("Mapping[object, datetime]", found), now, rule), cap))

    def once(at: object, now: datetime) -> int:
        """Return the points by the age of the newest happening; all of them where there is none."""
        share = left(cast("datetime", at), now, half_life) if newest and at is not None else 1.0
        return micro(within_cap(points * share, cap))

    return once


def _sum_left(found: Mapping[object, datetime], now: datetime, rule: Rule) -> float:
    """Return the points of all units, each by its age."""
    total = 0.0
    for at in found.values():
        total += left(at, now, half_life_seconds(rule))
    return total * cast("float", rule.points)
