"""What is known of one happening beside its type and date: the mapped attributes of its row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from connector.mapping.converters import text
from connector.mapping.paths import Getter, Raw, getter
from connector.mapping.refusal import Refusal
from connector.mapping.spec import EngagementMapping
from connector.model import NOTHING, Value

Attributes = Mapping[str, Value]

_WHOLE: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})", re.ASCII)
_FRACTION: Final = re.compile(r"-?(?:0|[1-9]\d{0,9})\.\d{0,5}[1-9]", re.ASCII)


def attribute_reader(
    mapping: EngagementMapping, way: Callable[[str], Getter] = getter
) -> Callable[[Raw], Attributes | Refusal]:
    """Return a function that reads the attributes of *mapping* by *way*; empty ones are left out."""
    getters = tuple((name, path, way(path)) for name, path in mapping.attributes.items())
    if not getters:
        return lambda _raw: NOTHING

    def read(raw: Raw) -> Attributes | Refusal:
        found: dict[str, Value] = {}
        for name, path, get in getters:
            value = text(get(raw))
            if isinstance(value, Refusal):
                return Refusal(f'attribute "{name}" from "{path}": {value.reason}')
            if isinstance(value, str):
                found[name] = number_or_text(value)
        return found

    return read


def number_or_text(word: str) -> int | float | str:
    """
    Return a number when *word* is one that would be written back letter by letter, else *word*.

    So a duration can be summed though the vendor sends texts, and "007", "1.10" and "+49 30" stay what they are.
    """
    if _WHOLE.fullmatch(word) and word != "-0":
        return int(word)
    return float(word) if _FRACTION.fullmatch(word) else word
