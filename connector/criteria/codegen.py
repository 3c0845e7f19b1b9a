"""
Source text of the fast verdict, written from the words of `syntax` only.

What an admin wrote never becomes source: values, names and tests are constants that the text refers to by number. One
pass over the happenings fills counters; every criterion is then one expression. A criterion has two: one that it is
true and one that it is false; where neither holds it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.criteria.compare import Remembered, attribute_test, field_test, fitting, is_there, number
from connector.criteria.millionths import at_least, at_most
from connector.criteria.moments import MOMENTS, local_day, moment_test
from connector.criteria.syntax import All, Any, Compare, Condition, Did, FieldIs, Not, Op, ScoreIs, StageIs
from connector.criteria.timed import Terms
from connector.mapping.spec import FieldSpec, FieldType

_PLAIN = {
    FieldType.TEXT: "str",
    FieldType.EMAIL: "str",
    FieldType.CHOICE: "str",
    FieldType.INTEGER: "int",
    FieldType.BOOLEAN: "bool",
}
"""Types whose fitting values have exactly one class; the others are checked by a call."""

_INLINE = {Op.EQUALS: "==", Op.IN: "in", Op.AT_LEAST: ">=", Op.AT_MOST: "<="}
_OFTEN = ("page_viewed", "email_opened", "email_clicked")
"""What most happenings are; asked for first."""

_FOLDED = frozenset({FieldType.TEXT, FieldType.LIST})
_REPEATING = frozenset({FieldType.TEXT, FieldType.CHOICE})


@dataclass(slots=True)
class Constants:
    """Values that the text refers to, each by its number."""

    values: list[object] = field(default_factory=list)

    def name(self, value: object) -> str:
        """Return the name by which the text refers to *value*."""
        self.values.append(value)
        return f"k{len(self.values) - 1}"


@dataclass(slots=True)
class Writer:
    """
    The text of one verdict while it is written.

    Attributes:
        terms: By which criteria are read.
        constants: What the text refers to.
        before: Statements in front of the pass: field values and the beginnings of windows.
        counters: Statements that set counters to nothing.
        during: Statements of the pass, by type of engagement.
        after: Statements behind the pass that finish counters.
        dated: Types whose statements need the instant.
        known: Names already given, by what they stand for.
    """

    terms: Terms
    constants: Constants = field(default_factory=Constants)
    before: list[str] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)
    during: dict[str, list[str]] = field(default_factory=dict)
    after: list[str] = field(default_factory=list)
    dated: set[str] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)

    def fresh(self, letter: str) -> str:
        """Return a name of a variable that is not yet used."""
        return f"{letter}{len(self.known)}"

    def once(self, meaning: str, letter: str) -> tuple[str, bool]:
        """Return the variable for *meaning*, and whether it is new."""
        if meaning in self.known:
            return self.known[meaning], False
        self.known[meaning] = self.fresh(letter)
        return self.known[meaning], True

    def pass_over(self) -> list[str]:
        """Return the statements of the one pass over the happenings."""
        if not self.during:
            return []
        text = ["for e in engagements:", "    t = e.type"]
        often_first = sorted(self.during, key=lambda kind: _OFTEN.index(kind) if kind in _OFTEN else len(_OFTEN))
        for place, kind in enumerate(often_first):
            text.append(f"    {'el' if place else ''}if t == {self.constants.name(kind)}:")
            text += ["        at = e.at"] if kind in self.dated else []
            text += [f"        {statement}" for statement in self.during[kind]]
        return text


def field_value(writer: Writer, name: str) -> str:
    """Return the variable that holds the field's value, None where it is empty or does not fit its type."""
    spec = writer.terms.spec(name)
    variable, new = writer.once(f"field {name}", "f")
    if new:
        fit = writer.constants.name(lambda value: fitting(spec, value))
        plain = _PLAIN.get(spec.type)
        writer.before.append(f"{variable} = get({writer.constants.name(name)})")
        check = (
            f"{variable} is not None and {variable}.__class__ is not {plain}" if plain else f"{variable} is not None"
        )
        writer.before.append(f"if {check}: {variable} = {fit}({variable})")
    return variable


def truth(writer: Writer, condition: Condition, scores: Mapping[str, str]) -> str:
    """Return the expression that is true exactly when *condition* holds; *scores* are variables in millionths."""
    if isinstance(condition, All):
        return _joined("and", [truth(writer, part, scores) for part in condition.parts], "True")
    if isinstance(condition, Any):
        return _joined("or", [truth(writer, part, scores) for part in condition.parts], "False")
    if isinstance(condition, Not):
        return falsehood(writer, condition.part, scores)
    return _leaf(writer, condition, scores)[0]


def falsehood(writer: Writer, condition: Condition, scores: Mapping[str, str]) -> str:
    """Return the expression that is true exactly when *condition* does not hold, which unknown is not."""
    if isinstance(condition, All):
        return _joined("or", [falsehood(writer, part, scores) for part in condition.parts], "False")
    if isinstance(condition, Any):
        return _joined("and", [falsehood(writer, part, scores) for part in condition.parts], "True")
    if isinstance(condition, Not):
        return truth(writer, condition.part, scores)
    return _leaf(writer, condition, scores)[1]


def may_be_unknown(condition: Condition) -> bool:
    """Return whether an empty field can make *condition* unknown."""
    if isinstance(condition, All | Any):
        return any(map(may_be_unknown, condition.parts))
    if isinstance(condition, Not):
        return may_be_unknown(condition.part)
    return isinstance(condition, FieldIs) and condition.test.op is not Op.IS_SET


def match(writer: Writer, did: Did, kind: str) -> str:
    """Return the expression that a happening of the type *kind* is one of *did*; empty when each is."""
    asked = []
    if did.within is not None:
        writer.dated.add(kind)
        start, new = writer.once(f"start {did.within!r}", "w")
        if new:
            writer.before.append(f"{start} = now - {writer.constants.name(did.within)}")
        asked.append(f"at >= {start}")
    asked += [_attribute_passes(writer, kind, name, test) for name, test in did.where]
    return " and ".join(asked)


def attribute(writer: Writer, kind: str, name: str) -> str:
    """Return the variable that holds the attribute *name* of a happening of the type *kind*."""
    variable, new = writer.once(f"attribute {name}", "g")
    if new:
        writer.known[f"name of {variable}"] = writer.constants.name(name)
    constant = writer.known[f"name of {variable}"]
    statement = f"{variable} = e.attributes.get({constant})"
    statements = writer.during.setdefault(kind, [])
    if statement not in statements:
        statements.append(statement)
    return variable


def counter(writer: Writer, did: Did) -> str:
    """Return the expression of how many, how many different, or how much in sum *did* finds."""
    meaning = repr((did.types, did.where, did.within, did.distinct, did.total_of))
    variable, new = writer.once(f"counter {meaning}", "c")
    size = f"len({variable})" if did.distinct else variable
    if not new:
        return size
    writer.counters.append(f"{variable} = set()" if did.distinct else f"{variable} = {'0.0' if did.total_of else '0'}")
    for kind in dict.fromkeys(did.types):
        statements = writer.during.setdefault(kind, [])
        condition = match(writer, did, kind)
        step = _step(writer, did, kind, variable)
        statements.append(f"if {condition}: {step}" if condition else step)
    if did.distinct:
        writer.after.append(f"{variable}.discard(None)")
    return size


def different(writer: Writer, did: Did, kind: str) -> str:
    """Return the expression of that by which happenings of *did* differ."""
    if did.distinct != "day":
        return attribute(writer, kind, did.distinct)
    writer.dated.add(kind)
    zone = writer.terms.zone
    name, new = writer.once("local day", "d")
    if new:
        writer.known["local day"] = name = writer.constants.name(lambda at: local_day(at, zone))
    return f"{name}(at)"


def amount(writer: Writer, kind: str, name: str) -> str:
    """Return the expression of the number in an attribute, 0 where there is none."""
    return f"({writer.constants.name(number)}({attribute(writer, kind, name)}) or 0)"


def _step(writer: Writer, did: Did, kind: str, variable: str) -> str:
    """Return the statement that counts one happening."""
    if did.total_of:
        return f"{variable} += {amount(writer, kind, did.total_of)}"
    if did.distinct:
        return f"{variable}.add({different(writer, did, kind)})"
    return f"{variable} += e.count"


def _attribute_passes(writer: Writer, kind: str, name: str, test: Compare) -> str:
    """Return the expression that an attribute passes *test*; texts are judged once and remembered."""
    variable = attribute(writer, kind, name)
    meaning = f"test {test!r}"
    if meaning not in writer.known:
        judge = attribute_test(test)
        texts, others = writer.constants.name(Remembered(judge)), writer.constants.name(judge)
        writer.known[meaning] = f"{texts} {others}"
    texts, others = writer.known[meaning].split()
    return f"({texts}[{variable}] if {variable}.__class__ is str else {others}({variable}))"


def _leaf(writer: Writer, condition: FieldIs | Did | ScoreIs | StageIs, scores: Mapping[str, str]) -> tuple[str, str]:
    """Return both expressions of a criterion without parts."""
    if isinstance(condition, FieldIs):
        return _field(writer, condition)
    if isinstance(condition, Did):
        expression = _enough(writer, condition)
    elif isinstance(condition, ScoreIs):
        expression = _score(writer, condition, scores)
    else:
        expression = _stage(writer, condition)
    return expression, f"(not {expression})"


def _field(writer: Writer, condition: FieldIs) -> tuple[str, str]:
    """Return both expressions of a comparison over a field, whose outcome is a variable."""
    value = field_value(writer, condition.field)
    outcome, new = writer.once(f"outcome {condition!r}", "a")
    if condition.test.op is Op.IS_SET:
        if new:
            there = writer.constants.name(is_there)
            writer.before.append(f"{outcome} = {there}({value}) is {condition.test.value is True}")
        return outcome, f"(not {outcome})"
    if new:
        passes = _passes(writer, condition, value)
        writer.before.append(f"{outcome} = None if {value} is None else {passes}")
    return outcome, f"({outcome} is False)"


def _passes(writer: Writer, condition: FieldIs, value: str) -> str:
    """Return the expression that the value in the variable *value*, which is there, passes."""
    test, spec = condition.test, writer.terms.spec(condition.field)
    if test.op in MOMENTS:
        return f"{writer.constants.name(moment_test(test, spec, writer.terms.zone))}({value}, now)[0]"
    if test.op in _INLINE and _compared_plainly(test, spec):
        return f"{value} {_INLINE[test.op]} {writer.constants.name(test.value)}"
    judge = field_test(test, spec)
    if spec.type in _REPEATING and not _ordered(test, spec):
        return f"{writer.constants.name(Remembered(judge))}[{value}]"
    return f"{writer.constants.name(judge)}({value})"


def _ordered(test: Compare, spec: FieldSpec) -> bool:
    """Return whether *test* goes by the order of a choice, where a value that is no option stays unknown."""
    return spec.type is FieldType.CHOICE and test.op in {Op.AT_LEAST, Op.AT_MOST}


def _compared_plainly(test: Compare, spec: FieldSpec) -> bool:
    """Return whether the language's own comparison says the same as the test."""
    return spec.type not in _FOLDED and not _ordered(test, spec)


def _enough(writer: Writer, did: Did) -> str:
    """Return the expression that *did* found as much as asked."""
    size = counter(writer, did)
    if did.not_within:
        return f"({size} <= 0)"
    bounds = [f"{size} >= {writer.constants.name(did.at_least)}"]
    if did.at_most is not None:
        bounds.append(f"{size} <= {writer.constants.name(did.at_most)}")
    return f"({' and '.join(bounds)})"


def _score(writer: Writer, condition: ScoreIs, scores: Mapping[str, str]) -> str:
    """Return the expression that a score, in millionths, lies where it should."""
    points = scores.get(condition.score, "0")
    bounds = []
    if condition.at_least is not None:
        bounds.append(f"{points} >= {writer.constants.name(at_least(condition.at_least))}")
    if condition.at_most is not None:
        bounds.append(f"{points} <= {writer.constants.name(at_most(condition.at_most))}")
    return f"({' and '.join(bounds) or 'True'})"


def _stage(writer: Writer, condition: StageIs) -> str:
    """Return the expression that the person stands in a stage, for so long."""
    asked = [f"stage in {writer.constants.name(frozenset(condition.stages))}"]
    for span, sign in ((condition.for_at_least, ">="), (condition.for_at_most, "<=")):
        if span is not None:
            asked.append(f"stage_at is not None and now - stage_at {sign} {writer.constants.name(span)}")
    return f"({' and '.join(asked)})"


def _joined(word: str, parts: list[str], empty: str) -> str:
    """Return *parts* joined by *word*."""
    return f"({f' {word} '.join(parts)})" if parts else empty
