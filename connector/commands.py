"""
What we want to be true in a CRM, and what came of asking for it; frozen data that does nothing.

One command concerns one record. Its `key` is unique for ever: saying it twice has the effect of once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType

from connector.model import CrmRef, Evidence, Stage, Value


class Rank(IntEnum):
    """Who comes first when the API budget is short; smaller is sooner."""

    TASK = 0
    STAGE = 1
    FIELDS = 2
    READ = 3
    BACKFILL = 4


class Kind(StrEnum):
    """The kinds of command, as they stand in the outbox and in `plan --json`."""

    TASK = "create_task"
    STAGE = "set_stage"
    FIELDS = "set_fields"


@dataclass(frozen=True, slots=True)
class About:
    """
    Whom a command is about and why, for a system that keeps no records which it could be looked up in.

    It is fixed when the command is decided, so that saying the command again says the same.

    Attributes:
        person_id: Ours.
        at: When it was decided.
        fields: What is known of the person, by the names of `[fields]`; empty ones are left out.
        stage: Where the person stands once this is done; None when nothing is known.
        scores: Whole points by score.
        reasons: Plain sentences.
        evidence: What it rests on, newest first.
        records: The person's rows in other systems, and those that the system itself has told of.
    """

    person_id: int
    at: datetime
    fields: Mapping[str, Value]
    stage: Stage | None = None
    scores: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    records: tuple[CrmRef, ...] = ()


@dataclass(frozen=True, slots=True)
class SetStage:
    """
    Move a record forward to a stage.

    Attributes:
        key: Unique for ever; names person, record and transition.
        ref: The record.
        field: The vendor's field.
        value: The vendor's value for the stage.
        stage: Our word for it.
        seen: The vendor's value on which this was decided; another value found before the write means that somebody
            moved in between, and then the human wins. None for empty.
        recycle: Backward on purpose, in the vendor's own way (HubSpot: clear, then set, in two requests).
        about: For a system without records; None for every other.
    """

    key: str
    ref: CrmRef
    field: str
    value: str
    stage: Stage
    seen: str | None = None
    recycle: bool = False
    about: About | None = None


@dataclass(frozen=True, slots=True)
class SetFields:
    """
    Write our results into mapped fields of a record.

    Attributes:
        key: Unique for ever.
        ref: The record.
        values: Vendor's field name to vendor's value as text; "" clears.
        about: For a system without records; None for every other.
    """

    key: str
    ref: CrmRef
    values: Mapping[str, str]
    about: About | None = None


@dataclass(frozen=True, slots=True)
class CreateTask:
    """
    Give a rep one task about a person.

    Attributes:
        key: The task's key in the CRM: hash of portal, object, record, playbook and episode; 26 characters.
        ref: The person's record that the task hangs on.
        playbook: Name of the playbook it comes from.
        subject: One line of plain text.
        body: Escaped HTML.
        body_text: The same as plain text, for systems without HTML.
        due_at: When it is due.
        due_on: The day of `due_at` where the owner works, for systems whose tasks are due on a day.
        remind_at: When such a system shall remind the owner, because a day is too coarse; None where a day will do.
        owner_id: The vendor's owner id; empty when the vendor shall decide.
        owner: The owner as an admin knows them (e-mail); empty likewise.
        type: call, email or todo.
        priority: high, medium, low or none.
        company: The person's primary company; None where there is none.
        unless_open_deal: Do not create it when the person has an open deal at the moment of writing.
        set_owner: Also make this owner the record's owner.
        about: For a system without records; None for every other.
    """

    key: str
    ref: CrmRef
    playbook: str
    subject: str
    body: str
    body_text: str
    due_at: datetime
    owner_id: str = ""
    owner: str = ""
    type: str = "call"
    priority: str = "high"
    company: CrmRef | None = None
    unless_open_deal: bool = False
    set_owner: bool = False
    due_on: date | None = None
    remind_at: datetime | None = None
    about: About | None = None


Command = SetStage | SetFields | CreateTask


def kind_of(command: Command) -> Kind:
    """Return the kind of *command*."""
    if isinstance(command, CreateTask):
        return Kind.TASK
    return Kind.STAGE if isinstance(command, SetStage) else Kind.FIELDS


@dataclass(frozen=True, slots=True)
class Done:
    """It is true now, also where it was true before; remote_id names the row that was made or changed."""

    remote_id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """
    Certainly not performed, may be accepted later.

    Attributes:
        reason: In the vendor's words where there were any.
        after: The vendor's wait, or ours where it named none.
        sent: Whether anything has left; what has not costs no attempt.
    """

    reason: str
    after: timedelta
    sent: bool = True


@dataclass(frozen=True, slots=True)
class Rejected:
    """Certainly refused for good, in the vendor's own words; request_id may be empty."""

    reason: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been performed or not: to be probed, never to be sent again blindly."""

    reason: str


Outcome = Done | Retry | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """The effect is there, as this row."""

    remote_id: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The effect is certainly not there as of this instant."""

    as_of: datetime


@dataclass(frozen=True, slots=True)
class Unclear:
    """Cannot be told now; ask again after this long."""

    after: timedelta
    reason: str = ""


Probed = Found | Absent | Unclear
