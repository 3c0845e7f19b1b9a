"""The words of a query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from connector.sandbox.salesforce.soql.errors import malformed

LONGEST_QUERY: Final = 100_000
LONGEST_STRING: Final = 4_000


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    MONEY = "money"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One word: *value* is what it says (a string without its quotes, escapes kept), *raw* how it stands there."""

    kind: Kind
    value: str
    raw: str
    at: int

    @property
    def upper(self) -> str:
        """Return the word as a keyword is compared; nothing for what is no word."""
        return self.value.upper() if self.kind is Kind.WORD else ""


PATTERN: Final = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|z|[+-]\d\d:?\d\d))
  | (?P<date>\d{4}-\d\d-\d\d)
  | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<money>[A-Z]{3}\d+(?:\.\d+)?(?![A-Za-z0-9_.]))
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
  | (?P<text>'(?:[^'\\]|\\.)*')
  | (?P<sign><=|>=|!=|<>|[=<>(),:])
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPES: Final = {
    "n": "\n",
    "N": "\n",
    "r": "\r",
    "R": "\r",
    "t": "\t",
    "T": "\t",
    "b": "\b",
    "B": "\b",
    "f": "\f",
    "F": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
}
WILD: Final = frozenset("_%")
ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
VALUES: Final = {each.value: each for each in Kind}


def unescaped(raw: str, at: int, *, like: bool) -> str:
    r"""
    Return what a quoted string says.

    Args:
        raw: The inside of the quotes.
        at: Where it begins, for the refusal.
        like: Keep ``\_`` and ``\%`` with their backslash, as a pattern needs them; elsewhere they are refused.
            A backslash that stands for itself is doubled then.
    """

    def one(found: re.Match[str]) -> str:
        """Return the character of one escape."""
        code, each = found.groups()
        if code:
            return chr(int(code, 16))
        if each in WILD and like:
            return f"\\{each}"
        if each not in ESCAPES:
            raise malformed(f"line 1:{at + found.start()} no viable alternative at character '{each}'")
        return "\\\\" if like and each == "\\" else ESCAPES[each]

    plain = ESCAPE.sub(one, raw)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in raw else plain


def tokens(text: str) -> list[Token]:
    """
    Return the words of a query, and its end.

    Raises:
        SoqlError: MALFORMED_QUERY for a character that begins no word, an open string, or too long a query.
    """
    if len(text) > LONGEST_QUERY:
        raise malformed(f"SOQL statements cannot be longer than {LONGEST_QUERY} characters.")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = PATTERN.match(text, at)
        if match is None:
            if text[at] == "'":
                raise malformed(f"line 1:{at} mismatched character '<EOF>' expecting '''")
            raise malformed(f"line 1:{at} no viable alternative at character '{text[at]}'")
        kind, raw = str(match.lastgroup), match.group()
        if kind != "space":
            value = raw[1:-1] if kind == "text" else raw
            if kind == "text" and len(value) > LONGEST_STRING:
                raise malformed(f"a string in a WHERE clause cannot be longer than {LONGEST_STRING} characters")
            found.append(Token(VALUES[kind], value, raw, at))
        at = match.end()
    found.append(Token(Kind.END, "<EOF>", "<EOF>", len(text)))
    return found
