"""What is asked of engagement, read from what an admin wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.criteria import comparisons
from connector.criteria.scope import Reading, listed, shown
from connector.criteria.syntax import All, Compare, Condition, Did, Op
from connector.model import SALES_ACTIVITY
from connector.problems import Path

ANY: Final = "any"
"""In place of a type: whatever the person did, of any type."""

DAY: Final = "day"
_KEYS: Final = ("engagement", "where", "at_least", "at_most", "within", "not_within", "distinct", "sum")
_COUNTS: Final = ("at_least", "at_most", "distinct", "sum")


def engagement(reading: Reading, raw: Mapping[str, object], path: Path, *, in_rule: bool) -> Condition | None:
    """Return what *raw* asks; within a rule what sales did gives no points and cannot be asked for."""
    before = len(reading.problems)
    reading.table(raw, path, _KEYS)
    types = _types(reading, raw["engagement"], (*path, "engagement"))
    if types is None:
        return None
    where = _where(reading, types, raw.get("where", {}), (*path, "where"))
    within = reading.span(raw["within"], (*path, "within")) if "within" in raw else None
    silence = reading.span(raw["not_within"], (*path, "not_within")) if "not_within" in raw else None
    at_least, at_most = _bounds(reading, raw, path)
    distinct = _attribute(reading, types, raw, path, "distinct")
    total_of = _attribute(reading, types, raw, path, "sum")
    if distinct and total_of:
        reading.wrong((*path, "sum"), "different values are counted, not summed.", "Leave out distinct or sum.")
    if in_rule and SALES_ACTIVITY in types and silence is None and at_least > 0:
        message = f'"{SALES_ACTIVITY}" is what sales did and never gives points.'
        reading.wrong((*path, "engagement"), message, "Ask for what the person did, or use not_within.")
    if silence is not None and within is None:
        for key in _COUNTS:
            if key in raw:
                hint = "not_within asks that none happened; use within with at_most to allow some."
                reading.wrong((*path, key), f'"{key}" says nothing beside not_within.', hint)
    if len(reading.problems) > before:
        return None
    quiet = Did(types, where, within=silence, not_within=True) if silence is not None else None
    if quiet is not None and within is None:
        return quiet
    did = Did(types, where, at_least, at_most, within, distinct=distinct, total_of=total_of)
    return did if quiet is None else All((did, quiet))


def _types(reading: Reading, raw: object, path: Path) -> tuple[str, ...] | None:
    """Return the types that are meant; each must come from some mapping."""
    names = reading.texts(raw, path)
    if names is None:
        return None
    known = reading.scope.engagements
    if names == (ANY,) and ANY not in known:
        return tuple(sorted(set(known) - {SALES_ACTIVITY})) or names
    unknown = False
    for index, name in enumerate(names):
        if name not in known:
            where = (*path, index) if isinstance(raw, list) else path
            reading.unknown_name(where, f'no mapping gives engagement "{name}".', name, {*known, ANY})
            unknown = True
    return None if unknown else names


def _fillable(reading: Reading, types: tuple[str, ...]) -> frozenset[str]:
    """Return the attributes that some mapping of one of *types* fills."""
    return frozenset().union(*(reading.scope.engagements.get(name, frozenset()) for name in types))


def _where(reading: Reading, types: tuple[str, ...], raw: object, path: Path) -> tuple[tuple[str, Compare], ...]:
    """Return the comparisons on attributes; a plain value is short for equals, a list for in."""
    if not isinstance(raw, Mapping):
        reading.wrong(path, f"a table was expected, not {shown(raw)}.", 'Write { url = "/pricing" }.')
        return ()
    found: list[tuple[str, Compare]] = []
    for name, asked in raw.items():
        here = (*path, name)
        if name not in _fillable(reading, types):
            _unfillable(reading, types, name, here)
            continue
        if not isinstance(asked, Mapping):
            op = Op.IN if isinstance(asked, list) else Op.EQUALS
            test = comparisons.of_attribute(reading, op, asked, here)
            found += [(name, test)] if test is not None else []
            continue
        reading.table(asked, here, comparisons.ON_ATTRIBUTES)
        if not asked:
            reading.wrong(here, f"nothing is asked of {name}.", 'Write { has_word = "question" }, for example.')
        for op in comparisons.ON_ATTRIBUTES:
            if op in asked:
                test = comparisons.of_attribute(reading, op, asked[op], (*here, str(op)))
                found += [(name, test)] if test is not None else []
    return tuple(found)


def _unfillable(reading: Reading, types: tuple[str, ...], name: str, path: Path) -> None:
    """Note that no mapping fills the attribute *name*, so that the criterion could never hold."""
    message = f'no mapping of {listed(types)} fills the attribute "{name}".'
    known = _fillable(reading, types)
    if known:
        reading.unknown_name(path, message, name, known)
    else:
        reading.wrong(path, message, f"Add it to the attributes of a mapping of {types[0]}.")


def _attribute(reading: Reading, types: tuple[str, ...], raw: Mapping[str, object], path: Path, key: str) -> str:
    """Return the attribute that *key* names ("day" for distinct days), or nothing."""
    if key not in raw:
        return ""
    name = reading.text(raw[key], (*path, key))
    if name is None or (key == "distinct" and name == DAY):
        return name or ""
    if name not in _fillable(reading, types):
        _unfillable(reading, types, name, (*path, key))
    return name


def _bounds(reading: Reading, raw: Mapping[str, object], path: Path) -> tuple[float, float | None]:
    """Return how many there must be and may be; without either, one."""
    least = reading.number(raw["at_least"], (*path, "at_least")) if "at_least" in raw else None
    most = reading.number(raw["at_most"], (*path, "at_most")) if "at_most" in raw else None
    for key, bound in (("at_least", least), ("at_most", most)):
        if bound is None or "sum" in raw:
            continue
        if bound != int(bound) or bound < 0:
            reading.wrong((*path, key), f"{shown(bound)} is no count.", "Write a whole number.")
    if least == 0 and most is None and "sum" not in raw:
        reading.wrong((*path, "at_least"), "at least 0 always holds.", "Write at_least = 1, or at_most = 0 for none.")
    if least is not None and most is not None and least > most:
        reading.wrong((*path, "at_most"), f"at most {most} is less than at least {least}.", "Swap them.")
    if least is None:
        least = 1 if most is None else 0
    return least, most
