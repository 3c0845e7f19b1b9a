"""The reference page of the configuration, made from the declarations: docs/reference/configuration.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import WithJsonSchema

from connector.adapters import registry
from connector.config.checks import MISSING
from connector.config.declared import Place, bare, entries_of, items_of, options_of, shape, table_of
from connector.config.grammar import COMPARISONS, ENGAGEMENT, SCORE, STAGE
from connector.config.models import Document
from connector.config.schema import plain_default
from connector.model import Stage
from connector.options import Due
from connector.secrets import Secret

_INTRODUCTION: Final = """# Configuration

Everything the connector does is said in one TOML file. This page lists every option; it is made from the declarations
that also check the file, so it is complete. To begin, read [your own agreement](../how-to/first-agreement.md) and take
`config.example.toml`, which shows the options at work.

- `connector validate` checks the file, `connector validate --online` also asks the CRM, `connector test` runs the
  `[[tests]]` in it.
- The first line `#:schema ./connector.schema.json` lets an editor complete and check while you type.
- Names in capitals are yours: `[systems.NAME]` may be `[systems.hubspot]`.
- **Spans** are written with their unit: `"90 minutes"`, `"14 days"`. Months and years are not spans, they differ.
- **Secrets** come by reference only: `{ env = "NAME" }` or `{ file = "/run/secrets/name" }`.
- **The environment overrides the file**: `CONNECTOR_STORE__URL` is `[store] url`, sections are joined by two
  underscores. `CONNECTOR_STORE__URL_FILE` names a file that holds the value; setting both is an error, and so is a
  variable that names no option. A secret may be given directly: `CONNECTOR_SYSTEMS__HUBSPOT__TOKEN`.
  `CONNECTOR_CONFIG` names the file.
"""
_CRITERIA: Final = """## Criteria

A criterion is a table that is about one thing: a field, engagement, a score or the stage. `all`, `any` and `not` join
them: `{ all = [ { … }, { any = [ { … }, { … } ] } ] }`; `all` and `any` beside each other must both hold. A criterion
over an empty field is *unknown*, neither yes nor no.
"""
_TYPES: Final = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    date: "date",
    datetime: "instant",
    time: "time of day",
    timedelta: "span",
    Due: "span, or business hours",
    Stage: "stage",
    Secret: "secret, by reference",
    Any: "anything",
}


_SYSTEM: Final = ("systems", "NAME")


def page() -> str:
    """Return the whole page."""
    parts = [_INTRODUCTION]
    parts += _sections(Document, (), array=False, intro="## The file")
    for kind in registry.OWN:
        model = options_of(kind)
        if model is not None:
            parts.append(f'## `[systems.NAME]` with `kind = "{kind}"`\n\n{(model.__doc__ or "").strip()}\n')
            parts.append(_table(model, _SYSTEM))
            for place in _places(model):
                inner, several = _inside(place)
                if inner is not None:
                    parts += _sections(inner, (*_SYSTEM, place.key), array=several)
    parts.append(_grammar())
    return "\n".join(parts).rstrip() + "\n"


def _sections(annotation: object, path: tuple[str, ...], *, array: bool, intro: str = "") -> list[str]:
    """Return a section for a table and for each table below it."""
    model = table_of(annotation)
    if model is None:
        return []
    name = ".".join(path)
    header = intro or f"## `{'[[' if array else '['}{name}{']]' if array else ']'}`"
    required = " Required." if len(path) == 1 and path[0] in MISSING else ""
    parts = [f"{header}\n\n{(model.__doc__ or '').strip().splitlines()[0]}{required}\n", _table(model, path)]
    for place in _places(model):
        inner, several = _inside(place)
        if inner is not None:
            parts += _sections(inner, (*path, place.key), array=several)
    return parts


def _places(model: object) -> Iterator[Place]:
    """Yield the options of a table, those that the admin names last."""
    around = shape(model)
    if around is not None:
        yield from around.places
        if around.others is not None:
            yield around.others


def _inside(place: Place) -> tuple[object | None, bool]:
    """Return the table that an option holds, and whether it holds several of them."""
    inner = items_of(place.annotation)
    if inner is not None:
        return (inner, True) if table_of(inner) is not None else (None, False)
    if table_of(place.annotation) is not None:
        return place.annotation, False
    return None, False


def _table(model: object, path: tuple[str, ...]) -> str:
    """Return the options of one table as a Markdown table."""
    lines = ["| option | type | default | what it says |", "|---|---|---|---|"]
    for place in _places(model):
        own = entries_of(place.annotation)
        says = place.declared.says
        example = f" Example: `{_cell(place.declared.example)}`" if place.declared.example else ""
        unit = f" In {place.declared.unit}." if place.declared.unit else ""
        key = f"`{place.key}`" + (f" ([below](#{_anchor((*path, place.key), place)}))" if _has_section(place) else "")
        kind = place.declared.kind or ("table" if own is not None else _share(place) or _type(place.annotation))
        lines.append(f"| {key} | {kind} | {_default(place)} | {_cell(says)}{unit}{example} |")
    extra = _entries(model, path)
    return "\n".join(lines) + "\n" + extra


def _entries(model: object, path: tuple[str, ...]) -> str:
    """Return the sections of tables whose keys the admin names."""
    found = []
    for place in _places(model):
        value = entries_of(place.annotation)
        if value is not None and table_of(value) is not None:
            found += _sections(value, (*path, place.key, "NAME"), array=False)
    return "\n" + "\n".join(found) if found else ""


def _has_section(place: Place) -> bool:
    """Tell whether an option is described in a section of its own."""
    value = entries_of(place.annotation)
    return _inside(place)[0] is not None or (value is not None and table_of(value) is not None)


def _anchor(path: tuple[str, ...], place: Place) -> str:
    """Return the anchor that Markdown gives the section of an option."""
    named = entries_of(place.annotation) is not None
    return "".join((*path, "NAME") if named else path).lower().replace(".", "")


def _type(annotation: object) -> str:
    """Return a type in an admin's words."""
    found = bare(annotation)
    origin = get_origin(found)
    if origin is Literal:
        return " · ".join(f"`{one}`" for one in get_args(found) if one)
    if origin in {list, tuple}:
        inner = get_args(found)[0]
        if table_of(inner) is not None:
            return "tables"
        return "one or several texts" if origin is tuple else f"list of {_type(inner)}"
    if origin is dict:
        return "table"
    if origin is not None:
        return ", ".join(_TYPES.get(one, str(one)) for one in get_args(found) if one is not type(None))
    return _TYPES.get(found, "table") if isinstance(found, type) or found is Any else "text"


def _share(place: Place) -> str:
    """Return the type of a part of something, which is a number in the program and a percentage in the file."""
    if place.field is None or bare(place.annotation) is not float:
        return ""
    percent = any(isinstance(one, WithJsonSchema) for one in place.field.metadata)
    return "percentage" if percent else ""


def _default(place: Place) -> str:
    """Return the default as it would be written."""
    if place.declared.shown or place.field is None:
        return place.declared.shown
    return "required" if place.required else _written(place.field.default)


def _written(default: object) -> str:
    """Return a default in TOML; nothing where there is nothing to say."""
    value = plain_default(default)
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return f"`{_cell(str(value).replace(chr(39), chr(34)))}`"
    quoted = isinstance(value, str) and not isinstance(default, time)
    return f'`"{_cell(str(value))}"`' if quoted else f"`{value}`"


def _cell(text: str) -> str:
    """Return *text* fit for a cell of a table."""
    return text.replace("|", "\\|")


def _grammar() -> str:
    """Return the section on criteria."""
    parts = [_CRITERIA]
    field = {"field": "Name of one of our fields; then at least one of:", **_says(COMPARISONS)}
    for title, keys in (
        ("A field", field),
        ("Engagement", _says(ENGAGEMENT)),
        ("A score", _says(SCORE)),
        ("The stage", _says(STAGE)),
    ):
        lines = [f"### {title}\n", "| key | what it asks |", "|---|---|"]
        lines += [f"| `{key}` | {_cell(says)} |" for key, says in keys.items()]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _says(keys: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the sentence of each key."""
    return {str(key): str(one["description"]) for key, one in keys.items()}
