"""Describe answers: what the integration user sees of an object, in the shape of the recorded ones (v42, v60)."""

from __future__ import annotations

from typing import Any, Final

from connector.sandbox.salesforce.schema import NUMBER_TYPES, Choice, Field, SchemaBook, SObject

SOAP_TYPES: Final = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
}
BYTES_PER_CHARACTER: Final = 3
MASTER_RECORD_TYPE: Final = "012000000000000AAA"


def _choice(each: Choice) -> dict[str, Any]:
    """Return one picklist value."""
    label = each.label or each.value
    return {
        "active": each.active,
        "defaultValue": each.default,
        "label": label,
        "validFor": None,
        "value": each.value,
    }


def field_body(each: Field) -> dict[str, Any]:
    """Return one field of a describe answer."""
    text = each.type not in NUMBER_TYPES and each.length > 0
    size = each.length * (1 if SOAP_TYPES.get(each.type) == "tns:ID" else BYTES_PER_CHARACTER)
    several = len(each.references) > 1
    default = each.default()
    return {
        "aggregatable": each.filterable,
        "autoNumber": False,
        "byteLength": size if text else 0,
        "calculated": each.calculated,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": None,
        "controllerName": None,
        "createable": each.createable,
        "custom": each.custom,
        "defaultValue": default,
        "defaultValueFormula": None,
        "defaultedOnCreate": each.defaulted or each.type == "boolean",
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": each.precision if each.type == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": each.external_id,
        "extraTypeInfo": None,
        "filterable": each.filterable,
        "filteredLookupInfo": None,
        "groupable": each.groupable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": each.id_lookup,
        "inlineHelpText": None,
        "label": each.label,
        "length": each.length,
        "mask": None,
        "maskType": None,
        "name": each.name,
        "nameField": each.name_field,
        "namePointing": several,
        "nillable": each.nillable and each.type != "boolean",
        "permissionable": each.nillable and (each.createable or each.updateable),
        "picklistValues": [_choice(option) for option in each.options],
        "polymorphicForeignKey": several,
        "precision": 0 if each.type == "int" else each.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(each.references),
        "relationshipName": each.relationship or None,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": each.restricted,
        "scale": each.scale,
        "searchPrefilterable": False,
        "soapType": SOAP_TYPES.get(each.type, "xsd:string"),
        "sortable": each.sortable,
        "type": each.type,
        "unique": each.unique,
        "updateable": each.updateable,
        "writeRequiresMasterRead": False,
    }


def _summary(found: SObject, version: str) -> dict[str, Any]:
    """Return what the list of objects and the full answer share."""
    base = f"/services/data/v{version}/sobjects/{found.name}"
    return {
        "activateable": False,
        "createable": found.writable,
        "custom": False,
        "customSetting": False,
        "deletable": found.writable and "IsDeleted" in found.fields,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": None if found.name == "TaskStatus" else found.prefix,
        "label": found.label,
        "labelPlural": found.plural,
        "layoutable": found.writable,
        "mergeable": found.mergeable,
        "mruEnabled": found.writable,
        "name": found.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": found.writable,
        "triggerable": found.writable,
        "undeletable": found.writable and "IsDeleted" in found.fields,
        "updateable": found.writable,
        "urls": {"describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}", "sobject": base},
    }


def describe_body(book: SchemaBook, sobject: str, version: str) -> dict[str, Any]:
    """
    Return the describe answer of one object; a field without permission is simply not in it.

    Raises:
        KeyError: The org has no such object.
    """
    found = book.of(sobject)
    layouts = f"/services/data/v{version}/sobjects/{found.name}/describe/layouts/{MASTER_RECORD_TYPE}"
    children = [
        {
            "cascadeDelete": False,
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": each.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": name,
            "restrictedDelete": False,
        }
        for name, (child, each) in book.children(found.name).items()
    ]
    record_type = {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "master": True,
        "name": "Master",
        "recordTypeId": MASTER_RECORD_TYPE,
        "urls": {"layout": layouts},
    }
    return {
        "actionOverrides": [],
        **_summary(found, version),
        "childRelationships": children,
        "compactLayoutable": found.writable,
        "fields": [field_body(each) for each in found.visible()],
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [record_type],
        "searchLayoutable": found.writable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {found.plural.lower()}", "name": "everything"}],
    }


def global_describe_body(book: SchemaBook, version: str) -> dict[str, Any]:
    """Return the list of all objects that the integration user sees."""
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [_summary(each, version) for each in book.all()]}
