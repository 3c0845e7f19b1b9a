"""What stands in every org before anybody works in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from connector.sandbox.salesforce.schema import SchemaBook

COMPANY: Final = "Sandbox GmbH"
USERNAME: Final = "integration@sandbox.example"


class Room(Protocol):
    """The part of an org's database that is furnished."""

    schema: SchemaBook
    user_id: str
    org_id: str

    def insert(
        self,
        sobject: str,
        values: Mapping[str, Any],
        *,
        id: str | None = None,  # noqa: A002 -- Salesforce's own word
        at_ms: int | None = None,
    ) -> str:
        """Add a record as it is."""


def furnish(room: Room) -> None:
    """Add the Organization, the integration user and the rows behind the status picklists."""
    english = {"LanguageLocaleKey": "en_US"}
    organization = {"Name": COMPANY, "TimeZoneSidKey": "UTC", "DefaultLocaleSidKey": "en_US", **english}
    room.insert(
        "Organization",
        {**organization, "OrganizationType": "Developer Edition", "InstanceName": "SBX", "IsSandbox": True},
        id=room.org_id,
    )
    person = {"FirstName": "Connector", "LastName": "Integration", "Alias": "connect", "IsActive": True}
    place = {"TimeZoneSidKey": "UTC", "LocaleSidKey": "en_US", **english}
    room.insert("User", {"Username": USERNAME, "Email": USERNAME, **person, **place}, id=room.user_id)
    for order, each in enumerate(room.schema.of("Lead").fields["Status"].options, start=1):
        row = {"MasterLabel": each.value, "ApiName": each.value, "SortOrder": order}
        room.insert("LeadStatus", {**row, "IsDefault": each.default, "IsConverted": each.converted})
    for order, each in enumerate(room.schema.of("Task").fields["Status"].options, start=1):
        row = {"MasterLabel": each.value, "ApiName": each.value, "SortOrder": order}
        room.insert("TaskStatus", {**row, "IsDefault": each.default, "IsClosed": each.closed})
