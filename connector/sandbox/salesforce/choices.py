"""The values that the picklists of a new org offer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connector.sandbox.salesforce.schema import Choice


def _plain(text: str, default: str = "") -> tuple[Choice, ...]:
    """Return the choices of a list separated by bars."""
    return tuple(Choice(each.strip(), default=each.strip() == default) for each in text.split("|"))


INDUSTRIES: Final = _plain(
    "Agriculture|Apparel|Banking|Biotechnology|Chemicals|Communications|Construction|Consulting|Education|Electronics"
    "|Energy|Engineering|Entertainment|Environmental|Finance|Food & Beverage|Government|Healthcare|Hospitality"
    "|Insurance|Machinery|Manufacturing|Media|Not For Profit|Recreation|Retail|Shipping|Technology"
    "|Telecommunications|Transportation|Utilities|Other"
)
SALUTATIONS: Final = _plain("Mr.|Ms.|Mrs.|Dr.|Prof.")
SOURCES: Final = _plain("Web|Phone Inquiry|Partner Referral|Purchased List|Other")
RATINGS: Final = _plain("Hot|Warm|Cold")
ZONES: Final = _plain("UTC|Europe/Berlin|Europe/London|America/New_York|America/Los_Angeles|Asia/Tokyo")
LANGUAGES: Final = _plain("en_US|de|fr|es|ja")
LOCALES: Final = _plain("en_US|en_GB|de_DE|fr_FR|es_ES|ja_JP")
SOBJECTS: Final = _plain("Lead|Task|Event|Contact|Account|Campaign|Opportunity|Case")
SUBJECTS: Final = _plain("Call|Email|Send Letter|Send Quote|Other")

CHOICES: Final[Mapping[tuple[str, str], tuple[Choice, ...]]] = MappingProxyType({
    ("Lead", "Status"): (
        Choice("Open - Not Contacted", default=True),
        Choice("Nurturing"),
        Choice("Working - Contacted"),
        Choice("Marketing Qualified"),
        Choice("Sales Qualified"),
        Choice("Closed - Converted", converted=True),
        Choice("Closed - Not Converted"),
    ),
    ("Lead", "Salutation"): SALUTATIONS,
    ("Lead", "LeadSource"): SOURCES,
    ("Lead", "Industry"): INDUSTRIES,
    ("Lead", "Rating"): RATINGS,
    ("Contact", "Salutation"): SALUTATIONS,
    ("Contact", "LeadSource"): SOURCES,
    ("Account", "Type"): _plain("Prospect|Customer - Direct|Customer - Channel|Channel Partner / Reseller|Other"),
    ("Account", "Industry"): INDUSTRIES,
    ("Account", "Rating"): RATINGS,
    ("Account", "AccountSource"): SOURCES,
    ("User", "UserType"): _plain("Standard|AutomatedProcess|Guest", default="Standard"),
    ("User", "TimeZoneSidKey"): ZONES,
    ("User", "LocaleSidKey"): LOCALES,
    ("User", "LanguageLocaleKey"): LANGUAGES,
    ("Group", "Type"): _plain("Regular|Queue|Role|Organization", default="Regular"),
    ("Task", "Subject"): SUBJECTS,
    ("Task", "Status"): (
        Choice("Not Started", default=True),
        Choice("In Progress"),
        Choice("Completed", closed=True),
        Choice("Waiting on someone else"),
        Choice("Deferred"),
    ),
    ("Task", "Priority"): _plain("High|Normal|Low", default="Normal"),
    ("Task", "CallType"): _plain("Internal|Inbound|Outbound"),
    ("Task", "TaskSubtype"): _plain("Task|Email|ListEmail|Cadence|Call|LinkedIn", default="Task"),
    ("Event", "Subject"): _plain("Call|Email|Meeting|Send Letter/Quote|Other"),
    ("Event", "Type"): _plain("Email|Meeting|Other|Call"),
    ("Event", "ShowAs"): _plain("Busy|OutOfOffice|Free", default="Busy"),
    ("Event", "EventSubtype"): _plain("Event", default="Event"),
    ("Campaign", "Type"): _plain("Conference|Webinar|Trade Show|Public Relations|Partners|Advertisement|Email|Other"),
    ("Campaign", "Status"): _plain("Planned|In Progress|Completed|Aborted", default="Planned"),
    ("CampaignMember", "Status"): _plain("Sent|Responded", default="Sent"),
    ("CampaignMember", "Type"): _plain("Lead|Contact"),
    ("EmailMessage", "Status"): (
        *(Choice("0", "New"), Choice("1", "Read"), Choice("2", "Replied"), Choice("3", "Sent", default=True)),
        *(Choice("4", "Forwarded"), Choice("5", "Draft")),
    ),
    ("EmailMessageRelation", "RelationType"): tuple(
        Choice(f"{each}Address", each) for each in ("To", "Cc", "Bcc", "From", "Other")
    ),
    ("EmailMessageRelation", "RelationObjectType"): _plain("Contact|Lead|User"),
    ("Opportunity", "StageName"): (
        *_plain("Prospecting|Qualification|Needs Analysis|Value Proposition|Id. Decision Makers"),
        *_plain("Perception Analysis|Proposal/Price Quote|Negotiation/Review"),
        *(Choice("Closed Won", closed=True, converted=True), Choice("Closed Lost", closed=True)),
    ),
    ("Opportunity", "Type"): _plain("Existing Customer - Upgrade|Existing Customer - Replacement|New Customer"),
    ("Opportunity", "LeadSource"): SOURCES,
    ("OpportunityContactRole", "Role"): _plain("Business User|Decision Maker|Economic Buyer|Evaluator|Other"),
    ("QueueSobject", "SobjectType"): SOBJECTS,
    ("Organization", "TimeZoneSidKey"): ZONES,
    ("Organization", "LanguageLocaleKey"): LANGUAGES,
    ("Organization", "DefaultLocaleSidKey"): LOCALES,
    ("Organization", "OrganizationType"): _plain("Developer Edition|Enterprise Edition|Unlimited Edition"),
    ("RecordType", "SobjectType"): SOBJECTS,
})
"""Choices by object and field; a won deal stage is *converted*."""
