"""Comparisons over a field of the person or an attribute of an engagement, read from what an admin wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from connector.criteria import lists, patterns
from connector.criteria.scope import Reading, listed, shown
from connector.criteria.syntax import Compare, Op
from connector.mapping.spec import FieldSpec, FieldType
from connector.model import Value
from connector.problems import Path

_TEXT: Final = (Op.EQUALS, Op.IN, Op.CONTAINS, Op.HAS_WORD, Op.MATCHES, Op.DOMAIN_IN, Op.IS_SET)
_NUMBER: Final = (Op.EQUALS, Op.IN, Op.AT_LEAST, Op.AT_MOST, Op.IS_SET)
_MOMENT: Final = (Op.AT_LEAST, Op.AT_MOST, Op.WITHIN, Op.OLDER_THAN, Op.IN_NEXT, Op.IS_SET)
MAKES_SENSE: Final[Mapping[FieldType, tuple[Op, ...]]] = {
    FieldType.TEXT: _TEXT,
    FieldType.EMAIL: (Op.EQUALS, Op.IN, Op.CONTAINS, Op.MATCHES, Op.DOMAIN_IN, Op.IS_SET),
    FieldType.INTEGER: _NUMBER,
    FieldType.DECIMAL: _NUMBER,
    FieldType.BOOLEAN: (Op.EQUALS, Op.IS_SET),
    FieldType.DATE: (Op.EQUALS, *_MOMENT),
    FieldType.INSTANT: _MOMENT,
    FieldType.CHOICE: (Op.EQUALS, Op.IN, Op.AT_LEAST, Op.AT_MOST, Op.IS_SET),
    FieldType.LIST: (Op.CONTAINS, Op.HAS_WORD, Op.IN, Op.IS_SET),
}
"""Which comparisons a field of a type takes."""

ON_ATTRIBUTES: Final = (*_TEXT, Op.AT_LEAST, Op.AT_MOST)
"""Which comparisons an attribute takes; its values have no declared type."""

_SPANS: Final = frozenset({Op.WITHIN, Op.OLDER_THAN, Op.IN_NEXT})
_ANY: Final = {
    FieldType.INTEGER: "an integer",
    FieldType.INSTANT: "an instant",
    FieldType.EMAIL: "an e-mail address",
}


def of_field(reading: Reading, spec: FieldSpec, op: Op, raw: object, path: Path) -> Compare | None:
    """Return the comparison *op* of the field *spec* with *raw*, noted as wrong where it makes no sense."""
    if not _sensible(reading, spec, op, path):
        return None
    if op in _SHARED:
        return _SHARED[op](reading, raw, path)
    if op in _SPANS:
        return _span(reading, spec, op, raw, path)
    if op is Op.IN:
        return _list(reading, raw, path, lambda entry, where: _value(reading, spec, entry, where))
    value = _value(reading, spec, raw, path)
    return None if value is None else Compare(op, value)


def of_attribute(reading: Reading, op: Op, raw: object, path: Path) -> Compare | None:
    """Return the comparison *op* of an attribute with *raw*."""
    if op in _SHARED:
        return _SHARED[op](reading, raw, path)
    if op is Op.IN:
        return _list(reading, raw, path, lambda entry, where: _plain(reading, entry, where))
    value = _plain(reading, raw, path) if op is Op.EQUALS else reading.number(raw, path)
    return None if value is None else Compare(op, value)


def _sensible(reading: Reading, spec: FieldSpec, op: Op, path: Path) -> bool:
    """Return whether a field of this type takes *op*; note it where not."""
    if op not in MAKES_SENSE[spec.type]:
        takes = listed([str(one) for one in MAKES_SENSE[spec.type]])
        message = f'"{op}" makes no sense for {spec.name}, which is {_kind(spec.type)}.'
        reading.wrong(path, message, f"It can be compared with {takes}.")
        return False
    if op in {Op.AT_LEAST, Op.AT_MOST} and spec.type is FieldType.CHOICE and not spec.options:
        message = f'"{op}" needs an order, and {spec.name} has none.'
        reading.wrong(path, message, "List its options from least to most in [fields], or use `in`.")
        return False
    return True


def _is_set(reading: Reading, raw: object, path: Path) -> Compare | None:
    """Return the question whether anything is there."""
    flag = reading.flag(raw, path)
    return None if flag is None else Compare(Op.IS_SET, flag)


def _span(reading: Reading, spec: FieldSpec, op: Op, raw: object, path: Path) -> Compare | None:
    """Return a comparison with a span of time; a date takes whole days only."""
    span = reading.span(raw, path)
    if span is None:
        return None
    if spec.type is FieldType.DATE and span % timedelta(days=1):
        reading.wrong(path, f"{spec.name} is a date and has no hours, found {shown(raw)}.", "Write whole days.")
        return None
    return Compare(op, span)


def _pattern(reading: Reading, raw: object, path: Path) -> Compare | None:
    """Return a comparison with a regular expression of the safe kind."""
    text = reading.text(raw, path)
    if text is None:
        return None
    wrong = patterns.problem(text)
    if wrong is not None:
        reading.wrong(path, *wrong)
        return None
    return Compare(Op.MATCHES, text)


def _words(reading: Reading, raw: object, path: Path, op: Op) -> Compare | None:
    """Return a comparison with one text or any of several."""
    texts = reading.texts(raw, path)
    if texts is None:
        return None
    return Compare(op, texts if isinstance(raw, list) else texts[0])


def _list(reading: Reading, raw: object, path: Path, read: Callable[[object, Path], Value]) -> Compare | None:
    """Return a comparison with any value of a list or of a file."""
    if isinstance(raw, Mapping):
        texts = lists.from_file(reading, raw, path)
        entries: list[object] | None = None if texts is None else list(texts)
    elif isinstance(raw, list) and raw:
        entries = raw
    else:
        found = "an empty one" if isinstance(raw, list) else shown(raw)
        reading.wrong(path, f"a list was expected, not {found}.", "Write it in square brackets: [ … ].")
        return None
    if entries is None:
        return None
    values = [read(entry, path if isinstance(raw, Mapping) else (*path, index)) for index, entry in enumerate(entries)]
    if any(value is None for value in values):
        return None
    return Compare(Op.IN, frozenset(values), lists.named(raw, len(values)))


def _value(reading: Reading, spec: FieldSpec, raw: object, path: Path) -> Value:
    """Return *raw* as a value of the field *spec*; None when it is none."""
    typed = {
        FieldType.INTEGER: reading.number,
        FieldType.DECIMAL: reading.number,
        FieldType.BOOLEAN: reading.flag,
        FieldType.DATE: reading.day,
        FieldType.INSTANT: reading.instant,
    }
    if spec.type in typed:
        return typed[spec.type](raw, path)
    text = reading.text(raw, path)
    if text is not None and spec.options and text not in spec.options:
        reading.unknown_name(path, f'{spec.name} has no option "{text}".', text, spec.options)
        return None
    return text.strip().lower() if text is not None and spec.type is FieldType.EMAIL else text


def _plain(reading: Reading, raw: object, path: Path) -> Value:
    """Return *raw* when it is a text, a number or a flag."""
    if isinstance(raw, bool | int | float):
        return raw
    return reading.text(raw, path)


def _kind(kind: FieldType) -> str:
    """Return *kind* with its article."""
    return _ANY.get(kind, f"a {kind}")


_SHARED: Final[Mapping[Op, Callable[[Reading, object, Path], Compare | None]]] = {
    Op.IS_SET: _is_set,
    Op.DOMAIN_IN: lists.domains,
    Op.MATCHES: _pattern,
    Op.CONTAINS: partial(_words, op=Op.CONTAINS),
    Op.HAS_WORD: partial(_words, op=Op.HAS_WORD),
}
"""Comparisons that are read alike whatever they compare."""
