"""Counters of a contact that move when an activity is logged: own tasks move them too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.kinds import CALLS, CONTACTS, EMAILS, MEETINGS, TASKS, Kind
from connector.sandbox.instants import iso, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.hubspot.table import Row

    Settle = Callable[[State, Kind, int, Mapping[str, str], int], None]

DELAY = (timedelta(seconds=1), timedelta(seconds=3))


def after_activity(state: State, kind: Kind, activity: Row, at_ms: int, settle: Settle) -> None:
    """Put the counters of the activity's contacts on the agenda; *settle* changes a contact as the system does."""
    due = at_ms + state.chance.span_ms("rollup", DELAY)
    table = state.table(CONTACTS)

    def roll_up(due_ms: int) -> None:
        """Move the counters of every contact that the activity is tied to by then."""
        for contact in state.links.of(kind, activity.id, CONTACTS):
            row = table.live.get(table.now_under(contact))
            if row is not None:
                settle(state, CONTACTS, row.id, counters(kind, activity.values, row.values, due_ms), due_ms)

    state.agenda.at(due, roll_up)


def counters(kind: Kind, activity: Mapping[str, str], contact: Mapping[str, str], at_ms: int) -> dict[str, str]:
    """Return the contact's counters after an activity of *kind* was logged at an instant."""
    changes = {
        "num_notes": str(int(contact.get("num_notes") or "0") + 1),
        "notes_last_updated": later(contact.get("notes_last_updated"), iso(at_ms)),
    }
    when = activity.get("hs_timestamp") or iso(at_ms)
    when_ms = parsed(when) or at_ms
    if kind is TASKS or when_ms > at_ms:
        next_ms = parsed(contact.get("notes_next_activity_date", ""))
        if next_ms is None or next_ms < at_ms or when_ms < next_ms:
            changes["notes_next_activity_date"] = when
    if by_rep(kind, activity):
        changes["num_contacted_notes"] = str(int(contact.get("num_contacted_notes") or "0") + 1)
        changes["notes_last_contacted"] = later(contact.get("notes_last_contacted"), when)
        changes["hs_last_sales_activity_timestamp"] = later(contact.get("hs_last_sales_activity_timestamp"), when)
    return changes


def by_rep(kind: Kind, activity: Mapping[str, str]) -> bool:
    """Say whether sales was in touch: by a call, an e-mail, a meeting that the person did not book."""
    if kind is CALLS:
        return True
    if kind is EMAILS:
        return activity.get("hs_email_direction") == "EMAIL"
    return kind is MEETINGS and activity.get("hs_meeting_source") != "MEETINGS_PUBLIC"


def later(one: str | None, other: str) -> str:
    """Return the later of two instants in text."""
    return other if not one or (parsed(one) or 0) < (parsed(other) or 0) else one
