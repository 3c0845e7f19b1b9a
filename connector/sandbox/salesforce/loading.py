"""Filling an org with the people of a file: each becomes one unconverted lead, what they did only what it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.instants import SECOND_MS, millis, parsed
from connector.sandbox.salesforce import activities, people_here, records
from connector.sandbox.salesforce.inputs import instant_text
from connector.sandbox.salesforce.schema import NUMBER_TYPES, Field
from connector.sandbox.salesforce.state import By

if TYPE_CHECKING:
    from connector.sandbox.people import Person
    from connector.sandbox.salesforce.state import State

KNOWN_FOR: Final = (timedelta(days=30), timedelta(days=400))
FIRST_SEEN: Final = (timedelta(minutes=1), timedelta(hours=1))
UNKNOWN: Final = "[not provided]"
"""What stands for a last name or company that Salesforce requires and nobody knows."""
FIELDS: Final[Mapping[str, str]] = MappingProxyType({
    "email": "Email",
    "firstname": "FirstName",
    "lastname": "LastName",
    "company": "Company",
    "jobtitle": "Title",
    "phone": "Phone",
    "mobilephone": "MobilePhone",
    "country": "Country",
    "city": "City",
    "state": "State",
    "zip": "PostalCode",
    "address": "Street",
    "website": "Website",
    "salutation": "Salutation",
    "numberofemployees": "NumberOfEmployees",
    "industry": "Industry",
    "annualrevenue": "AnnualRevenue",
    "hs_email_optout": "HasOptedOutOfEmail",
})
"""Field of a lead by the file's property name."""
COMPANY_FIELDS: Final[Mapping[str, str]] = MappingProxyType({
    "name": "Company",
    "domain": "Website",
    "country": "Country",
    "industry": "Industry",
    "numberofemployees": "NumberOfEmployees",
    "annualrevenue": "AnnualRevenue",
})
"""Field of a lead by the property of the person's company: a lead carries its company itself."""
STATUSES: Final[Mapping[str, str]] = MappingProxyType({
    "subscriber": "Open - Not Contacted",
    "lead": "Open - Not Contacted",
    "marketingqualifiedlead": "Marketing Qualified",
    "salesqualifiedlead": "Sales Qualified",
    "opportunity": "Working - Contacted",
    "customer": "Working - Contacted",
})
"""Lead status by the file's lifecycle stage."""
LEFT_OUT: Final = frozenset({"hs_object_id", "createdate", "lastmodifieddate", "lifecyclestage", "hubspot_owner_id"})
TITLES: Final = ("title", "webinar", "list", "name", "subject")
TEXT_LENGTH: Final = 255


def load(state: State, people: Iterable[Person], now_ms: int) -> None:
    """Put everybody into the org without an entry in the journal."""
    for each in people:
        _add(state, each, now_ms)
        state.journal.entries.clear()


def _add(state: State, person: Person, now_ms: int) -> None:
    """Put one person in, and what they did before, oldest first."""
    created_ms, modified_ms = _instants(state, person, now_ms)
    values: dict[str, Any] = {"LastName": UNKNOWN, "Company": UNKNOWN}
    for names, properties in ((COMPANY_FIELDS, person.company_record), (FIELDS, person.properties)):
        values |= {
            names[name]: _fit(state, names[name], text) for name, text in properties.items() if text and name in names
        }
    values |= _own_fields(state, person.properties)
    values["Status"] = STATUSES.get(person.properties.get("lifecyclestage", ""), STATUSES["lead"])
    owner = person.properties.get("hubspot_owner_id")
    values["OwnerId"] = people_here.user_of(state, owner) if owner else _first_owner(state)
    values |= {"LastModifiedDate": modified_ms, "SystemModstamp": modified_ms}
    state.person_ids[person.id] = state.db.insert("Lead", values, at_ms=created_ms)
    for done in sorted(person.engagements, key=lambda each: each.at):
        at_ms = millis(done.at)
        _leave(state, person.id, done.type, done.attributes, at_ms, at_ms)
    for name in person.lists:
        _leave(state, person.id, "list_joined", {"list": name}, created_ms, created_ms)


def _first_owner(state: State) -> str:
    """Return the user who has the leads that nobody was given."""
    return state.db.find("User", "Email", people_here.OWNERS[0][0])[0]


def _fit(state: State, name: str, text: str) -> Any:  # noqa: ANN401 -- a row's value
    """Return a property's text as a lead's field takes it, cut to its length; what is no number is left empty."""
    field = state.schema.of("Lead").fields[name]
    if field.type in NUMBER_TYPES:
        number = _number(text)
        return int(number) if field.type == "int" and number is not None else number
    if field.type == "boolean":
        return text.lower() == "true"
    return text[: field.length] if field.length else text


def _number(text: str) -> float | None:
    """Return the number that a text is, None for none."""
    try:
        return float(text)
    except ValueError:
        return None


def _own_fields(state: State, properties: Mapping[str, str]) -> dict[str, Any]:
    """Return what has no field of Salesforce's own, as custom fields that are made by their first value."""
    lead, values = state.schema.of("Lead"), {}
    for name, text in properties.items():
        if not text or name in FIELDS or name in LEFT_OUT:
            continue
        own = f"{name}__c"
        if own not in lead.fields:
            for sobject in ("Lead", "Contact"):
                state.schema.define(sobject, _made(own, name, text))
        value = _kept(lead.fields[own], text)
        if value is None:
            for sobject in ("Lead", "Contact"):
                state.schema.define(sobject, Field(own, "string", name, length=TEXT_LENGTH))
            value = text[:TEXT_LENGTH]
        values[own] = value
    return values


def _made(own: str, label: str, text: str) -> Field:
    """Return the custom field that a first value asks for."""
    if text.lower() in {"true", "false"}:
        return Field(own, "boolean", label, nillable=False)
    if _number(text) is not None and not text.startswith(("0", "+")) and len(text) < len("1234567890"):
        return Field(own, "double", label, precision=18)
    if len(text) >= len("2026-01-01T00:00") and parsed(text) is not None and not text.isdigit():
        return Field(own, "datetime", label)
    return Field(own, "string", label, length=TEXT_LENGTH)


def _kept(field: Field, text: str) -> Any:  # noqa: ANN401 -- a row's value
    """Return a text as a custom field keeps it, None when it does not fit."""
    if field.type == "boolean":
        return text.lower() == "true" if text.lower() in {"true", "false"} else None
    if field.type in NUMBER_TYPES:
        return _number(text)
    if field.type == "datetime":
        at_ms = parsed(text)
        return None if at_ms is None else instant_text(at_ms)
    return text[: field.length]


def _instants(state: State, person: Person, now_ms: int) -> tuple[int, int]:
    """Return when the lead was created and last modified: given instants, else before what the person did."""
    times = [millis(each.at) for each in person.engagements]
    created = parsed(person.properties.get("createdate", ""))
    if created is None and times:
        created = min(times) - state.chance.span_ms("first seen", FIRST_SEEN)
    if created is None:
        created = now_ms - state.chance.span_ms("known for", KNOWN_FOR)
    modified = parsed(person.properties.get("lastmodifieddate", ""))
    return created, created if modified is None else min(max(modified, created), now_ms - SECOND_MS)


def _leave(  # noqa: PLR0913 -- all that one engagement is
    state: State, person_id: str, kind: str, attributes: Mapping[str, str], at_ms: int, now_ms: int
) -> None:
    """
    Leave in the org what it would see of one thing a person did, or a rep with them, at *at_ms*, recorded *now_ms*.

    Forms, page views, marketing e-mails and bookings stay in the marketing system and leave nothing.
    """
    who = _present(state, state.person_ids[person_id])
    title = next((attributes[name] for name in TITLES if attributes.get(name)), "")
    user = activities.user_for(state, activities.person(state, who))
    by = By("rep" if kind.startswith("sales_") else "system", user, now_ms)
    if kind == "sales_call":
        activities.call(state, who, by, {"Subject": title or "Call", "Description": attributes.get("notes")})
    elif kind == "sales_meeting":
        activities.event(state, who, by, at_ms, {"Subject": title or "Meeting"})
    elif kind in {"sales_email", "email_replied"}:
        subject, incoming = title or "Following up", kind == "email_replied"
        activities.email(state, who, by, incoming=incoming, subject=subject, text=attributes.get("text", ""))
    elif kind in {"webinar_attended", "list_joined"}:
        webinar = kind == "webinar_attended"
        name = title or ("Webinar" if webinar else "List")
        campaign_id = activities.campaign(state, name, "Webinar" if webinar else "Other", by)
        activities.join(state, who, campaign_id, "Responded" if webinar else "Sent", by)
    elif kind in {"unsubscribed", "email_unsubscribed"}:
        sobject = state.schema.by_id(who)
        if sobject:
            records.store(state, sobject, who, {"HasOptedOutOfEmail": True}, by)


def _present(state: State, lead_id: str) -> str:
    """Return whom a lead has become: itself, its contact, or the record it was merged into."""
    row = state.db.get("Lead", lead_id) or {}
    if row.get("IsConverted"):
        return str(row["ConvertedContactId"])
    return _present(state, str(row["MasterRecordId"])) if row.get("MasterRecordId") else lead_id


def engage(  # noqa: PLR0913 -- all that one engagement is
    state: State, person_id: str, kind: str, at: datetime, attributes: Mapping[str, str], now_ms: int
) -> None:
    """Let a person of the file do something; it becomes visible now, whenever it was done."""
    _leave(state, person_id, kind, attributes, millis(at), now_ms)
