"""Text from outside, made fit to stand in a task: one line, printable, not too long; pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

_JOINERS: Final = "\u200c\u200d"
"""Format characters that belong to words and emoji; all others (reading direction, soft hyphens) are dropped."""
_NOT_SHOWN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_CUT: Final = "…"
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_EMPTY_BRACKETS: Final = re.compile(r"\(\s*\)|\[\s*\]|\{\s*\}|<\s*>")
_ENDS: Final = " ,;:|/\\-\u2013—"


def clean(text: str, longest: int) -> str:
    """Return *text* on one line without control characters, cut to at most *longest* characters at a word."""
    # Whatever is far longer than can be shown is not looked at: a field may hold megabytes.
    seen = text[: longest * 8]
    # Nearly every text is printable as it is, and looking at each character is most of what a task costs.
    shown = seen if seen.isprintable() else "".join(_shown(one) for one in seen)
    shown = unicodedata.normalize("NFC", shown)
    return shortened(" ".join(shown.split()), longest)


def shortened(text: str, longest: int) -> str:
    """Return *text*, cut at a word where it is longer than *longest*, with an ellipsis that counts as well."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    words, _, _ = cut.rpartition(" ")
    # A cut may cost a word, not half of the text: an address without a space is cut inside.
    kept = words if len(words) > longest // 2 else cut
    return kept.rstrip(_ENDS + _JOINERS) + _CUT


def tidied(text: str, longest: int) -> str:
    """Return *text* cleaned for a headline: no empty brackets, no loose ends, and nothing where it says nothing."""
    bare = _EMPTY_BRACKETS.sub("", clean(text, longest * 2))
    line = shortened(" ".join(bare.split()).strip(_ENDS), longest)
    return line if any(unicodedata.category(one)[0] in "LNS" for one in line) else ""


def page(name: str) -> str:
    """Return an address as a rep would say it: the path without query, or the host; other names as they are."""
    if name.startswith("/"):
        return re.split(r"[?#]", name, maxsplit=1)[0]
    if not _WEB.match(name):
        return name
    try:
        parts = urlsplit(name)
    except ValueError:
        return ""
    path = parts.path.rstrip("/")
    return path or (parts.hostname or "")


def _shown(one: str) -> str:
    """Return the character *one*, or what stands in for it."""
    if one in _JOINERS or unicodedata.category(one) not in _NOT_SHOWN:
        return one
    return "" if unicodedata.category(one) == "Cf" else " "
