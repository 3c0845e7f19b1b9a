"""
What must not be seen in a log, taken out of texts and values: secrets always, personal data unless it is to be kept.

Secrets are those that the program holds, in every form that they travel in, and whatever has a token's shape or stands
where a token stands. Personal data are e-mail addresses, telephone numbers and what stands under a person's fields; a
short hash with a key that lives as long as the process takes their place, so that lines about one person still meet.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from html import escape
from json import dumps
from typing import Final
from urllib.parse import quote, quote_plus

from connector.secrets import DOTS, Secret, held

KNOWN: Final = "known"
"""Key of an event's facts for what is known of its person; it is taken out of the other facts and never shown."""
PERSONAL: Final = frozenset({
    *("email", "first_name", "last_name", "firstname", "lastname", "full_name", "fullname", "phone", "mobilephone"),
    *("mobile", "mobile_phone", "job_title", "jobtitle", "address", "street", "subject", "body", "hs_task_subject"),
    *("hs_task_body", "description"),
})
"""Keys below which vendors and senders keep what belongs to a person; those of the configuration are added."""
_ORDINARY: Final = frozenset({
    *("name", "id", "type", "kind", "status", "stage", "field", "message", "reason", "system", "event"),
})
"""Keys of errors and events that a mapping may use as well; what stands below them is read as text."""

_LONGEST: Final = 16_384
_MARGIN: Final = 4_096
"""Longer than any secret: what a cut leaves of one is cut off too."""
_DEEPEST: Final = 8
_SHORT: Final = 32
_MOST_CACHED: Final = 4_096
_WHOLE: Final = 8
"""A secret from so many characters on is found inside of words too."""
_SHORTEST: Final = 4
"""A text shorter than this is no secret; taking it out everywhere would leave nothing to read."""
_LINE: Final = 20
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_ESCAPES: Final = ("\\", "%", "&")

_SHAPES: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\bpat-[a-z0-9]{2,5}-[0-9a-z-]{8,}"
    r"|\bwhsec_[a-z0-9+/=_-]{8,}"
    r"|\b00D[a-z0-9]{12,15}(?:!|%21|\\u0021)[a-z0-9._%-]{8,}"
    r"|\beyJ[a-z0-9_-]{8,}\.[a-z0-9_-]{8,}(?:\.[a-z0-9_-]*)?"
    r"|(?<=://)[^\s/@\"'<>]+(?=@)",
    re.IGNORECASE | re.DOTALL,
)
_SCHEMES: Final = re.compile(r"\b(bearer|basic)((?:\s|%20|\+|:)+)[a-z0-9._~+/=!%-]{6,}", re.IGNORECASE)
_BETWEEN: Final = r"(\\*[\"']?\s*(?:=>|[:=]|%3D|%3A|(?<=[\"'])\s*,\s*b?(?=\\*[\"']))\s*\\*[\"']?)"
_HEADERS: Final = re.compile(
    rf"(?<![\w-])((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]*signature[\w-]*|webhook-signature){_BETWEEN}"
    r"(?:[^\"'\r\n\\]|\\(?![nr\"']))+",
    re.IGNORECASE,
)
_HIDING: Final = (
    r"[\w-]*(?:token|secret|password|passwort|passwd|assertion|hapikey|api_?key|api-key|private_?key|session_?id)"
)
_HIDE: Final = re.compile(rf"{_HIDING}|(?:proxy-)?authorization|(?:set-)?cookie|sid", re.IGNORECASE)
# "unexpected token: in" and "INVALID_SESSION_ID: Session expired" are Salesforce's own words, and no secret.
_ASSIGNED: Final = re.compile(
    rf"(?<![\w-])(?<!unexpected )(?!invalid_session_id\b)({_HIDING}|(?<=[?&])(?:sid|sig|signature|key|code))"
    rf"{_BETWEEN}[^\s\"'&,;<>\\)\]}}]+",
    re.IGNORECASE,
)
_PATTERNS: Final = (
    (("-----begin", "pat-", "whsec_", "00d", "eyj", "://"), _SHAPES, DOTS),
    (("bearer", "basic"), _SCHEMES, rf"\1\2{DOTS}"),
    (("authorization", "cookie", "signature"), _HEADERS, rf"\1\2{DOTS}"),
    (
        ("token", "secret", "passw", "assertion", "hapikey", "api", "private", "session", "?", "&"),
        _ASSIGNED,
        rf"\1\2{DOTS}",
    ),
)
"""What one of must be in a text in small letters, the pattern that is looked for then, and what takes its place."""

_ODD: Final = r"\\u00(?!40)[0-9a-f]{2}"
_EMAIL: Final = re.compile(
    rf"(?<![\w.+-])(?:[\w.+'!#$*^~-]|%(?!40)[0-9a-f]{{2}}|{_ODD})++"
    rf"(?:@|%40|\\u0040|&\#64;|&commat;)"
    rf"(?:(?:[\w-]|{_ODD})+?(?:\.|%2e|\\u002e))+(?:[\w-]|{_ODD})+",
    re.IGNORECASE,
)
_AT: Final = ("@", "%40", "\\u0040", "&#64;", "&commat;")
_GAP: Final = r"(?:[\s().\-/\u00a0]|%20|%28|%29|%2d){0,3}"
_PHONE: Final = re.compile(
    rf"(?:\+|%2b|\\u002b)(?:\d{_GAP}){{6,14}}\d"
    r"|(?<![\w.+-])\(0?\d{2,5}\)[\s\-]?\d[\d\s\-]{4,12}\d"
    r"|(?<![\w.:+-])0\d{2,5}[\s/-]\d[\d\s-]{3,10}\d(?![\w:])"
    r"|(?<![\w.+-])\d{3}([-. ])\d{3}\1\d{4}(?![\w-])",
    re.IGNORECASE,
)


class Redactor:
    """
    Takes out what must not be seen; one object serves all threads.

    Args:
        keep_personal: Leave personal data as they are; secrets go all the same.
        fields: Further keys below which values belong to a person, such as the columns of the mapping.
    """

    def __init__(self, *, keep_personal: bool = False, fields: Iterable[str] = ()) -> None:
        """Know of the secrets that are held by now; those that come later are met when they are there."""
        self._keeps = keep_personal
        self._salt = os.urandom(16)
        self._personal = (PERSONAL | {one.lower() for one in fields}) - _ORDINARY
        named = "|".join(sorted(map(re.escape, self._personal), key=len, reverse=True))
        self._below = re.compile(
            rf"(\\*[\"'])({named})\1(\s*[:=,]\s*)(\\*[\"'])(.*?)(?:(?<!\\)\4|\Z)", re.IGNORECASE | re.DOTALL
        )
        self._query = re.compile(rf"(?<![\w.-])({named})(=|%3D)([^\s\"'&,;<>\\)\]}}]+)", re.IGNORECASE)
        self._held: frozenset[str] = frozenset()
        self._hints: tuple[str, ...] = ()
        self._cache: dict[str, str] = {}
        self._secrets: re.Pattern[str] | None = None
        self._spelt: re.Pattern[str] | None = None

    def facts(self, facts: Mapping[str, object]) -> dict[str, object]:
        """Return the facts of one event; its own keys are ours, so that none of them names a person's field."""
        known = facts.get(KNOWN)
        words = _of_person(known) if isinstance(known, Collection) and not self._keeps else None
        return {
            key: DOTS if _HIDE.fullmatch(key) else self._value(value, words, 0)
            for key, value in facts.items()
            if key != KNOWN
        }

    def text(self, text: str, known: re.Pattern[str] | None = None) -> str:
        """Return *text* without what must not be seen; *known* finds what is known of its person."""
        if known is None and len(text) <= _SHORT:
            return self._short(text)
        long = len(text) > _LONGEST
        text = self._personless(self.secretless(text[: _LONGEST + _MARGIN]), known)
        return text[:_LONGEST] + "…" if long else text

    def _short(self, text: str) -> str:
        """Return a short text redacted; names of events, systems and kinds come again and again."""
        if self._held is not (now := held()):
            self._meet(now)
        found = self._cache.get(text)
        if found is None:
            found = self._personless(self.secretless(text), None)
            if len(self._cache) >= _MOST_CACHED:
                self._cache.clear()
            self._cache[text] = found
        return found

    def secretless(self, text: str) -> str:
        """Return *text* without secrets, held or of a known shape; personal data stay."""
        if self._held is not (now := held()):
            self._meet(now)
        lower = text.lower()
        if self._secrets is not None and any(one in lower for one in self._hints):
            text = self._secrets.sub(DOTS, text)
        if self._spelt is not None and any(one in text for one in _ESCAPES):
            text = self._spelt.sub(DOTS, text)
        for hints, pattern, instead in _PATTERNS:
            if any(one in lower for one in hints):
                text = pattern.sub(instead, text)
        return _ENCODED.sub(self._unless_it_hides, text)

    def _personless(self, text: str, known: re.Pattern[str] | None) -> str:
        """Return *text* without personal data, unless they are to be kept."""
        if self._keeps:
            return text
        if known is not None:
            text = known.sub(lambda met: self._mark("known", met[0]), text)
        lower = text.lower()
        if '"' in text or "'" in text:
            text = self._below.sub(self._quoted, text)
        if "=" in text or "%3d" in lower:
            text = self._query.sub(lambda met: f"{met[1]}{met[2]}{self._mark(met[1], met[3])}", text)
        if any(one in lower for one in _AT):
            text = _EMAIL.sub(lambda met: self._mark("email", met[0]), text)
        return _PHONE.sub(lambda met: self._mark("phone", met[0]), text)

    def _quoted(self, met: re.Match[str]) -> str:
        """Return a key with its value in quotes, the value marked."""
        quotes, key, between, opened, value = met.groups()
        return f"{quotes}{key}{quotes}{between}{opened}{self._mark(key, value)}{opened}"

    def _value(  # noqa: PLR0911 - one answer for each kind of value
        self, value: object, known: re.Pattern[str] | None, depth: int
    ) -> object:
        """Return *value* in words of JSON, without what must not be seen."""
        if isinstance(value, Enum):
            value = value.value
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self.text(value, known)
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, timedelta):
            return value.total_seconds()
        if depth >= _DEEPEST:
            return "…"
        if isinstance(value, Mapping):
            return {
                self.text(str(key), known): self._below_key(str(key), one, known, depth) for key, one in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(one, known, depth + 1) for one in value]
        return DOTS if isinstance(value, Secret) else self.text(str(value), known)

    def _below_key(self, key: str, value: object, known: re.Pattern[str] | None, depth: int) -> object:
        """Return what stands below a key of a table: the key may say what it is."""
        if _HIDE.fullmatch(key):
            return DOTS
        if value is not None and not self._keeps and key.lower() in self._personal:
            return self._mark(key, str(value))
        return self._value(value, known, depth + 1)

    def _mark(self, what: str, value: str) -> str:
        """Return what stands for a value: the same for the same one, and nobody else can work it out."""
        if value.startswith("<") and value.endswith(">"):
            return value
        digest = hashlib.blake2b(value.strip().lower().encode("utf-8", "replace"), key=self._salt, digest_size=4)
        return f"<{what.lower()} {digest.hexdigest()}>"

    def _meet(self, now: frozenset[str]) -> None:
        """Learn how the secrets held now look wherever they go."""
        whole = {form for one in now for form in forms(one) if len(form) >= _WHOLE}
        short = {one for one in now if _SHORTEST <= len(one) < _WHOLE}
        self._secrets = _union(whole, short)
        self._hints = tuple({one.lower() for one in whole | short})
        spelt = [_letter_by_letter(one) for one in sorted(now, key=len, reverse=True) if len(one) >= _WHOLE]
        self._spelt = re.compile("|".join(spelt), re.IGNORECASE) if spelt else None
        self._cache = {}
        self._held = now

    def _unless_it_hides(self, met: re.Match[str]) -> str:
        """Return a run of letters, or dots where it is base64 of what must not be seen."""
        plain = met[0].translate(_STANDARD)
        for start in range(4):
            part = plain[start : len(plain) - (len(plain) - start) % 4 or None]
            rest = plain[start:]
            try:
                said = base64.b64decode(rest + "=" * (-len(rest) % 4) if len(rest) % 4 != 1 else part)
            except (binascii.Error, ValueError):
                continue
            text = said.decode("latin-1")
            if self._secrets is not None and self._secrets.search(text):
                return DOTS
            if not self._keeps and "@" in text and _EMAIL.search(text):
                return DOTS
        return met[0]


_STANDARD: Final = str.maketrans("-_", "+/")


def forms(words: str) -> Iterator[str]:
    """Yield *words* as they are and as they look in addresses, JSON, HTML, base64 and hexadecimal, and line by line."""
    raw = words.encode()
    yield from (words, quote(words, safe=""), quote(words), quote_plus(words), escape(words), raw.hex())
    yield from (dumps(words)[1:-1], dumps(words, ensure_ascii=False)[1:-1], repr(words)[1:-1])
    for shift in range(3):
        # Inside a longer text base64 begins at any of three places; the letters at its ends depend on the neighbours.
        code = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        inner = code[(0, 2, 3)[shift] : len(code) - (1 if (len(raw) + shift) % 3 else 0)]
        yield from (inner, inner.replace("+", "-").replace("/", "_"), quote(inner, safe=""))
    lines = words.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _LINE and "-----" not in line)
    if words.lower().startswith("whsec_"):
        yield words[len("whsec_") :]


def _union(whole: Collection[str], short: Collection[str] = ()) -> re.Pattern[str] | None:
    """Return what finds any of *whole* anywhere and any of *short* as a word of its own, the longest first."""
    parts = [re.escape(one) for one in sorted(whole, key=len, reverse=True)]
    parts += [rf"(?<!\w){re.escape(one)}(?!\w)" for one in sorted(short, key=len, reverse=True)]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _of_person(known: Collection[object]) -> re.Pattern[str] | None:
    """Return what finds the values that are known of a person, as words of their own, however they are spelt."""
    texts = {str(one).strip() for one in known if isinstance(one, str)}
    return _union((), {form for one in texts if len(one) > 1 for form in forms(one) if len(form) > 1})


def _letter_by_letter(words: str) -> str:
    """Return the pattern of *words* of which any letter may be escaped as JSON, addresses or HTML do."""
    return "".join(_letter(one) for one in words)


def _letter(one: str) -> str:
    """Return the pattern of one letter."""
    codes = {ord(case) for case in (one, one.lower(), one.upper()) if len(case) == 1}
    ways = [re.escape(one), re.escape(escape(one)), re.escape(quote(one, safe=""))]
    ways += [rf"u{code:04x}|x{code:02x}|%{code:02x}|&#(?:0*{code}|x0*{code:x});" for code in sorted(codes)]
    return rf"\\*(?:{'|'.join(ways)}{'|n' if one == chr(10) else ''})"


_EVERYWHERE: Final = Redactor(keep_personal=True)


def secretless(text: str) -> str:
    """Return *text* without any secret of this process: for what vendors say, before it is stored or shown."""
    return _EVERYWHERE.secretless(text)
