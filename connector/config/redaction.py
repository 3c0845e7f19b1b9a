"""The lines of a file as they may be printed beside a problem: a secret that was written into it stays unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connector.config.declared import SYSTEMS, place_at
from connector.secrets import DOTS, Secret

_PASSWORD: Final = re.compile(r"(://[^/\s:@\"']*:)[^@\s\"']+@")
_ASSIGNED: Final = re.compile(
    r"((?:token|secret|password|passwort|api_?key|client_\w+)\w*[\"']?\s*=\s*)(\"[^\"]*\"?|'[^']*'?)", re.IGNORECASE
)
_SHORTEST: Final = 4
"""Shorter texts are no secrets, and replacing them everywhere would hide the mistake."""


def shown_lines(text: str, tables: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Return the lines of *text*, dotted out where they hold a secret.

    That is: a text where a reference belongs, or under a key of a system that nothing declares (a misspelt "token"),
    and what looks like a password even where the file cannot be read.
    """
    words = sorted({part for one in _literals(tables) for part in one.splitlines() if len(part) >= _SHORTEST})
    # Python knows more ends of a line than TOML does.
    return tuple(_shown(line, words) for line in text.split("\n"))


def _shown(line: str, words: list[str]) -> str:
    """Return *line* without any of *words*, the longest first."""
    for one in sorted(words, key=len, reverse=True):
        line = line.replace(one, DOTS)
    return without_password(_ASSIGNED.sub(rf'\1"{DOTS}"', line))


def without_password(text: str) -> str:
    """Return *text* with the password of any address in it dotted out."""
    return _PASSWORD.sub(rf"\1{DOTS}@", text)


def _literals(tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield every text that stands where a secret should be referred to, or may be one under a misspelt key."""
    systems = tables.get(SYSTEMS)
    if not isinstance(systems, Mapping):
        return
    for name, system in systems.items():
        for key, value in system.items() if isinstance(system, Mapping) else ():
            place = place_at((SYSTEMS, name, key), tables)
            if isinstance(value, str) and key != "kind" and (place is None or place.annotation is Secret):
                yield value
