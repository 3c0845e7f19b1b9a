"""Endpoints for one record at a time, and the list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from connector.sandbox.hubspot import inputs, render, writes
from connector.sandbox.hubspot.errors import Detail, Refusal, invalid, invalid_values, not_found
from connector.sandbox.hubspot.kinds import CONTACTS, Kind, kind_of
from connector.sandbox.hubspot.links import PRIMARY, TARGETS
from connector.sandbox.hubspot.portal_state import PORTAL_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.sandbox.exchange import Request
    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.hubspot.table import Row

Json = dict[str, object]

MOST_ROWS = 100
MOST_ROWS_WITH_HISTORY = 50
BASE = "https://api.hubapi.com"


def whole(request: Request, name: str, otherwise: int) -> int:
    """Return a whole number of the query."""
    text = request.first(name)
    if text is None:
        return otherwise
    if not text.lstrip("-").isdigit():
        message = f"{name} must be a number, found {text}"
        raise invalid(message)
    return int(text)


def listed(state: State, kind: Kind, request: Request) -> Json:
    """Answer the list: records by ascending id, whatever the order of their creation."""
    history = request.listed("propertiesWithHistory")
    limit, most = whole(request, "limit", 10), MOST_ROWS_WITH_HISTORY if history else MOST_ROWS
    if history and limit > most:
        message = "You can only request at most 50 objects in one request for properties with history"
        raise invalid(message)
    if not 1 <= limit <= most:
        message = f"limit must be between 1 and {most}, found {limit}"
        raise invalid(message)
    table = state.table(kind)
    after = whole(request, "after", 0)
    if request.first("archived") == "true":
        ids = sorted(key for key in table.archived if key > after)
        page, more = [table.archived[key] for key in ids[:limit]], len(ids) > limit
    else:
        keys = table.order.page(table.order.rank(after + 1), limit + 1)
        page, more = [table.live[key] for key in keys[:limit]], len(keys) > limit
    view = render.View(state, kind, request.listed("properties"))
    answer: Json = {"results": [_full(state, kind, row, view, request) for row in page]}
    if more:
        cursor = str(page[-1].id)
        query = {**{k: ",".join(v) for k, v in request.query.items()}, "after": cursor}
        answer["paging"] = {"next": {"after": cursor, "link": f"{BASE}{request.path}?{urlencode(query)}"}}
    return answer


def _full(state: State, kind: Kind, row: Row, view: render.View, request: Request) -> Json:
    """Return a record with history and associations where they were asked for."""
    shown = view.show(row)
    history = request.listed("propertiesWithHistory")
    if history:
        shown["propertiesWithHistory"] = render.with_history(state, kind, row, history)
    ties = render.with_associations(state, kind, row, request.listed("associations"))
    if ties:
        shown["associations"] = ties
    return shown


def found(state: State, kind: Kind, text: str, by: str | None, *, archived: bool = False) -> Row:
    """Return the record with that id (a merged one under its new id) or unique value, else refuse."""
    table = state.table(kind)
    if by is not None and by != "hs_object_id":
        if archived:
            holders = (r for r in table.archived.values() if r.values.get(by, "").lower() == text.lower())
            row = next(holders, None)
        else:
            inputs.unique_name(state, kind, by)
            key = table.holder(by, text)
            row = table.live.get(key) if key is not None else None
    else:
        key = table.now_under(inputs.record_id(text))
        row = (table.archived if archived else table.live).get(key)
    if row is None:
        raise not_found()
    return row


def one(state: State, kind: Kind, text: str, request: Request) -> Json:
    """Answer the read of one record."""
    archived = request.first("archived") == "true"
    row = found(state, kind, text, request.first("idProperty"), archived=archived)
    return _full(state, kind, row, render.View(state, kind, request.listed("properties")), request)


def create(state: State, kind: Kind, request: Request, at_ms: int) -> Json:
    """Answer a creation."""
    body = inputs.body_of(request)
    values, ties = checked_creation(state, kind, body)
    return render.created(state, kind, writes.create(state, kind, values, "api", at_ms, ties), values)


def checked_creation(
    state: State, kind: Kind, body: Mapping[str, object]
) -> tuple[dict[str, str], tuple[writes.Tie, ...]]:
    """Return the values and ties of a creation; refused are wrong values, missing ones and taken unique values."""
    values = inputs.checked(state, kind, inputs.properties_of(body))
    if kind.activity and not values.get("hs_timestamp"):
        message = f"Error creating {kind.shout}. Some required properties were not set."
        raise invalid(message, context={"properties": ["hs_timestamp"]})
    refuse_taken(state, kind, values, None)
    return values, _ties(state, kind, inputs.rows(body, "associations"))


def refuse_taken(state: State, kind: Kind, values: Mapping[str, str], record: int | None) -> None:
    """Refuse a unique value that another live record holds."""
    table = state.table(kind)
    for name in table.unique:
        value = values.get(name)
        holder = table.holder(name, value) if value else None
        if holder is None or holder == record:
            continue
        if kind is CONTACTS and name == "email":
            raise Refusal(409, "CONFLICT", f"Contact already exists. Existing ID: {holder}")
        raise conflict(kind, name, str(value), holder, record)


def conflict(kind: Kind, name: str, value: str, holder: int, record: int | None) -> Refusal:
    """Return the refusal of a value that must be unique and is not."""
    message = (
        f"Cannot set PropertyValueCoordinates{{objectTypeId={kind.type_id}, propertyName={name}, value={value}}}"
        f" on {record or 'new record'}. {holder} already has that value."
    )
    return invalid_values([Detail(message, "CONFLICTING_UNIQUE_VALUE", (name,))], PORTAL_ID)


def _ties(state: State, kind: Kind, rows: list[inputs.Body]) -> tuple[writes.Tie, ...]:
    """Return the ties of a creation; the target's kind follows from the association type."""
    ties: list[writes.Tie] = []
    for row in rows:
        to, types = row.get("to"), inputs.rows(row, "types")
        target_id = str(to.get("id", "")) if isinstance(to, dict) else ""
        for each in types:
            type_id = int(str(each.get("associationTypeId", "0")))
            pair = TARGETS.get(type_id)
            target = kind_of(pair[1]) if pair and pair[0] == kind.name else None
            if target is None or not target_id.isdigit():
                raise _bad_ties(target_id)
            table = state.table(target)
            key = table.now_under(int(target_id))
            if key not in table.live:
                raise _bad_ties(target_id)
            ties.append((target, key, PRIMARY.get((kind.name, target.name)) == type_id))
    return tuple(dict.fromkeys(ties))


def _bad_ties(target_id: str) -> Refusal:
    """Return the refusal of an association to nothing, or of a wrong type."""
    return Refusal(
        400,
        "VALIDATION_ERROR",
        "One or more associations are invalid",
        sub_category="INVALID_OBJECT_IDS",
        context={"ids": [target_id]},
    )


def update(state: State, kind: Kind, text: str, request: Request, at_ms: int) -> Json:
    """Answer an update of one record."""
    row = found(state, kind, text, request.first("idProperty"))
    values = inputs.checked(state, kind, inputs.properties_of(inputs.body_of(request)))
    refuse_taken(state, kind, values, row.id)
    return render.updated(state, kind, writes.update(state, kind, row.id, values, "api", at_ms), values)


def delete(state: State, kind: Kind, text: str, at_ms: int) -> None:
    """Archive one record; an id that never existed is no error (recorded March 2026)."""
    if text.isdigit():
        writes.archive(state, kind, state.table(kind).now_under(int(text)), "api", at_ms)
