"""
Where each key and value of a TOML text stands, for messages only: path → line and column.

tomllib tells no positions; tree-sitter does. The text has been read by tomllib before, so it is valid TOML.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from connector.problems import Path

_LANGUAGE: Final = Language(tree_sitter_toml.language())
_KEYS: Final = frozenset({"bare_key", "quoted_key", "dotted_key"})
_DEEPEST: Final = 200


@dataclass(frozen=True, slots=True)
class Span:
    """
    A stretch of one line.

    Attributes:
        line: One-based.
        column: One-based, in characters.
        length: In characters, at least 1; what goes on in further lines is not in it.
    """

    line: int
    column: int
    length: int


class Positions:
    """The positions of everything in one text."""

    def __init__(self, text: str) -> None:
        """Walk *text* once."""
        self._lines = text.encode().split(b"\n")
        self._spans: dict[Path, Span] = {}
        self._passed: dict[Path, Span] = {}
        self._counts: dict[Path, int] = {}
        tree = Parser(_LANGUAGE).parse(text.encode())
        for node in tree.root_node.named_children:
            self._top(node)

    def find(self, path: Path) -> Span | None:
        """Return where *path* stands, or the nearest table around it; None when nothing of it is in the text."""
        for end in range(len(path), 0, -1):
            span = self._spans.get(path[:end]) or self._passed.get(path[:end])
            if span is not None:
                return span
        return None

    def _top(self, node: Node) -> None:
        """Take one pair, `[table]` or `[[table]]` of the document."""
        if node.type == "pair":
            self._pair(node, (), 0)
        elif node.type in {"table", "table_array_element"}:
            key, *pairs = [one for one in node.named_children if one.type in _KEYS or one.type == "pair"]
            base: Path = ()
            *above, last = _names(key)
            for name in above:
                base = (*base, name)
                # `[a.b]` may be the only place where `a` is named.
                self._passed.setdefault(base, self._span(key, key))
                base = self._entered(base)
            base = (*base, last)
            if node.type == "table_array_element":
                self._keep(base, key, key)
                position = self._counts.get(base, 0)
                self._counts[base] = position + 1
                base = (*base, position)
            self._keep(base, key, key)
            for pair in pairs:
                self._pair(pair, base, 0)

    def _entered(self, path: Path) -> Path:
        """Return *path*, or its newest entry when it is an array of tables."""
        count = self._counts.get(path, 0)
        return (*path, count - 1) if count else path

    def _pair(self, node: Node, base: Path, depth: int) -> None:
        """Take `key = value`; a dotted key stands for each of its tables too."""
        found = [one for one in node.named_children if one.type != "comment"]
        if len(found) <= 1:
            return
        key, value = found[0], found[-1]
        path = base
        for name in _names(key):
            path = (*path, name)
            self._keep(path, key, value)
        self._value(value, path, depth + 1)

    def _value(self, node: Node, path: Path, depth: int) -> None:
        """Take what stands inside a value."""
        if depth > _DEEPEST:
            return
        if node.type == "inline_table":
            for one in node.named_children:
                if one.type == "pair":
                    self._pair(one, path, depth)
        elif node.type == "array":
            entries = [one for one in node.named_children if one.type != "comment"]
            for position, one in enumerate(entries):
                self._keep((*path, position), one, one)
                self._value(one, (*path, position), depth + 1)

    def _keep(self, path: Path, first: Node, last: Node) -> None:
        """Remember that *path* reaches from *first* to *last*; what was remembered first stays."""
        if path not in self._spans:
            self._spans[path] = self._span(first, last)

    def _span(self, first: Node, last: Node) -> Span:
        """Return the stretch from *first* to *last*, or to the end of the line."""
        line, start = first.start_point
        row = self._lines[line].rstrip(b"\r")
        end = last.end_point[1] if last.end_point[0] == line else len(row)
        column = len(row[:start].decode(errors="replace")) + 1
        length = max(1, len(row[start:end].decode(errors="replace").rstrip()))
        return Span(line + 1, column, length)


def _names(key: Node) -> Iterator[str]:
    """Return the names in a key, quotes and escapes undone."""
    if key.type == "dotted_key":
        for part in key.named_children:
            yield from _names(part)
        return
    text = (key.text or b"").decode()
    if key.type == "quoted_key":
        yield next(iter(tomllib.loads(f"{text} = 0")))
    else:
        yield text
