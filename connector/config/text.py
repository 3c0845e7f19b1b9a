"""From the bytes of a file to TOML tables; everything that can be wrong before the first table has a place too."""

from __future__ import annotations

import codecs
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any, Final

from connector.problems import Path, Problem

LARGEST: Final = 4 * 1024 * 1024
"""Bytes above which a file is no configuration: the largest real ones have some 200,000."""
DEEPEST: Final = 40
_TOO_DEEP: Final = f"tables are nested more than {DEEPEST} deep."
_SHOWN: Final = 4
"""Steps of a path that tell where to look."""
_EXACT: Final = 2**53
_PLACE: Final = re.compile(r" \(at line (\d+), column (\d+)\)$")
_AT_END: Final = " (at end of document)"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_PLAINER: Final = (
    (
        "Expected '=' after a key",
        "a key needs = and a value.",
        'Write key = "value"; a key with spaces goes in quotes.',
    ),
    ("Invalid value", "this is no value.", 'Texts go in quotes: "text". Dates, numbers, true and false go without.'),
    ("Cannot overwrite a value", "this key stands there twice.", "Leave one of them out."),
    ("Cannot declare", "this table stands there twice.", "Put both together, or write [[…]] for several of a kind."),
    ("Duplicate inline table key", "this key stands twice in one table.", "Leave one of them out."),
    ("Expected newline or end of document", "something is left over after the value.", "One key and value a line."),
    ("Unclosed array", "a list is not closed.", "Add the missing ] at the latest before this."),
    ("Unclosed inline table", "a table in braces is not closed on its line.", "Add the missing }."),
    ("Unterminated string", "a text is not closed.", "Add the missing quotation mark."),
    (
        "Illegal character",
        "a character that may not stand in a text.",
        "Remove it, or write it as \\u0000 with its number.",
    ),
    ("Invalid statement", "this is neither key nor table.", 'Write key = "value" or [section]; remarks begin with #.'),
    ("Invalid initial character for a key part", "a key is missing here.", 'Write key = "value".'),
    ("Expected ']'", "the name of a table is not closed.", "Add the missing ]."),
    ("Cannot mutate immutable namespace", "this table was closed before.", "Add the key inside its braces."),
)


@dataclass(frozen=True, slots=True)
class Source:
    """
    A file as it was read.

    Attributes:
        text: Its text, without a byte order mark; empty when it cannot be read.
        tables: Its tables; empty when there are problems.
        problems: What keeps the options from being looked at.
        strange: Values that TOML allows and nothing here can use, wherever they stand.
    """

    text: str
    tables: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    strange: tuple[Problem, ...] = ()


def read(path: FilePath) -> Source:
    """Return the file at *path*; a file that cannot be read is a problem, not an exception."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        hint = "Write one with `connector init`, or name it: CONNECTOR_CONFIG=/path/to/config.toml."
        return _broken("", "there is no such file.", hint)
    except IsADirectoryError:
        return _broken("", "this is a folder.", "Name the file in it: CONNECTOR_CONFIG=/path/to/config.toml.")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _broken("", f"it cannot be read: {reason}.", "Make it readable for the user that runs the connector.")
    return parse(content)


def parse(content: bytes) -> Source:
    """Return what *content* says."""
    if len(content) > LARGEST:
        return _broken("", f"the file has more than {LARGEST:,} bytes.", "Is it the right file?")
    if content.startswith(_UTF16):
        return _broken("", "the file is in UTF-16.", 'Save it as UTF-8 (in Notepad: Save as, Encoding "UTF-8").')
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", errors="replace")
        found = f"this is not UTF-8: byte 0x{content[error.start]:02x}."
        return _broken(before, found, "Save the file as UTF-8.", *_end_of(before))
    return _tables(text)


def _tables(text: str) -> Source:
    """Return what *text* says."""
    if "\0" in text:
        before = text[: text.index("\0")]
        return _broken(
            text, "there is a NUL character.", "Remove it; the file may have been damaged.", *_end_of(before)
        )
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax(text, str(error))
    except RecursionError:
        return _broken(text, "tables and lists are nested too deeply.", f"No option needs more than {DEEPEST} levels.")
    except ValueError as error:
        # Python refuses numbers of thousands of digits, dates with a 31st of February and the like by itself.
        return _broken(text, f"a value cannot be read: {error}.", "Numbers have at most 15 digits.")
    strange = tuple(_strange(tables))
    deep = tuple(one for one in strange if one.message == _TOO_DEEP)
    return Source(text, tables, deep, strange if not deep else ())


def _broken(text: str, message: str, hint: str, line: int = 1, column: int = 1) -> Source:
    """Return a source that only has a problem."""
    return Source(text, _NOTHING, (Problem((), message, hint, line=line, column=column),))


def _end_of(text: str) -> tuple[int, int]:
    """Return line and column behind *text*."""
    last = text.rsplit("\n", 1)[-1]
    return text.count("\n") + 1, len(last) + 1


def _syntax(text: str, words: str) -> Source:
    """Return the source of a *text* that is not TOML; *words* are the parser's."""
    place = _PLACE.search(words)
    line, column = (int(place[1]), int(place[2])) if place else _last_place(text)
    words = words[: place.start()] if place else words.removesuffix(_AT_END)
    for known, message, hint in _PLAINER:
        if words.startswith(known):
            return _broken(text, message, hint, line, column)
    return _broken(text, f"this is not TOML: {words[:1].lower()}{words[1:]}.", "", line, column)


def _last_place(text: str) -> tuple[int, int]:
    """Return the place of the last character that is no white space."""
    line, column = _end_of(text.rstrip())
    return line, max(1, column - 1)


def _strange(tables: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each value that TOML allows and nothing here can use."""
    open_nodes: list[tuple[Path, Any]] = [((), tables)]
    while open_nodes:
        path, node = open_nodes.pop()
        if len(path) > DEEPEST:
            yield Problem(path[:_SHOWN], _TOO_DEEP, "Write them flatter.")
        elif isinstance(node, Mapping):
            open_nodes.extend(((*path, key), one) for key, one in node.items())
        elif isinstance(node, list):
            open_nodes.extend(((*path, index), one) for index, one in enumerate(node))
        elif isinstance(node, float) and not math.isfinite(node):
            yield Problem(path, f"{node} is no number to count with.", "Write a number such as 50.")
        elif isinstance(node, int) and abs(node) > _EXACT:
            yield Problem(path, "the number is too large to be exact.", "Numbers have at most 15 digits.")
