"""What every way of signing has in common."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

TOLERANCE: Final = timedelta(minutes=5)
"""How far a sender's clock may be from ours, either way (Standard Webhooks 1.0, HubSpot v3)."""


_MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Request:
    """
    What is signed, and what it is signed with.

    Attributes:
        headers: By lower-case name.
        body: The bytes exactly as received.
        target: Path and query as they stood in the request line.
        at: When it came, by our clock.
    """

    headers: Mapping[str, str]
    body: bytes
    target: str
    at: datetime


class Scheme(Protocol):
    """One way of signing; may be called from any thread, keeps nothing, never raises."""

    signed: bool
    """Whether anything is asked for at all."""

    def refusal(self, request: Request) -> str:
        """Return why *request* is not believed, for our log; "" when it is."""

    def identity(self, request: Request) -> str:
        """
        Return the sender's id of the delivery, the same at every retry; "" where none is signed.

        An id that no signature covers names nothing: whoever saw one delivery could send it again under another id, and
        it would count as new. Such a delivery is named by its body.
        """


def any_fits(given: Iterable[bytes], expected: Sequence[bytes]) -> bool:
    """
    Tell whether any of *given* is among *expected*.

    Every pair is compared, each in constant time: how long it takes says nothing about which of them was close.
    """
    found = False
    for one in given:
        for other in expected:
            found |= hmac.compare_digest(one, other)
    return found


def too_far(seconds: float, at: datetime, tolerance: timedelta = TOLERANCE) -> bool:
    """Tell whether an instant in Unix seconds is further from *at* than allowed, in the past or in the future."""
    return abs(at.timestamp() - seconds) > tolerance.total_seconds()


def octets(text: str) -> bytes:
    """Return the bytes that a header, or the target, came as: they are read as Latin-1; never raises."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def number(text: str) -> int | None:
    """Return a whole number of up to fifteen digits, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
