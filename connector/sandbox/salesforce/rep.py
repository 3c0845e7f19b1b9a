"""What the people who work in the org do, by hand and at once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from connector.sandbox.instants import instant, millis
from connector.sandbox.people import EMPTY
from connector.sandbox.salesforce import activities, converting, people_here, records
from connector.sandbox.salesforce.ids import sobject_of, to18
from connector.sandbox.salesforce.schema import Field
from connector.sandbox.salesforce.state import By

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from threading import RLock

    from connector.sandbox.salesforce.converting import Converted
    from connector.sandbox.salesforce.schema import SObject
    from connector.sandbox.salesforce.state import State

CONTACT_STAGE = "Lifecycle_Stage__c"


@dataclass(frozen=True, slots=True)
class Hand:
    """What a person at the org's pages works with: the state, who it is, and the instant."""

    state: State
    by: By

    def kind(self, record_id: str) -> SObject:
        """Return the object of an id."""
        return self.state.schema.of(sobject_of(record_id))


class Rep:
    """
    A sales rep, a marketer or an admin at the org's own pages; no rule of the API stands in the way.

    Ids are texts of 15 or 18 characters. Values have the schema's names; a custom field (``…__c``) that the org lacks
    is made by its first value.
    """

    def __init__(self, state: State, lock: RLock) -> None:
        """Work in the org of *state*."""
        self._state = state
        self._lock = lock

    @contextmanager
    def _hand(self) -> Iterator[Hand]:
        """Work alone, as the first owner, now."""
        with self._lock:
            now_ms = self._state.now_ms()
            user = self._state.db.find("User", "Email", people_here.OWNERS[0][0])[0]
            yield Hand(self._state, By("rep", user, now_ms))

    def _create(self, sobject: str, values: Mapping[str, Any]) -> str:
        """Create a record by hand."""
        with self._hand() as hand:
            self._widen(sobject, values)
            return records.insert(hand.state, hand.state.schema.of(sobject), values, hand.by)

    def _widen(self, sobject: str, values: Mapping[str, Any]) -> None:
        """Make the custom fields that the org lacks."""
        known = self._state.schema.of(sobject).fields
        for name, value in values.items():
            if name not in known and name.endswith("__c"):
                kind = (
                    "boolean" if isinstance(value, bool) else "double" if isinstance(value, int | float) else "string"
                )
                length = 255 if kind == "string" else 0
                field = Field(
                    name, kind, name, length=length, nillable=kind != "boolean", precision=18 if kind == "double" else 0
                )
                self._state.schema.define(sobject, field)

    def create_lead(self, values: Mapping[str, Any]) -> str:
        """Create a lead; return its id. A last name and a company are put in if not given."""
        return self._create("Lead", {"LastName": "Somebody", "Company": "Some company", **values})

    def create_contact(self, values: Mapping[str, Any] = EMPTY, account_id: str = "") -> str:
        """Create a contact, of an account if given; return its id."""
        tie = {"AccountId": to18(account_id)} if account_id else {}
        return self._create("Contact", {"LastName": "Somebody", **tie, **values})

    def create_account(self, values: Mapping[str, Any]) -> str:
        """Create an account; return its id."""
        return self._create("Account", {"Name": "Some company", **values})

    def set_values(self, record_id: str, values: Mapping[str, Any]) -> None:
        """Set fields of any record."""
        with self._hand() as hand:
            kind = hand.kind(record_id)
            self._widen(kind.name, values)
            records.store(hand.state, kind, to18(record_id), values, hand.by)

    def set_stage(self, record_id: str, stage: str, field: str = "") -> None:
        """Set a lead's status, or a contact's stage field."""
        usual = "Status" if sobject_of(record_id) == "Lead" else CONTACT_STAGE
        self.set_values(record_id, {field or usual: stage or None})

    def change_email(self, record_id: str, email: str) -> None:
        """Change a person's e-mail address."""
        self.set_values(record_id, {"Email": email or None})

    def convert(
        self, lead_id: str, account_id: str = "", contact_id: str = "", *, opportunity: bool = False
    ) -> Converted:
        """Convert a lead, into new records or given ones; return the ids of what it became."""
        with self._hand() as hand:
            return converting.convert(
                hand.state,
                to18(lead_id),
                hand.by,
                account_id=account_id,
                contact_id=contact_id,
                opportunity=opportunity,
            )

    def merge(self, winner_id: str, *loser_ids: str) -> None:
        """Merge up to two others of the same object into a record; their children go over to it."""
        with self._hand() as hand:
            converting.merge(hand.state, to18(winner_id), [to18(each) for each in loser_ids], hand.by)

    def delete(self, record_id: str) -> None:
        """Move a record to the recycle bin, with what hangs on it."""
        with self._hand() as hand:
            records.remove(hand.state, hand.kind(record_id), to18(record_id), hand.by)

    def complete_task(self, task_id: str) -> None:
        """Tick a task off."""
        self.set_values(task_id, {"Status": activities.COMPLETED})

    def edit_task(self, task_id: str, values: Mapping[str, Any]) -> None:
        """Change subject, description, due date or anything else of a task."""
        self.set_values(task_id, values)

    def delete_task(self, task_id: str) -> None:
        """Move a task to the recycle bin."""
        self.delete(task_id)

    def log_call(self, person_id: str, at: datetime | None = None, **values: Any) -> str:  # noqa: ANN401 -- field values
        """Log a call to a lead or contact; return the task's id."""
        with self._hand() as hand:
            day = (at or instant(hand.by.at_ms)).date().isoformat()
            return activities.call(hand.state, to18(person_id), hand.by, {"ActivityDate": day, **values})

    def log_event(self, person_id: str, at: datetime | None = None, **values: Any) -> str:  # noqa: ANN401 -- field values
        """Put a meeting into the calendar, tomorrow if not said; return the event's id."""
        with self._hand() as hand:
            starts = at or instant(hand.by.at_ms) + timedelta(days=1)
            return activities.event(hand.state, to18(person_id), hand.by, millis(starts), values)

    def log_email(self, person_id: str, subject: str = "Hello", text: str = "", *, incoming: bool = False) -> str:
        """Record an e-mail with its relations and the task that mirrors it; return the message's id."""
        with self._hand() as hand:
            return activities.email(hand.state, to18(person_id), hand.by, incoming=incoming, subject=subject, text=text)

    def add_to_campaign(self, person_id: str, campaign: str, status: str = "Sent", kind: str = "Webinar") -> str:
        """Make a person a member of the campaign of that name, which is made if need be; return the membership's id."""
        with self._hand() as hand:
            campaign_id = activities.campaign(hand.state, campaign, kind, hand.by)
            return activities.join(hand.state, to18(person_id), campaign_id, status, hand.by)

    def set_campaign_status(self, member_id: str, status: str) -> None:
        """Change a membership's status, from which HasResponded follows."""
        self.set_values(member_id, {"Status": status})

    def open_opportunity(self, contact_id: str, name: str = "New deal", amount: float | None = None) -> str:
        """Open a deal with a contact, who plays a role in it; return its id."""
        with self._hand() as hand:
            return converting.open_deal(hand.state, to18(contact_id), hand.by, name, amount)

    def close_opportunity(self, opportunity_id: str, *, won: bool = True) -> None:
        """Close a deal."""
        self.set_values(opportunity_id, {"StageName": "Closed Won" if won else "Closed Lost"})

    def add_user(self, email: str, first_name: str = "", last_name: str = "") -> str:
        """Add a user who can own records; return the id."""
        with self._hand() as hand:
            return people_here.add_user(hand.state, email, first_name, last_name)

    def deactivate_user(self, user_id: str) -> None:
        """Let a user leave; records stay with them, but none can be given to them."""
        self.set_values(user_id, {"IsActive": False})

    def add_queue(self, name: str, takes: tuple[str, ...] = people_here.QUEUE_TAKES) -> str:
        """Add a queue that may own records of these objects; return its id."""
        with self._hand() as hand:
            return people_here.add_queue(hand.state, name, takes)
