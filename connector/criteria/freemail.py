"""
The built-in list of domains at which anybody gets an address for nothing.

The one place of this package that reads a file: `freemail.txt`, which is part of it, once.
"""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def domains() -> frozenset[str]:
    """Return the free-mail domains, lower case; lines that are empty or start with # are no domains."""
    text = resources.files("connector.criteria").joinpath("freemail.txt").read_text(encoding="utf-8")
    return frozenset(line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#"))
