"""Collections: up to 200 records in one call, answered record by record in the order of the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.salesforce import records, rows, undo
from connector.sandbox.salesforce.calls import Call, Reply
from connector.sandbox.salesforce.errors import Refusal, Said, bad_request, refused, rolled_back
from connector.sandbox.salesforce.faults import said_of
from connector.sandbox.salesforce.ids import is_id, sobject_of, to18

if TYPE_CHECKING:
    from connector.sandbox.salesforce.schema import SObject

MOST: Final = 200
CHUNKS: Final = 10
MOST_READ: Final = 2000
Record = Mapping[str, Any]
Element = dict[str, object]


def create(call: Call) -> Reply:
    """Answer ``POST /composite/sobjects``."""
    given, whole = _records(call)
    return Reply(200, _each(call, given, whole, lambda each: _created(call, each)))


def change(call: Call) -> Reply:
    """Answer ``PATCH /composite/sobjects``."""
    given, whole = _records(call)
    seen: set[str] = set()
    return Reply(200, _each(call, given, whole, lambda each: _changed(call, each, seen)))


def upsert(call: Call) -> Reply:
    """Answer ``PATCH /composite/sobjects/<name>/<field>``."""
    given, whole = _records(call)
    kind = call.kind()
    field = rows.key_field(kind, call.args[1])

    def put(each: Record) -> Element:
        """Upsert one record."""
        if _kind(call, each) is not kind:
            raise refused("INVALID_TYPE", f"sObject type is not {kind.name}")
        values = _values(each)
        key = next((str(values.pop(name)) for name in list(values) if name.lower() == field.name.lower()), "")
        record_id, new = rows.put(call.state, kind, field, key, values, call.by())
        return {**rows.done(record_id), "created": new}

    answers = _each(call, given, whole, put)
    return Reply(200, [each if each["success"] else {**each, "created": False} for each in answers])


def delete(call: Call) -> Reply:
    """Answer ``DELETE /composite/sobjects?ids=``."""
    ids = call.request.listed("ids")
    _few(len(ids), MOST)
    whole = (call.request.first("allOrNone") or "").lower() == "true"
    return Reply(200, _each(call, [{"id": each} for each in ids], whole, lambda each: _deleted(call, each)))


def read(call: Call) -> Reply:
    """Answer ``GET`` and ``POST /composite/sobjects/<name>``: null stands for what is not there."""
    kind = call.kind()
    if call.request.method == "POST":
        body = call.json()
        ids, names = [str(each) for each in body.get("ids") or ()], [str(each) for each in body.get("fields") or ()]
    else:
        ids, names = list(call.request.listed("ids")), list(call.request.listed("fields"))
    _few(len(ids), MOST_READ)
    if not names:
        raise bad_request("MISSING_ARGUMENT", "fields parameter is required")
    return Reply(200, [_shown(call, kind, each, names) for each in ids])


def _shown(call: Call, kind: SObject, record_id: str, names: Sequence[str]) -> dict[str, Any] | None:
    """Return one record, None when it is not there."""
    try:
        return rows.shown(call.state, kind, to18(record_id), call.version, names) if is_id(record_id) else None
    except Refusal as refusal:
        if refusal.said and refusal.said[0].code == "NOT_FOUND":
            return None
        raise


def _records(call: Call) -> tuple[list[Record], bool]:
    """Return the records of the body and whether all must succeed; refuse too many, or too many changes of type."""
    body = call.json()
    given = body.get("records")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise bad_request("JSON_PARSER_ERROR", "records must be a list of sobjects")
    _few(len(given), MOST)
    types = [(each.get("attributes") or {}).get("type") for each in given]
    if 1 + sum(one != other for one, other in pairwise(types)) > CHUNKS:
        message = "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking."
        raise bad_request("LIMIT_EXCEEDED", message)
    return given, body.get("allOrNone") is True


def _few(count: int, most: int) -> None:
    """Refuse more records than one call may have."""
    if count > most:
        message = f"record limit reached. cannot submit more than {most} records into this call"
        raise bad_request("LIMIT_EXCEEDED", message)


def _each(call: Call, given: Sequence[Record], whole: bool, one: Callable[[Record], Element]) -> list[Element]:  # noqa: FBT001
    """Return one answer for each record; with *whole* nothing is kept unless all went well."""
    answers: list[Element] = []
    with undo.whole(call.state) as mine:
        for place, each in enumerate(given):
            try:
                _strike(call, place, applied=False)
                answer = one(each)
                _strike(call, place, applied=True)
            except Refusal as refusal:
                answer = _failed(refusal.said)
            answers.append(answer)
        mine.failed = whole and not all(each["success"] for each in answers)
    if mine.failed:
        return [each if not each["success"] else _failed((rolled_back(),)) for each in answers]
    return answers


def _strike(call: Call, place: int, *, applied: bool) -> None:
    """Refuse the record at a place that the call's fault names, before or after it is written."""
    if call.fault and place in call.fault.elements and call.fault.applied == applied:
        raise Refusal(400, said_of(call.fault))


def _failed(said: Sequence[Said]) -> Element:
    """Return the answer for a refused record, which names no id."""
    return {"success": False, "errors": [each.element() for each in said]}


def _kind(call: Call, each: Record) -> SObject:
    """Return the object that a record says it is of, or refuse it."""
    attributes = each.get("attributes")
    if not isinstance(attributes, dict) or "type" not in attributes:
        message = "Nested object for polymorphic foreign key must have an attributes field before any other fields."
        raise refused("JSON_PARSER_ERROR", message)
    kind = call.state.schema.find(str(attributes["type"]))
    if kind is None:
        raise refused("INVALID_TYPE", f"sObject type '{attributes['type']}' is not supported.")
    return kind


def _values(each: Record) -> dict[str, Any]:
    """Return the values of a record without its attributes."""
    return {name: value for name, value in each.items() if name != "attributes"}


def _created(call: Call, each: Record) -> Element:
    """Create one record."""
    return rows.done(records.create(call.state, _kind(call, each), _values(each), call.by()))


def _changed(call: Call, each: Record, seen: set[str]) -> Element:
    """Change one record."""
    kind, values = _kind(call, each), _values(each)
    text = next((str(values.pop(name)) for name in list(values) if name.lower() == "id"), "")
    if not text:
        raise refused("MISSING_ARGUMENT", "Id not specified in an update call")
    if not is_id(text):
        raise refused("MALFORMED_ID", f"{kind.label} ID: id value of incorrect type: {text}", "Id")
    record_id = to18(text)
    if record_id in seen:
        message = f"duplicate id in the records of one call: {record_id}"
        raise refused("DUPLICATE_VALUE", message)
    seen.add(record_id)
    _there(call, kind, record_id)
    records.change(call.state, kind, record_id, values, call.by())
    return rows.done(record_id)


def _there(call: Call, kind: SObject, record_id: str) -> None:
    """Refuse an id that was never given, in the words of a collection."""
    if sobject_of(record_id) != kind.name or call.state.db.get(kind.name, record_id) is None:
        raise refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")


def _deleted(call: Call, each: Record) -> Element:
    """Delete one record."""
    text = str(each["id"])
    kind = call.state.schema.by_id(text) if is_id(text) else None
    if kind is None:
        raise refused("MALFORMED_ID", f"malformed id {text}")
    record_id = to18(text)
    _there(call, kind, record_id)
    records.remove(call.state, kind, record_id, call.by())
    return rows.done(record_id)
