"""What the org knows of its objects, and how describe says it."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.describe import describe_body, field_body, global_describe_body
from connector.sandbox.salesforce.ids import PREFIXES
from connector.sandbox.salesforce.schema import Field
from connector.sandbox.salesforce.standard import standard

OBJECTS = (
    *("Lead", "Contact", "Account", "Task", "Event", "CampaignMember", "Campaign", "EmailMessage"),
    *("EmailMessageRelation", "User", "Group", "QueueSobject", "Opportunity", "OpportunityContactRole"),
    *("Individual", "LeadStatus", "TaskStatus", "Organization", "RecordType"),
)
FIELD_KEYS = frozenset({
    *("aggregatable", "autoNumber", "byteLength", "calculated", "calculatedFormula", "cascadeDelete"),
    *("caseSensitive", "compoundFieldName", "controllerName", "createable", "custom", "defaultValue"),
    *("defaultValueFormula", "defaultedOnCreate", "dependentPicklist", "deprecatedAndHidden", "digits"),
    *("displayLocationInDecimal", "encrypted", "externalId", "extraTypeInfo", "filterable", "filteredLookupInfo"),
    *("groupable", "highScaleNumber", "htmlFormatted", "idLookup", "inlineHelpText", "label", "length", "mask"),
    *("maskType", "name", "nameField", "namePointing", "nillable", "permissionable", "picklistValues"),
    *("polymorphicForeignKey", "precision", "queryByDistance", "referenceTargetField", "referenceTo"),
    *("relationshipName", "relationshipOrder", "restrictedDelete", "restrictedPicklist", "scale"),
    *("searchPrefilterable", "soapType", "sortable", "type", "unique", "updateable", "writeRequiresMasterRead"),
})


@pytest.mark.parametrize("name", OBJECTS)
def test_every_object_has_its_system_fields(name: str) -> None:
    """Each object is there with an id, stamps and, where it has a bin, IsDeleted; its prefix names it."""
    found = standard().of(name.upper())
    assert found.name == name
    assert {"Id", "CreatedDate", "LastModifiedDate", "SystemModstamp"} <= set(found.fields)
    assert found.prefix == PREFIXES[name]
    for each in found.fields.values():
        assert each.label, each.name
        assert (each.type == "reference") == bool(each.references), each.name
        assert all(target in OBJECTS for target in each.references), each.name


def test_a_described_field_has_the_recorded_keys() -> None:
    """Every field of describe has the keys that a real one has, whatever its type."""
    for name in OBJECTS:
        for each in describe_body(standard(), name, "62.0")["fields"]:
            assert set(each) == FIELD_KEYS


def test_describe_says_what_a_writer_must_know() -> None:
    """Types, lengths, rights, references and choices of a few fields are those of the recorded org."""
    fields = {each["name"]: each for each in describe_body(standard(), "Task", "60.0")["fields"]}
    who, text, due = fields["WhoId"], fields["Description"], fields["ActivityDate"]
    assert (who["referenceTo"], who["relationshipName"], who["polymorphicForeignKey"]) == (
        ["Contact", "Lead"],
        "Who",
        True,
    )
    assert (text["type"], text["length"], text["byteLength"]) == ("textarea", 32000, 96000)
    assert (text["filterable"], text["sortable"], text["groupable"]) == (False, False, False)
    assert (due["type"], due["soapType"], due["nillable"]) == ("date", "xsd:date", True)
    assert (fields["TaskSubtype"]["createable"], fields["TaskSubtype"]["updateable"]) == (True, False)
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]
    assert (fields["Status"]["defaultValue"], fields["Status"]["restrictedPicklist"]) == ("Not Started", False)
    assert [each["value"] for each in fields["Priority"]["picklistValues"]] == ["High", "Normal", "Low"]
    assert fields["IsClosed"]["nillable"] is False


def test_lead_status_and_lifecycle_are_picklists() -> None:
    """Lead.Status takes any value, the lifecycle stage of our own only its choices."""
    fields = {each["name"]: each for each in describe_body(standard(), "Lead", "62.0")["fields"]}
    assert [each["value"] for each in fields["Status"]["picklistValues"]] == [
        *("Open - Not Contacted", "Nurturing", "Working - Contacted", "Marketing Qualified", "Sales Qualified"),
        *("Closed - Converted", "Closed - Not Converted"),
    ]
    assert [each.value for each in standard().of("Lead").fields["Status"].options if each.converted] == [
        "Closed - Converted"
    ]
    assert fields["Status"]["restrictedPicklist"] is False
    stage = fields["Lifecycle_Stage__c"]
    assert (stage["restrictedPicklist"], stage["custom"]) == (True, True)
    assert [each["value"] for each in stage["picklistValues"]] == ["Lead", "MQL", "SQL", "Opportunity", "Customer"]


def test_a_field_on_activity_is_on_tasks_and_events() -> None:
    """The key of the connector's tasks is unique, an external id, and on both kinds of activity."""
    for name in ("Task", "Event"):
        key = standard().of(name).fields["Connector_Key__c"]
        assert (key.unique, key.external_id, key.id_lookup, key.length) == (True, True, True, 64)


def test_a_bare_org_has_nothing_of_ours_and_no_package() -> None:
    """Without the set-up step there is no custom field; the package's come only when it is installed."""
    bare = standard(bare=True)
    assert not any(each.custom for name in OBJECTS for each in bare.of(name).fields.values())
    assert "pi__score__c" not in standard().of("Lead").fields
    with_package = standard(account_engagement=True)
    assert {"pi__score__c", "pi__grade__c"} <= set(with_package.of("Contact").fields)


def test_a_hidden_field_is_not_described() -> None:
    """A field without permission is simply absent, and there again with it."""
    book = standard()
    book.hide("Lead", "HasOptedOutOfEmail")
    assert "HasOptedOutOfEmail" not in {each["name"] for each in describe_body(book, "Lead", "62.0")["fields"]}
    book.show("Lead", "HasOptedOutOfEmail")
    assert "HasOptedOutOfEmail" in {each["name"] for each in describe_body(book, "Lead", "62.0")["fields"]}


def test_the_list_of_objects_names_their_prefixes() -> None:
    """The global describe lists every object with its prefix; TaskStatus has none."""
    body = global_describe_body(standard(), "62.0")
    prefixes = {each["name"]: each["keyPrefix"] for each in body["sobjects"]}
    assert set(prefixes) >= set(OBJECTS)
    assert (prefixes["Lead"], prefixes["Task"], prefixes["TaskStatus"]) == ("00Q", "00T", None)
    assert body["maxBatchSize"] == 200


def test_children_are_described_with_their_relationship() -> None:
    """A parent names the relationships by which its children are queried."""
    body = describe_body(standard(), "Lead", "62.0")
    found = {each["relationshipName"]: (each["childSObject"], each["field"]) for each in body["childRelationships"]}
    assert found["CampaignMembers"] == ("CampaignMember", "LeadId")
    assert found["Tasks"] == ("Task", "WhoId")


def test_numbers_and_own_fields_are_described_by_type() -> None:
    """A number has precision and no length; a field of the org is custom."""
    body = field_body(Field("Score__c", "double", "Score", precision=18, scale=2))
    assert (body["precision"], body["scale"], body["length"], body["soapType"]) == (18, 2, 0, "xsd:double")
    assert body["custom"] is True
    assert body["groupable"] is False
