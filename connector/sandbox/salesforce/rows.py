"""Single records: create, read, change, upsert, delete."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from connector.sandbox.instants import instant, parsed
from connector.sandbox.salesforce import records
from connector.sandbox.salesforce.calls import Call, Reply
from connector.sandbox.salesforce.errors import PageRefusal, bad_request, not_found
from connector.sandbox.salesforce.ids import is_id, to18

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connector.sandbox.salesforce.schema import Field, SObject
    from connector.sandbox.salesforce.state import By, State

UPSERT_BODIES = 46.0
"""From this version on an upsert that changes a record answers with a body."""


def done(record_id: str) -> dict[str, object]:
    """Return what stands for a record that was written."""
    return {"id": record_id, "success": True, "errors": []}


def create(call: Call) -> Reply:
    """Answer ``POST /sobjects/<name>``."""
    kind = call.kind()
    record_id = records.create(call.state, kind, call.json(), call.by())
    return Reply(201, done(record_id), {"Location": f"{call.base}/sobjects/{kind.name}/{record_id}"})


def shown(state: State, kind: SObject, record_id: str, version: str, names: Iterable[str] = ()) -> dict[str, Any]:
    """Return a record as REST shows it, with the fields asked for (all that the user sees when none are named)."""
    row = state.db.get(kind.name, record_id)
    if row is None or row.get("IsDeleted"):
        raise not_found()
    wanted = [_asked(kind, name) for name in names] or [each.name for each in kind.visible()]
    address = f"/services/data/v{version}/sobjects/{kind.name}/{row['Id']}"
    return {"attributes": {"type": kind.name, "url": address}, **{name: row[name] for name in wanted}}


def _asked(kind: SObject, name: str) -> str:
    """Return the name of a field as the schema spells it, or refuse."""
    field = kind.find(name)
    if field is None:
        message = (
            f"No such column '{name}' on entity '{kind.name}'. If you are attempting to use a custom field, be sure to "
            "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
            "appropriate names."
        )
        raise bad_request("INVALID_FIELD", message)
    return field.name


def read(call: Call) -> Reply:
    """Answer ``GET /sobjects/<name>/<id>``."""
    kind, record_id = call.kind(), _id(call.args[1])
    body = shown(call.state, kind, record_id, call.version, call.request.listed("fields"))
    row = call.state.db.get(kind.name, record_id) or {}
    changed = parsed(str(row.get("LastModifiedDate") or "")) or 0
    return Reply(200, body, {"Last-Modified": format_datetime(instant(changed), usegmt=True)})


def _id(text: str) -> str:
    """Return an id with its checksum; what is none is found nowhere."""
    if not is_id(text):
        raise not_found()
    return to18(text)


def change(call: Call) -> Reply:
    """Answer ``PATCH /sobjects/<name>/<id>``."""
    kind, record_id, body = call.kind(), _id(call.args[1]), call.json()
    if any(name.lower() == "id" for name in body):
        raise bad_request("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    records.change(call.state, kind, record_id, body, call.by())
    return Reply(204)


def delete(call: Call) -> Reply:
    """Answer ``DELETE /sobjects/<name>/<id>``."""
    records.remove(call.state, call.kind(), _id(call.args[1]), call.by())
    return Reply(204)


def upsert(call: Call) -> Reply:
    """Answer ``PATCH /sobjects/<name>/<field>/<value>``."""
    kind, body = call.kind(), call.json()
    field, value = key_field(kind, call.args[1]), call.args[2]
    if any(name.lower() in {"id", field.name.lower()} for name in body):
        message = f"The {field.name} field should not be specified in the sobject data."
        raise bad_request("INVALID_FIELD", message)
    only = (call.request.first("updateOnly") or "").lower() == "true"
    record_id, new = put(call.state, kind, field, value, body, call.by(), only=only)
    address = f"{call.base}/sobjects/{kind.name}/{record_id}"
    if not new and float(call.version) < UPSERT_BODIES:
        return Reply(204)
    return Reply(201 if new else 200, {**done(record_id), "created": new}, {"Location": address})


def key_field(kind: SObject, name: str) -> Field:
    """Return the field by which records are looked up, or refuse."""
    field = kind.find(name)
    if field is None or not (field.external_id or field.id_lookup):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise bad_request("NOT_FOUND", message, 404)
    return field


def put(  # noqa: PLR0913 -- all that an upsert speaks of
    state: State, kind: SObject, field: Field, value: str, body: Mapping[str, object], by: By, *, only: bool = False
) -> tuple[str, bool]:
    """Change the record that holds *value*, or create one; return its id and whether it is new."""
    if field.name == "Id":
        record_id = _id(value)
        records.change(state, kind, record_id, body, by)
        return record_id, False
    found = [each for each in state.db.find(kind.name, field.name, value) if _alive(state, kind, each)]
    if len(found) > 1:
        base = f"/services/data/v{by.version:.1f}/sobjects/{kind.name}"
        listed = ",".join(f'"{base}/{each}"' for each in found)
        raise PageRefusal(300, "application/json;charset=UTF-8", f"[{listed}]")
    if found:
        records.change(state, kind, found[0], body, by)
        return found[0], False
    if only:
        raise not_found()
    return records.create(state, kind, {field.name: value, **body}, by), True


def _alive(state: State, kind: SObject, record_id: str) -> bool:
    """Say whether a record is not in the bin."""
    row = state.db.get(kind.name, record_id)
    return row is not None and not row.get("IsDeleted")


def by_key(call: Call) -> Reply:
    """Answer ``GET /sobjects/<name>/<field>/<value>``."""
    kind = call.kind()
    field = key_field(kind, call.args[1])
    found = [e for e in call.state.db.find(kind.name, field.name, call.args[2]) if _alive(call.state, kind, e)]
    if not found:
        raise not_found()
    if len(found) > 1:
        body = [f"{call.base}/sobjects/{kind.name}/{quote(each)}" for each in found]
        return Reply(300, body)
    return Reply(200, shown(call.state, kind, found[0], call.version, call.request.listed("fields")))
