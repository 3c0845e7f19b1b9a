"""What people do, turned only into what HubSpot really exposes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from connector.sandbox.hubspot import writes
from connector.sandbox.hubspot.kinds import CALLS, CONTACTS, EMAILS, MEETINGS, Kind
from connector.sandbox.hubspot.rollups import later
from connector.sandbox.instants import iso, millis, parsed, span_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.journal import Actor
    from connector.sandbox.people import Engagement

SESSION = timedelta(minutes=30)
"""A page view after this pause begins a new visit."""
BOOKED_AHEAD = timedelta(days=2)
MEETING_LENGTH = timedelta(minutes=30)
ATTENDEES = "Webinar attendees"

VIEWS, VISITS = "hs_analytics_num_page_views", "hs_analytics_num_visits"
FORMS, UNIQUE_FORMS = "num_conversion_events", "num_unique_conversion_events"
GROWING = (VIEWS, VISITS, FORMS, UNIQUE_FORMS, "hs_email_open", "hs_email_click", "hs_email_delivered")
"""Counters that engagement moves."""

BOOKED_BY_PERSON = "MEETINGS_PUBLIC"
"""``hs_meeting_source`` of a booking through a meetings page (74 of 74 in a live portal, 7 Oct 2026)."""
BOOKED_BY_REP = "CRM_UI"
"""``hs_meeting_source`` of a meeting that a rep logged on the record's page (in public code; not proven)."""

FORM_NAMES = {
    "form_submitted": "Form",
    "contact_requested": "Contact request",
    "newsletter_subscribed": "Newsletter sign-up",
    "document_downloaded": "Download",
    "webinar_registered": "Webinar registration",
    "question_asked": "Product question",
}
TITLES = ("title", "document", "webinar", "topic", "name", "subject", "question")
"""Attributes that say what a form was about when it has no name."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An activity that comes into being: its kind, its values and when it was logged."""

    kind: Kind
    values: Mapping[str, str]
    at_ms: int


@dataclass(slots=True)
class Traces:
    """All that one engagement leaves: changed properties, activities, lists, and whether a booking is withdrawn."""

    changes: dict[str, str] = field(default_factory=dict)
    logged: list[Logged] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    form: str = ""
    cancelled: bool = False


def traces(done: Engagement, contact: Mapping[str, str], forms: frozenset[str], owner: str) -> Traces:
    """
    Return what an engagement leaves on a contact with these values.

    *forms* are the form names the contact has sent before; *owner* is who logs what a rep did.
    """
    maker = MAKERS.get(done.type)
    return maker(done, contact, owner) if maker else _converted(done, contact, forms)


def _plus_one(contact: Mapping[str, str], name: str) -> str:
    """Return a counter one higher."""
    text = contact.get(name, "0")
    return str(int(float(text)) + 1) if text.replace(".", "", 1).isdigit() else "1"


def _earlier(one: str | None, other: str) -> str:
    """Return the earlier of two instants in text."""
    return other if not one or (parsed(one) or 0) > (parsed(other) or 0) else one


def _viewed(done: Engagement, contact: Mapping[str, str], _owner: str) -> Traces:
    """Return what a page view leaves."""
    at_ms = millis(done.at)
    at, last = iso(at_ms), contact.get("hs_analytics_last_timestamp")
    changes = {
        VIEWS: _plus_one(contact, VIEWS),
        "hs_analytics_first_timestamp": _earlier(contact.get("hs_analytics_first_timestamp"), at),
        "hs_analytics_last_timestamp": later(last, at),
    }
    if done.attributes.get("url") and changes["hs_analytics_last_timestamp"] == at:
        changes["hs_analytics_last_url"] = done.attributes["url"]
        if "hs_analytics_first_url" not in contact:
            changes["hs_analytics_first_url"] = done.attributes["url"]
    last_ms = parsed(last) if last else None
    if last_ms is None or abs(at_ms - last_ms) > span_ms(SESSION):
        changes[VISITS] = _plus_one(contact, VISITS)
        changes["hs_analytics_last_visit_timestamp"] = later(contact.get("hs_analytics_last_visit_timestamp"), at)
    return Traces(changes)


def _mailed(done: Engagement, contact: Mapping[str, str], owner: str) -> Traces:
    """Return what a marketing e-mail leaves when it is delivered, opened or clicked, and a reply to a rep."""
    at_ms = millis(done.at)
    at, verb = iso(at_ms), done.type.removeprefix("email_")
    if verb == "replied":
        mail = {
            "hs_timestamp": at,
            "hs_email_direction": "INCOMING_EMAIL",
            "hs_email_status": "SENT",
            "hs_email_subject": done.attributes.get("subject", "Re: your message"),
            "hs_email_text": done.attributes.get("text", ""),
            "hs_email_from_email": contact.get("email", ""),
            "hubspot_owner_id": owner,
        }
        changes = {"hs_sales_email_last_replied": later(contact.get("hs_sales_email_last_replied"), at)}
        return Traces(changes, [Logged(EMAILS, mail, at_ms)])
    name, dates = {
        "delivered": ("hs_email_delivered", ("hs_email_first_send_date", "hs_email_last_send_date")),
        "opened": ("hs_email_open", ("hs_email_first_open_date", "hs_email_last_open_date")),
        "clicked": ("hs_email_click", ("hs_email_first_click_date", "hs_email_last_click_date")),
    }[verb]
    changes = {
        name: _plus_one(contact, name),
        dates[0]: _earlier(contact.get(dates[0]), at),
        dates[1]: later(contact.get(dates[1]), at),
    }
    title = done.attributes.get("email") or done.attributes.get("campaign") or done.attributes.get("subject")
    if title:
        changes["hs_email_last_email_name"] = title
    return Traces(changes)


def _booked(done: Engagement, contact: Mapping[str, str], owner: str) -> Traces:
    """Return what a booking through a meetings page leaves."""
    at_ms = millis(done.at)
    starts_ms = parsed(done.attributes.get("starts_at", "")) or at_ms + span_ms(BOOKED_AHEAD)
    title = done.attributes.get("title") or done.attributes.get("meeting") or "Meeting booked online"
    meeting = _meeting(title, starts_ms, BOOKED_BY_PERSON, owner)
    changes = {
        "engagements_last_meeting_booked": later(contact.get("engagements_last_meeting_booked"), iso(at_ms)),
        "hs_latest_meeting_activity": later(contact.get("hs_latest_meeting_activity"), iso(starts_ms)),
    }
    return Traces(changes, [Logged(MEETINGS, meeting, at_ms)])


def _meeting(title: str, starts_ms: int, source: str, owner: str, outcome: str = "SCHEDULED") -> dict[str, str]:
    """Return the values of a meeting."""
    return {
        "hs_timestamp": iso(starts_ms),
        "hs_meeting_title": title,
        "hs_meeting_start_time": iso(starts_ms),
        "hs_meeting_end_time": iso(starts_ms + span_ms(MEETING_LENGTH)),
        "hs_meeting_outcome": outcome,
        "hs_meeting_source": source,
        "hs_object_source": "MEETINGS" if source == BOOKED_BY_PERSON else "CRM_UI",
        "hubspot_owner_id": owner,
    }


def _attended(done: Engagement, contact: Mapping[str, str], _owner: str) -> Traces:
    """Return what attending a webinar leaves: a list, and what webinar tools write into custom properties."""
    title = done.attributes.get("webinar") or done.attributes.get("title")
    changes = {
        "webinars_attended": _plus_one(contact, "webinars_attended"),
        "last_webinar_attended_date": later(contact.get("last_webinar_attended_date"), iso(millis(done.at))),
    }
    if title:
        changes["last_webinar_attended"] = title
    return Traces(changes, lists=[done.attributes.get("list") or ATTENDEES])


def _sold(done: Engagement, contact: Mapping[str, str], owner: str) -> Traces:
    """Return the call, e-mail or meeting of a rep."""
    return Traces(logged=[_by_rep(done, contact, owner)])


def _by_rep(done: Engagement, contact: Mapping[str, str], owner: str) -> Logged:
    """Return the activity that a rep logs."""
    at_ms = millis(done.at)
    at = iso(at_ms)
    if done.type == "sales_meeting":
        title = done.attributes.get("title", "Meeting")
        return Logged(MEETINGS, _meeting(title, at_ms, BOOKED_BY_REP, owner, "COMPLETED"), at_ms)
    if done.type == "sales_email":
        mail = {
            "hs_timestamp": at,
            "hs_email_direction": "EMAIL",
            "hs_email_status": "SENT",
            "hs_email_subject": done.attributes.get("subject", "Following up"),
            "hs_email_text": done.attributes.get("text", ""),
            "hs_email_to_email": contact.get("email", ""),
            "hubspot_owner_id": owner,
        }
        return Logged(EMAILS, mail, at_ms)
    call = {
        "hs_timestamp": at,
        "hs_call_title": done.attributes.get("title", "Call"),
        "hs_call_body": done.attributes.get("notes", ""),
        "hs_call_direction": done.attributes.get("direction", "OUTBOUND").upper(),
        "hs_call_status": "COMPLETED",
        "hs_call_duration": done.attributes.get("duration", "180000"),
        "hubspot_owner_id": owner,
    }
    return Logged(CALLS, call, at_ms)


def form_name(done: Engagement) -> str:
    """Return what the conversion is called: the form's name, else a readable name of the type with its subject."""
    if done.attributes.get("form"):
        return done.attributes["form"]
    name = FORM_NAMES.get(done.type, done.type.replace("_", " ").capitalize())
    subject = next((done.attributes[key] for key in TITLES if done.attributes.get(key)), "")
    return f"{name}: {subject}" if subject else name


def _converted(done: Engagement, contact: Mapping[str, str], forms: frozenset[str]) -> Traces:
    """Return what sending a form leaves."""
    at, name = iso(millis(done.at)), form_name(done)
    changes = {FORMS: _plus_one(contact, FORMS)}
    if name not in forms:
        changes[UNIQUE_FORMS] = _plus_one(contact, UNIQUE_FORMS)
    first, recent = contact.get("first_conversion_date"), contact.get("recent_conversion_date")
    if _earlier(first, at) == at:
        changes |= {"first_conversion_date": at, "first_conversion_event_name": name}
    if later(recent, at) == at:
        changes |= {"recent_conversion_date": at, "recent_conversion_event_name": name}
    return Traces(changes, form=name)


def _cancelled(_done: Engagement, _contact: Mapping[str, str], _owner: str) -> Traces:
    """Return the withdrawal of a booking."""
    return Traces(cancelled=True)


def _opted_out(_done: Engagement, _contact: Mapping[str, str], _owner: str) -> Traces:
    """Return the opt-out from all e-mail."""
    return Traces({"hs_email_optout": "true"})


def _joined(done: Engagement, _contact: Mapping[str, str], _owner: str) -> Traces:
    """Return the joining of a list."""
    return Traces(lists=[done.attributes.get("list") or done.attributes.get("name") or "Joined"])


MAKERS: Mapping[str, Callable[[Engagement, Mapping[str, str], str], Traces]] = MappingProxyType(
    {
        "page_viewed": _viewed,
        "email_delivered": _mailed,
        "email_opened": _mailed,
        "email_clicked": _mailed,
        "email_replied": _mailed,
        "email_unsubscribed": _opted_out,
        "unsubscribed": _opted_out,
        "meeting_booked": _booked,
        "demo_booked": _booked,
        "meeting_cancelled": _cancelled,
        "meeting_canceled": _cancelled,
        "webinar_attended": _attended,
        "sales_call": _sold,
        "sales_email": _sold,
        "sales_meeting": _sold,
        "list_joined": _joined,
    },
)
"""What each type of engagement leaves; every other type is a form that was sent."""


def owner_of(state: State, contact: Mapping[str, str]) -> str:
    """Return who works with the contact: its owner, else the first one of the portal."""
    return contact.get("hubspot_owner_id") or next(iter(state.owners.by_id))


def engage(state: State, contact: int, done: Engagement, now_ms: int) -> None:
    """Let a contact do something; it becomes visible now, whenever it was done."""
    row = state.table(CONTACTS).live[contact]
    left = traces(done, row.values, state.forms_seen.get(contact, frozenset()), owner_of(state, row.values))
    for name, value in left.changes.items():
        state.schema.widen(CONTACTS, name, value)
    if left.form:
        state.forms_seen[contact] = state.forms_seen.get(contact, frozenset()) | {left.form}
    if left.changes:
        writes.settle(state, CONTACTS, contact, left.changes, now_ms)
    for each in left.logged:
        actor: Actor = "rep" if done.type.startswith("sales_") else "system"
        writes.create(state, each.kind, each.values, actor, now_ms, ((CONTACTS, contact, False),))
    for name in left.lists:
        state.lists.join(name, contact, millis(done.at))
        writes.note(state, "system", "join", "contacts", contact, now_ms, {"list": name})
    if left.cancelled:
        cancel_last(state, contact, now_ms)


def engage_at(state: State, contact: int, done: Engagement, at_ms: int) -> None:
    """Let something that was held back happen at another instant than it is dated."""
    shift = timedelta(milliseconds=at_ms - millis(done.at))
    engage(state, contact, replace(done, at=done.at + shift), at_ms)


def cancel_last(state: State, contact: int, now_ms: int) -> None:
    """Withdraw the contact's last booking that still stands."""
    meetings = state.table(MEETINGS).live
    booked = [meetings[key] for key in state.links.of(CONTACTS, contact, MEETINGS) if key in meetings]
    standing = [row for row in booked if row.values.get("hs_meeting_outcome") == "SCHEDULED"]
    if standing:
        last = max(standing, key=lambda row: row.created_ms)
        writes.settle(state, MEETINGS, last.id, {"hs_meeting_outcome": "CANCELED"}, now_ms)
