"""What happens while the steps run, as one typed stream: it feeds progress, log, figures, and the judges of tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.commands import Command, Outcome
from connector.model import CrmRef


@dataclass(frozen=True, slots=True)
class Pulled:
    """A page was stored together with its cursor; new is how many of its rows changed anything."""

    system: str
    stream: str
    rows: int
    new: int
    backfill: bool


@dataclass(frozen=True, slots=True)
class Evaluated:
    """So many people were judged, and so many of them led to a write."""

    people: int
    writes: int


@dataclass(frozen=True, slots=True)
class Tried:
    """One write came to an end, or not yet."""

    system: str
    command: Command
    outcome: Outcome
    person_id: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A write was not made because the CRM or a person there said otherwise in the meantime."""

    system: str
    command: Command
    reason: str
    person_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A row could not be mapped and was put aside; the others flow on."""

    ref: CrmRef
    problem: str


@dataclass(frozen=True, slots=True)
class WentDown:
    """A system cannot be reached now; said once when it begins."""

    system: str
    kind: str
    reason: str
    after: timedelta | None


@dataclass(frozen=True, slots=True)
class CameBack:
    """A system answers again; said once."""

    system: str
    down_since: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    A system refuses writes for one reason, or no longer does; said once when it begins and once when it ends.

    Attributes:
        system: Which one.
        effect_id: The first write that was parked for it; the trouble goes by its number.
        count: How many are; 0 when it has ended.
        reason: In the vendor's words about the first; "" when it has ended.
    """

    system: str
    effect_id: int
    count: int = 0
    reason: str = ""


Event = Pulled | Evaluated | Tried | Dropped | Refused | WentDown | CameBack | Trouble
Listener = Callable[[Event], None]


def unheard(event: Event) -> None:
    """Listen to nothing."""
    del event
