"""Pydantic's errors of shape in an admin's words: what is wrong, what was found, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, Literal, cast, get_args, get_origin

from pydantic_core import ErrorDetails

from connector.config.declared import Place, Shape
from connector.config.shapes import found
from connector.problems import Path, did_you_mean, written

_LISTED: Final = 20


def sentence(error: ErrorDetails, path: Path, around: Shape | None, place: Place | None) -> tuple[str, str]:
    """
    Return message and hint for *error*.

    Args:
        error: As pydantic gave it.
        path: Where in the file.
        around: The shape of the table it stands in; None when that is not known.
        place: The option that it is about, for an entry of a list the list; None when nothing declares it.
    """
    kind = error["type"]
    if kind == "option":
        context = error.get("ctx", {})
        message = str(context.get("message", ""))
        # An adapter's own validator may end its message without a full stop.
        return message if message.endswith((".", "!", "?")) else f"{message}.", str(context.get("hint", ""))
    if kind == "extra_forbidden":
        return unknown_key(path, around)
    if kind == "missing":
        return f'"{path[-1]}" is missing.', _how_to_write(place)
    for kinds, say in _SENTENCES:
        if kind in kinds:
            return say(error, place)
    return f"{found(error['input'])} cannot be used: {error['msg'].lower()}.", _how_to_write(place)


def unknown_key(path: Path, around: Shape | None) -> tuple[str, str]:
    """Return message and hint for a key that nothing declares."""
    known = [one.key for one in around.places] if around is not None else []
    where = f"[{written(path[:-1])}]" if len(path) > 1 else "the file"
    near = did_you_mean(str(path[-1]), known)
    listed = ", ".join(known[:_LISTED]) + (" …" if len(known) > _LISTED else "")
    return f'unknown key "{path[-1]}".', near or (f"Keys of {where}: {listed}." if known else "Leave it out.")


def nearest(path: Path, around: Shape | None) -> str:
    """Return the declared key that an unknown one was probably meant to be; empty when none is near."""
    known = [one.key for one in around.places] if around is not None else []
    return did_you_mean(str(path[-1]), known).removeprefix('Did you mean "').removesuffix('"?')


def _how_to_write(place: Place | None) -> str:
    """Return the hint that shows the declared example."""
    if place is None:
        return ""
    if place.declared.example:
        return f"{place.declared.says} Write {place.key} = {place.declared.example}, for example."
    return place.declared.says


def _expected(what: str) -> Callable[[ErrorDetails, Place | None], tuple[str, str]]:
    """Return a sentence that *what* was expected."""

    def say(error: ErrorDetails, place: Place | None) -> tuple[str, str]:
        given = error["input"]
        hint = _how_to_write(place)
        if what == "a text" and isinstance(given, int | float | date) and place is not None:
            hint = f'Put it in quotes: {place.key} = "{given}".'
        elif isinstance(given, str) and _reads_as(given, what) and place is not None:
            hint = f"Leave the quotes out: {place.key} = {given.strip()}."
        return f"{what} was expected, not {found(given)}.", hint

    return say


def _reads_as(text: str, what: str) -> bool:
    """Tell whether *text* without its quotes would be *what* was expected."""
    text = text.strip()
    if what in {"a whole number", "a number"}:
        return text.removeprefix("-").replace(".", "", 1 if what == "a number" else 0).isdigit()
    if what == "true or false":
        return text in {"true", "false"}
    if what == "a date":
        try:
            return bool(date.fromisoformat(text))
        except ValueError:
            return False
    return False


def _choice(error: ErrorDetails, place: Place | None) -> tuple[str, str]:
    """Say which words are allowed."""
    allowed = _allowed(place)
    given = error["input"]
    near = did_you_mean(given.lower(), allowed) if isinstance(given, str) else ""
    listed = ", ".join(f'"{one}"' for one in allowed)
    return f"{found(given)} is not allowed here.", f"{near} Allowed: {listed}.".strip() if allowed else str(
        error["msg"]
    )


def _allowed(place: Place | None) -> tuple[str, ...]:
    """Return the words of a choice, or of a list of choices."""
    if place is None:
        return ()
    annotation = place.annotation
    if get_origin(annotation) is list:
        annotation = get_args(annotation)[0]
    return tuple(one for one in get_args(annotation) if one) if get_origin(annotation) is Literal else ()


def _bound(error: ErrorDetails, place: Place | None) -> tuple[str, str]:
    """Say which numbers are allowed."""
    context = cast("Mapping[str, Any]", error.get("ctx", {}))
    if "ge" in context:
        rule = f"{context['ge']:,} or more"
    elif "le" in context:
        rule = f"{context['le']:,} or less"
    else:
        rule = "a finite number"
    unit = f", counted in {place.declared.unit}" if place is not None and place.declared.unit else ""
    return f"{found(error['input'])} is out of range.", f"Write {rule}{unit}."


def _length(error: ErrorDetails, place: Place | None) -> tuple[str, str]:
    """Say that something is empty or too long."""
    context = cast("Mapping[str, Any]", error.get("ctx", {}))
    if "max_length" in context:
        return f"it is longer than {context['max_length']} characters.", "Shorten it."
    empty = "the list is empty." if isinstance(error["input"], list | tuple) else "the text is empty."
    return empty, _how_to_write(place)


_SENTENCES: Final = (
    (frozenset({"string_type", "string_sub_type"}), _expected("a text")),
    (frozenset({"int_type", "int_from_float"}), _expected("a whole number")),
    (frozenset({"float_type"}), _expected("a number")),
    (frozenset({"bool_type"}), _expected("true or false")),
    (frozenset({"date_type", "date_from_datetime_inexact", "date_parsing"}), _expected("a date")),
    (frozenset({"time_type", "time_parsing"}), _expected("a time of day")),
    (frozenset({"list_type", "tuple_type"}), _expected("a list")),
    (frozenset({"dict_type", "model_type", "model_attributes_type", "mapping_type"}), _expected("a table")),
    (frozenset({"literal_error", "enum"}), _choice),
    (frozenset({"greater_than_equal", "less_than_equal", "finite_number"}), _bound),
    (frozenset({"too_short", "too_long", "string_too_short", "string_too_long"}), _length),
)
