"""
From a vendor's raw value to ours, one converter for each type of `[fields]`.

A converter takes what the vendor's JSON held (HubSpot: texts or null; Salesforce: numbers, booleans, null) and returns
our value, None for empty ("" and null), or a `Refusal` that says why it cannot be read. It never raises.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from connector.mapping.moments import day, instant
from connector.mapping.paths import plain
from connector.mapping.refusal import TEXT_LIMIT, Refusal, shown
from connector.mapping.spec import FieldSpec, FieldType
from connector.model import Value
from connector.problems import did_you_mean

Converter = Callable[[object], Value | Refusal]

_LONGEST_NUMBER: Final = 64
_LARGEST: Final = 2**63 - 1
"""Whole numbers beyond this do not fit the column that keeps them."""
_WHOLE: Final = re.compile(r"[+-]?\d{1,20}(?:\.0{1,2})?", re.ASCII)
"""With ".000" it could as well be a thousand written with a separator, so three noughts are refused."""
_WHOLE_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:\.\d+)?[eE]\+?\d{1,2}", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_YES: Final = frozenset({"true", "yes", "1"})
_NO: Final = frozenset({"false", "no", "0"})
_OPTIONS_SHOWN: Final = 8


def text(raw: object) -> Value | Refusal:
    """Return trimmed text; numbers and booleans as one would write them."""
    if isinstance(raw, str):
        return _clean(raw)
    if raw is None:
        return None
    written = plain(raw)
    if written is None or (isinstance(raw, float) and not math.isfinite(raw)):
        return Refusal(f"{shown(raw)} is not a text")
    return written


def _clean(raw: str) -> str | Refusal | None:
    """Return trimmed text that every store can keep, None when nothing is left."""
    if len(raw) > TEXT_LIMIT:
        return Refusal(f"{shown(raw)} is longer than {TEXT_LIMIT:,} characters")
    if "\0" in raw:
        return Refusal(f"{shown(raw)} holds a NUL character")
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            return Refusal(f"{shown(raw)} holds half a character (a lone surrogate)")
    return raw.strip() or None


def integer(raw: object) -> Value | Refusal:
    """Return a whole number; separators, fractions and booleans are refused, ``5.0`` and ``1.2E3`` are whole."""
    number: int | None = None
    if isinstance(raw, str):
        word = raw.strip()
        if not word:
            return None
        if len(word) <= _LONGEST_NUMBER:
            number = int(word) if word.isdigit() and word.isascii() else _whole(word)
    elif raw is None:
        return None
    elif isinstance(raw, int) and not isinstance(raw, bool):
        number = raw
    elif isinstance(raw, float) and raw.is_integer():
        number = int(raw)
    if number is None:
        return Refusal(f"{shown(raw)} is not a whole number")
    if not -_LARGEST <= number <= _LARGEST:
        return Refusal(f"{shown(raw)} is too large for a whole number")
    return number


def _whole(word: str) -> int | None:
    """Return the whole number that *word* spells, None when it spells none."""
    if _WHOLE.fullmatch(word):
        return int(word.partition(".")[0])
    if _WHOLE_SCIENTIFIC.fullmatch(word):
        number = Decimal(word)
        return int(number) if number == number.to_integral_value() else None
    return None


def decimal(raw: object) -> Value | Refusal:
    """Return a finite number; a comma, separators, NaN and infinity are refused."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    number = math.nan
    if isinstance(raw, str):
        word = raw.strip()
        if len(word) <= _LONGEST_NUMBER and _DECIMAL.fullmatch(word):
            number = float(word)
    elif isinstance(raw, float):
        number = raw
    elif isinstance(raw, int) and not isinstance(raw, bool):
        number = float(raw) if raw.bit_length() < 1000 else math.inf  # noqa: PLR2004 - float() raises beyond 1024 bits
    if math.isnan(number):
        return Refusal(f"{shown(raw)} is not a number")
    if math.isinf(number):
        return Refusal(f"{shown(raw)} is too large for a number")
    return number


def boolean(raw: object) -> Value | Refusal:
    """Return true or false from JSON, or from true/false, yes/no, 1/0 in any case of letters."""
    if isinstance(raw, bool):
        return raw
    word = plain(raw) if isinstance(raw, str | int | float) else None
    if word is None:
        empty = raw is None or isinstance(raw, str)
        return None if empty else Refusal(f"{shown(raw)} is neither true nor false")
    lowered = word.lower() if len(word) <= _LONGEST_NUMBER else ""
    if lowered in _YES:
        return True
    return False if lowered in _NO else Refusal(f"{shown(raw)} is neither true nor false")


def email(raw: object) -> Value | Refusal:
    """Return an address trimmed and in lower case; what the CRM accepted is not judged again."""
    if raw is None:
        return None
    if not isinstance(raw, str):
        return Refusal(f"{shown(raw)} is not an e-mail address")
    cleaned = _clean(raw)
    return cleaned.lower() if isinstance(cleaned, str) else cleaned


def items(raw: object) -> Value | Refusal:
    """Return the different parts of ``a;b`` or of a JSON list, trimmed, in their order; empty parts are left out."""
    parts: Sequence[object]
    if isinstance(raw, str):
        cleaned = _clean(raw)
        if isinstance(cleaned, Refusal):
            return cleaned
        parts = cleaned.split(";") if cleaned else ()
    elif isinstance(raw, list | tuple):
        parts = raw
    elif raw is None:
        return None
    else:
        return Refusal(f"{shown(raw)} is not a list")
    found: dict[str, None] = {}
    size = 0
    for part in parts:
        word = text(part)
        if isinstance(word, Refusal):
            return word
        if isinstance(word, str):
            found[word] = None
            size += len(word)
            if size > TEXT_LIMIT:
                return Refusal(f"{shown(raw)} is longer than {TEXT_LIMIT:,} characters")
    return tuple(found) or None


def choice(options: Sequence[str]) -> Converter:
    """Return a converter to one of *options* (to any text when there are none); letters must agree exactly."""
    known = frozenset(options)
    if not known:
        return text

    def convert(raw: object) -> Value | Refusal:
        word = text(raw)
        if word is None or isinstance(word, Refusal) or word in known:
            return word
        return Refusal(_none_of(str(word), options, "of the options"))

    return convert


def translated(values: Mapping[str, str], convert: Converter, *, several: bool = False) -> Converter:
    """
    Return *convert* behind a translation of the vendor's words into ours; a word without translation is refused.

    Args:
        values: Vendor's value → ours; compared exactly, else trimmed.
        convert: Takes our word.
        several: Whether the raw value is a list whose parts are translated one by one.
    """

    def one(raw: object) -> str | Refusal | None:
        found = values.get(raw) if isinstance(raw, str) else None
        if found is not None:
            return found
        word = text(raw)
        if word is None or isinstance(word, Refusal):
            return word
        found = values.get(str(word))
        return Refusal(_none_of(str(word), tuple(values), "of the mapped values")) if found is None else found

    def single(raw: object) -> Value | Refusal:
        word = one(raw)
        return word if word is None or isinstance(word, Refusal) else convert(word)

    def each(raw: object) -> Value | Refusal:
        parts = items(raw)
        if not isinstance(parts, tuple):
            return parts
        words: list[str] = []
        for part in parts:
            word = one(part)
            if isinstance(word, Refusal):
                return word
            words.append(word or "")
        return convert(words)

    return each if several else single


def _none_of(word: str, options: Sequence[str], of_what: str) -> str:
    """Say that *word* is not among *options*, with some of them and the nearest one."""
    listed = ", ".join(f'"{one}"' for one in options[:_OPTIONS_SHOWN])
    more = f" and {len(options) - _OPTIONS_SHOWN} more" if len(options) > _OPTIONS_SHOWN else ""
    hint = did_you_mean(word[:_LONGEST_NUMBER], options)
    return f"{shown(word)} is none {of_what} ({listed}{more}){'. ' if hint else ''}{hint}"


_BY_TYPE: Final[tuple[tuple[FieldType, Converter], ...]] = (
    (FieldType.TEXT, text),
    (FieldType.INTEGER, integer),
    (FieldType.DECIMAL, decimal),
    (FieldType.BOOLEAN, boolean),
    (FieldType.DATE, day),
    (FieldType.INSTANT, instant),
    (FieldType.EMAIL, email),
    (FieldType.LIST, items),
)


def converter(spec: FieldSpec, values: Mapping[str, str] | None = None) -> Converter:
    """Return the converter for a field, behind the translation *values* when a column declares one."""
    convert = choice(spec.options) if spec.type is FieldType.CHOICE else dict(_BY_TYPE)[spec.type]
    return translated(values, convert, several=spec.type is FieldType.LIST) if values else convert
