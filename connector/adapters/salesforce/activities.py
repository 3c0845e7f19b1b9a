"""
Whose activity a row is, and which rows are one activity.

Enhanced Email makes an EmailMessage and a Task of it: with e-mails read, the Task is left out. People of an e-mail are
in EmailMessageRelation: of an incoming one who sent it, of an outgoing one who got it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.adapters.base import AdapterDown
from connector.adapters.salesforce.asking import Asker, chunks
from connector.adapters.salesforce.columns import Kind
from connector.adapters.salesforce.objects import DELETED, DRAFT, EMAIL_MESSAGE, MIRRORED
from connector.adapters.salesforce.records import Row, key_of, person, record
from connector.adapters.salesforce.soql import among, select
from connector.adapters.salesforce.vocabulary import TASK
from connector.commands import Rank
from connector.model import CrmRef, Record

_SENDER: Final = "from"
"""How the RelationType of a sender begins: From, in newer versions FromAddress."""


@dataclass(frozen=True, slots=True)
class Activities:
    """Makes records of activity rows; *emails* says whether e-mails are a stream of their own."""

    asker: Asker
    emails: bool

    def records(self, kind: Kind, rows: Sequence[Row], rank: Rank) -> tuple[tuple[Record, ...], tuple[CrmRef, ...]]:
        """
        Return activity rows as records with the people they concern, and those that were deleted.

        Mirrors of e-mails and drafts are in neither.

        Raises:
            AdapterDown: The people cannot be had now.
        """
        gone = tuple(kind.ref(key_of(row)) for row in rows if row.get(DELETED) is True)
        alive = [row for row in rows if row.get(DELETED) is not True]
        if kind.name == TASK and self.emails:
            mirrors = self._mirrors(alive, rank)
            alive = [row for row in alive if key_of(row) not in mirrors]
        if kind.name != EMAIL_MESSAGE:
            return tuple(record(kind, row) for row in alive), gone
        sent = [row for row in alive if str(row.get("Status")) != DRAFT]
        people = self._people(kind, sent, rank)
        return tuple(record(kind, row, parents=people.get(key_of(row), ())) for row in sent), gone

    def _mirrors(self, rows: Sequence[Row], rank: Rank) -> frozenset[str]:
        """Return the ids of tasks that stand beside an EmailMessage."""
        keys = [key_of(row) for row in rows if row.get("TaskSubtype") == MIRRORED]
        query = select("EmailMessage", ("ActivityId",))
        found = self.asker.lists([query.where(among("ActivityId", part)) for part in chunks(keys)], rank)
        return frozenset(key_of(row, "ActivityId") for each in found for row in each or ())

    def _people(self, kind: Kind, rows: Sequence[Row], rank: Rank) -> Mapping[str, tuple[CrmRef, ...]]:
        """Return the leads and contacts of e-mails, by the e-mail's id."""
        incoming = {key_of(row): row.get("Incoming") is True for row in rows}
        query = select("EmailMessageRelation", ("EmailMessageId", "RelationId", "RelationType"))
        parts = chunks(list(incoming))
        found = self.asker.lists([query.where(among("EmailMessageId", part)) for part in parts], rank)
        if None in found:
            raise AdapterDown(
                "Salesforce does not show EmailMessageRelation to the integration user, so nobody knows whose e-mails"
                " those are; give it read access, or take email_messages out of the mapping",
                "scopes",
            )
        people: dict[str, dict[CrmRef, None]] = {}
        for tie in (row for each in found for row in each or ()):
            key = key_of(tie, "EmailMessageId")
            who = person(kind.system, key_of(tie, "RelationId"))
            sender = str(tie.get("RelationType")).lower().startswith(_SENDER)
            if who is not None and sender == incoming.get(key):
                people.setdefault(key, {})[who] = None
        return {key: tuple(each) for key, each in people.items()}
