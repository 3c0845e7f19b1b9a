"""
Ways into a payload: a dotted path as for any record, or a JMESPath query where a path is not enough.

What holds one of ``[ ] | * ? @ & ( ) ` `` is a query. A query that finds nothing, or cannot be asked of this payload (a
function over a value of another type), finds None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from connector.mapping.paths import BadPath, Getter, Raw, getter, plain, step, steps
from connector.mapping.spec import When

_SIGNS: Final = frozenset("[]|*?@&()`")
MISSING: Final = object()
"""What a finder gives where the payload does not have the place at all, in difference to null."""


def is_query(written: str) -> bool:
    """Tell whether *written* is a JMESPath query and no dotted path."""
    return not _SIGNS.isdisjoint(written)


def check(written: str) -> None:
    """
    Refuse what can be read neither as a path nor as a query.

    Raises:
        BadPath: With the sentence for the admin.
    """
    if is_query(written):
        _compiled(written)
    else:
        steps(written)


def query(written: str) -> Getter:
    """
    Return a function that finds what *written* leads to, None for nothing; it never raises.

    Raises:
        BadPath: As for `check`.
    """
    return _asking(written) if is_query(written) else getter(written)


def finder(written: str) -> Callable[[Raw], object]:
    """
    Return a function that also tells null from absence: `MISSING` is what is not there.

    A query cannot tell, so its null is absence. A null on the way is absence too: it says nothing of what lies below.

    Raises:
        BadPath: As for `check`.
    """
    if is_query(written):
        ask = _asking(written)

        def found(raw: Raw) -> object:
            value = ask(raw)
            return MISSING if value is None else value

        return found
    names = steps(written)

    def walked(raw: Raw) -> object:
        node: object = raw
        for name in names[:-1]:
            node = step(node, name)
        last = names[-1]
        if isinstance(node, Mapping):
            return node.get(last, MISSING)
        value = step(node, last)
        return MISSING if value is None else value

    return walked


def _asking(written: str) -> Getter:
    """Return a function that asks a query of a payload."""
    search = _compiled(written).search

    def ask(raw: Raw) -> object:
        try:
            return search(raw)
        except (JMESPathError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError, AttributeError):
            return None

    return ask


def _compiled(written: str) -> Any:  # noqa: ANN401 - the package has no types
    """Return *written* as a query ready to ask."""
    try:
        return jmespath.compile(written)
    except (JMESPathError, ValueError) as error:
        said = str(error).partition("\n")[0].rstrip(". ")
        message = f'the query "{written}" is no JMESPath ({said})'
        raise BadPath(message) from error
    except RecursionError as error:
        message = f'the query "{written[:40]}…" is nested too deeply'
        raise BadPath(message) from error


def sole(value: object) -> object:
    """Return the one element of a list of one, any other value as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def conditions(whens: tuple[When, ...]) -> Callable[[Raw], bool]:
    """
    Return a function that tells whether all of *whens* hold for a payload; without any it always holds.

    Raises:
        BadPath: As for `check`.
    """
    tests = tuple(_test(one) for one in whens)
    return lambda raw: all(test(raw) for test in tests)


def _test(when: When) -> Callable[[Raw], bool]:
    """Return the test of one condition; of a list any element may equal and none may be what is differed from."""
    get = query(when.path)
    equals, differs, wanted = frozenset(when.equals), frozenset(when.differs), when.is_set

    def test(raw: Raw) -> bool:
        value = get(raw)
        texts = {plain(one) for one in value} if isinstance(value, list) else {plain(value)}
        there = (isinstance(value, Mapping | list) and bool(value)) or plain(value) is not None
        if wanted is not None and there is not wanted:
            return False
        if equals and equals.isdisjoint(texts):
            return False
        return differs.isdisjoint(texts)

    return test
