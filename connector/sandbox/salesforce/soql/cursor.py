"""A place in the words of a query, which only moves on."""

from __future__ import annotations

from collections.abc import Sequence

from connector.sandbox.salesforce.soql.errors import unexpected
from connector.sandbox.salesforce.soql.tokens import Kind, Token


class Cursor:
    """Reads one word after another; the last is the end and stays."""

    def __init__(self, words: Sequence[Token]) -> None:
        """Stand at the first word."""
        self._words = words
        self._at = 0

    @property
    def now(self) -> Token:
        """Return the word that comes now."""
        return self._words[self._at]

    @property
    def next(self) -> Token:
        """Return the word after that."""
        return self._words[min(self._at + 1, len(self._words) - 1)]

    def take(self) -> Token:
        """Return the word that comes now and go on."""
        word = self.now
        self._at = min(self._at + 1, len(self._words) - 1)
        return word

    def took(self, keyword: str) -> bool:
        """Go on if the keyword comes now, and say whether it did."""
        if self.now.upper != keyword:
            return False
        self.take()
        return True

    def took_sign(self, sign: str) -> bool:
        """Go on if the sign comes now, and say whether it did."""
        if self.now.kind is not Kind.SIGN or self.now.raw != sign:
            return False
        self.take()
        return True

    def need(self, keyword: str) -> None:
        """Go on over a keyword that must come now."""
        if not self.took(keyword):
            raise unexpected(self.now.raw)

    def need_sign(self, sign: str) -> None:
        """Go on over a sign that must come now."""
        if not self.took_sign(sign):
            raise unexpected(self.now.raw)

    def name(self) -> Token:
        """Return the name that must come now."""
        if self.now.kind is not Kind.WORD:
            raise unexpected(self.now.raw)
        return self.take()
