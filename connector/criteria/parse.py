"""
Criteria and rules as an admin writes them in TOML, read into the words of `syntax`.

Nothing is raised: what cannot be read comes back as problems, each with the path of the key that is wrong, and the
criterion is None then. Several keys of one table are all asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from connector.agreement import Rule
from connector.criteria import comparisons, happenings, rules
from connector.criteria.scope import Reading, Scope, shown
from connector.criteria.syntax import All, Any, Condition, FieldIs, Not, Op, ScoreIs, StageIs
from connector.model import Stage
from connector.problems import Path, Problem

__all__ = ("Scope", "condition", "rule")

TOTAL: Final = "total"
_DEEPEST: Final = 12
_STAGES: Final = tuple(str(stage) for stage in Stage)
_TREE: Final = ("all", "any", "not")
_KINDS: Final = ("field", "engagement", "score", "stage")
_EXAMPLE: Final = "Write { field = … }, { engagement = … }, { score = … }, { stage = … }, or all, any, not of these."


def condition(raw: object, path: Path, scope: Scope) -> tuple[Condition | None, tuple[Problem, ...]]:
    """Return the criterion that *raw* asks for, or None with all that is wrong with it."""
    reading = Reading(scope)
    found = _condition(reading, raw, path, 0)
    return (None if reading.problems else found), tuple(reading.problems)


def rule(raw: object, path: Path, scope: Scope) -> tuple[Rule | None, tuple[Problem, ...]]:
    """Return the scoring rule that *raw* states, or None with all that is wrong with it; scores cannot be asked."""
    reading = Reading(replace(scope, scores=frozenset()))
    found = rules.rule(reading, raw, path, lambda when, where: _condition(reading, when, where, 0, in_rule=True))
    return (None if reading.problems else found), tuple(reading.problems)


def _condition(reading: Reading, raw: object, path: Path, depth: int, *, in_rule: bool = False) -> Condition | None:
    """Return the criterion of one table, by the key that says what it is about."""
    if isinstance(raw, list):
        reading.wrong(
            path, "a list says not whether all or any must hold.", "Write { all = [ … ] } or { any = [ … ] }."
        )
        return None
    if not isinstance(raw, Mapping):
        reading.wrong(path, f"a criterion was expected, not {shown(raw)}.", _EXAMPLE)
        return None
    if depth > _DEEPEST:
        reading.wrong(path, f"criteria are nested more than {_DEEPEST} deep.", "Write them flatter.")
        return None
    heads = [key for key in _KINDS if key in raw]
    tree = [key for key in _TREE if key in raw]
    if len(heads) + bool(tree) > 1:
        both = " and ".join(heads + tree[:1])
        reading.wrong(path, f"one table asks for {both}.", "Write one table for each, in an all or any.")
        return None
    if heads:
        return _LEAVES[heads[0]](reading, raw, path, in_rule)
    if not raw:
        reading.wrong(path, "the criterion is empty.", _EXAMPLE)
    return _tree(reading, raw, path, depth, in_rule=in_rule)


def _tree(reading: Reading, raw: Mapping[str, object], path: Path, depth: int, *, in_rule: bool) -> Condition | None:
    """Return what all, any and not of one table ask together."""
    reading.table(raw, path, _TREE if any(key in raw for key in _TREE) else (*_KINDS, *_TREE))
    found: list[Condition | None] = []
    for key in raw:
        if key == "not":
            part = _condition(reading, raw[key], (*path, key), depth + 1, in_rule=in_rule)
            found.append(None if part is None else Not(part))
        elif key in _TREE:
            parts = _parts(reading, raw[key], (*path, key), depth, in_rule=in_rule)
            found.append(None if parts is None else All(parts) if key == "all" else Any(parts))
    whole = tuple(part for part in found if part is not None)
    if len(whole) != len(found) or not whole:
        return None
    return whole[0] if len(whole) == 1 else All(whole)


def _parts(reading: Reading, raw: object, path: Path, depth: int, *, in_rule: bool) -> tuple[Condition, ...] | None:
    """Return the criteria of a list."""
    if not isinstance(raw, list):
        reading.wrong(
            path, f"a list of criteria was expected, not {shown(raw)}.", "Write it in square brackets: [ … ]."
        )
        return None
    if not raw:
        reading.wrong(path, "the list is empty.", "Write at least one criterion or leave it out.")
        return None
    found = [_condition(reading, part, (*path, index), depth + 1, in_rule=in_rule) for index, part in enumerate(raw)]
    whole = tuple(part for part in found if part is not None)
    return whole if len(whole) == len(found) else None


def _field(reading: Reading, raw: Mapping[str, object], path: Path, _in_rule: bool) -> Condition | None:  # noqa: FBT001
    """Return what is asked of one field."""
    reading.table(raw, path, ("field", *Op))
    name = reading.text(raw["field"], (*path, "field"))
    if name is None:
        return None
    spec = reading.scope.fields.get(name)
    if spec is None:
        reading.unknown_name((*path, "field"), f'no field "{name}" is declared.', name, reading.scope.fields)
        return None
    ops = [key for key in raw if key in Op.__members__.values()]
    if not ops:
        takes = [str(op) for op in comparisons.MAKES_SENSE[spec.type]]
        if len(raw) == 1:
            reading.wrong(path, f"nothing is asked of {name}.", f"Compare it with one of {', '.join(takes)}.")
        return None
    tests = [comparisons.of_field(reading, spec, Op(op), raw[op], (*path, op)) for op in ops]
    parts = tuple(FieldIs(name, test) for test in tests if test is not None)
    if len(parts) != len(tests):
        return None
    return parts[0] if len(parts) == 1 else All(parts)


def _engagement(
    reading: Reading,
    raw: Mapping[str, object],
    path: Path,
    in_rule: bool,  # noqa: FBT001
) -> Condition | None:
    """Return what is asked of engagement."""
    return happenings.engagement(reading, raw, path, in_rule=in_rule)


def _score(reading: Reading, raw: Mapping[str, object], path: Path, in_rule: bool) -> Condition | None:  # noqa: FBT001
    """Return what is asked of a score."""
    reading.table(raw, path, ("score", "at_least", "at_most"))
    if in_rule:
        reading.wrong(
            (*path, "score"), "a rule cannot ask for a score.", "Scores are made of rules: ask for the facts."
        )
        return None
    name = reading.text(raw["score"], (*path, "score"))
    if name is None:
        return None
    if name not in reading.scope.scores and name != TOTAL:
        reading.unknown_name((*path, "score"), f'no rule gives "{name}" points.', name, {*reading.scope.scores, TOTAL})
    bounds = {key: reading.number(raw[key], (*path, key)) for key in ("at_least", "at_most") if key in raw}
    if not bounds:
        reading.wrong(path, f'nothing is asked of the score "{name}".', "Add at_least or at_most.")
        return None
    return ScoreIs(name, bounds.get("at_least"), bounds.get("at_most"))


def _stage(reading: Reading, raw: Mapping[str, object], path: Path, _in_rule: bool) -> Condition | None:  # noqa: FBT001
    """Return what is asked of the stage."""
    reading.table(raw, path, ("stage", "for_at_least", "for_at_most"))
    names = reading.texts(raw["stage"], (*path, "stage"))
    for index, name in enumerate(names or ()):
        if name not in _STAGES:
            where = (*path, "stage", index) if isinstance(raw["stage"], list) else (*path, "stage")
            reading.unknown_name(where, f'there is no stage "{name}".', name, _STAGES)
    spans = {key: reading.span(raw[key], (*path, key)) for key in ("for_at_least", "for_at_most") if key in raw}
    return None if names is None else StageIs(names, spans.get("for_at_least"), spans.get("for_at_most"))


_Leaf = Callable[[Reading, Mapping[str, object], Path, bool], Condition | None]
_LEAVES: Final[Mapping[str, _Leaf]] = {"field": _field, "engagement": _engagement, "score": _score, "stage": _stage}
