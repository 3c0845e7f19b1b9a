"""What the people who work in the portal do, by hand and at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.sandbox.hubspot import merging, writes
from connector.sandbox.hubspot.engagement import cancel_last, owner_of, traces
from connector.sandbox.hubspot.kinds import COMPANIES, CONTACTS, DEALS, TASKS, Kind, kind_of
from connector.sandbox.hubspot.lifecycle import STAGE
from connector.sandbox.hubspot.schema import add_stage
from connector.sandbox.instants import iso, millis
from connector.sandbox.people import EMPTY, Engagement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from threading import RLock

    from connector.sandbox.hubspot.portal_state import State


class Rep:
    """
    A sales rep, a marketer or an admin at the portal's own pages.

    Ids are texts, as the API gives them; an id that was merged away means the record it became.
    """

    def __init__(self, state: State, lock: RLock) -> None:
        """Work in the portal of *state*."""
        self._state = state
        self._lock = lock

    def _write(self, kind: Kind, record_id: str, changes: Mapping[str, str]) -> None:
        """Change values of a record by hand."""
        with self._lock:
            now = self._state.now_ms()
            key = self._state.table(kind).now_under(int(record_id))
            writes.update(self._state, kind, key, changes, "rep", now)

    def set_stage(self, contact_id: str, stage: str) -> None:
        """Set or clear (empty) a contact's stage; in HubSpot's pages a person may also move it back."""
        self._write(CONTACTS, contact_id, {STAGE: stage})

    def set_values(self, object_type: str, record_id: str, changes: Mapping[str, str]) -> None:
        """Set properties of any record; a property HubSpot lacks is defined by its first value."""
        kind = kind_of(object_type)
        if kind is None:
            raise KeyError(object_type)
        with self._lock:
            for name, value in changes.items():
                if value:
                    self._state.schema.widen(kind, name, value)
            self._write(kind, record_id, changes)

    def change_email(self, contact_id: str, email: str) -> None:
        """Change a contact's e-mail address."""
        self._write(CONTACTS, contact_id, {"email": email})

    def complete_task(self, task_id: str) -> None:
        """Tick a task off."""
        self._write(TASKS, task_id, {"hs_task_status": "COMPLETED"})

    def edit_task(self, task_id: str, changes: Mapping[str, str]) -> None:
        """Change subject, body, due date or anything else of a task."""
        self._write(TASKS, task_id, changes)

    def delete_task(self, task_id: str) -> None:
        """Move a task to the recycle bin."""
        self._archive(TASKS, task_id)

    def archive_contact(self, contact_id: str) -> None:
        """Move a contact to the recycle bin."""
        self._archive(CONTACTS, contact_id)

    def _archive(self, kind: Kind, record_id: str) -> None:
        """Move a record to the recycle bin."""
        with self._lock:
            now = self._state.now_ms()
            key = self._state.table(kind).now_under(int(record_id))
            writes.archive(self._state, kind, key, "rep", now)

    def gdpr_delete(self, contact_id: str) -> None:
        """Erase a contact for good."""
        with self._lock:
            now = self._state.now_ms()
            key = self._state.table(CONTACTS).now_under(int(contact_id))
            writes.erase(self._state, CONTACTS, key, "rep", now)

    def merge(self, primary_id: str, other_id: str, object_type: str = "contacts") -> str:
        """Merge two records; return the new record's id, to which both old ids lead."""
        kind = COMPANIES if object_type == "companies" else CONTACTS
        with self._lock:
            now, table = self._state.now_ms(), self._state.table(kind)
            primary, other = table.now_under(int(primary_id)), table.now_under(int(other_id))
            return str(merging.merge(self._state, kind, primary, other, "rep", now).id)

    def _log(self, contact_id: str, kind: str, attributes: Mapping[str, str], at: datetime | None) -> str:
        """Log what a rep did and return the activity's id."""
        with self._lock:
            now = self._state.now_ms()
            key = self._state.table(CONTACTS).now_under(int(contact_id))
            contact = self._state.table(CONTACTS).live[key].values
            done = Engagement(kind, at or self._state.clock(), attributes)
            each = traces(done, contact, frozenset(), owner_of(self._state, contact)).logged[0]
            row = writes.create(self._state, each.kind, each.values, "rep", now, ((CONTACTS, key, False),))
            return str(row.id)

    def log_call(self, contact_id: str, at: datetime | None = None, **attributes: str) -> str:
        """Log a call to a contact."""
        return self._log(contact_id, "sales_call", attributes, at)

    def log_email(self, contact_id: str, at: datetime | None = None, **attributes: str) -> str:
        """Log an e-mail to a contact."""
        return self._log(contact_id, "sales_email", attributes, at)

    def book_meeting(self, contact_id: str, at: datetime | None = None, **attributes: str) -> str:
        """Put a meeting with a contact into the calendar by hand; not a booking by the person."""
        with self._lock:
            starts = at or self._state.clock() + timedelta(days=1)
            meeting_id = self._log(contact_id, "sales_meeting", attributes, starts)
            if starts > self._state.clock():
                self.set_values("meetings", meeting_id, {"hs_meeting_outcome": "SCHEDULED"})
            return meeting_id

    def cancel_meeting(self, contact_id: str) -> None:
        """Withdraw the contact's last meeting that still stands."""
        with self._lock:
            now = self._state.now_ms()
            cancel_last(self._state, self._state.table(CONTACTS).now_under(int(contact_id)), now)

    def open_deal(self, contact_id: str, name: str = "New deal", amount: str = "") -> str:
        """Open a deal with a contact, which HubSpot moves to opportunity; return the deal's id."""
        with self._lock:
            now = self._state.now_ms()
            key = self._state.table(CONTACTS).now_under(int(contact_id))
            company = self._state.links.primary(CONTACTS, key, COMPANIES)
            ties: tuple[writes.Tie, ...] = ((CONTACTS, key, False),)
            if company is not None:
                ties = (*ties, (COMPANIES, company, True))
            values = {"dealname": name, "dealstage": "appointmentscheduled", "pipeline": "default", "amount": amount}
            return str(writes.create(self._state, DEALS, values, "rep", now, ties).id)

    def close_deal(self, deal_id: str, *, won: bool = True) -> None:
        """Close a deal; a won one makes its contacts customers."""
        now = iso(millis(self._state.clock()))
        self._write(DEALS, deal_id, {"dealstage": "closedwon" if won else "closedlost", "closedate": now})

    def add_to_list(self, contact_id: str, name: str) -> None:
        """Put a contact on a list, which is made if need be."""
        with self._lock:
            now = self._state.now_ms()
            key = self._state.table(CONTACTS).now_under(int(contact_id))
            self._state.lists.join(name, key, now)
            writes.note(self._state, "rep", "join", "contacts", key, now, {"list": name})

    def create_contact(self, properties: Mapping[str, str] = EMPTY, company_id: str = "") -> str:
        """Create a contact by hand; return its id."""
        with self._lock:
            now = self._state.now_ms()
            for name, value in properties.items():
                if value:
                    self._state.schema.widen(CONTACTS, name, value)
            ties: tuple[writes.Tie, ...] = ((COMPANIES, int(company_id), True),) if company_id else ()
            return str(writes.create(self._state, CONTACTS, properties, "rep", now, ties).id)

    def create_company(self, properties: Mapping[str, str]) -> str:
        """Create a company by hand; return its id."""
        with self._lock:
            return str(writes.create(self._state, COMPANIES, properties, "rep", self._state.now_ms()).id)

    def add_owner(self, email: str, first_name: str = "", last_name: str = "") -> str:
        """Add a user who can own records; return the owner id."""
        with self._lock:
            return self._state.owners.add(email, first_name, last_name).id

    def add_stage(self, value: str, label: str, before: str | None = None) -> None:
        """Add a lifecycle stage with a numeric internal value, placed before another one or last."""
        with self._lock:
            add_stage(self._state.schema, value, label, before)
