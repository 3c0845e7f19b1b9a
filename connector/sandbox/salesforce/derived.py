"""What Salesforce works out by itself when a record is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from connector.sandbox.instants import instant, span_ms
from connector.sandbox.salesforce.schema import SchemaBook
from connector.sandbox.salesforce.stored import Stored

Row = dict[str, Stored]
"""A whole record as stored; the functions here write into it."""


def _full_name(row: Row) -> None:
    """Join the names of a person."""
    row["Name"] = " ".join(str(each) for each in (row.get("FirstName"), row.get("LastName")) if each) or None


def _contact(row: Row) -> None:
    """Join a contact's names and say whether its e-mail bounced."""
    _full_name(row)
    row["IsEmailBounced"] = int(bool(row.get("EmailBouncedReason") or row.get("EmailBouncedDate")))


def _task(row: Row, book: SchemaBook, at_ms: int) -> None:
    """Say whether a task is closed and urgent, and when it was completed."""
    choice = book.of("Task").fields["Status"].choice(str(row.get("Status") or ""))
    row["IsClosed"] = int(choice is not None and choice.closed)
    row["IsHighPriority"] = int(str(row.get("Priority") or "").lower() == "high")
    if not row["IsClosed"]:
        row["CompletedDateTime"] = None
    elif row.get("CompletedDateTime") is None:
        row["CompletedDateTime"] = at_ms


def _event(row: Row) -> None:
    """Keep the several ways to say when an event is in step; the start leads."""
    start, minutes, end = row.get("StartDateTime"), row.get("DurationInMinutes"), row.get("EndDateTime")
    if start is None:
        return
    row["ActivityDateTime"] = start
    row["ActivityDate"] = instant(int(start)).date().isoformat()
    if minutes is not None and end is None:
        row["EndDateTime"] = int(start) + span_ms(timedelta(minutes=int(minutes)))
    elif end is not None:
        row["DurationInMinutes"] = (int(end) - int(start)) // span_ms(timedelta(minutes=1))


def _member(row: Row) -> None:
    """Say whom a membership is of; a converted lead's is the contact's."""
    row["LeadOrContactId"] = row.get("ContactId") or row.get("LeadId")
    row["Type"] = "Contact" if row.get("ContactId") else "Lead"


def _deal(row: Row, book: SchemaBook) -> None:
    """Say whether a deal is closed and won, by its stage."""
    choice = book.of("Opportunity").fields["StageName"].choice(str(row.get("StageName") or ""))
    row["IsClosed"] = int(choice is not None and choice.closed)
    row["IsWon"] = int(choice is not None and choice.converted)


_PLAIN: Final[Mapping[str, Callable[[Row], None]]] = {
    "Lead": _full_name,
    "Contact": _contact,
    "User": _full_name,
    "Individual": _full_name,
    "Event": _event,
    "CampaignMember": _member,
}
DERIVING: Final = frozenset({*_PLAIN, "Task", "Opportunity"})
"""Objects of which something is derived."""


def derive(sobject: str, row: Row, given: Mapping[str, Stored], book: SchemaBook, at_ms: int) -> None:
    """Complete a whole *row* in place; what was *given* outright stays as given."""
    if sobject == "Task":
        _task(row, book, at_ms)
    elif sobject == "Opportunity":
        _deal(row, book)
    elif sobject in _PLAIN:
        _PLAIN[sobject](row)
    else:
        return
    row.update(given)
