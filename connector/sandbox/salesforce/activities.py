"""What is done with people: calls, meetings, e-mails, campaigns, as the org's own pages record them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.instants import instant, span_ms
from connector.sandbox.salesforce import records
from connector.sandbox.salesforce.ids import sobject_of
from connector.sandbox.salesforce.inputs import instant_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.sandbox.salesforce.state import By, Row, State

MEETING: Final = timedelta(minutes=30)
SENT: Final = "3"
READ: Final = "1"
COMPLETED: Final = "Completed"


def person(state: State, person_id: str) -> Row:
    """Return the lead or contact of an id."""
    return state.db.get(sobject_of(person_id), person_id) or {}


def user_for(state: State, row: Row) -> str:
    """Return the user who works with a person: the owner, else (a queue's lead) the connector's user."""
    owner = str(row.get("OwnerId") or "")
    return owner if sobject_of(owner) == "User" else state.furniture.api_user


def _insert(state: State, sobject: str, values: Mapping[str, Any], by: By) -> str:
    """Store a record by hand."""
    return records.insert(state, state.schema.of(sobject), values, by)


def call(state: State, person_id: str, by: By, values: Mapping[str, Any]) -> str:
    """Log a call as a completed task of its own kind; return the task's id."""
    day = instant(by.at_ms).date().isoformat()
    usual = {
        "WhoId": person_id,
        "OwnerId": user_for(state, person(state, person_id)),
        "Subject": "Call",
        "Status": COMPLETED,
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "ActivityDate": day,
    }
    return _insert(state, "Task", {**usual, **values}, by)


def event(state: State, person_id: str, by: By, starts_ms: int, values: Mapping[str, Any]) -> str:
    """Put a meeting into the calendar; return the event's id."""
    usual = {
        "WhoId": person_id,
        "OwnerId": user_for(state, person(state, person_id)),
        "Subject": "Meeting",
        "StartDateTime": instant_text(starts_ms),
        "EndDateTime": instant_text(starts_ms + span_ms(MEETING)),
        "Type": "Meeting",
    }
    return _insert(state, "Event", {**usual, **values}, by)


def email(  # noqa: PLR0913 -- all that an e-mail is
    state: State, person_id: str, by: By, *, incoming: bool, subject: str, text: str = ""
) -> str:
    """
    Record an e-mail as Enhanced Email does: the message, who it is of and to, and a task that mirrors it.

    Returns:
        The message's id.
    """
    row = person(state, person_id)
    user_id = user_for(state, row)
    user = state.db.get("User", user_id) or {}
    addresses = (row.get("Email"), user.get("Email"))
    sender, receiver = addresses if incoming else addresses[::-1]
    mirror = {
        "WhoId": person_id,
        "OwnerId": user_id,
        "Subject": f"Email: {subject}",
        "Description": text or None,
        "Status": COMPLETED,
        "TaskSubtype": "Email",
        "ActivityDate": instant(by.at_ms).date().isoformat(),
    }
    task_id = _insert(state, "Task", mirror, by)
    message = {
        "ActivityId": task_id,
        "Subject": subject,
        "TextBody": text or None,
        "FromAddress": sender,
        "ToAddress": receiver,
        "Incoming": incoming,
        "Status": READ if incoming else SENT,
        "MessageDate": instant_text(by.at_ms),
    }
    message_id = _insert(state, "EmailMessage", message, by)
    sides = ("FromAddress", "ToAddress") if incoming else ("ToAddress", "FromAddress")
    for who, side, address in zip((person_id, user_id), sides, addresses, strict=True):
        relation = {"EmailMessageId": message_id, "RelationId": who, "RelationType": side}
        known = {"RelationAddress": address, "RelationObjectType": sobject_of(who)}
        _insert(state, "EmailMessageRelation", {**relation, **known}, by)
    return message_id


def campaign(state: State, name: str, kind: str, by: By) -> str:
    """Return the id of a campaign, which is made if need be."""
    found = state.db.find("Campaign", "Name", name)
    return found[0] if found else _insert(state, "Campaign", {"Name": name, "Type": kind, "IsActive": True}, by)


def join(state: State, person_id: str, campaign_id: str, status: str, by: By) -> str:
    """Make a person a member of a campaign, or give the membership that is there this status; return its id."""
    tie = f"{sobject_of(person_id)}Id"
    for each in state.db.find("CampaignMember", tie, person_id):
        row = state.db.get("CampaignMember", each)
        if row and row["CampaignId"] == campaign_id and not row["IsDeleted"]:
            records.store(state, state.schema.of("CampaignMember"), each, {"Status": status}, by)
            return each
    return _insert(state, "CampaignMember", {"CampaignId": campaign_id, tie: person_id, "Status": status}, by)
