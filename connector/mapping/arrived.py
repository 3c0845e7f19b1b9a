"""What was sent to us, as it is kept and as it is understood: nouns only, shared by mapping, adapters and the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from connector.model import CrmRef, Record

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Arrived:
    """
    One delivery as it is kept.

    Attributes:
        id: Unique within the system: the sender's id, else made from the body.
        body: The bytes exactly as received.
        content_type: As the sender named it, lower case; may be empty.
        headers: Those that `Incoming.kept` names, by lower-case name.
        at: When it was received.
    """

    id: str
    body: bytes
    content_type: str
    at: datetime
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Read:
    """
    What a delivery says.

    Attributes:
        records: Rows that it carries itself, people before what they did.
        hints: Rows of the vendor that changed: to be fetched by the strong read, nothing here is taken for true.
        forget: Rows whose person the vendor was told to erase.
        problems: Plain sentences; when there are any, the delivery is put aside whole and nothing of it is used.
    """

    records: tuple[Record, ...] = ()
    hints: tuple[CrmRef, ...] = ()
    forget: tuple[CrmRef, ...] = ()
    problems: tuple[str, ...] = ()
