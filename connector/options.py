"""
The declaration of an option, once: type, default, unit, example, one sentence.

Validation, the JSON schema, the coverage test of config.example.toml and the reference page are made from it. An
adapter declares its options with the same words::

    class Options(Table):
        timeout: Span = option(timedelta(seconds=30), example='"30 seconds"', says="How long one answer may take.")
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from connector.durations import Unreadable, parse, parse_due

REQUIRED: Final[Any] = ...
"""Stands for "no default": the admin has to say it."""
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*%")
_WHOLE: Final = 100


class Table(BaseModel):
    """A TOML table of ours: unknown keys are errors, nothing is converted in silence, nothing changes afterwards."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
    )


@dataclass(frozen=True, slots=True)
class Declared:
    """
    What one option declares beside its type and default; found on pydantic's field by `declared`.

    Attributes:
        says: One sentence for the reference page and the editor.
        example: A TOML value as the admin would write it; empty for a table that is filled under its own header.
        unit: What a number counts; empty for texts and spans, which carry their unit themselves.
        shown: The default in an admin's words where the value itself does not tell; may be empty.
        kind: The type in an admin's words where the annotation does not tell; may be empty.
    """

    says: str
    example: str = ""
    unit: str = ""
    shown: str = ""
    kind: str = ""

    def value(self) -> object:
        """Return the example as a value, None when there is none."""
        return tomllib.loads(f"example = {self.example}")["example"] if self.example else None

    def __call__(self, schema: dict[str, Any]) -> None:
        """Add sentence, unit and example to the JSON *schema* of the option; pydantic calls this."""
        schema["description"] = f"{self.says} Counted in {self.unit}." if self.unit else self.says
        schema.pop("title", None)
        if self.example:
            schema["examples"] = [_plain(self.value())]


def option(  # noqa: PLR0913 - one for each thing that is declared, all but the default by name
    default: object,
    *,
    says: str,
    example: str = "",
    unit: str = "",
    shown: str = "",
    kind: str = "",
    key: str | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    shortest: int | None = None,
    longest: int | None = None,
) -> Any:  # noqa: ANN401 - the annotation beside it gives the type
    """
    Declare one option of a `Table`.

    Args:
        default: What holds when it is left out; `REQUIRED` when it may not be. Lists and tables are copied.
        says: One sentence.
        example: A TOML value, `"5 minutes"` with its quotes; empty only for tables.
        unit: What a number counts.
        shown: The default in words where the value does not tell.
        kind: The type in words where the annotation does not tell.
        key: The key in the file where Python forbids the name ("from", "list").
        at_least: Least number allowed.
        at_most: Largest number allowed.
        shortest: Fewest characters or entries.
        longest: Most characters or entries.
    """
    return Field(
        default,
        alias=key,
        ge=at_least,
        le=at_most,
        min_length=shortest,
        max_length=longest,
        json_schema_extra=cast("Any", Declared(says=says, example=example, unit=unit, shown=shown, kind=kind)),
    )


def declared(field: FieldInfo) -> Declared:
    """
    Return what *field* declares.

    Raises:
        TypeError: It was not made by `option`, which an adapter's author has to mend.
    """
    extra = cast("object", field.json_schema_extra)
    if not isinstance(extra, Declared):
        message = f"the option {field.annotation} is not declared with connector.options.option"
        raise TypeError(message)
    return extra


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """Return the error that a validator of an option raises; the loader makes a located problem of it."""
    return PydanticCustomError("option", "{message}", {"message": message, "hint": hint})


def _span(given: object) -> timedelta:
    """Return *given* as a span of time."""
    if isinstance(given, timedelta):
        return given
    read = parse(given)
    if isinstance(read, Unreadable):
        raise wrong(read.message, read.hint)
    return read


@dataclass(frozen=True, slots=True)
class Due:
    """A span that may be counted in business time only."""

    span: timedelta
    business: bool


def _due(given: object) -> Due:
    """Return *given* as a due date's span."""
    if isinstance(given, Due):
        return given
    read = parse_due(given)
    if isinstance(read, Unreadable):
        raise wrong(read.message, read.hint)
    return Due(*read)


def _share(given: object) -> float:
    """Return *given* as a part of 1, more than nothing and at most all."""
    if isinstance(given, float) and 0 < given <= 1:
        return given
    match = _PERCENT.fullmatch(given.strip()) if isinstance(given, str) else None
    hint = 'Write a percentage in quotes, such as "50%".'
    if match is None:
        raise wrong(f"{given!r} is no share.", hint)
    share = float(match[1]) / _WHOLE
    if not 0 < share <= 1:
        raise wrong(f'"{given}" is not above 0% and at most 100%.', hint)
    return share


def _plain(value: object) -> object:
    """Return *value* as JSON can hold it: dates and times as their text."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float) else str(value)


_SPAN_WORDS: Final = r"^\s*[0-9]+(\.[0-9]+)?\s*(seconds?|minutes?|hours?|days?|weeks?)\s*$"
_DUE_WORDS: Final = r"^\s*[0-9]+(\.[0-9]+)?\s*(business\s+)?(seconds?|minutes?|hours?|days?|weeks?)\s*$"

Span = Annotated[timedelta, BeforeValidator(_span), WithJsonSchema({"type": "string", "pattern": _SPAN_WORDS})]
"""A span of time, written "5 minutes"."""
DueSpan = Annotated[Due, BeforeValidator(_due), WithJsonSchema({"type": "string", "pattern": _DUE_WORDS})]
"""A span until something is due, written "4 business hours" or "2 days"."""
Share = Annotated[float, BeforeValidator(_share), WithJsonSchema({"type": "string", "pattern": r"^[0-9.]+\s*%$"})]
"""A part of something, written "50%"; a float above 0 and at most 1 in the program."""
