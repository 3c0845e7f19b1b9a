"""
Which objects are read, as which streams, and what is always read of each, as tables with a remark on each odd row.

Read on 2026-11-23 from Salesforce's object reference and from recorded describes of real orgs.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connector.adapters.salesforce.vocabulary import ACCOUNT, CONTACT, LEAD, TASK
from connector.mapping.vocabulary import SALESFORCE

EVENT: Final = "event"
CAMPAIGN_MEMBER: Final = "campaign_member"
EMAIL_MESSAGE: Final = "email_message"

STREAMS: Final[Mapping[str, str]] = MappingProxyType({
    "accounts": ACCOUNT,
    "leads": LEAD,
    "contacts": CONTACT,
    "contacts_of_changed_accounts": CONTACT,
    "leads_of_changed_individuals": LEAD,
    "contacts_of_changed_individuals": CONTACT,
    "tasks": TASK,
    "events": EVENT,
    "campaign_members": CAMPAIGN_MEMBER,
    "email_messages": EMAIL_MESSAGE,
})
"""Stream → our word for its rows, in the order in which they are best read: parents first."""
OF_CHANGED_ACCOUNTS: Final = "contacts_of_changed_accounts"
OF_CHANGED_INDIVIDUALS: Final = frozenset({"leads_of_changed_individuals", "contacts_of_changed_individuals"})
"""A change of a parent does not touch the child: who opts out there is looked for by the parent's stamp."""

ID: Final = "Id"
STAMP: Final = "SystemModstamp"
"""When the row last changed, whoever did it; LastModifiedDate leaves out what automation did."""
ACCOUNT_STAMP: Final = "Account.SystemModstamp"
INDIVIDUAL_STAMP: Final = "Individual.SystemModstamp"
DELETED: Final = "IsDeleted"
MASTER: Final = "MasterRecordId"
CONVERTED: Final = "IsConverted"
CONVERTED_TO: Final = "ConvertedContactId"

_SYSTEM: Final = (ID, STAMP, DELETED)
_OWNED: Final = (*_SYSTEM, SALESFORCE.owner)
ALWAYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    LEAD: (*_OWNED, MASTER, CONVERTED, CONVERTED_TO),
    CONTACT: (*_OWNED, MASTER, "AccountId"),
    ACCOUNT: (*_OWNED, MASTER),
    TASK: (*_SYSTEM, "WhoId", "IsClosed", "TaskSubtype"),
    EVENT: (*_SYSTEM, "WhoId"),
    CAMPAIGN_MEMBER: (*_SYSTEM, "LeadId", "ContactId", "Status", "HasResponded", "Campaign.Name", "Campaign.Type"),
    # Status 5 is a draft, which nobody has sent.
    EMAIL_MESSAGE: (*_SYSTEM, "Status", "Incoming"),
})
"""Fields that are read whatever is mapped; those that the org does not show are left out."""

WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    name: tuple(sorted({*row.at, *row.done_at, row.doer, row.proof, row.outcome, SALESFORCE.owner} - {""}))
    for name, row in SALESFORCE.rows.items()
})
"""Fields that say who did an activity, and when."""

PRIVACY: Final = ("Individual.HasOptedOutProfiling", "Individual.HasOptedOutProcessing", "Individual.ShouldForget")
"""Of a person's Individual, where the org uses Data Protection and Privacy: true in any means not to be evaluated."""
INDIVIDUAL: Final = "Individual"
NOT_EVALUATED: Final = "connector:not_evaluated"
"""Key in the raw row of a person whose Individual says so; an Individual that cannot be seen says nothing."""
DRAFT: Final = "5"
MIRRORED: Final = "Email"
"""TaskSubtype of tasks that Enhanced Email makes beside an EmailMessage."""
PREFIXES: Final[Mapping[str, str]] = MappingProxyType({"00Q": LEAD, "003": CONTACT})
"""First three characters of an id → the object, of those that an activity may name."""
