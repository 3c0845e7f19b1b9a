"""The agreement as one Python function, written once: the fast and silent verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol, cast

from connector.agreement import Agreement, Playbook
from connector.criteria import codegen
from connector.criteria.codegen import Writer
from connector.criteria.history import counted
from connector.criteria.millionths import MICRO, micro
from connector.criteria.syntax import Condition
from connector.criteria.tendency import Tendency, points_tendency, tendency
from connector.criteria.timed import Terms
from connector.decide.sums import Line
from connector.model import Decision, Engagement, Person, Stage
from connector.score import TOTAL, names

Values = tuple[bool | None, ...]
"""Verdicts in the order of `asked`."""

Recheck = Callable[
    [Person, Sequence[Engagement], datetime, Values, Sequence[int], int, Sequence[int | None]], datetime | None
]
"""
Bounds the next look. It gets, in millionths, the scores before their caps, their sum, and what each rule that time can
move gives, None where its criterion does not hold.
"""


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
    given = {place: f"m{place}" for place, rule in enumerate(agreement.rules) if points_tendency(rule)}
    adding = [
        statement
        for place, rule in enumerate(agreement.rules)
        for statement in Line(writer, rule, scores[rule.score], given.get(place, "")).statements()
    ]
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
    known = f"({_variables(len(every))}), ({_listed(raw)}), s, ({_listed(list(given.values()))})"
    again = f"{writer.constants.name(recheck)}(person, engagements, now, {known})"
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
