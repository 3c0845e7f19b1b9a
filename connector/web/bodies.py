"""How large and how deep a body may be, told without parsing it: what is too deep must not reach a parser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

DEEPEST: Final = 32
"""Levels of nesting."""
MOST_KEYS: Final = 10_000
"""Names in all objects of a body together."""
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[{}\[\]:]', re.DOTALL)
_OPENS: Final = b"{["
_CLOSES: Final = b"}]"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a body must keep to: bytes, levels, names."""

    largest: int = 1024 * 1024
    deepest: int = DEEPEST
    most_keys: int = MOST_KEYS


def too_much(body: bytes, bounds: Bounds) -> bool:
    """
    Tell whether a JSON body nests deeper, or names more, than *bounds* allow.

    A body of another kind is measured as if it were JSON: brackets in it count, which lets a form pass.
    """
    opened = body.count(b"{") + body.count(b"[")
    if opened <= bounds.deepest and body.count(b":") <= bounds.most_keys:
        # What has no more brackets than levels cannot be too deep: true of nearly every body, and quick to see.
        return False
    depth = keys = 0
    for token in _TOKEN.finditer(body):
        sign = token[0]
        if sign in _OPENS:
            depth += 1
            if depth > bounds.deepest:
                return True
        elif sign in _CLOSES:
            depth -= 1
        elif sign == b":":
            keys += 1
            if keys > bounds.most_keys:
                return True
    return False
