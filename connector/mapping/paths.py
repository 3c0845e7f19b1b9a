r"""
Paths into a vendor's record: a plain name, or names joined by dots; a number counts into a list.

``data.attendee.email`` walks nested objects, ``items.0.name`` takes the first of a list, ``items.-1`` the last.
A name that itself holds a dot is written ``a\.b``, one that holds a backslash ``a\\b``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from operator import methodcaller
from typing import Final

from connector.mapping.spec import When

Raw = Mapping[str, object]
Getter = Callable[[Raw], object]

_POSITION: Final = re.compile(r"-?\d{1,6}", re.ASCII)


class BadPath(ValueError):  # noqa: N818 - the name says what is bad, the message what to do
    """A path that cannot be read; the message is the sentence for the admin."""


def steps(path: str) -> tuple[str, ...]:
    """
    Return the names that *path* walks through, escapes undone.

    Raises:
        BadPath: It is empty, has an empty step, or ends in a lone backslash.
    """
    names: list[str] = []
    name = ""
    escaped = False
    for sign in path:
        if escaped or sign not in "\\.":
            name += sign
            escaped = False
        elif sign == "\\":
            escaped = True
        else:
            names.append(name)
            name = ""
    if escaped:
        message = f'the path "{path}" ends in a lone backslash; write "\\\\" for a backslash'
        raise BadPath(message)
    names.append(name)
    if "" in names:
        message = f'the path "{path}" has an empty step; write "\\." for a dot that belongs to a name'
        raise BadPath(message)
    return tuple(names)


def getter(path: str) -> Getter:
    """
    Return a function that finds the value at *path*; what is not there is None, as the vendor's null is.

    Raises:
        BadPath: As for `steps`.
    """
    names = steps(path)
    if len(names) == 1:
        return methodcaller("get", names[0])

    def walk(raw: Raw) -> object:
        node: object = raw
        for name in names:
            node = step(node, name)
            if node is None:
                return None
        return node

    return walk


def step(node: object, name: str) -> object:
    """Return what stands under *name* in an object, or at that position of a list; None when it is not there."""
    if isinstance(node, Mapping):
        return node.get(name)
    if isinstance(node, Sequence) and not isinstance(node, str | bytes) and _POSITION.fullmatch(name):
        position = int(name)
        return node[position] if -len(node) <= position < len(node) else None
    return None


def plain(raw: object) -> str | None:
    """Return a single value as the text that an admin would write for it; None for empty, nested and odd values."""
    if isinstance(raw, str):
        return raw.strip() or None
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)  # noqa: PLR2004 - exact below it
    if isinstance(raw, int) and raw.bit_length() <= 64:  # noqa: PLR2004 - no vendor's number is longer
        return str(raw)
    return None


def condition(whens: Sequence[When]) -> Callable[[Raw], bool] | None:
    """
    Return a function that tells whether all of *whens* hold for a record; None when there is nothing to ask.

    Values are compared as texts, trimmed, letter by letter. An empty value equals nothing and differs from everything.

    Raises:
        BadPath: As for `steps`.
    """
    if not whens:
        return None
    tests = tuple(_test(one) for one in whens)
    if len(tests) == 1:
        return tests[0]
    return lambda raw: all(test(raw) for test in tests)


def _test(when: When) -> Callable[[Raw], bool]:
    """Return the test of one condition."""
    get = getter(when.path)
    equals = frozenset(when.equals)
    differs = frozenset(when.differs)
    wanted = when.is_set

    def test(raw: Raw) -> bool:
        value = get(raw)
        text = plain(value)
        if wanted is not None and (text is not None or _is_full(value)) is not wanted:
            return False
        if equals and text not in equals:
            return False
        return not (differs and text in differs)

    return test


def _is_full(value: object) -> bool:
    """Return whether a nested value has anything in it."""
    return isinstance(value, Mapping | list | tuple) and bool(value)
