"""
What is posted, as the admin wrote it: JSON in whose texts `{placeholders}` stand for what is known.

A placeholder is filled in after the JSON was taken apart, and only inside texts: whatever a person typed into a form,
it stays text. What a text means to its reader (Slack's `<!channel>`, a link in Markdown) is another matter; a bar and
the name of an escape take that away: `{task.subject|slack}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, cast

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from connector.commands import Kind
from connector.options import wrong
from connector.problems import did_you_mean
from connector.secrets import FOLDER

Json = str | int | float | bool | None | Sequence[Any] | Mapping[str, Any]
Place = tuple[str | int, ...]

_MARK: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_LARGEST: Final = 100_000
_DEEPEST: Final = 32
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")
_ALWAYS: Final = ("type", "id", "timestamp", "stage", "reasons", "evidence", "person.id", "person.records")
_OF_TASKS: Final = ("subject", "text", "html", "owner", "due_at", "due_on", "remind_at", "type", "priority", "playbook")
KNOWN: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType({
    Kind.TASK: (*_ALWAYS, *(f"task.{name}" for name in _OF_TASKS)),
    Kind.STAGE: (*_ALWAYS, "stage.value", "stage.previous", "stage.field"),
    Kind.FIELDS: (*_ALWAYS, "fields"),
})
"""Placeholders that need no name of the admin's."""
OPEN: Final[Mapping[str, str]] = MappingProxyType({"person": "[fields]", "score": "the scores", "fields": "write"})
"""Beginnings after which a name of the admin's follows, and where such names come from."""


def _slack(text: str) -> str:
    """Take away what Slack's own markup means (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _markdown(text: str) -> str:
    """Take away what Markdown means."""
    return _MARKDOWN.sub(r"\\\1", text)


ESCAPES: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType({"slack": _slack, "markdown": _markdown})


@dataclass(frozen=True, slots=True)
class Fault:
    """A placeholder that stands for nothing: where in the template, what is wrong, what was probably meant."""

    place: Place
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Template:
    """JSON with placeholders, and the file it came from ("" when it stands in the configuration itself)."""

    value: Json
    file: str = ""


def faults(template: Template, kind: Kind, names: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """
    Yield what is wrong with *template*.

    Args:
        template: As the admin wrote it.
        kind: What it is for; a stage has no subject.
        names: The admin's own names by beginning: "person" → fields, "score" → scores, "fields" → written fields.
    """
    known = (*KNOWN[kind], *(f"{begin}.{name}" for begin in OPEN for name in names.get(begin, ())))
    for place, text in _texts(template.value, ()):
        for mark in _MARK.finditer(text):
            if mark[1] is None:
                continue
            name, bar, escape = (part.strip() for part in mark[1].partition("|"))
            if name not in known:
                hint = did_you_mean(name, known) or f"There are {', '.join(KNOWN[kind])} and person.FIELD, score.NAME."
                hint = f"{hint} A brace that is meant as one is written twice."
                yield Fault(place, f"there is no placeholder {{{name}}} for this.", hint)
            elif bar and escape not in ESCAPES:
                hint = did_you_mean(escape, ESCAPES) or f"There are {', '.join(ESCAPES)}."
                yield Fault(place, f'there is no escape "{escape}".', hint)


def filled(value: Json, of: Callable[[str], str]) -> Json:
    """Return *value* with every placeholder in its texts replaced by what *of* says; keys stay as they are."""
    if isinstance(value, str):
        return _MARK.sub(lambda mark: _said(mark, of), value)
    if isinstance(value, Mapping):
        return {key: filled(one, of) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [filled(one, of) for one in value]
    return value


def _said(mark: re.Match[str], of: Callable[[str], str]) -> str:
    """Return what stands for one mark."""
    if mark[1] is None:
        return mark[0][0]
    name, bar, escape = (part.strip() for part in mark[1].partition("|"))
    return ESCAPES[escape](of(name)) if bar else of(name)


def _texts(value: Json, place: Place) -> Iterator[tuple[Place, str]]:
    """Yield every text of *value* with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _texts(one, (*place, key))
    elif isinstance(value, Sequence):
        for index, one in enumerate(value):
            yield from _texts(one, (*place, index))


def _template(given: object, info: ValidationInfo) -> Template:
    """Return *given* as a template: a table that is the JSON itself, or { file = "task.json" } that holds it."""
    if isinstance(given, Template):
        return given
    if not isinstance(given, dict):
        raise wrong("a template is a table.", 'Write text = "{task.subject}" below it, or { file = "task.json" }.')
    if set(given) == {"file"} and isinstance(given["file"], str):
        folder = cast("Mapping[str, Any]", info.context or {}).get(FOLDER, Path())
        return Template(_read(folder / given["file"]), given["file"])
    if _depth(given) > _DEEPEST:
        raise wrong(f"it is nested more than {_DEEPEST} deep.", "Is it really what the receiver takes?")
    try:
        # Dates of TOML are none of JSON's.
        return Template(cast("Json", json.loads(json.dumps(given, allow_nan=False))))
    except (TypeError, ValueError):
        raise wrong("it holds a value that JSON does not have.", "Put dates, times and nan in quotes.") from None


def _read(path: Path) -> Json:
    """Return the JSON in the file at *path*."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise wrong(f"{path} has more than {_LARGEST:,} bytes.", "Is it the right file?")
        found = json.loads(content)
    except OSError as error:
        raise wrong(f"{path} cannot be read: {error.strerror}.", "Put the template's JSON into that file.") from None
    except (ValueError, RecursionError) as error:
        raise wrong(f"{path} is no JSON: {error}.", "Try it with a JSON checker.") from None
    if not isinstance(found, dict):
        raise wrong(f"{path} holds no JSON object.", "A template begins with a brace.")
    return cast("Json", found)


def _depth(value: object) -> int:
    """Return how deep *value* is nested."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)


TemplateOption = Annotated[
    Template,
    BeforeValidator(_template),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]
