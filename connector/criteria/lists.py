"""Lists that a criterion compares with: written out, in a file, or the built-in free-mail domains."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

from connector.criteria import freemail
from connector.criteria.scope import Reading, shown
from connector.criteria.syntax import Compare, Op
from connector.problems import Path

FREE_MAIL: Final = "free-mail"
_DOMAIN: Final = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?")
_SHORT: Final = 3
_SPELLED: Final = frozenset({"freemail", "free mail", "free_mail", "free-mails", "freemails"})


def domains(reading: Reading, raw: object, path: Path) -> Compare | None:
    """Return the test that *raw* asks of a domain: "free-mail", one domain, a list of them or a file."""
    if raw == FREE_MAIL:
        known = freemail.domains()
        return Compare(Op.DOMAIN_IN, known, f"the {len(known):,} free-mail domains")
    if isinstance(raw, str) and raw.strip().lower() in _SPELLED:
        reading.wrong(path, f"{shown(raw)} is no domain.", f'Did you mean "{FREE_MAIL}"?')
        return None
    entries = from_file(reading, raw, path) if isinstance(raw, dict) else reading.texts(raw, path)
    if entries is None:
        return None
    found: set[str] = set()
    for index, entry in enumerate(entries):
        domain = entry.strip().lower().removeprefix("@").removeprefix("www.").removesuffix(".")
        if _DOMAIN.fullmatch(domain) is None:
            where = (*path, index) if isinstance(raw, list) else path
            reading.wrong(where, f"{shown(entry)} is no domain{_in_file(raw)}.", 'Write it as "acme.com".')
            return None
        found.add(domain)
    return Compare(Op.DOMAIN_IN, frozenset(found), _label(raw, len(found), "domain"))


def from_file(reading: Reading, raw: object, path: Path) -> tuple[str, ...] | None:
    """Return the entries of the file that the table *raw* names."""
    table = reading.table(raw, path, ("file",))
    if table is None or "file" not in table:
        if table is not None:
            reading.wrong(path, "the table names no file.", 'Write { file = "names.txt" }.')
        return None
    name = reading.text(table["file"], (*path, "file"))
    if name is None:
        return None
    try:
        entries = tuple(entry.strip() for entry in reading.scope.read_list(name) if entry.strip())
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        hint = "The path starts at the folder of the configuration; one entry a line."
        reading.wrong((*path, "file"), f'"{name}" cannot be read: {reason}.', hint)
        return None
    if not entries:
        reading.wrong((*path, "file"), f'"{name}" has no entries.', "Write one entry a line.")
        return None
    return entries


def named(raw: object, size: int) -> str:
    """Return how a list of *size* values is called where it is too long to be written out."""
    return _label(raw, size, "value")


def _label(raw: object, size: int, noun: str) -> str:
    """Return the name of the list that *raw* gave, or nothing when it is short enough to be written out."""
    plural = noun if size == 1 else noun + "s"
    if isinstance(raw, dict):
        return f"the {size:,} {plural} of {PurePath(str(raw['file'])).name}"
    return f"{size:,} {plural}" if size > _SHORT else ""


def _in_file(raw: object) -> str:
    """Return where an entry stood, when that was in a file."""
    return f" (in {raw['file']})" if isinstance(raw, dict) else ""
