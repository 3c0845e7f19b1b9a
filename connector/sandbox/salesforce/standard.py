"""The schema of a new org, and what the connector's set-up adds to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from connector.sandbox.salesforce import fields_activity, fields_other, fields_people
from connector.sandbox.salesforce.choices import CHOICES
from connector.sandbox.salesforce.ids import PREFIXES
from connector.sandbox.salesforce.schema import Choice, Field, SchemaBook, SObject

TABLES: Final = {**fields_people.TABLES, **fields_activity.TABLES, **fields_other.TABLES}
MERGEABLE: Final = frozenset({"Lead", "Contact", "Account"})
READ_ONLY: Final = frozenset({"LeadStatus", "TaskStatus", "Organization", "RecordType"})
STAGES: Final = ("Lead", "MQL", "SQL", "Opportunity", "Customer")
KEY_FIELD: Final = "Connector_Key__c"
KEY_LENGTH: Final = 64
NEVER_DELETED: Final = READ_ONLY | {"User", "Group", "QueueSobject"}
"""Objects without a recycle bin, hence without IsDeleted (CampaignMemberStatus and others have it)."""


def _field(sobject: str, row: str) -> Field:
    """Return the field that one table row describes."""
    name, kind, size, flags, label = row.split(maxsplit=4)
    references: tuple[str, ...] = ()
    relationship = children = ""
    if kind.startswith("ref:"):
        targets, _, rest = kind.removeprefix("ref:").partition("/")
        relationship, _, children = rest.partition(">")
        references, kind = tuple(targets.split(",")), "reference"
    whole, _, scale = size.partition(".")
    numeric = kind in {"currency", "percent", "double"}
    return Field(
        name,
        kind,
        label,
        length=0 if size == "-" or numeric or kind == "int" else int(whole),
        nillable="N" in flags,
        createable="C" in flags,
        updateable="U" in flags,
        defaulted="D" in flags,
        id_lookup="l" in flags,
        restricted="R" in flags,
        name_field="n" in flags,
        options=CHOICES.get((sobject, name), ()),
        references=references,
        relationship=relationship,
        children=children,
        precision=int(whole) if numeric or kind == "int" else 0,
        scale=int(scale or 0),
    )


def _rows(table: str) -> Iterator[str]:
    """Return the rows of a field table."""
    return (row for row in table.strip().splitlines() if row.strip())


def _sobject(name: str) -> SObject:
    """Return one object type with the fields of its table, the system's fields around them."""
    label, plural = fields_other.LABELS.get(name, (name, f"{name}s"))
    writable = name not in READ_ONLY
    found = SObject(name, label, plural, PREFIXES[name], writable=writable, mergeable=name in MERGEABLE)
    left_out = "IsDeleted" if name in NEVER_DELETED else " "
    system = [row for row in _rows(fields_people.SYSTEM) if not row.startswith(left_out)]
    for row in (*system[:1], *_rows(TABLES[name]), *system[1:]):
        each = _field(name, row)
        found.put(replace(each, label=f"{label} ID") if each.name == "Id" else each)
    return found


def standard(*, bare: bool = False, account_engagement: bool = False) -> SchemaBook:
    """
    Return the schema of a new org.

    Args:
        bare: Leave out what the connector's set-up step creates.
        account_engagement: Add the fields that the Account Engagement package brings.
    """
    book = SchemaBook(_sobject(name) for name in TABLES)
    if not bare:
        set_up(book)
    if account_engagement:
        add_account_engagement(book)
    return book


def set_up(book: SchemaBook) -> None:
    """Add the custom fields that an admin makes for the connector; one on Activity appears on Task and Event."""
    stage = Field("Lifecycle_Stage__c", "picklist", "Lifecycle Stage", length=255, restricted=True)
    for sobject in ("Lead", "Contact"):
        book.define(sobject, Field("Connector_Score__c", "double", "Connector Score", precision=18))
        book.define(sobject, Field("Connector_Reason__c", "string", "Connector Reason", length=255))
        book.define(sobject, replace(stage, options=tuple(Choice(each) for each in STAGES)))
    add_task_key(book)


def add_task_key(book: SchemaBook, name: str = KEY_FIELD) -> None:
    """Add the unique external id on Activity that makes the creation of tasks repeatable."""
    key = Field(name, "string", "Connector Key", length=KEY_LENGTH, unique=True, external_id=True, id_lookup=True)
    for sobject in ("Task", "Event"):
        book.define(sobject, key)


def add_account_engagement(book: SchemaBook) -> None:
    """Add the fields of the Account Engagement package, which its own user writes."""
    for sobject in ("Lead", "Contact"):
        for name, kind, label, length in (
            ("pi__score__c", "double", "Score", 0),
            ("pi__grade__c", "string", "Grade", 10),
            ("pi__last_activity__c", "datetime", "Last Activity", 0),
            ("pi__first_activity__c", "datetime", "First Activity", 0),
            ("pi__conversion_date__c", "datetime", "Conversion Date", 0),
            ("pi__campaign__c", "string", "Campaign", 255),
            ("pi__url__c", "url", "Account Engagement URL", 255),
            ("pi__pardot_hard_bounced__c", "boolean", "Hard Bounced", 0),
        ):
            each = Field(name, kind, label, length=length, nillable=kind != "boolean")
            book.define(sobject, replace(each, precision=18) if kind == "double" else each)
