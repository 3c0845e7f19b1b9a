"""
The words that a kind of system uses for things every CRM has: who owns a row, who did an activity, what became of it.

An adapter may bring its own `Vocabulary`; HubSpot's stands here as a table with a remark on each odd row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

MEMBERSHIP: Final = "membership"
"""Object of the rows that an adapter makes of list memberships; `parents` has the member."""
LIST_NAME: Final = "list"
"""Where such a row has the list's name as the admin wrote it."""
JOINED_AT: Final = "joined_at"
"""Where such a row has the instant of joining, in the vendor's form."""

PAYLOADS: Final = "payloads"
"""What an engagement mapping has for `object` where rows name the person themselves: what a webhook brings."""
PAYLOAD: Final = "payload"
"""Object of the rows that are made of a delivery, one for each happening in it."""

_SINGULARS: Final[Mapping[str, str]] = MappingProxyType({"companies": "company", "activities": "activity"})


@dataclass(frozen=True, slots=True)
class RowWords:
    """
    How activity rows of one object (meeting, call, email) speak.

    Attributes:
        at: Fields that date what the person did, the first that is not empty.
        done_at: Likewise for what the rep did.
        doer: Field that tells whose doing it was; empty when nothing tells.
        person: Its values that mean the person; every other value, and none, means a rep, because the rows of a CRM are
            made by its users and points need proof.
        proof: Field that, when not empty, proves the person's doing whatever `doer` says; empty for none.
        outcome: Field that tells what became of it; empty when nothing tells.
        withdrawn: Its values that take the happening back.
        pending: Its values that mean "not yet": neither counted nor taken back.
    """

    at: tuple[str, ...]
    done_at: tuple[str, ...]
    doer: str = ""
    person: frozenset[str] = frozenset()
    proof: str = ""
    outcome: str = ""
    withdrawn: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """
    How one kind of system speaks.

    Attributes:
        owner: Field with the owner's id, on every object; empty when there is none.
        rows: By object in our singular words; an object that is not in it has rows dated by their last change.
        twins: Ids that it keeps of other systems' rows by itself: own object → the other's kind → its object → field.
        relations: Whether a dotted path leads over a relation that is asked for by its whole path (Account.Industry).
    """

    owner: str = ""
    rows: Mapping[str, RowWords] = field(default_factory=lambda: MappingProxyType({}))
    relations: bool = False
    twins: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=lambda: MappingProxyType({}))


NO_WORDS: Final = Vocabulary()
"""For systems without owners and activities of their own, such as webhooks."""

HUBSPOT: Final = Vocabulary(
    owner="hubspot_owner_id",
    twins=MappingProxyType({
        # Filled by HubSpot's own Salesforce sync; without it these properties do not exist and say nothing.
        "contact": {"salesforce": {"lead": "salesforceleadid", "contact": "salesforcecontactid"}},
    }),
    rows=MappingProxyType({
        "meeting": RowWords(
            # The booking is what the person did; the meeting itself may lie weeks ahead.
            at=("hs_createdate", "hs_timestamp"),
            done_at=("hs_meeting_start_time", "hs_timestamp"),
            doer="hs_meeting_source",
            # Booked through a rep's link, on a page or embedded; CRM_UI and calendar syncs are the rep's.
            person=frozenset({"MEETINGS_PUBLIC", "MEETINGS_EMBEDDED", "MEETINGS_TOOL"}),
            proof="hs_meeting_created_from_link_id",
            outcome="hs_meeting_outcome",
            # RESCHEDULED stays on the same row with new times, so the booking stands; so it does after a NO_SHOW.
            withdrawn=frozenset({"CANCELED", "CANCELLED"}),
        ),
        "call": RowWords(
            at=("hs_timestamp", "hs_createdate"),
            done_at=("hs_timestamp", "hs_createdate"),
            doer="hs_call_direction",
            person=frozenset({"INBOUND"}),
        ),
        "email": RowWords(
            at=("hs_timestamp", "hs_createdate"),
            done_at=("hs_timestamp", "hs_createdate"),
            doer="hs_email_direction",
            # EMAIL is sent from HubSpot; FORWARDED_EMAIL is a rep's copy, whoever wrote what it holds.
            person=frozenset({"INCOMING_EMAIL"}),
            outcome="hs_email_status",
            # What never arrived is no contact with the person.
            withdrawn=frozenset({"BOUNCED", "FAILED"}),
            pending=frozenset({"SCHEDULED", "SENDING"}),
        ),
    }),
)

SALESFORCE: Final = Vocabulary(
    owner="OwnerId",
    rows=MappingProxyType({
        "task": RowWords(
            at=("CompletedDateTime", "ActivityDate", "CreatedDate"),
            done_at=("CompletedDateTime", "ActivityDate", "CreatedDate"),
            doer="CallType",
            person=frozenset({"Inbound"}),
            outcome="IsClosed",
            # An open task is something planned, by us or by a rep; it becomes activity when it is done.
            pending=frozenset({"false"}),
        ),
        "event": RowWords(at=("CreatedDate",), done_at=("StartDateTime", "ActivityDate", "CreatedDate")),
        "campaign_member": RowWords(
            # A status has no date of its own; the last edit by a person or a program is the nearest there is.
            at=("LastModifiedDate", "CreatedDate"),
            done_at=("LastModifiedDate", "CreatedDate"),
            doer="HasResponded",
            person=frozenset({"true"}),
        ),
        "email_message": RowWords(
            at=("MessageDate", "CreatedDate"),
            done_at=("MessageDate", "CreatedDate"),
            doer="Incoming",
            person=frozenset({"true"}),
            outcome="IsBounced",
            withdrawn=frozenset({"true"}),
        ),
    }),
    relations=True,
)

VOCABULARIES: Final[Mapping[str, Vocabulary]] = MappingProxyType({"hubspot": HUBSPOT, "salesforce": SALESFORCE})
"""By the `kind` of a system; a kind that is not in it speaks `NO_WORDS` unless its adapter brings a vocabulary."""


def singular(name: str) -> str:
    """Return our singular word for an object: the file says "meetings", rows say "meeting"."""
    return _SINGULARS.get(name, name.removesuffix("s"))
