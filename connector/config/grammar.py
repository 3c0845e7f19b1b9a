"""The grammar of criteria as JSON schema: what `connector.criteria.parse` takes, for editors to complete."""

from __future__ import annotations

from typing import Any, Final

from connector.config.shapes import STAGES
from connector.criteria.syntax import Op

_SPAN: Final = {"type": "string", "examples": ["14 days"]}
_TEXTS: Final = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
_FILE: Final = {
    "type": "object",
    "properties": {"file": {"type": "string", "description": "One entry a line, beside the configuration."}},
    "required": ["file"],
    "additionalProperties": False,
}
_CRITERION: Final = {"$ref": "#/$defs/Criterion"}
_CRITERIA: Final = {"type": "array", "items": _CRITERION, "minItems": 1}
_TREE: Final = {
    "all": {**_CRITERIA, "description": "All of these hold."},
    "any": {**_CRITERIA, "description": "At least one of these holds."},
    "not": {**_CRITERION, "description": "This does not hold."},
}
COMPARISONS: Final[dict[str, dict[str, Any]]] = {
    Op.EQUALS: {"description": "The value is this."},
    Op.IN: {"description": "The value is one of these.", "anyOf": [{"type": "array", "minItems": 1}, _FILE]},
    Op.AT_LEAST: {"description": "The value is this or more, or a later option."},
    Op.AT_MOST: {"description": "The value is this or less, or an earlier option."},
    Op.CONTAINS: {"description": "The text has this anywhere, or the list has this entry.", **_TEXTS},
    Op.HAS_WORD: {"description": "The text has this as a whole word.", **_TEXTS},
    Op.MATCHES: {"description": "The text fits this regular expression.", "type": "string"},
    Op.DOMAIN_IN: {
        "description": 'The domain of the address is one of these; "free-mail" is the built-in list.',
        "anyOf": [*_TEXTS["anyOf"], _FILE],
    },
    Op.IS_SET: {"description": "There is a value (true) or none (false).", "type": "boolean"},
    Op.WITHIN: {"description": "The date lies no longer ago than this.", **_SPAN},
    Op.OLDER_THAN: {"description": "The date lies longer ago than this.", **_SPAN},
    Op.IN_NEXT: {"description": "The date lies ahead, no further than this.", **_SPAN},
}
"""Every comparison with its sentence."""
FIELD: Final[dict[str, Any]] = {
    "field": {"type": "string", "description": "Name of one of our fields."},
    **{str(op): one for op, one in COMPARISONS.items()},
}
_ON_ATTRIBUTES: Final = (
    Op.EQUALS,
    Op.IN,
    Op.AT_LEAST,
    Op.AT_MOST,
    Op.CONTAINS,
    Op.HAS_WORD,
    Op.MATCHES,
    Op.DOMAIN_IN,
    Op.IS_SET,
)
TEST_SCHEMA: Final[dict[str, Any]] = {
    "description": "Comparisons with an attribute, all of which hold.",
    "type": "object",
    "properties": {str(op): COMPARISONS[op] for op in _ON_ATTRIBUTES},
    "additionalProperties": False,
    "minProperties": 1,
}
ENGAGEMENT: Final[dict[str, Any]] = {
    "engagement": {"description": 'Types of engagement; "any" for whatever the person did.', **_TEXTS},
    "where": {
        "description": "What must be true of its attributes.",
        "type": "object",
        "additionalProperties": {
            "anyOf": [{"type": ["string", "number", "boolean", "array"]}, {"$ref": "#/$defs/Comparisons"}]
        },
    },
    "at_least": {"description": "How many, on how many days, or what sum.", "type": "number"},
    "at_most": {"description": "No more than so many.", "type": "number"},
    "within": {"description": "Only what happened within this span.", **_SPAN},
    "not_within": {"description": "None happened within this span.", **_SPAN},
    "distinct": {"description": '"day" counts different days; an attribute its different values.', "type": "string"},
    "sum": {"description": "Attribute that is summed instead of counted.", "type": "string"},
}
SCORE: Final[dict[str, Any]] = {
    "score": {"type": "string", "description": 'Name of a score, or "total".'},
    "at_least": {"description": "So many points or more.", "type": "number"},
    "at_most": {"description": "So many points or fewer.", "type": "number"},
}
STAGE: Final[dict[str, Any]] = {
    "stage": {
        "description": "The person is in this stage, or in one of these.",
        "anyOf": [{"enum": list(STAGES)}, {"type": "array", "items": {"enum": list(STAGES)}, "minItems": 1}],
    },
    "for_at_least": {"description": "For at least so long.", **_SPAN},
    "for_at_most": {"description": "For at most so long.", **_SPAN},
}


def _leaf(properties: dict[str, Any], head: str) -> dict[str, Any]:
    """Return the schema of a criterion that is about one thing."""
    return {"type": "object", "properties": properties, "required": [head], "additionalProperties": False}


_TREE_SCHEMA: Final = {"type": "object", "properties": _TREE, "additionalProperties": False, "minProperties": 1}
CRITERION_SCHEMA: Final[dict[str, Any]] = {
    "description": "A criterion: over a field, engagement, a score or the stage, or all, any, not of criteria.",
    "anyOf": [
        _leaf(FIELD, "field"),
        _leaf(ENGAGEMENT, "engagement"),
        _leaf(SCORE, "score"),
        _leaf(STAGE, "stage"),
        _TREE_SCHEMA,
    ],
}
_SALES: Final = {
    "open_deal": {"description": "The person has an open deal.", "type": "boolean"},
    "open_task": {"description": "A task of ours is still open; true unless it is said here.", "type": "boolean"},
    "sales_activity": {"description": '"any", or kinds of what sales did: call, email, meeting.', **_TEXTS},
}
_UNLESS: Final = [
    _leaf({"open_deal": _SALES["open_deal"]}, "open_deal"),
    _leaf({"open_task": _SALES["open_task"]}, "open_task"),
    {
        "type": "object",
        "properties": {
            "sales_activity": _SALES["sales_activity"],
            "within": {"description": "How lately.", **_SPAN},
        },
        "required": ["sales_activity", "within"],
        "additionalProperties": False,
    },
    _CRITERION,
]
UNLESS_SCHEMA: Final[dict[str, Any]] = {
    "description": "What speaks against a task: one thing, or any of several.",
    "anyOf": [
        *_UNLESS,
        _leaf({"any": {"type": "array", "items": {"anyOf": _UNLESS}, "minItems": 1}}, "any"),
    ],
}
