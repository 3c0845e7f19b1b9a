"""
The nouns: what is known about people, what was decided about them, and why.

Nothing here does anything. A *system* is one configured CRM or source by the admin's name for it, an *object* is the
vendor's kind of row ("contact", "company", "meeting"), a *record* is one vendor row as it came. A *person* is ours: one
human being, seen through one record or several. Instants are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

Value = str | int | float | bool | date | datetime | tuple[str, ...] | None
"""A converted field value; None and absence both mean that the field is empty."""

NOTHING: Final[Mapping[str, Value]] = MappingProxyType({})
COMPANIES: Final = frozenset({"company", "account"})
"""Objects whose rows are companies: HubSpot and Salesforce have each their own word."""
PERSON: Final = "person"
"""Object of people known only from what a system sends by itself; somebody can have several: by id, by address."""
NOT_EVALUATED: Final = "connector:not_evaluated"
"""Key of a raw row whose person may not be profiled: an adapter sets it to true, and nothing is decided about them."""
SALES_ACTIVITY: Final = "sales_activity"
"""Type of what a rep did (calls, e-mails, meetings): never points, read by `unless` conditions and SLAs."""


class Stage(StrEnum):
    """Where a person stands; the canonical words that every CRM's own values are mapped to."""

    SUBSCRIBER = "subscriber"
    LEAD = "lead"
    MQL = "mql"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    EVANGELIST = "evangelist"
    DISQUALIFIED = "disqualified"
    OTHER = "other"


LADDER: Final = (
    Stage.SUBSCRIBER,
    Stage.LEAD,
    Stage.MQL,
    Stage.SQL,
    Stage.OPPORTUNITY,
    Stage.CUSTOMER,
    Stage.EVANGELIST,
)
"""The stages that have an order; disqualified and other stand beside it."""


class Actor(StrEnum):
    """Who moved a stage."""

    CONNECTOR = "connector"
    CRM = "crm"
    """A rep, a workflow, an import or another integration: what we did not write."""
    FOUND = "found"
    """Already there when we first saw the person."""


@dataclass(frozen=True, slots=True, order=True)
class CrmRef:
    """
    The name of one vendor row.

    Attributes:
        system: The admin's name of the system, "hubspot".
        object: The vendor's kind in our singular words: contact, company, meeting, call, email, task, deal.
        id: The vendor's id, always text, never computed with.
    """

    system: str
    object: str
    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """
    One vendor row as it came, values untouched.

    Attributes:
        ref: Its name.
        modified_at: When the vendor says it last changed.
        raw: The vendor's fields by the vendor's names; may nest.
        parents: Rows it hangs on: a contact's primary company, a meeting's contacts.
        merged: Rows that were merged into this one and no longer exist.
        related: What a strong read was asked to look up beside the row, "open_deals": 2.
    """

    ref: CrmRef
    modified_at: datetime
    raw: Mapping[str, object]
    parents: tuple[CrmRef, ...] = ()
    merged: tuple[CrmRef, ...] = ()
    related: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Engagement:
    """
    Something a person did (or, as `sales_activity`, something a rep did with them), once.

    Attributes:
        key: Unique among one person's engagements; the same happening read twice has the same key.
        type: The admin's word for it, "form_submitted".
        at: When it happened, by the vendor's clock.
        count: How many of it happened: the growth of a counter, else 1; always at least 1.
        attributes: What is known of it, converted.
        system: Where it was read.
    """

    key: str
    type: str
    at: datetime
    count: int = 1
    attributes: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    system: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """
    One human being as the criteria see them.

    Attributes:
        id: Ours; 0 for somebody who exists only in a test or a what-if.
        fields: By the names of `[fields]`; a missing key and None both mean empty.
        stage: Where they stand by our ledger; None when nothing was ever known.
        stage_at: Since when; None exactly when stage is None.
        refs: The rows that are this person, the home system's first.
    """

    id: int
    fields: Mapping[str, Value]
    stage: Stage | None = None
    stage_at: datetime | None = None
    refs: tuple[CrmRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    One dated fact that a check or a score line rests on.

    Attributes:
        at: When it happened; None for a field, which has no date.
        what: The engagement's type, or the field's name.
        detail: The attribute or value that mattered, in plain words; may be empty.
        count: How many happenings it stands for.
        key: The engagement's key; empty for a field.
    """

    at: datetime | None
    what: str
    detail: str = ""
    count: int = 1
    key: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """
    One criterion with what was found.

    Attributes:
        asked: The criterion in plain words, "at least 5 x page_viewed on different days within 14 days".
        found: What there was, "3 days (latest 2026-11-20)".
        passed: None is *unknown*: a field it needs is empty.
        until: First instant at which this verdict could change though nothing happens; None for never.
        evidence: What it rests on, newest first.
        missing: Names of the empty fields that made it unknown.
        parts: The checks inside an all, any or not.
    """

    asked: str
    found: str
    passed: bool | None
    until: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    parts: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """
    Points that one rule gave: a score is exactly the sum of its lines.

    Attributes:
        score: Which score it counts for.
        rule: The rule's name.
        points: Rounded to 1e-6, after the rule's own cap and the score's; may be negative.
        say: The rule's sentence for the rep; may be empty.
        evidence: What it rests on, newest first.
        note: Why the points are what they are when that is not plain: capped, decayed; may be empty.
    """

    score: str
    rule: str
    points: float
    say: str = ""
    evidence: tuple[Evidence, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What the agreement says about one person at one instant; cheap, without evidence.

    Attributes:
        stage: SQL, MQL, or None when neither is met (or something blocks).
        mql: Verdict of the MQL criteria; None is unknown.
        sql: Verdict of the SQL criteria.
        blocked: A knock-out is true, or required consent is not there.
        scores: Points by score name, and "total".
        triggers: Verdict of each playbook's `on` criterion, by playbook; those on a stage are not in it.
        recheck_at: Lower bound of the first instant at which any of this could change by time alone; None for never.
    """

    stage: Stage | None
    mql: bool | None
    sql: bool | None
    blocked: bool
    scores: Mapping[str, float]
    triggers: Mapping[str, bool | None]
    recheck_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    A decision with all that it rests on.

    Attributes:
        decision: The verdict itself; equal to what the silent evaluation gives.
        lines: Every score line that is not zero, by score then by rule order.
        checks: "never", "require", "mql", "sql" and each playbook's criterion, by name; only those that were agreed.
        missing: Names of the empty fields that any check or rule asked for.
        lacking: What is not yet there for the next stage, one plain sentence each.
        top_reason: The newest behaviour that met the criterion, in plain words with its date; never a score. May be
            empty.
        top_evidence: The evidence behind top_reason; None when there is none.
    """

    decision: Decision
    lines: tuple[ScoreLine, ...]
    checks: Mapping[str, Check]
    missing: tuple[str, ...]
    lacking: tuple[str, ...]
    top_reason: str = ""
    top_evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """
    One step of one person on the ladder, stored once and never changed.

    Attributes:
        person_id: Ours.
        source: Stage before; None at first sight or after it was cleared.
        target: Stage after; None when it was cleared.
        at: When it happened, by the vendor's clock for what we did not write.
        actor: Who moved.
        imputed: Passed without ever being seen: the MQL of a lead that went straight to SQL.
        version: Agreement version in force; empty for what we did not write.
        hash: Hash of that agreement; empty likewise.
        reasons: Plain sentences.
        system: Where it was seen or written.
    """

    person_id: int
    source: Stage | None
    target: Stage | None
    at: datetime
    actor: Actor
    imputed: bool = False
    version: str = ""
    hash: str = ""
    reasons: tuple[str, ...] = ()
    system: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """
    What is remembered of one playbook for one person.

    Attributes:
        held: Last verdict of its criterion; None before the first look and while unknown.
        episodes: How many times it fired (the n of the task's key).
        task_at: When its last task was decided; None before the first.
    """

    held: bool | None = None
    episodes: int = 0
    task_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Barrier:
    """
    From when on engagement counts by itself for somebody who must not move on what was there before.

    Attributes:
        at: Only engagement later than this counts.
        reason: "baseline" (before go-live or before a changed agreement) or "set back" (a human moved them back).
        stages: The stages it withholds.
        hold_until: Nothing before this instant either; None for no wait.
        tasks: Whether tasks are withheld as well.
    """

    at: datetime
    reason: str
    stages: frozenset[Stage]
    hold_until: datetime | None = None
    tasks: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What our store remembers of one person beside the facts.

    Attributes:
        person_id: Ours.
        revision: Grows with every change of the person's facts; a verdict is saved only on the revision it saw.
        judged: The revision of the last verdict; equal to `revision` when only time has passed since.
        stage: By our ledger.
        stage_at: Since when.
        agreement: Hash of the agreement under which the baseline was taken; empty before the first evaluation.
        barriers: What withholds stages and tasks; at most one per reason.
        triggers: By playbook name.
        scores: Whole points as last written back or decided, by score.
        scored_at: When scores were last written back; None for never.
        due_at: When the person is to be evaluated next; None for not before something changes.
        moved_in: System in which somebody else last moved them; empty when the last move was ours, or none was.
        found: Whether the stage is the one in which they were first seen, and nobody has moved them since.
    """

    person_id: int
    revision: int = 0
    judged: int = 0
    stage: Stage | None = None
    stage_at: datetime | None = None
    agreement: str = ""
    barriers: tuple[Barrier, ...] = ()
    triggers: Mapping[str, Trigger] = field(default_factory=lambda: MappingProxyType({}))
    scores: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    scored_at: datetime | None = None
    due_at: datetime | None = None
    moved_in: str = ""
    found: bool = False
