"""What planning works on and what it returns; nouns only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.agreement import Agreement, FirstSync, Playbook
from connector.commands import SetFields, SetStage
from connector.decide import Judge
from connector.mapping.spec import ObjectMapping
from connector.model import CrmRef, Decision, Explanation, Stage, Standing, Transition


@dataclass(frozen=True, slots=True)
class Remote:
    """
    What one record of the person holds in a CRM that we write to.

    Attributes:
        ref: The record.
        mapping: How its object is mapped.
        raw_stage: The vendor's value; None when empty.
        stage: Our word for it; None when empty or not mapped.
        written: Our results as they stand there.
        stages: Whether stages are written to this system.
    """

    ref: CrmRef
    mapping: ObjectMapping
    raw_stage: str | None
    stage: Stage | None
    written: Mapping[str, str]
    stages: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """
    What holds for everybody during one pass.

    Attributes:
        judge: The compiled agreement.
        agreement: The words it was compiled from.
        playbooks: In order; the first that matches wins.
        first_sync: What old evidence may cause.
        go_live: From when this agreement counts: its effective day, or when we first saw it, whichever is later.
    """

    judge: Judge
    agreement: Agreement
    playbooks: tuple[Playbook, ...]
    first_sync: FirstSync
    go_live: datetime


@dataclass(frozen=True, slots=True)
class TaskWanted:
    """A playbook fired: this is its n-th episode for this person, for these reasons."""

    playbook: Playbook
    episode: int


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What follows for one person.

    Attributes:
        standing: To be saved with the rest; its due_at is the next look.
        decision: The verdict that it rests on.
        explanation: With evidence; None when nothing is to be written or told.
        transitions: Steps for the ledger, in order.
        stages: Stage writes.
        fields: Result writes.
        task: At most one task.
        why: Plain sentences for `plan`, the ledger and the outbox.
        waits: Name of the playbook whose task waits until the person has a record to hang it on; empty for none.
    """

    standing: Standing
    decision: Decision
    explanation: Explanation | None = None
    transitions: tuple[Transition, ...] = ()
    stages: tuple[SetStage, ...] = ()
    fields: tuple[SetFields, ...] = ()
    task: TaskWanted | None = None
    why: tuple[str, ...] = ()
    waits: str = ""
