"""
What adapters that speak HTTP share: what a status means for a write, waits that vendors name, words without secrets.

A vendor's table says what its statuses mean; what stands in no table is ambiguous, because a write that may have been
performed must be probed and never sent again blindly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from connector.redaction import secretless

DISTRIBUTION: Final = "lifecycle-connector"
_LONGEST_WORDS: Final = 600
_DOTS: Final = "••••••"
_BEARER: Final = re.compile(r"(?i)\b(bearer|token|authorization)([\s:=]+)(?:bearer\s+)?[A-Za-z0-9._~+/=-]{12,}")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_OK: Final = range(200, 300)


class Meaning(StrEnum):
    """What the status of an answer says about the request."""

    DONE = "done"
    """Performed; the body says which rows."""
    REFUSED = "refused"
    """Certainly not performed, and never will be as it stands."""
    BUSY = "busy"
    """Certainly not performed, may be accepted later."""
    AWAY = "away"
    """Certainly not performed; the vendor asks us to stay away for a while."""
    CREDENTIALS = "credentials"
    """The credentials are refused; only a person can mend it."""
    SCOPES = "scopes"
    """The credentials may not do this; only a person can mend it."""
    AMBIGUOUS = "ambiguous"
    """Performed or not: nobody knows."""


COMMON: Final[Mapping[int, Meaning]] = MappingProxyType({
    400: Meaning.REFUSED,
    401: Meaning.CREDENTIALS,
    403: Meaning.SCOPES,
    404: Meaning.REFUSED,
    409: Meaning.REFUSED,
    413: Meaning.REFUSED,
    414: Meaning.REFUSED,
    415: Meaning.REFUSED,
    422: Meaning.REFUSED,
    429: Meaning.BUSY,
})
"""Statuses that mean the same at every vendor; each adapter extends it."""


def meaning(status: int, table: Mapping[int, Meaning]) -> Meaning:
    """Return what *status* says: 2xx is done, else the table's word, else ambiguous (redirects and all 5xx too)."""
    if status in _OK:
        return Meaning.DONE
    return table.get(status, Meaning.AMBIGUOUS)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the wait of a `Retry-After` header, in seconds or as an HTTP date, at most a day; None without one."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), timedelta(days=1))
    at = http_date(text)
    return None if at is None else min(max(at - now, timedelta()), timedelta(days=1))


def http_date(text: str) -> datetime | None:
    """Return the instant of an HTTP `Date`; None when it is none."""
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo is not None else None


def words(text: str, *secrets: str) -> str:
    """Return a vendor's *text* fit for a log: one line, not too long, without secrets and whatever looks like one."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _DOTS)
    text = _BEARER.sub(rf"\1\2{_DOTS}", secretless(" ".join(text.split())))
    return text if len(text) <= _LONGEST_WORDS else text[: _LONGEST_WORDS - 1] + "…"


def unsafe_base(url: str) -> str:
    """Say what is wrong with *url* as the place that credentials are sent to; empty when nothing is."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        return "it contains a user name or password"
    if not parts.hostname:
        return "it names no host"
    if parts.query or parts.fragment:
        return "it has a query or a fragment"
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return ""
    if parts.scheme == "http":
        return "plain http would show the credentials to everybody on the way; only loopback may use it"
    return f'"{parts.scheme}" is neither https nor http'


def user_agent() -> str:
    """Return how we introduce ourselves: the distribution's name and version."""
    try:
        return f"{DISTRIBUTION}/{version(DISTRIBUTION)}"
    except PackageNotFoundError:
        return DISTRIBUTION
