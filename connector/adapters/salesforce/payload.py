"""What goes over the wire and what comes back: one call, its answer, or word that it was lost."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from connector.adapters.http import words

JSON: Final = "application/json"
CSV: Final = "text/csv"
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
REQUEST_ID: Final = "x-sfdc-request-id"
TEXT_KEPT: Final = 2_048
"""Characters of an answer's raw text that are kept for a message."""
_SESSION: Final = re.compile(r"00D[A-Za-z0-9]{12,15}!\S+")
_ASSERTION: Final = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_DOTS: Final = "••••••"
_SHORTEST: Final = 8


@dataclass(frozen=True, slots=True)
class Call:
    """
    One request.

    Attributes:
        method: GET, POST, PATCH or DELETE.
        path: After the version: "/query"; or whole, "/services/data/v62.0/query/0r8…-2000", as nextRecordsUrl is given.
        params: Of the query, not yet quoted.
        body: JSON, or CSV as text under its *content_type*; None for none.
        headers: Beside those of every call.
        content_type: Of the body.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    body: object | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    content_type: str = JSON


@dataclass(frozen=True, slots=True)
class Answer:
    """
    One answer.

    Attributes:
        status: Of HTTP.
        body: Decoded JSON; None when it is none.
        text: Raw text, whole for CSV, else its first 2 KB.
        headers: With lower-case names.
        date: The vendor's instant of answering, else ours.
    """

    status: int
    body: Any
    text: str
    headers: Mapping[str, str]
    date: datetime


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no answer to a write; performed is False when it certainly was not, None when nobody knows."""

    reason: str
    performed: bool | None


def decoded(content: bytes, content_type: str) -> tuple[Any, str, bool]:
    """Return the JSON, the text to keep, and whether *content* could be read as what it says it is."""
    kind = content_type.partition(";")[0].strip().lower()
    text = content.decode("utf-8", errors="replace")
    if kind == CSV:
        return None, text, True
    if not text.strip():
        return None, "", True
    try:
        return json.loads(text), text[:TEXT_KEPT], True
    except ValueError:
        return None, text[:TEXT_KEPT], False


def clean(text: str, *secrets: str) -> str:
    """Return *text* as one line without *secrets*, session ids ("00D…!…") and signed assertions."""
    for secret in secrets:
        # What is shorter guards nothing, and cutting it out would blank ordinary words ("demo").
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, _DOTS)
    return words(_ASSERTION.sub(_DOTS, _SESSION.sub(_DOTS, text)))
