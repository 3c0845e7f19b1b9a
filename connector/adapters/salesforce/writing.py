"""
Writing to an org: stages and results by collections, tasks beside them, and what may have been written looked up again.

A stage is a plain set, also where it moves back on purpose: Salesforce has no order of its own. There are no
conditional writes in collections, so the engine looks at the record just before. A field that the connector's user
cannot see or write is refused here, without a request: Salesforce would refuse the whole request for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from connector.adapters.apart import Apart
from connector.adapters.base import Permit, Wanted
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.errors import Fate
from connector.adapters.salesforce.following import WRITTEN, Follower, retargeted
from connector.adapters.salesforce.ids import is_id, to18
from connector.adapters.salesforce.probing import probe_values, wanted_values
from connector.adapters.salesforce.sending import MOST_ROWS, Blamed, Input, Sender
from connector.adapters.salesforce.tasks import Tasks
from connector.adapters.salesforce.values import row_of
from connector.adapters.salesforce.vocabulary import SOBJECTS
from connector.adapters.salesforce.wire import Wire
from connector.commands import (
    Command,
    CreateTask,
    Done,
    Kind,
    Outcome,
    Probed,
    Rank,
    Rejected,
    SetFields,
    SetStage,
    kind_of,
)


class Writes:
    """All that is written to one org; safe for threads."""

    def __init__(self, wire: Wire, describes: Describes, name: str, wanted: Wanted, *, task_key_field: str) -> None:
        """Put the parts together; nothing is sent."""
        self._name = name
        self._follower = Follower(wire, describes)
        self._sender = Sender(wire, describes, Apart(MOST_ROWS), Blamed())
        self._objects = frozenset(wanted.objects)
        self._tasks = Tasks(self._follower, self._sender, self._objects, task_key_field)

    def apply(self, commands: Sequence[Command], permit: Permit) -> tuple[Outcome, ...]:
        """Make *commands* of one kind true; see the port."""
        if not commands:
            return ()
        outcomes: Mapping[str, Outcome]
        match kind_of(commands[0]):
            case Kind.TASK:
                outcomes = self._tasks.create(cast("Sequence[CreateTask]", commands), permit)
            case Kind.STAGE:
                outcomes = self._set(cast("Sequence[SetStage]", commands), Rank.STAGE, permit)
            case Kind.FIELDS:
                outcomes = self._set(cast("Sequence[SetFields]", commands), Rank.FIELDS, permit)
        return tuple(outcomes[one.key] for one in commands)

    def probe(self, commands: Sequence[Command]) -> tuple[Probed, ...]:
        """Tell whether the effects of *commands* of one kind are there; see the port."""
        if not commands:
            return ()
        kind = kind_of(commands[0])
        if kind == Kind.TASK:
            probed = self._tasks.probe(cast("Sequence[CreateTask]", commands))
        else:
            rank = Rank.STAGE if kind == Kind.STAGE else Rank.FIELDS
            probed = probe_values(self._follower, cast("Sequence[SetStage | SetFields]", commands), rank)
        return tuple(probed[one.key] for one in commands)

    def _set(self, commands: Sequence[SetStage | SetFields], rank: Rank, permit: Permit) -> Mapping[str, Outcome]:
        """Write values in as few requests as may be, what can never be written left out."""
        outcomes: dict[str, Outcome] = {}
        inputs: list[Input] = []
        for one in commands:
            if one.ref.object not in WRITTEN or not is_id(one.ref.id):
                outcomes[one.key] = Rejected(f'no record of Salesforce has the name {one.ref.object} "{one.ref.id}"')
                continue
            sobject, record = SOBJECTS[one.ref.object], to18(one.ref.id)
            row = row_of(sobject, wanted_values(one), self._follower.describes.of(sobject, rank))
            if row.wrong:
                outcomes[one.key] = Rejected(". ".join(row.wrong))
            else:
                inputs.append(Input(one.key, sobject, record, row.values, record))
        sent = self._sender.send("PATCH", inputs, rank, permit)
        outcomes.update(sent.others)
        outcomes.update({key: Done(made) for key, made in sent.made.items()})
        outcomes.update({key: refusal.outcome for key, refusal in sent.refused.items()})
        refs = {one.key: one.ref for one in commands}
        away = {
            key: (refs[key], refusal)
            for key, refusal in sent.refused.items()
            if refusal.fate in {Fate.CONVERTED, Fate.GONE}
        }
        return {**outcomes, **retargeted(self._follower, self._objects, away, rank)}
