"""One scoring rule, read from what an admin wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from connector.agreement import PointsFrom, Rule
from connector.criteria.scope import Reading, shown
from connector.criteria.syntax import All, Any, Condition, Did, Not, sources
from connector.mapping.spec import FieldType
from connector.problems import Path

KEYS: Final = ("score", "name", "when", "points", "each", "max_points", "half_life", "within", "say")
"""The keys that a rule takes."""

_NEEDED: Final = ("score", "name", "when", "points")
_NUMERIC: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
_TOTAL: Final = "total"


@dataclass(frozen=True, slots=True)
class _Options:
    """What a rule says beside its criterion and points."""

    each: bool
    max_points: float | None
    half_life: timedelta | None
    within: timedelta | None


def rule(
    reading: Reading, raw: object, path: Path, condition: Callable[[object, Path], Condition | None]
) -> Rule | None:
    """Return the rule that *raw* states; *condition* reads its criterion."""
    table = reading.table(raw, path, KEYS)
    if table is None:
        return None
    for key in _NEEDED:
        if key not in table:
            reading.wrong(path, f'the rule has no "{key}".', _missing(key))
    score = reading.text(table["score"], (*path, "score")) if "score" in table else None
    name = reading.text(table["name"], (*path, "name")) if "name" in table else None
    say = table.get("say", "")
    if not isinstance(say, str):
        reading.text(say, (*path, "say"))
    if score == _TOTAL:
        reading.wrong((*path, "score"), '"total" is the sum of all scores.', "Give the score another name.")
    when = condition(table["when"], (*path, "when")) if "when" in table else None
    options = _options(reading, table, path)
    points = _points(reading, table["points"], (*path, "points"), when) if "points" in table else None
    if when is None or points is None or score is None or name is None or not isinstance(say, str):
        return None
    if options.within is not None:
        when = _windowed(when, options.within)
    _consistent(reading, table, path, when, points)
    return Rule(score, name, when, points, options.each, options.max_points, options.half_life, say.strip())


def _options(reading: Reading, table: Mapping[str, object], path: Path) -> _Options:
    """Return each, max_points, half_life and within."""
    return _Options(
        reading.flag(table["each"], (*path, "each")) is True if "each" in table else False,
        reading.number(table["max_points"], (*path, "max_points")) if "max_points" in table else None,
        reading.span(table["half_life"], (*path, "half_life")) if "half_life" in table else None,
        reading.span(table["within"], (*path, "within")) if "within" in table else None,
    )


def _points(reading: Reading, raw: object, path: Path, when: Condition | None) -> float | PointsFrom | None:
    """Return the points: a number, or taken from a number that is known."""
    if not isinstance(raw, Mapping):
        number = reading.number(raw, path)
        if number == 0:
            reading.wrong(path, "0 points change nothing.", "Write more or less than 0, or leave the rule out.")
        return number
    reading.table(raw, path, ("field", "attribute", "times"))
    times = reading.number(raw["times"], (*path, "times")) if "times" in raw else 1
    if ("field" in raw) == ("attribute" in raw):
        reading.wrong(path, "points come from a field or an attribute.", 'Write { field = "grade", times = 1 }.')
        return None
    if "field" in raw:
        return _from_field(reading, raw["field"], (*path, "field"), times)
    name = reading.text(raw["attribute"], (*path, "attribute"))
    if name is None or times is None or when is None:
        return None
    known = frozenset().union(
        *(reading.scope.engagements.get(one, frozenset()) for did in sources(when) for one in did.types)
    )
    if name not in known:
        reading.unknown_name((*path, "attribute"), f'no engagement of this rule has "{name}".', name, known)
        return None
    return PointsFrom(attribute=name, times=times)


def _from_field(reading: Reading, raw: object, path: Path, times: float | None) -> PointsFrom | None:
    """Return the points taken from a field, which must be a number."""
    name = reading.text(raw, path)
    if name is None or times is None:
        return None
    spec = reading.scope.fields.get(name)
    if spec is None:
        reading.unknown_name(path, f'no field "{name}" is declared.', name, reading.scope.fields)
        return None
    if spec.type not in _NUMERIC:
        reading.wrong(path, f"{name} is no number but {spec.type}.", "Take a field of type integer or decimal.")
        return None
    return PointsFrom(field=name, times=times)


def _consistent(
    reading: Reading, table: Mapping[str, object], path: Path, when: Condition, points: float | PointsFrom
) -> None:
    """Note options that say nothing for this criterion or contradict each other."""
    dids = sources(when)
    for key in ("each", "half_life"):
        if table.get(key) and not dids:
            reading.wrong((*path, key), f'"{key}" needs an engagement.', "Ask for one in `when`, or leave it out.")
    if "within" in table and not dids:
        reading.wrong((*path, "within"), '"within" needs an engagement.', "Ask for one in `when`, or leave it out.")
    if table.get("each") and isinstance(points, PointsFrom):
        hint = "Leave out each: points from an attribute are summed over the engagements."
        reading.wrong((*path, "each"), "points from a number are not given for each.", hint)
    if table.get("each") and len(dids) > 1 and any(did.distinct or did.total_of for did in dids):
        reading.wrong((*path, "each"), "it is not clear what each means here.", "Write one rule for each engagement.")
    if table.get("each") and any(did.total_of for did in dids):
        hint = 'Write points = { attribute = "…" } to take them from the sum.'
        reading.wrong((*path, "each"), "a sum gives no points for each.", hint)
    cap = table.get("max_points")
    if isinstance(points, int | float) and isinstance(cap, int | float) and cap * points < 0:
        reading.wrong(
            (*path, "max_points"), f"{shown(cap)} is on the other side of 0 than the points.", "Use one sign."
        )


def _windowed(when: Condition, within: timedelta) -> Condition:
    """Return *when* with the rule's own window in every engagement that has none."""
    if isinstance(when, Did):
        return replace(when, within=within) if when.within is None else when
    if isinstance(when, All | Any):
        return replace(when, parts=tuple(_windowed(part, within) for part in when.parts))
    return Not(_windowed(when.part, within)) if isinstance(when, Not) else when


def _missing(key: str) -> str:
    """Return how the missing *key* is written."""
    return {
        "score": 'Write score = "engagement", for example.',
        "name": "Give it a name that a rep understands.",
        "when": "Write when = { … }, the criterion that must hold.",
        "points": "Write points = 10, for example.",
    }[key]
