"""What the HTTP side is given from outside, and what it tells: nouns only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from connector.adapters.base import Clock
from connector.adapters.incoming import Incoming
from connector.secrets import Secret
from connector.store.base import Store
from connector.web.bodies import Bounds

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Result(StrEnum):
    """What became of a request to /webhooks/NAME; the label of the metric."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    UNASKED = "unasked"
    FORGED = "forged"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    UNKNOWN_SYSTEM = "unknown_system"


@dataclass(frozen=True, slots=True)
class State:
    """Whether all is well, and what is not; *facts* are shown as JSON and hold nothing of anybody."""

    well: bool
    facts: Mapping[str, object] = field(default_factory=lambda: _NOTHING)


class Numbers(Protocol):
    """What counts the requests and prints the figures."""

    def received(self, system: str, result: str) -> None:
        """Count a request to /webhooks/NAME; *system* is "" for one that is not configured."""

    def answered(self, seconds: float) -> None:
        """Note how long a webhook waited for its answer."""

    def exposition(self) -> tuple[bytes, str]:
        """Return the text of /metrics and its content type."""


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What the admin decided about the HTTP side.

    Attributes:
        host: Address to listen on.
        port: 0 for any that is free.
        token: Asked for by everything but health and webhooks; None lets only this machine's own address in.
        bounds: Of a body.
        room: Deliveries that may wait to be stored.
        per_second: Requests of one address in the long run; ten seconds' worth may come at once.
        read_timeout: How long a sender may take for a whole body, and for the head before it.
        memory: Bytes of all bodies that are being received, and again of all that wait to be stored.
    """

    host: str = "127.0.0.1"
    port: int = 0
    token: Secret | None = None
    bounds: Bounds = field(default_factory=Bounds)
    room: int = 10_000
    per_second: int = 500
    read_timeout: timedelta = timedelta(seconds=10)
    memory: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Office:
    """
    What the HTTP side works with.

    Attributes:
        store: Where deliveries go.
        clock: The only source of time.
        wake: Called when something new has been stored.
        healthy: Asked by /healthz, from a thread.
        ready: Asked by /readyz, likewise.
        numbers: Counts, and answers /metrics.
        note: Called for what an operator should know: an event's name and its facts, without anything of anybody.
    """

    store: Store
    clock: Clock
    wake: Callable[[], None]
    healthy: Callable[[], State]
    ready: Callable[[], State]
    numbers: Numbers
    note: Callable[[str, Mapping[str, object]], None]


Systems = Mapping[str, Incoming]
