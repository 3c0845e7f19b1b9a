"""The agreement as one Python function, written once: the fast and silent verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol, cast

from connector.agreement import Agreement, Playbook, PointsFrom, Rule
from connector.criteria import codegen
from connector.criteria.codegen import Writer
from connector.criteria.history import counted
from connector.criteria.millionths import MICRO, MOST, micro
from connector.criteria.syntax import All, Any, Condition, Did, Not, ScoreIs, sources
from connector.criteria.tendency import Tendency, tendency
from connector.criteria.timed import Terms
from connector.model import Decision, Engagement, Person, Stage
from connector.score import TOTAL, names
from connector.score.weights import giving, half_life_seconds, left, within_cap

Values = tuple[bool | None, ...]
"""Verdicts in the order of `asked`."""

Recheck = Callable[[Person, Sequence[Engagement], datetime, Values, Sequence[int], int], datetime | None]
"""Bounds the next look; gets the scores in millionths, before their caps, and their sum."""


class Decider(Protocol):
    """The fast and silent verdict."""

    def __call__(
        self, person: Person, engagements: Sequence[Engagement], now: datetime, since: datetime | None = None
    ) -> Decision:
        """
        Return the verdict.

        Args:
            person: With the fields as stored.
            engagements: All that is known, in any order; a score may differ in its last digit with the order.
            now: The instant of the look.
            since: Only engagement later than it counts; None counts all.
        """


_BUILTINS: Final = {"bool": bool, "int": int, "len": len, "round": round, "set": set, "str": str}
"""All that the written function may call by name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One verdict that a decision carries.

    Attributes:
        name: "never", "require", "mql", "sql", or the playbook's name.
        condition: What is asked; None where that was not agreed.
        trigger: Whether it is a playbook's.
        tendency: Which way time alone can take it.
    """

    name: str
    condition: Condition | None
    trigger: bool
    tendency: Tendency


def asked(agreement: Agreement, playbooks: Sequence[Playbook]) -> tuple[Asked, ...]:
    """Return every verdict of a decision, in one order for all who need it."""
    fixed = (
        ("never", agreement.never),
        ("require", agreement.require),
        ("mql", agreement.mql),
        ("sql", agreement.sql),
    )
    every = [(name, condition, False) for name, condition in fixed]
    every += [(playbook.name, playbook.on, True) for playbook in playbooks if playbook.on is not None]
    return tuple(
        Asked(name, condition, trigger, tendency(condition, agreement.rules) if condition else Tendency.STAYS)
        for name, condition, trigger in every
    )


def steady(value: bool | None, found: Tendency) -> bool:  # noqa: FBT001 - a verdict, not an option
    """Return whether a verdict of *value* cannot change by time alone."""
    if value is None:
        return found is Tendency.STAYS
    return not found & (Tendency.FALLS if value else Tendency.RISES)


def decider(agreement: Agreement, every: Sequence[Asked], terms: Terms, recheck: Recheck) -> Decider:
    """
    Return the function that decides on one person.

    Raises:
        ValueError: A rule asks for a score, or a criterion for a field that is not declared.
    """
    text, constants = source(agreement, every, terms, recheck)
    namespace: dict[str, object] = {"__builtins__": _BUILTINS}
    exec(compile(text, "<agreement>", "exec"), namespace)  # noqa: S102 - our own words and numbered constants only
    build = cast("Callable[[Sequence[object]], Decider]", namespace["build"])
    return build(constants)


def source(
    agreement: Agreement, every: Sequence[Asked], terms: Terms, recheck: Recheck
) -> tuple[str, tuple[object, ...]]:
    """Return the text of the function and the constants that it refers to; the text holds no word of the admin's."""
    writer = Writer(terms)
    scores = {name: f"s{place}" for place, name in enumerate(names(agreement.rules))}
    adding = [line for rule in agreement.rules for line in _Line(writer, rule, scores[rule.score]).statements()]
    raw = [f"r{variable}" if name in agreement.caps else variable for name, variable in scores.items()]
    for name, variable in scores.items():
        if name in agreement.caps:
            cap = writer.constants.name(micro(agreement.caps[name]))
            adding += [f"r{variable} = {variable}", f"if {variable} > {cap}: {variable} = {cap}"]
    total = {**scores, TOTAL: " + ".join(scores.values()) or "0"}
    adding.append(f"s = {total[TOTAL]}")
    verdicts = [
        f"v{place} = {_verdict(writer, one.condition, {**scores, TOTAL: 's'})}" for place, one in enumerate(every)
    ]
    blocked = "v0 is True" if agreement.require is None else "v0 is True or v1 is not True"
    again = (
        f"{writer.constants.name(recheck)}(person, engagements, now, ({_variables(len(every))}), ({_listed(raw)}), s)"
    )
    count = writer.constants.name(partial(counted, once_per=agreement.once_per))
    ending = _ending(writer, every, scores, blocked, again)
    body = [
        f"if {'True' if agreement.once_per else 'since is not None'}: engagements = {count}(engagements, since)",
        "fields, stage, stage_at = person.fields, person.stage, person.stage_at",
        "get = fields.get",
        *writer.before,
        *writer.counters,
        *writer.pass_over(),
        *writer.after,
        *(f"{variable} = 0" for variable in scores.values()),
        *adding,
        *verdicts,
        *ending,
    ]
    constants = tuple(writer.constants.values)
    unpacked = "".join(f"k{place}, " for place in range(len(constants)))
    text = ["def build(constants):", f"    {unpacked}= constants" if constants else "    pass"]
    text += ["    def decide(person, engagements, now, since=None):", *(f"        {line}" for line in body)]
    text.append("    return decide")
    return "\n".join(text) + "\n", constants


def _verdict(writer: Writer, condition: Condition | None, scores: Mapping[str, str]) -> str:
    """Return the expression of a verdict, None for unknown and for what was not agreed."""
    if condition is None:
        return "None"
    held = codegen.truth(writer, condition, scores)
    if not codegen.may_be_unknown(condition):
        return held
    return f"True if {held} else False if {codegen.falsehood(writer, condition, scores)} else None"


def _ending(writer: Writer, every: Sequence[Asked], scores: Mapping[str, str], blocked: str, again: str) -> list[str]:
    """Return the statements that make the decision of the verdicts."""
    constant = writer.constants.name
    points = "".join(f"{constant(name)}: {variable} / {MICRO}.0, " for name, variable in scores.items())
    points_given = f"{{{points}{constant(TOTAL)}: s / {MICRO}.0}}"
    triggers = [f"{constant(one.name)}: v{place}" for place, one in enumerate(every) if one.trigger]
    triggers_given = f"{{{', '.join(triggers)}}}" if triggers else constant(MappingProxyType({}))
    moving = [_moves(f"v{place}", one.tendency) for place, one in enumerate(every) if one.tendency]
    until = f"{again} if {' or '.join(moving)} else None" if moving else "None"
    values = {
        "stage": f"None if blocked else {constant(Stage.SQL)} if v3 else {constant(Stage.MQL)} if v2 else None",
        "mql": "v2",
        "sql": "v3",
        "blocked": "blocked",
        "scores": points_given,
        "triggers": triggers_given,
        "recheck_at": until,
    }
    return [f"blocked = {blocked}", *_made(writer, values), "return made"]


def _made(writer: Writer, values: Mapping[str, str]) -> list[str]:
    """
    Return the statements that make a decision of *values*, by field.

    The slots are filled one by one, which is what the constructor of a frozen class does too, at twice the price: one
    frozen class is made for each silent look, and that would be a tenth of the look.
    """
    blank, setters = writer.constants.name(object.__new__), {}
    for one in fields(Decision):
        setters[one.name] = writer.constants.name(vars(Decision)[one.name].__set__)
    made = f"made = {blank}({writer.constants.name(Decision)})"
    return [made, *(f"{setter}(made, {values[name]})" for name, setter in setters.items())]


def _variables(count: int) -> str:
    """Return the verdicts as the inside of a tuple."""
    return _listed([f"v{place}" for place in range(count)])


def _listed(names: Sequence[str]) -> str:
    """Return *names* as the inside of a tuple."""
    return "".join(f"{name}, " for name in names)


def _moves(variable: str, found: Tendency) -> str:
    """Return the expression that a verdict can change by time alone; the text form of `steady`."""
    if found is Tendency.FALLS:
        return f"{variable} is not False"
    return f"{variable} is not True" if found is Tendency.RISES else "True"


@dataclass(slots=True)
class _Line:
    """
    Writes the statements of one rule.

    Attributes:
        writer: Where they go.
        rule: The rule.
        score: The variable of its score.
        when: Its criterion, without what never gives points.
        dids: The engagement it rests on.
    """

    writer: Writer
    rule: Rule
    score: str
    when: Condition = field(init=False)
    dids: tuple[Did, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse a criterion over a score."""
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
                held = codegen.truth(self.writer, self.when, {})
                return [f"if {value} is not None and {held}: {self.score} += {self._called()}({value}, now)"]
            taken = self._sum(lambda kind: codegen.amount(self.writer, kind, self._attribute()))
            return [f"if {codegen.truth(self.writer, self.when, {})}: {self.score} += {self._called()}({taken}, now)"]
        if rule.each:
            return self._each(rule.points)
        if rule.half_life is not None and self.dids:
            newest = self._newest()
            held = codegen.truth(self.writer, self.when, {})
            return [f"if {held}: {self.score} += {self._called()}({newest}, now)"]
        given = self.writer.constants.name(micro(within_cap(rule.points, rule.max_points)))
        return [f"if {codegen.truth(self.writer, self.when, {})}: {self.score} += {given}"]

    def _each(self, points: float) -> list[str]:
        """Return the statements that give the points for each happening, or each different day or value."""
        constant, did = self.writer.constants.name, self.dids[0] if len(self.dids) == 1 else None
        if did is not None and did.distinct:
            units = self._units(did)
            held = codegen.truth(self.writer, self.when, {})
            return [f"if {held}: {self.score} += {self._called()}({units}, now)"]
        if did is not None and self.rule.half_life is None and not did.total_of:
            amount = codegen.counter(self.writer, did)
        else:
            amount = self._sum(lambda _kind: "e.count")
        alone = did is not None and self.when == did and did.at_least <= 1 and did.at_most is None and not did.total_of
        held = amount if alone else codegen.truth(self.writer, self.when, {})
        lines = [f"if {held}:", f"    p = {amount} * {constant(points)}"]
        if self.rule.max_points is not None:
            cap = constant(self.rule.max_points)
            lines.append(f"    if p {'>' if self.rule.max_points >= 0 else '<'} {cap}: p = {cap}")
        most = constant(MOST)
        return [*lines, f"    {self.score} += round(p * {MICRO}) if -{most} < p < {most} else {constant(micro)}(p)"]

    def _called(self) -> str:
        """Return the name of the function that turns what the pass gathered into millionths."""
        return self.writer.constants.name(_finish(self.rule, newest=not self.rule.each, units=self.rule.each))

    def _attribute(self) -> str:
        """Return the attribute that the points are taken from."""
        return self.rule.points.attribute if isinstance(self.rule.points, PointsFrom) else ""

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
