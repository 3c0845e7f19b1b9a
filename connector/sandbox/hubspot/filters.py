"""Search filters as claims over a record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.derived import READERS
from connector.sandbox.hubspot.errors import invalid
from connector.sandbox.hubspot.kinds import Kind, kind_of
from connector.sandbox.hubspot.schema import split_options
from connector.sandbox.instants import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.sandbox.hubspot.inputs import Body
    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.hubspot.schema import Property
    from connector.sandbox.hubspot.table import Row

    Claim = Callable[[Row], bool]
    Test = Callable[[str | None], bool]

ASSOCIATIONS = "associations."
TOKEN = re.compile(r"[\w*]+")


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a search as it was sent."""

    name: str
    operator: str
    value: str = ""
    high: str = ""
    values: tuple[str, ...] = ()


def filter_of(row: Body) -> Filter:
    """Return the filter of one JSON object; one without the values its operator needs is refused."""
    each = Filter(
        str(row.get("propertyName", "")),
        str(row.get("operator", "")),
        str(row.get("value") if row.get("value") is not None else ""),
        str(row.get("highValue") if row.get("highValue") is not None else ""),
        tuple(str(v) for v in values) if isinstance(values := row.get("values"), list) else (),
    )
    if each.operator not in OPERATORS:
        message = f"Invalid input JSON: {each.operator!r} is no operator"
        raise invalid(message)
    if each.operator in {"IN", "NOT_IN"} and not each.values:
        message = f"operator {each.operator} requires values"
        raise invalid(message)
    if each.operator not in {"IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"} and row.get("value") is None:
        message = f"operator {each.operator} requires a value"
        raise invalid(message)
    return each


def claim_of(state: State, kind: Kind, each: Filter) -> Claim:
    """Return what the filter says of a record; an unknown property is refused."""
    if each.name.startswith(ASSOCIATIONS):
        return _tied(state, kind, each)
    definition = state.schema.of(kind).get(each.name)
    if definition is None:
        message = f'There was a problem with the request. Property "{each.name}" does not exist'
        raise invalid(message)
    read = reader(state, kind, each.name)
    holds = OPERATORS[each.operator](each, definition)

    def claim(row: Row) -> bool:
        """Say whether the record passes."""
        return holds(read(row))

    return claim


def reader(state: State, kind: Kind, name: str) -> Callable[[Row], str | None]:
    """Return what reads one property of a record."""
    special = READERS[kind.name].get(name)
    if special is None:
        return lambda row: row.values.get(name)
    return lambda row: special(state, row)


def _tied(state: State, kind: Kind, each: Filter) -> Claim:
    """Return the claim of the pseudo-property ``associations.{type}``."""
    target = kind_of(each.name.removeprefix(ASSOCIATIONS))
    if target is None or each.operator not in {"EQ", "IN"}:
        message = f"{each.name} cannot be searched with {each.operator}"
        raise invalid(message)
    wanted = {int(v) for v in (each.values or (each.value,)) if v.isdigit()}
    return lambda row: not wanted.isdisjoint(state.links.of(kind, row.id, target))


def comparable(definition: Property, value: str) -> float | str:
    """Return *value* as what it is compared by: a number for numbers and instants, else text."""
    if definition.type in {"datetime", "date"}:
        at_ms = parsed(value)
        if at_ms is None:
            message = f"{value} is no date"
            raise invalid(message)
        return at_ms
    if definition.type == "number":
        try:
            return float(value)
        except ValueError:
            message = f"{value} is no number"
            raise invalid(message) from None
    return value if definition.type == "enumeration" else value.casefold()


def _has(_each: Filter, _definition: Property) -> Test:
    """Return the test for a value being there."""
    return bool


def _has_not(_each: Filter, _definition: Property) -> Test:
    """Return the test for no value being there."""
    return lambda found: not found


def _compared(holds: Callable[[float | str, float | str], bool]) -> Callable[[Filter, Property], Test]:
    """Return the maker of tests that compare with one value; an unset value never passes."""

    def make(each: Filter, definition: Property) -> Test:
        """Return the test."""
        wanted = comparable(definition, each.value)

        def test(found: str | None) -> bool:
            """Say whether the found value compares as wanted; of several options any may."""
            if not found:
                return False
            return any(_safe(holds, definition, part, wanted) for part in split_options(definition, found))

        return test

    return make


def _safe(
    holds: Callable[[float | str, float | str], bool], definition: Property, found: str, wanted: float | str
) -> bool:
    """Compare, taking a stored value that does not fit its type as no match."""
    own = _stored(definition, found)
    return own is not None and isinstance(own, str) == isinstance(wanted, str) and holds(own, wanted)


def _stored(definition: Property, found: str) -> float | str | None:
    """Return a stored value as it compares, None when it does not fit its type."""
    if definition.type in {"datetime", "date"}:
        return parsed(found)
    if definition.type == "number":
        try:
            return float(found)
        except ValueError:
            return None
    return found if definition.type == "enumeration" else found.casefold()


def _between(each: Filter, definition: Property) -> Test:
    """Return the test for lying between two values, both included."""
    low, high = comparable(definition, each.value), comparable(definition, each.high)

    def test(found: str | None) -> bool:
        """Say whether the found value lies between."""
        own = _stored(definition, found) if found else None
        if isinstance(own, str) and isinstance(low, str) and isinstance(high, str):
            return low <= own <= high
        if own is None or isinstance(own, str) or isinstance(low, str) or isinstance(high, str):
            return False
        return low <= own <= high

    return test


def _within(*, inside: bool) -> Callable[[Filter, Property], Test]:
    """Return the maker of IN and NOT_IN; text must be asked for in lower case, or nothing matches."""

    def make(each: Filter, definition: Property) -> Test:
        """Return the test."""
        textual = definition.type not in {"datetime", "date", "number"}
        wanted = set(each.values) if textual else {comparable(definition, v) for v in each.values}

        def test(found: str | None) -> bool:
            """Say whether the found value is one of them (or none of them)."""
            if not found:
                return False
            own = {_stored(definition, part) for part in split_options(definition, found)}
            return (not own.isdisjoint(wanted)) == inside

        return test

    return make


def _token(*, there: bool) -> Callable[[Filter, Property], Test]:
    """Return the maker of token tests, with ``*`` standing for any letters."""

    def make(each: Filter, _definition: Property) -> Test:
        """Return the test."""
        patterns = [part.casefold() for part in TOKEN.findall(each.value)]

        def test(found: str | None) -> bool:
            """Say whether every asked token is among the value's."""
            if not found:
                return not there
            tokens = TOKEN.findall(found.casefold())
            return all(any(fnmatchcase(token, p) for token in tokens) for p in patterns) == there

        return test

    return make


OPERATORS: dict[str, Callable[[Filter, Property], Test]] = {
    "EQ": _compared(lambda own, wanted: own == wanted),
    "NEQ": _compared(lambda own, wanted: own != wanted),
    "LT": _compared(lambda own, wanted: own < wanted),  # type: ignore[operator]
    "LTE": _compared(lambda own, wanted: own <= wanted),  # type: ignore[operator]
    "GT": _compared(lambda own, wanted: own > wanted),  # type: ignore[operator]
    "GTE": _compared(lambda own, wanted: own >= wanted),  # type: ignore[operator]
    "BETWEEN": _between,
    "IN": _within(inside=True),
    "NOT_IN": _within(inside=False),
    "HAS_PROPERTY": _has,
    "NOT_HAS_PROPERTY": _has_not,
    "CONTAINS_TOKEN": _token(there=True),
    "NOT_CONTAINS_TOKEN": _token(there=False),
}
