"""One comparison of one value, compiled: the only place that knows what equals, has_word or domain_in mean."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from connector.criteria.patterns import LOOKED_AT
from connector.criteria.syntax import Compare, Op
from connector.mapping.spec import FieldSpec, FieldType
from connector.model import Value

Test = Callable[[Value], bool | None]
"""Judges a value that is there; None when it cannot be compared."""

_EXACT: Final = frozenset({FieldType.CHOICE, FieldType.EMAIL})
_REMEMBERED: Final = 4096
_LONGEST_REMEMBERED: Final = 120


class Remembered(dict[str, bool]):
    """What a test said of a text, for the few texts that come again and again: forms, addresses of pages, titles."""

    __slots__ = ("test",)

    def __init__(self, test: Test) -> None:
        """Remember what *test* says."""
        super().__init__()
        self.test = test

    def __missing__(self, text: str) -> bool:
        """Judge *text* for the first time; everything is forgotten when it is too much."""
        found = self.test(text) is True
        if len(text) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[text] = found
        return found


def fitting(spec: FieldSpec, value: Value) -> Value:
    """Return *value* when it is of the declared type, else None: what a type change left behind counts as empty."""
    if value is None:
        return None
    if spec.type in {FieldType.INTEGER, FieldType.DECIMAL}:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    elif spec.type is FieldType.DATE:
        fits = isinstance(value, date) and not isinstance(value, datetime)
    elif spec.type is FieldType.INSTANT:
        fits = isinstance(value, datetime) and value.tzinfo is not None
    else:
        fits = isinstance(value, _KINDS.get(spec.type, str))
    return value if fits else None


def field_test(test: Compare, spec: FieldSpec) -> Test:
    """Return the test of a fitting value of the field *spec*; not for is_set and the comparisons with now."""
    if spec.options and spec.type is FieldType.CHOICE and test.op in {Op.AT_LEAST, Op.AT_MOST}:
        return _ranked(test, spec.options)
    if test.op in {Op.AT_LEAST, Op.AT_MOST}:
        return _bounded(test)
    wanted = test.value
    if test.op is Op.EQUALS and (spec.type in _EXACT or not isinstance(wanted, str)):
        return lambda value: value == wanted
    if test.op is Op.IN and isinstance(wanted, frozenset) and (spec.type in _EXACT or not _texts(wanted)):
        return lambda value: value in wanted
    return attribute_test(test)


def attribute_test(test: Compare) -> Test:
    """Return the test of an attribute, whose value may be of any kind and may be None; texts ignore case."""
    wanted = test.value
    if test.op is Op.IS_SET:
        return lambda value: is_there(value) is wanted
    if test.op is Op.AT_LEAST and isinstance(wanted, int | float):
        return lambda value: (found := number(value)) is not None and found >= wanted
    if test.op is Op.AT_MOST and isinstance(wanted, int | float):
        return lambda value: (found := number(value)) is not None and found <= wanted
    if test.op is Op.EQUALS:
        return lambda value: _same(value, wanted)
    if test.op is Op.IN and isinstance(wanted, frozenset):
        return _among(wanted)
    return _any_text(_text_test(test))


def is_there(value: Value) -> bool:
    """Return whether *value* is something; an empty text or list is nothing."""
    return value is not None and value not in {"", ()}


def number(value: Value) -> float | None:
    """Return the number that *value* is or is the text of; None for none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def domain(value: str) -> str:
    """Return the domain of an e-mail address or of a web address, lower case."""
    host = value.rpartition("@")[2].strip().lower()
    host = host.partition("://")[2] or host
    return re.split(r"[/?#:]", host, maxsplit=1)[0].removeprefix("www.").removesuffix(".")


def _texts(wanted: frozenset[Value]) -> bool:
    """Return whether any of *wanted* is a text."""
    return any(isinstance(value, str) for value in wanted)


def _ranked(test: Compare, options: tuple[str, ...]) -> Test:
    """Return the comparison by the declared order of a choice; a value that is no option cannot be compared."""
    ranks: Mapping[Value, int] = {option: rank for rank, option in enumerate(options)}
    bound = ranks[str(test.value)]
    if test.op is Op.AT_LEAST:
        return lambda value: None if value not in ranks else ranks[value] >= bound
    return lambda value: None if value not in ranks else ranks[value] <= bound


def _bounded(test: Compare) -> Test:
    """Return the comparison with a number, a date or an instant."""
    wanted = test.value
    if test.op is Op.AT_LEAST:
        return lambda value: bool(value >= wanted)  # type: ignore[operator] # both fit the field's type
    return lambda value: bool(value <= wanted)  # type: ignore[operator] # both fit the field's type


def _same(value: Value, wanted: object) -> bool:
    """Return whether *value* says *wanted*; a text may spell out a number or a flag."""
    if isinstance(value, tuple):
        return any(_same(one, wanted) for one in value)
    if isinstance(wanted, bool):
        return value is wanted or (isinstance(value, str) and value.strip().lower() == str(wanted).lower())
    if isinstance(wanted, int | float):
        return number(value) == wanted
    return isinstance(value, str) and isinstance(wanted, str) and value.casefold() == wanted.casefold()


def _among(wanted: frozenset[Value]) -> Test:
    """Return whether a value is any of *wanted*; texts are looked up, however many there are."""
    texts = frozenset(value.casefold() for value in wanted if isinstance(value, str))
    others = tuple(value for value in wanted if not isinstance(value, str))

    def test(value: Value) -> bool:
        """Return whether *value* is among them."""
        if isinstance(value, tuple):
            return any(map(test, value))
        if isinstance(value, str) and value.casefold() in texts:
            return True
        return any(_same(value, one) for one in others)

    return test


def _text_test(test: Compare) -> Callable[[str], bool]:
    """Return the test of one text."""
    wanted = test.value
    if isinstance(wanted, tuple):
        several = [_text_test(Compare(test.op, one)) for one in wanted]
        return lambda text: any(one(text) for one in several)
    if test.op is Op.DOMAIN_IN and isinstance(wanted, frozenset):
        return lambda text: _inside(domain(text), wanted)
    word = str(wanted)
    if test.op is Op.CONTAINS:
        folded = word.casefold()
        return lambda text: folded in text.casefold()
    if test.op is Op.MATCHES:
        pattern = re.compile(word, re.IGNORECASE)
        return lambda text: pattern.search(text[:LOOKED_AT]) is not None
    spaced = r"\s+".join(re.escape(part) for part in word.split())
    whole = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
    return lambda text: whole.search(text) is not None


def _inside(found: str, wanted: frozenset[Value]) -> bool:
    """Return whether the domain *found* or one above it is *wanted*."""
    while found:
        if found in wanted:
            return True
        found = found.partition(".")[2]
    return False


def _any_text(test: Callable[[str], bool]) -> Test:
    """Return *test* for a text, and for a list whether any of its texts passes."""

    def judged(value: Value) -> bool:
        """Return whether *value*, or one of its texts, passes."""
        if isinstance(value, str):
            return test(value)
        return isinstance(value, tuple) and any(map(test, value))

    return judged


_KINDS: Final[Mapping[FieldType, type]] = {FieldType.BOOLEAN: bool, FieldType.LIST: tuple}
