"""What the store keeps, as frozen nouns: rows, dossiers, effects, runs; the verbs over them stand in `base`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from connector.commands import Command, Rank
from connector.model import CrmRef, Engagement, Stage, Standing, Value


@dataclass(frozen=True, slots=True)
class Held:
    """
    What one vendor row held when we last read it, converted and reduced to what is mapped.

    Attributes:
        ref: The row.
        person_id: Whose row it is; 0 for a company.
        values: Our fields.
        raw_stage: The vendor's stage value; None when empty or not mapped.
        stage: The same as our stage; None when empty or unmapped (raw_stage tells which).
        stage_at: When we first saw that stage value (vendor's clock).
        owner_id: The vendor's owner of the row; empty for none.
        company: The primary company's row; None where there is none.
        email: Lower case; empty for none. Kept for identity.
        marks: Counter and stamp states: name → (last value as text, ordinal).
        written: Our results as last seen or written there: vendor field → value.
        digest: Of everything above that came from the vendor; equal digests mean that nothing mapped changed.
        modified_at: The vendor's last change.
        gone_at: When it was found deleted; None while it lives.
    """

    ref: CrmRef
    person_id: int
    values: Mapping[str, Value]
    modified_at: datetime
    raw_stage: str | None = None
    stage: Stage | None = None
    stage_at: datetime | None = None
    owner_id: str = ""
    company: CrmRef | None = None
    email: str = ""
    marks: Mapping[str, tuple[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    written: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    digest: str = ""
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything the evaluation of one person needs, read in one go; `held` has the companies of the rows as well."""

    standing: Standing
    held: tuple[Held, ...]
    engagements: tuple[Engagement, ...]
    open_tasks: tuple[str, ...] = ()
    """Keys of our tasks for this person that are waiting, under way or not known to be closed."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """
    A vendor row (or event) that could not be mapped.

    Attributes:
        ref: The row.
        problem: Plain sentence that names record and field.
        digest: Of the raw row: it is tried again only when the row or the mapping changed.
        first_at: When it was first refused.
        last_at: When it was last seen.
    """

    ref: CrmRef
    problem: str
    digest: str
    first_at: datetime
    last_at: datetime


class State(StrEnum):
    """Life of a write: HELD (by a brake) → PENDING → INFLIGHT → DONE, PARKED or UNKNOWN; DROPPED otherwise."""

    HELD = "held"
    PENDING = "pending"
    INFLIGHT = "inflight"
    UNKNOWN = "unknown"
    DONE = "done"
    PARKED = "parked"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Effect:
    """
    One intended write and what became of it; a row of the outbox.

    Attributes:
        id: Ours; 0 before it is stored.
        person_id: Ours.
        command: What is to be true.
        rank: Who comes first.
        state: See `State`.
        slot: What it is ordered with: "stage", "fields" or "task:KEY"; one live effect per (system, record, slot).
        reason: Why it waits, was parked or dropped; vendor's words where they are the reason.
        request_id: The vendor's, with a rejection.
        attempts: How many times it was sent (or tried to).
        not_before: Earliest instant of the next attempt or probe; None for now.
        sent_at: Last time it became INFLIGHT.
        remote_id: The vendor's row once DONE.
        why: The plain sentences shown by plan and in the ledger.
        brake: Which brake holds it; empty otherwise.
        created_at: When it was decided.
        settled_at: When it became DONE, PARKED or DROPPED.
        epoch: Fences claims: a settle with another epoch changes nothing.
    """

    person_id: int
    command: Command
    rank: Rank
    state: State
    slot: str
    created_at: datetime
    id: int = 0
    reason: str = ""
    request_id: str = ""
    attempts: int = 0
    not_before: datetime | None = None
    sent_at: datetime | None = None
    remote_id: str = ""
    why: tuple[str, ...] = ()
    brake: str = ""
    settled_at: datetime | None = None
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt or a probe came to: the new state of one effect."""

    effect_id: int
    epoch: int
    state: State
    reason: str = ""
    request_id: str = ""
    not_before: datetime | None = None
    remote_id: str = ""
    attempted: bool = True
    """False gives the attempt back: the adapter was down, or the permit refused."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """Effects that are PARKED for one reason in the vendor's words: how many, and the first of them."""

    system: str
    reason: str
    count: int
    effect_id: int


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One edition of the agreement as it was when first seen."""

    version: str
    hash: str
    canonical: str
    schema: int
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One pass of sync, or one life of the daemon's loop step: counts are what `sync --json` prints."""

    started_at: datetime
    kind: str
    id: int = 0
    finished_at: datetime | None = None
    counts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    error: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next pull of a stream goes on; `looked_at` is when (our clock) it was last asked."""

    system: str
    stream: str
    cursor: str
    as_of: datetime
    looked_at: datetime
    loaded: bool = False
    """Whether the first load has ended."""


class Acceptance(StrEnum):
    """What became of a delivery that was offered: stored, known already, or known under that id with another body."""

    NEW = "new"
    REPEATED = "repeated"
    CONFLICT = "conflict"


class Post(StrEnum):
    """Life of a delivery: NEW → DONE, or ASIDE with its reason, which goes back to NEW when it is to be read again."""

    NEW = "new"
    DONE = "done"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    One delivery that a system has sent us; a row of the inbox.

    Attributes:
        system: The admin's name of the system.
        event_id: Unique within the system.
        digest: SHA-256 of the body, hexadecimal: the same id with another one is a conflict.
        body: Exactly as received; empty once it is DONE.
        received_at: By our clock.
        content_type: As the sender named it, lower case.
        headers: Those that are needed to read it, by lower-case name.
        id: Ours; 0 before it is stored.
        state: See `Post`.
        problem: Why it is ASIDE; a plain sentence.
        settled_at: When it became DONE or ASIDE.
    """

    system: str
    event_id: str
    digest: str
    body: bytes
    received_at: datetime
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    id: int = 0
    state: Post = Post.NEW
    problem: str = ""
    settled_at: datetime | None = None
