"""What the API refuses in a write, in the order in which Salesforce looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.salesforce.errors import converted, deleted, refused
from connector.sandbox.salesforce.ids import SHORT, sobject_of
from connector.sandbox.salesforce.inputs import checked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.sandbox.salesforce.schema import Field, SObject
    from connector.sandbox.salesforce.state import By, Row, State

QUEUE_TASKS: Final = 48.0
"""From this version on a queue may own a task."""
ACTIVITIES: Final = frozenset({"Task", "Event"})
Values = dict[str, Any]


def cleaned(state: State, kind: SObject, given: Mapping[str, object], by: By, before: Row | None = None) -> Values:
    """
    Return the values that a write may store; *before* is the record as it is, None for a new one.

    Raises:
        Refusal: With the first reason found.
    """
    values = {field.name: checked(field, value) for field, value in _fields(kind, given, creating=before is None)}
    _required(kind, values, creating=before is None)
    whole = {**(before or {}), **values}
    for name, value in values.items():
        if value is not None and kind.fields[name].references:
            _reference(state, kind.fields[name], str(value))
    if values.get("OwnerId"):
        _owner(state, kind, str(values["OwnerId"]), by)
    if kind.name in ACTIVITIES:
        _activity(state, whole, values)
    if kind.name == "CampaignMember" and before is None:
        _member(state, values)
    _unique(state, kind, values, str(before["Id"]) if before else "")
    for rule in state.rules:
        if rule.sobject == kind.name and rule.broken(whole):
            raise refused("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, *([rule.field] if rule.field else []))
    return values


def _fields(kind: SObject, given: Mapping[str, object], *, creating: bool) -> Iterator[tuple[Field, object]]:
    """Return the fields that are written; one that is unknown, hidden or read-only is refused."""
    for name, value in given.items():
        if name == "attributes":
            continue
        field = kind.find(name)
        if field is None:
            raise refused("INVALID_FIELD", f"No such column '{name}' on sobject of type {kind.name}")
        if not (field.createable if creating else field.updateable):
            doing = "create" if creating else "update"
            message = (
                f"Unable to {doing} fields: {field.name}. Please check the security settings of this field and verify "
                "that it is read/write for your profile or permission set."
            )
            raise refused("INVALID_FIELD_FOR_INSERT_UPDATE", message, field.name)
        yield field, value


def _required(kind: SObject, values: Values, *, creating: bool) -> None:
    """Refuse a record without what it must have."""
    missing = [
        field.name
        for field in kind.fields.values()
        if not field.nillable
        and field.createable
        and field.type != "boolean"
        and ((creating and not field.defaulted and values.get(field.name) is None) or _emptied(values, field.name))
    ]
    if missing:
        raise refused("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)


def _emptied(values: Values, name: str) -> bool:
    """Say whether a write clears this field."""
    return name in values and values[name] is None


def _reference(state: State, field: Field, record_id: str) -> None:
    """Refuse an id of the wrong object, of nobody, or of a record in the recycle bin."""
    name = sobject_of(record_id)
    if name not in field.references:
        raise refused(
            "FIELD_INTEGRITY_EXCEPTION", f"{field.label}: id value of incorrect type: {record_id}", field.name
        )
    row = state.db.get(name, record_id)
    if row is None:
        raise refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if row.get("IsDeleted"):
        raise deleted()


def _owner(state: State, kind: SObject, owner_id: str, by: By) -> None:
    """Refuse an owner who no longer works here, and a queue that does not take such records."""
    if sobject_of(owner_id) == "User":
        owner = state.db.get("User", owner_id)
        if owner is not None and not owner["IsActive"]:
            message = f"operation performed with inactive user [{owner_id[:SHORT]}] as owner of {kind.name.lower()}"
            raise refused("INACTIVE_OWNER_OR_USER", message, "OwnerId")
        return
    if kind.name == "Task" and by.version < QUEUE_TASKS:
        message = f"Assigned To ID: id value of incorrect type: {owner_id}"
        raise refused("FIELD_INTEGRITY_EXCEPTION", message, "OwnerId")
    takes = (state.db.get("QueueSobject", each) for each in state.db.find("QueueSobject", "QueueId", owner_id))
    if not any(row and row["SobjectType"] == kind.name for row in takes):
        raise refused("FIELD_INTEGRITY_EXCEPTION", "Queue not associated with this SObject type", "OwnerId")


def _activity(state: State, whole: Row, values: Values) -> None:
    """Refuse a tie to a converted lead, and one to a lead and something else at once."""
    who = str(whole.get("WhoId") or "")
    if sobject_of(who) != "Lead" or not ({"WhoId", "WhatId"} & values.keys()):
        return
    if whole.get("WhatId"):
        message = "Related To ID: cannot be filled while the name is a lead"
        raise refused("FIELD_INTEGRITY_EXCEPTION", message, "WhatId")
    lead = state.db.get("Lead", who)
    if lead is not None and lead["IsConverted"]:
        raise converted()


def _member(state: State, values: Values) -> None:
    """Refuse a second membership of one person in one campaign, and one of nobody."""
    person = values.get("ContactId") or values.get("LeadId")
    if not person:
        raise refused("REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId or ContactId]", "LeadId")
    for each in state.db.find("CampaignMember", "ContactId" if values.get("ContactId") else "LeadId", person):
        row = state.db.get("CampaignMember", each)
        if row and not row["IsDeleted"] and row["CampaignId"] == values["CampaignId"]:
            raise refused("DUPLICATE_VALUE", "Already a campaign member.")


def _unique(state: State, kind: SObject, values: Values, own_id: str) -> None:
    """Refuse a value that another record holds already."""
    for name, value in values.items():
        if value is None or not kind.fields[name].unique:
            continue
        for each in state.db.find(kind.name, name, value):
            row = state.db.get(kind.name, each)
            binned = row is not None and row.get("IsDeleted") and not state.manner.binned_keys_block
            if each != own_id and not binned:
                message = f"duplicate value found: {name} duplicates value on record with id: {each[:SHORT]}"
                raise refused("DUPLICATE_VALUE", message)
