"""Types of options that several sections share: each says in one error what it expected and what it found."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from connector.durations import parse
from connector.model import LADDER, Stage
from connector.options import wrong
from connector.problems import did_you_mean

CRITERION: Final = "Criterion"
UNLESS: Final = "Unless"
STANDS_FOR: Final = "x-stands-for"
"""Key by which an option's schema names the grammar that `schema.py` puts in its place."""
STAGES: Final = tuple(stage.value for stage in (*LADDER, Stage.DISQUALIFIED, Stage.OTHER))
_SPAN_WORDS: Final = r"^\s*[0-9]+(\.[0-9]+)?\s*(seconds?|minutes?|hours?|days?|weeks?)\s*$"
_SHOWN: Final = 60


def found(value: object) -> str:  # noqa: PLR0911 - one for each kind of value
    """Return what *value* is and says, in an admin's words: ``the text "50"``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the text "{value if len(value) <= _SHOWN else value[:_SHOWN] + "…"}"'
    if isinstance(value, int | float):
        text = str(value)
        return f"the number {text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}"
    if isinstance(value, list | tuple):
        return "an empty list" if not value else "a list"
    if isinstance(value, dict):
        return "an empty table" if not value else "a table"
    if isinstance(value, datetime):
        return f"the instant {value.isoformat()}"
    return f"the date {value}" if isinstance(value, date) else f"the time {value}"


def _words(given: object) -> tuple[str, ...]:
    """Return one text or a list of texts as a tuple, nothing empty in it."""
    if isinstance(given, tuple):
        return given
    several = given if isinstance(given, list) else [given]
    for one in several:
        if not isinstance(one, str):
            raise wrong(f"a text was expected, not {found(one)}.", 'Write "a", or ["a", "b"] for several.')
        if not one.strip():
            raise wrong("a text is empty.", "Leave it out, or write what is meant.")
    return tuple(several)


def _values(given: object) -> tuple[str, ...]:
    """Return one value or a list of values as texts, the way raw records are compared."""
    if isinstance(given, tuple):
        return given
    several = given if isinstance(given, list) else [given]
    if not several:
        raise wrong("an empty list equals nothing.", "Write the values that are meant.")
    texts = []
    for one in several:
        if isinstance(one, bool):
            texts.append("true" if one else "false")
        elif isinstance(one, str | int | float):
            texts.append(str(one))
        else:
            raise wrong(f"a value was expected, not {found(one)}.", 'Write "a", or ["a", "b"] for several.')
    return tuple(texts)


def _reach(given: object) -> bool | timedelta:
    """Return how far back something reaches: not at all, all the way, or a span."""
    if isinstance(given, bool | timedelta):
        return given
    read = parse(given) if isinstance(given, str) else None
    if isinstance(read, timedelta):
        return read
    if read is None or not any(sign.isdigit() for sign in str(given)):
        raise wrong(f"true, false or a span of time was expected, not {found(given)}.", 'Write true, or "3 days".')
    raise wrong(read.message, read.hint)


def _stage(given: object) -> Stage:
    """Return one of our stages by its name."""
    if isinstance(given, Stage):
        return given
    if isinstance(given, str) and given in STAGES:
        return Stage(given)
    near = did_you_mean(given, STAGES) if isinstance(given, str) else ""
    raise wrong(f"{found(given)} is no stage.", f"{near} Stages are {', '.join(STAGES)}.".strip())


Words = Annotated[
    tuple[str, ...],
    BeforeValidator(_words),
    WithJsonSchema({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One text or a list of texts."""
_VALUE: Final = {"type": ["string", "number", "boolean"]}
Values = Annotated[
    tuple[str, ...],
    BeforeValidator(_values),
    WithJsonSchema({"oneOf": [_VALUE, {"type": "array", "items": _VALUE, "minItems": 1}]}),
]
"""One value or a list of values, compared as texts."""
Reach = Annotated[
    bool | timedelta,
    BeforeValidator(_reach),
    WithJsonSchema({"oneOf": [{"type": "boolean"}, {"type": "string", "pattern": _SPAN_WORDS}]}),
]
"""How far back something reaches: false for not at all, true for all the way, or a span."""
StageName = Annotated[Stage, BeforeValidator(_stage), WithJsonSchema({"enum": list(STAGES)})]
"""One of our stages."""
Criterion = Annotated[dict[str, Any], WithJsonSchema({STANDS_FOR: CRITERION})]
"""A criterion as it stands in the file; `connector.criteria.parse` reads it."""
UnlessTable = Annotated[dict[str, Any], WithJsonSchema({STANDS_FOR: UNLESS})]
"""A criterion that also knows open deals, open tasks and what sales did."""
