"""The JSON schema of the file, made from the declarations, for editors and for checks in a build."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from enum import Enum
from typing import Any, Final, get_args

from pydantic import BaseModel

from connector import durations
from connector.adapters import registry
from connector.config.checks import MISSING
from connector.config.declared import options_of
from connector.config.grammar import CRITERION_SCHEMA, TEST_SCHEMA, UNLESS_SCHEMA
from connector.config.models import Document
from connector.config.shapes import CRITERION, STANDS_FOR, UNLESS
from connector.options import Due

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
NAME: Final = "connector.schema.json"
_DEFS: Final = "#/$defs/"
_WHOLE: Final = 100
_Json = dict[str, Any]


def schema() -> _Json:
    """Return the schema of the whole file; options of systems are those of the adapters that come along."""
    whole = Document.model_json_schema(by_alias=True)
    definitions: _Json = whole.pop("$defs")
    definitions |= {CRITERION: CRITERION_SCHEMA, UNLESS: UNLESS_SCHEMA, "Comparisons": TEST_SCHEMA}
    systems = []
    for kind in registry.OWN:
        model = options_of(kind)
        if model is None:
            continue
        options = model.model_json_schema(by_alias=True)
        definitions |= options.pop("$defs", {})
        options["properties"] = {"kind": {"const": kind, "description": "Picks the adapter."}, **options["properties"]}
        options["required"] = ["kind", *options.get("required", [])]
        _defaults(options, model)
        name = f"{kind.capitalize()}System"
        definitions[name] = options
        systems.append({"$ref": _DEFS + name})
    for table in _models(Document):
        if table.__name__ in definitions:
            _defaults(definitions[table.__name__], table)
    _defaults(whole, Document)
    definitions["SystemTable"] = {"description": "One CRM or source.", "oneOf": systems}
    whole["required"] = list(MISSING)
    return {
        "$schema": DRAFT,
        "title": "Configuration of the connector",
        **_tidy(whole),
        "$defs": {name: _tidy(one) for name, one in sorted(definitions.items())},
    }


def schema_text() -> str:
    """Return the schema as it stands in the file that `#:schema` names."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def plain_default(value: object) -> object:
    """Return a default as an admin would write it in TOML; None where it is a table or nothing."""
    if isinstance(value, timedelta):
        return durations.spoken(value)
    if isinstance(value, Due):
        count, unit = durations.spoken(value.span).split(" ")
        return f"{count} business {unit}" if value.business else f"{count} {unit}"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [plain_default(one) for one in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return None if isinstance(value, BaseModel | Mapping) else value


def _defaults(table: _Json, model: type[BaseModel]) -> None:
    """Put the defaults of *model* into the schema of its table, in the words of the file."""
    for name, field in model.model_fields.items():
        described = table["properties"].get(field.alias or name)
        if described is None:
            continue
        described.pop("default", None)
        default = None if field.is_required() else plain_default(field.default)
        if described.get("type") == "string" and isinstance(default, float):
            default = f"{default * _WHOLE:g}%"
        if default not in (None, "", []):
            described["default"] = default


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield every model below *annotation*."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
        others = getattr(annotation, "OTHERS", None)
        if others:
            yield from _models(others[1])
    for inner in get_args(annotation):
        yield from _models(inner)


def _tidy(node: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return *node* without what TOML has no use for: null, generated titles, a clock with a zone."""
    if isinstance(node, list):
        return [_tidy(one) for one in node]
    if not isinstance(node, dict):
        return node
    if STANDS_FOR in node:
        rest = {key: one for key, one in node.items() if key != STANDS_FOR}
        return {"$ref": _DEFS + node[STANDS_FOR], **rest}
    tidied = {key: _tidy(one) for key, one in node.items() if not (key == "title" and isinstance(one, str))}
    choices = [one for one in tidied.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        rest = {key: one for key, one in tidied.items() if key != "anyOf"}
        return {**choices[0], **rest}
    if choices:
        tidied["anyOf"] = choices
    if tidied.get("format") == "time":
        # A time of day in TOML has no zone, which the format "time" demands.
        tidied["format"] = "partial-time"
    return tidied
