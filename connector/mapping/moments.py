"""
Dates and instants from vendors, never mixed: a day has no time, an instant has always a zone.

HubSpot writes an instant as ISO 8601 in UTC, the fraction left out when it is nought, or as text of milliseconds since
1970; a date as YYYY-MM-DD or as milliseconds of midnight UTC (properties guide, read 2026-11). Salesforce writes the
zone as +0000.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from connector.mapping.refusal import Refusal, shown

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = date(1970, 1, 1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_DAY_MS: Final = 86_400_000
_LONGEST: Final = 40
_SHORTEST_INSTANT: Final = 16
_EARLIEST_MS: Final = 100_000_000_000
"""Digits below this (March 1973 in milliseconds) are taken for seconds, which no vendor documents, and refused."""
_MS: Final = re.compile(r"-?\d{1,15}", re.ASCII)
_EPOCH_SECONDS: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_LATEST_FRACTION: Final = 1e15
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ISO_INSTANT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(Z|z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII
)


def instant(raw: object) -> datetime | Refusal | None:
    """Return an instant in UTC; a time without zone, a mere date and seconds since 1970 are refused."""
    if type(raw) is str and raw[-1:] == "Z" and raw[4:5] == raw[7:8] == "-" and raw[10:11] == "T" and raw[16:17] == ":":
        # The form that nearly all instants have; whatever the short way cannot read takes the long one.
        try:
            return datetime.fromisoformat(raw)
        except ValueError:
            pass
    word = _word(raw)
    if isinstance(word, str):
        return _from_iso(word, raw)
    if isinstance(word, int):
        if abs(word) < _EARLIEST_MS:
            return Refusal(f"{shown(raw)} is not an instant in milliseconds since 1970 (seconds?)")
        return _from_ms(word, raw)
    if isinstance(raw, datetime) and raw.tzinfo is not None:
        return raw.astimezone(UTC)
    return word if word is None else Refusal(f"{shown(raw)} is not an instant")


def day(raw: object) -> date | Refusal | None:
    """Return a date; of milliseconds and instants only midnight UTC is a date."""
    word = _word(raw)
    if isinstance(word, str):
        return _day_from_text(word, raw)
    if isinstance(word, int):
        return _day_from_ms(word, raw)
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    return word if word is None else Refusal(f"{shown(raw)} is not a date")


def moment(raw: object) -> datetime | Refusal | None:
    """Return when something happened: an instant, or a date as its midnight UTC (engagement needs an instant)."""
    if isinstance(raw, str) and len(raw) < _SHORTEST_INSTANT and _ISO_DAY.fullmatch(raw.strip()):
        found = day(raw)
        return datetime(found.year, found.month, found.day, tzinfo=UTC) if isinstance(found, date) else found
    return instant(raw)


def sent_at(raw: object) -> datetime | Refusal | None:
    """Return when an event happened by its sender: ISO 8601 with a zone, or seconds or milliseconds since 1970."""
    word = raw.strip() if isinstance(raw, str) else raw
    if isinstance(word, str) and _EPOCH_SECONDS.fullmatch(word):
        word = float(word) if "." in word else int(word)
    if isinstance(word, bool) or not isinstance(word, int | float):
        return moment(word)
    if isinstance(word, float) and not abs(word) < _LATEST_FRACTION:
        return Refusal(f"{shown(raw)} is not an instant")
    if abs(word) < _EARLIEST_MS:
        return _EPOCH + timedelta(seconds=word)
    return moment(int(word))


def _word(raw: object) -> str | int | Refusal | None:
    """Return ISO text, or milliseconds as a number; None for empty; a Refusal for anything else."""
    if isinstance(raw, str):
        word = raw.strip()
        if not word:
            return None
        if len(word) > _LONGEST:
            return Refusal("")
        return int(word) if _MS.fullmatch(word) else word
    if raw is None:
        return None
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:  # noqa: PLR2004 - exact below it
        return int(raw)
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else Refusal("")


def _from_ms(number: int, raw: object) -> datetime | Refusal:
    """Return the instant so many milliseconds after 1970."""
    try:
        return _EPOCH + number * _MILLISECOND
    except OverflowError:
        return Refusal(f"{shown(raw)} is not an instant: out of range")


def _from_iso(word: str, raw: object) -> datetime | Refusal:
    """Return the instant that ISO 8601 text names."""
    match = _ISO_INSTANT.fullmatch(word)
    if match is None:
        fault = "is a date, not an instant" if _ISO_DAY.fullmatch(word) else "is not an instant"
        return Refusal(f"{shown(raw)} {fault}")
    if match[1] is None:
        return Refusal(f"{shown(raw)} is an instant without a time zone")
    try:
        found = datetime.fromisoformat(word.upper())
        return found if found.tzinfo is UTC else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return Refusal(f"{shown(raw)} is not an instant that exists")


def _day_from_ms(number: int, raw: object) -> date | Refusal:
    """Return the date whose midnight UTC is so many milliseconds after 1970."""
    if number % _DAY_MS:
        return Refusal(f"{shown(raw)} is not midnight UTC, so it is an instant and no date")
    try:
        return _FIRST_DAY + timedelta(days=number // _DAY_MS)
    except OverflowError:
        return Refusal(f"{shown(raw)} is not a date: out of range")


def _day_from_text(word: str, raw: object) -> date | Refusal:
    """Return the date that text names."""
    if _ISO_DAY.fullmatch(word):
        try:
            return date.fromisoformat(word)
        except ValueError:
            return Refusal(f"{shown(raw)} is not a date that exists")
    found = _from_iso(word, raw)
    if isinstance(found, Refusal):
        return Refusal(f"{shown(raw)} is not a date")
    if found.hour or found.minute or found.second or found.microsecond:
        return Refusal(f"{shown(raw)} is not midnight UTC, so it is an instant and no date")
    return found.date()
