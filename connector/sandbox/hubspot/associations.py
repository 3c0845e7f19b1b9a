"""Endpoints of associations: in batches and of one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.hubspot import inputs, objects, writes
from connector.sandbox.hubspot.batches import WORK_MS, inputs_of
from connector.sandbox.hubspot.errors import Refusal, invalid, not_found
from connector.sandbox.hubspot.kinds import Kind
from connector.sandbox.hubspot.links import DEFAULT, PRIMARY, TARGETS
from connector.sandbox.hubspot.writes import note
from connector.sandbox.instants import iso

if TYPE_CHECKING:
    from connector.sandbox.exchange import Request
    from connector.sandbox.hubspot.links import Types
    from connector.sandbox.hubspot.portal_state import State

Json = dict[str, object]

MOST_READ, MOST_WRITTEN = 1000, 2000
MOST_TARGETS = 500


def read(state: State, source: Kind, target: Kind, request: Request, at_ms: int) -> tuple[int, Json]:
    """Answer the batch read; records without a tie are left out and reported, which makes it a 207."""
    _, rows = inputs_of(request, MOST_READ)
    results: list[Json] = []
    errors: list[Refusal] = []
    for row in rows:
        text = str(row.get("id", ""))
        ties = state.links.of(source, state.table(source).now_under(int(text)), target) if text.isdigit() else {}
        if not ties:
            errors.append(_none(source, target, text))
            continue
        after = int(str(row.get("after") or "0"))
        keys = sorted(key for key in ties if key > after)
        result: Json = {"from": {"id": text}, "to": [_tie(source, target, k, ties[k]) for k in keys[:MOST_TARGETS]]}
        if len(keys) > MOST_TARGETS:
            result["paging"] = {"next": {"after": str(keys[MOST_TARGETS - 1])}}
        results.append(result)
    return _batch(state, results, errors, at_ms, 200)


def _batch(state: State, results: list[Json], errors: list[Refusal], at_ms: int, ok: int) -> tuple[int, Json]:
    """Return status and body of a batch."""
    body: Json = {"status": "COMPLETE", "results": state.chance.shuffled("association order", results)}
    if errors:
        body["errors"] = [each.row() for each in errors]
        body["numErrors"] = len(errors)
    body |= {"startedAt": iso(at_ms), "completedAt": iso(at_ms + WORK_MS)}
    return (207 if errors else ok), body


def _none(source: Kind, target: Kind, text: str) -> Refusal:
    """Return the error row for a record that has no tie."""
    return Refusal(
        404,
        "OBJECT_NOT_FOUND",
        f"No {target.singular} is associated with {source.singular} {text}.",
        sub_category="crm.associations.NO_ASSOCIATIONS_FOUND",
        context={"fromObjectId": [text], "fromObjectType": [source.singular], "toObjectType": [target.singular]},
    )


def _tie(source: Kind, target: Kind, key: int, types: Types) -> Json:
    """Return one tie; the target's id is a number here, as it was live in August 2026."""
    primary = PRIMARY.get((source.name, target.name))
    return {
        "toObjectId": key,
        "associationTypes": [
            {"category": "HUBSPOT_DEFINED", "typeId": each, "label": "Primary" if each == primary else None}
            for each in types
        ],
    }


def of_one(state: State, source: Kind, text: str, target: Kind, request: Request) -> Json:
    """Answer the ties of one record, none being an empty list."""
    row = objects.found(state, source, text, None)
    ties = state.links.of(source, row.id, target)
    after = objects.whole(request, "after", 0)
    limit = min(objects.whole(request, "limit", MOST_TARGETS), MOST_TARGETS)
    keys = sorted(key for key in ties if key > after)
    answer: Json = {"results": [_tie(source, target, key, ties[key]) for key in keys[:limit]]}
    if len(keys) > limit:
        answer["paging"] = {"next": {"after": str(keys[limit - 1])}}
    return answer


def create(state: State, source: Kind, target: Kind, request: Request, at_ms: int) -> tuple[int, Json]:
    """Answer the batch creation of ties with types; unknown ids are rows of a 207."""
    _, rows = inputs_of(request, MOST_WRITTEN)
    results: list[Json] = []
    errors: list[Refusal] = []
    for row in rows:
        inputs.needed(row, "from", "to", "types")
        ends = _ends(state, source, target, row)
        if isinstance(ends, Refusal):
            errors.append(ends)
            continue
        primary = _wants_primary(source, target, row)
        writes.tie(state, (source, ends[0]), (target, ends[1]), at_ms, primary=primary)
        results.append({
            "fromObjectTypeId": source.type_id,
            "fromObjectId": ends[0],
            "toObjectTypeId": target.type_id,
            "toObjectId": ends[1],
            "labels": ["Primary"] if primary else [],
        })
    return _batch(state, results, errors, at_ms, 201)


def _wants_primary(source: Kind, target: Kind, row: inputs.Body) -> bool:
    """Say whether a tie is to be the primary one; a type of another pair is refused."""
    primary = False
    for each in inputs.rows(row, "types"):
        type_id = int(str(each.get("associationTypeId", "0")))
        if TARGETS.get(type_id) != (source.name, target.name):
            message = f"Association type {type_id} does not go from {source.singular} to {target.singular}"
            raise invalid(message)
        primary = primary or PRIMARY.get((source.name, target.name)) == type_id
    return primary


def default(state: State, source: Kind, target: Kind, request: Request, at_ms: int) -> tuple[int, Json]:
    """Answer the batch creation of unlabelled ties; each shows in both directions."""
    _, rows = inputs_of(request, MOST_WRITTEN)
    results: list[Json] = []
    errors: list[Refusal] = []
    for row in rows:
        ends = _ends(state, source, target, row)
        if isinstance(ends, Refusal):
            errors.append(ends)
        else:
            results += _default_tie(state, (source, ends[0]), (target, ends[1]), at_ms)
    return _batch(state, results, errors, at_ms, 200)


def put_default(  # noqa: PLR0913 -- both ends are in the path
    state: State, source: Kind, source_text: str, target: Kind, target_text: str, at_ms: int
) -> tuple[int, Json]:
    """Answer ``PUT .../associations/default/...`` for two records."""
    one, other = objects.found(state, source, source_text, None), objects.found(state, target, target_text, None)
    return _batch(state, _default_tie(state, (source, one.id), (target, other.id), at_ms), [], at_ms, 200)


def _default_tie(state: State, source: tuple[Kind, int], target: tuple[Kind, int], at_ms: int) -> list[Json]:
    """Tie two records and return both directions."""
    writes.tie(state, source, target, at_ms)
    return [
        {
            "from": {"id": str(one[1])},
            "to": {"id": str(other[1])},
            "associationSpec": {
                "associationCategory": "HUBSPOT_DEFINED",
                "associationTypeId": DEFAULT[one[0].name, other[0].name],
            },
        }
        for one, other in ((source, target), (target, source))
    ]


def _ends(state: State, source: Kind, target: Kind, row: inputs.Body) -> tuple[int, int] | Refusal:
    """Return the live ids of both ends of an input, or why not."""
    keys = []
    for kind, name in ((source, "from"), (target, "to")):
        end = row.get(name)
        text = str(end.get("id", "")) if isinstance(end, dict) else ""
        try:
            keys.append(objects.found(state, kind, text, None).id)
        except Refusal:
            message = f"{kind.singular} {text} does not exist"
            return Refusal(404, "OBJECT_NOT_FOUND", message, context={"ids": [text]})
    return keys[0], keys[1]


def archive(state: State, source: Kind, target: Kind, request: Request, at_ms: int) -> tuple[int, Json]:
    """Answer the removal of the ties of a batch; what is not tied is passed over."""
    _, rows = inputs_of(request, MOST_WRITTEN)
    for row in rows:
        one = row.get("from")
        for other in inputs.rows(row, "to"):
            if isinstance(one, dict):
                remove(state, source, str(one.get("id", "")), target, str(other.get("id", "")), at_ms)
    return _batch(state, [], [], at_ms, 200)


def remove(  # noqa: PLR0913 -- both ends are in the path
    state: State, source: Kind, source_text: str, target: Kind, target_text: str, at_ms: int
) -> None:
    """Remove one tie."""
    if not source_text.isdigit() or not target_text.isdigit():
        raise not_found()
    state.links.untie(source, int(source_text), target, int(target_text))
    note(state, "api", "dissociate", source.name, source_text, at_ms, linked=((target.name, target_text),))
