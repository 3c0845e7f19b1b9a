r"""
The safe part of regular expressions: what `matches` takes, so that no text can make it run for long.

Taken are literals, `.`, classes, `\d \w \s \b` and their opposites, `^ $ |`, groups, and `? * + {m,n}`. A group may
only be followed by `?`; at most two parts may repeat; the ways through the pattern are limited. With the first
`LOOKED_AT` characters of a value that bounds the work to about a second for the worst of values.
"""

from __future__ import annotations

import re
from typing import Final

LOOKED_AT: Final = 250
"""Characters of a value that `matches` looks at."""

_LONGEST: Final = 200
_REPEATS: Final = 2
_WAYS: Final = (1000, 1000, 10)
"""Most ways through a pattern that repeats in no, one or two places."""

_ESCAPES: Final = frozenset("dDwWsSbB")
_QUANTIFIER: Final = re.compile(r"[?*+]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\}")
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_STANDARD: Final = "Use letters, . [ ] ^ $ | ( ) ? * + and \\d \\w \\s \\b; or `has_word` and `contains`."


class _RefusedError(Exception):
    """Carries what is wrong with a pattern and what to do, from the depth of the reader to `problem`."""

    def __init__(self, message: str, hint: str = _STANDARD) -> None:
        """Keep both sentences."""
        self.message = message
        self.hint = hint
        super().__init__(message)


def problem(pattern: str) -> tuple[str, str] | None:
    """Return what is wrong with *pattern* and what to do about it, or None when it is safe."""
    if len(pattern) > _LONGEST:
        return f"the pattern has {len(pattern)} characters.", f"Keep it within {_LONGEST}, or write several in an any."
    try:
        re.compile(pattern)
        reader = _Reader(pattern)
        ways = reader.alternatives()
    except _RefusedError as refused:
        return refused.message, refused.hint
    except (re.error, OverflowError, RecursionError) as error:
        return f'"{pattern}" is no regular expression: {error}.', _STANDARD
    if reader.repeats > _REPEATS:
        return f"the pattern repeats in {reader.repeats} places, which can take very long.", f"Use at most {_REPEATS}."
    if ways > _WAYS[reader.repeats]:
        return "the pattern has too many ways to match, which can take very long.", "Split it into several in an any."
    return None


class _Reader:
    """Reads a pattern once from left to right, counting the places that repeat and the ways through it."""

    def __init__(self, pattern: str) -> None:
        """Start at the first character of *pattern*, which `re` has accepted."""
        self.pattern = pattern
        self.at = 0
        self.repeats = 0

    def alternatives(self) -> int:
        """Read up to the end or the closing bracket; return in how many ways one gets there."""
        ways, branch = 0, 1
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.pattern[self.at] == "|":
                self.at += 1
                ways, branch = ways + branch, 1
            else:
                branch *= self.item()
        return ways + branch

    def item(self) -> int:
        """Read one character, class or group with its quantifier; return its ways."""
        if self.pattern[self.at] == "(":
            return self.group()
        self.single()
        quantifier = self.quantifier()
        if quantifier == "?":
            return 2
        low, _, high = quantifier.strip("{}").partition(",")
        if quantifier and (quantifier in "*+" or ("," in quantifier and low != high)):
            self.repeats += 1
        return 1

    def group(self) -> int:
        """Read a group, which only a question mark may follow."""
        self.at += 1
        if self.pattern.startswith("?:", self.at):
            self.at += 2
        elif self.pattern.startswith("?", self.at):
            message = f'"({self.pattern[self.at : self.at + 2]}" is not taken: no look-around, names or flags.'
            raise _RefusedError(message)
        ways = self.alternatives()
        self.at += 1
        quantifier = self.quantifier()
        if quantifier not in {"", "?"}:
            message = f'a group may not be followed by "{quantifier}", which can take very long.'
            raise _RefusedError(message, 'After a group only "?" is taken.')
        return ways + 1 if quantifier else ways

    def single(self) -> None:
        """Read one character, escape or class."""
        character = self.pattern[self.at]
        if character == "\\":
            escaped = self.pattern[self.at + 1]
            if escaped.isalnum() and escaped not in _ESCAPES:
                message = f'"\\{escaped}" is not taken.'
                raise _RefusedError(message)
            self.at += 2
        elif character == "[":
            match = _CLASS.match(self.pattern, self.at)
            if match is None:
                message = "a class in square brackets is not closed."
                raise _RefusedError(message)
            self.at = match.end()
        else:
            self.at += 1

    def quantifier(self) -> str:
        """Read and return the quantifier that follows, without a lazy or possessive mark, or nothing."""
        match = _QUANTIFIER.match(self.pattern, self.at)
        if match is None:
            return ""
        self.at = match.end()
        if self.pattern.startswith(("?", "+"), self.at):
            self.at += 1
        return match[0]
