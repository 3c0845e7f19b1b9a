"""
The port for what a system sends by itself: one HTTP request in, rows and hints out.

A request is verified and stored before it is answered; what it means is worked out later, from what was stored. An
adapter module that can receive has a function `incoming`; one whose options name nothing to verify with returns None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel

from connector.mapping.arrived import Arrived, Read
from connector.mapping.spec import FieldSpec, SystemMapping

__all__ = ("Arrived", "Forged", "Genuine", "Incoming", "Posted", "Read", "ReceivingModule", "Reply")


@dataclass(frozen=True, slots=True)
class Posted:
    """
    One request as it came.

    Attributes:
        target: Path and query as they stood in the request line: "/webhooks/website?x=1".
        headers: By lower-case name; of several with one name the values joined by ", ".
        body: The bytes exactly as received.
        at: When it was received, by our clock.
    """

    target: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Genuine:
    """
    It comes from whom it says.

    Attributes:
        id: The sender's for this delivery, the same at every retry; "" for none.
        body: What is judged and kept instead of the bytes received, where those hold what must not be stored; the same
            at every retry. None to keep them as they are.
    """

    id: str = ""
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Forged:
    """It may come from anybody; the reason is for our log and numbers and is never sent back."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the sender is answered once the event is durable."""

    status: int = 204
    body: bytes = b""
    content_type: str = ""


class Incoming(Protocol):
    """What one configured system may send; may be called from any thread, keeps nothing between two calls."""

    signed: bool
    """Whether a signature or at least a shared secret is asked for."""
    kept: frozenset[str]
    """Headers (lower case) that `read` needs beside the body."""
    reply: Reply

    def verify(self, posted: Posted) -> Genuine | Forged:
        """Tell whether *posted* comes from the system; never raises, compares in constant time."""

    def asked_for(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> bool:
        """
        Tell whether the mapping asks for anything in the delivery; what it does not ask for is counted, not stored.

        What cannot be parsed is asked for: it is put aside with its reason rather than lost. Never raises.
        """

    def read(self, arrived: Arrived) -> Read:
        """Return what *arrived* says; the same every time; never raises."""


class ReceivingModule(Protocol):
    """What an adapter's module has when its kind can receive."""

    def incoming(
        self,
        name: str,
        options: BaseModel,
        mapping: SystemMapping,
        fields: Mapping[str, FieldSpec],
        public_url: str,
    ) -> Incoming | None:
        """
        Return how to take what the system *name* sends, None when its options name nothing to take.

        Args:
            name: The admin's name, as it stands in the path.
            options: Of the system.
            mapping: Of the system.
            fields: Declared fields by name.
            public_url: Where the world reaches us, without a path: "https://hooks.acme.example"; may be empty.
        """
