"""What becomes of people: leads converted, records merged, deals opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.instants import instant
from connector.sandbox.salesforce import records
from connector.sandbox.salesforce.ids import sobject_of, to18

if TYPE_CHECKING:
    from connector.sandbox.salesforce.state import By, Row, State

MOST_MERGED: Final = 2
AHEAD: Final = timedelta(days=60)
FIRST_STAGE: Final = "Prospecting"
TO_CONTACT: Final[Mapping[str, str]] = MappingProxyType({
    **{name: name for name in ("LastName", "FirstName", "Salutation", "Title", "Phone", "MobilePhone", "Email")},
    **{name: name for name in ("LeadSource", "HasOptedOutOfEmail", "DoNotCall", "IndividualId", "Description")},
    **{name: f"Mailing{name}" for name in ("Street", "City", "State", "PostalCode", "Country")},
})
"""Field of the contact by that of the lead."""
TO_ACCOUNT: Final[Mapping[str, str]] = MappingProxyType({
    "Company": "Name",
    "Industry": "Industry",
    "AnnualRevenue": "AnnualRevenue",
    "NumberOfEmployees": "NumberOfEmployees",
    "Website": "Website",
})
CHILDREN: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType({
    "Lead": (
        ("Task", "WhoId"),
        ("Event", "WhoId"),
        ("CampaignMember", "LeadId"),
        ("EmailMessageRelation", "RelationId"),
    ),
    "Contact": (
        *(("Task", "WhoId"), ("Event", "WhoId"), ("CampaignMember", "ContactId")),
        *(
            ("EmailMessageRelation", "RelationId"),
            ("OpportunityContactRole", "ContactId"),
            ("Opportunity", "ContactId"),
        ),
    ),
    "Account": (("Contact", "AccountId"), ("Opportunity", "AccountId"), ("Task", "WhatId"), ("Event", "WhatId")),
})
"""What goes over to the winner of a merge, by object."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What a lead became; *opportunity* is empty when none was opened."""

    account: str
    contact: str
    opportunity: str = ""


def convert(  # noqa: PLR0913 -- all that a rep chooses
    state: State, lead_id: str, by: By, *, account_id: str = "", contact_id: str = "", opportunity: bool = False
) -> Converted:
    """
    Convert a lead: open tasks and coming events move to the contact, memberships get the contact beside the lead.

    Raises:
        ValueError: The lead is converted or deleted already.
    """
    lead = state.db.get("Lead", lead_id)
    if lead is None or lead["IsConverted"] or lead["IsDeleted"]:
        raise ValueError(f"{lead_id} is no lead that can be converted")
    owner = lead["OwnerId"] if sobject_of(str(lead["OwnerId"])) == "User" else by.user_id
    account = to18(account_id) if account_id else _made(state, "Account", TO_ACCOUNT, lead, {"OwnerId": owner}, by)
    tie = {"AccountId": account, "OwnerId": owner}
    contact = to18(contact_id) if contact_id else _made(state, "Contact", TO_CONTACT, lead, tie, by)
    deal = open_deal(state, contact, by, f"{lead['Company']}-", None) if opportunity else ""
    done = next(each.value for each in state.schema.of("Lead").fields["Status"].options if each.converted)
    values = {
        "IsConverted": True,
        "Status": done,
        "ConvertedDate": instant(by.at_ms).date().isoformat(),
        "ConvertedAccountId": account,
        "ConvertedContactId": contact,
        "ConvertedOpportunityId": deal or None,
    }
    records.store(state, state.schema.of("Lead"), lead_id, values, by)
    records.note(state, "convert", "Lead", lead_id, {"AccountId": account, "ContactId": contact}, by)
    _move_open(state, lead_id, contact, by)
    for each in state.db.find("CampaignMember", "LeadId", lead_id):
        records.store(state, state.schema.of("CampaignMember"), each, {"ContactId": contact}, by)
    return Converted(account, contact, deal)


def _made(  # noqa: PLR0913 -- one record out of another
    state: State, sobject: str, names: Mapping[str, str], lead: Row, values: Mapping[str, Any], by: By
) -> str:
    """Create what a lead becomes from its fields; custom fields of the same name go along."""
    kind = state.schema.of(sobject)
    own = {name: name for name, field in state.schema.of("Lead").fields.items() if field.custom and name in kind.fields}
    taken = {theirs: lead[ours] for ours, theirs in {**own, **names}.items() if lead.get(ours) is not None}
    fitting = {
        name: value
        for name, value in taken.items()
        if not kind.fields[name].restricted or kind.fields[name].choice(str(value))
    }
    return records.insert(state, kind, {**fitting, **values}, by)


def _move_open(state: State, lead_id: str, contact_id: str, by: By) -> None:
    """Move what is still to be done from a lead to its contact."""
    for each in state.db.find("Task", "WhoId", lead_id):
        row = state.db.get("Task", each)
        if row and not row["IsClosed"] and not row["IsDeleted"]:
            records.store(state, state.schema.of("Task"), each, {"WhoId": contact_id}, by)
    today = instant(by.at_ms).date().isoformat()
    for each in state.db.find("Event", "WhoId", lead_id):
        row = state.db.get("Event", each)
        if row and not row["IsDeleted"] and str(row["ActivityDate"] or "") >= today:
            records.store(state, state.schema.of("Event"), each, {"WhoId": contact_id}, by)


def merge(state: State, winner_id: str, loser_ids: Sequence[str], by: By) -> None:
    """
    Merge records: children go over to the winner, losers go to the bin and name it.

    Raises:
        ValueError: More than two losers, other objects, or a winner among the losers.
    """
    name = sobject_of(winner_id)
    if not 0 < len(loser_ids) <= MOST_MERGED or winner_id in loser_ids or {sobject_of(e) for e in loser_ids} != {name}:
        raise ValueError(f"{winner_id} cannot take in {', '.join(loser_ids)}")
    kind = state.schema.of(name)
    for loser in loser_ids:
        for child, tie in CHILDREN[name]:
            for each in state.db.find(child, tie, loser):
                records.store(state, state.schema.of(child), each, {tie: winner_id}, by)
        records.remove(state, kind, loser, by, winner_id)
        records.note(state, "merge", name, winner_id, {"loser": loser}, by)
    records.store(state, kind, winner_id, {}, by)


def open_deal(state: State, contact_id: str, by: By, name: str, amount: float | None) -> str:
    """Open a deal of a contact's account, in which the contact has the first role; return its id."""
    contact = state.db.get("Contact", contact_id) or {}
    values = {
        "Name": name,
        "AccountId": contact.get("AccountId"),
        "ContactId": contact_id,
        "StageName": FIRST_STAGE,
        "Amount": amount,
        "CloseDate": (instant(by.at_ms) + AHEAD).date().isoformat(),
        "OwnerId": by.user_id,
    }
    deal = records.insert(state, state.schema.of("Opportunity"), values, by)
    role = {"OpportunityId": deal, "ContactId": contact_id, "IsPrimary": True}
    records.insert(state, state.schema.of("OpportunityContactRole"), role, by)
    return deal
