"""Batch endpoints of objects: partial success, results in another order, all-or-nothing creation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.sandbox.hubspot import inputs, objects, render, writes
from connector.sandbox.hubspot.errors import Refusal, invalid, missing_rows, not_found
from connector.sandbox.hubspot.kinds import CONTACTS, Kind
from connector.sandbox.instants import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.sandbox.exchange import Request
    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.hubspot.table import Row

Json = dict[str, object]
Uniques = set[tuple[str, str]]
"""Unique values by property name."""

MOST_INPUTS = 100
WORK_MS = 30
"""How long a batch says it took; the answer's instants are the clock's, so a run can be repeated exactly."""


@dataclass(slots=True)
class Outcome:
    """What a batch comes to."""

    results: list[Json] = field(default_factory=list)
    errors: list[Refusal] = field(default_factory=list)

    def answer(self, state: State, at_ms: int, ok: int) -> tuple[int, Json]:
        """Return status and body: 207 with errors, else *ok*."""
        body: Json = {"status": "COMPLETE", "results": state.chance.shuffled("batch order", self.results)}
        if self.errors:
            body["numErrors"] = len(self.errors)
            body["errors"] = [each.row() for each in self.errors]
        body |= {"startedAt": iso(at_ms), "completedAt": iso(at_ms + WORK_MS)}
        return (207 if self.errors else ok), body


def inputs_of(request: Request, most: int = MOST_INPUTS) -> tuple[inputs.Body, list[inputs.Body]]:
    """Return the body and its inputs; more than *most* are refused."""
    body = inputs.body_of(request)
    inputs.needed(body, "inputs")
    rows = inputs.rows(body, "inputs")
    if len(rows) > most:
        message = f"The maximum number of inputs supported in a batch request for this object type is {most}. "
        raise invalid(message + f"The request contains {len(rows)}")
    return body, rows


def read(state: State, kind: Kind, request: Request, at_ms: int) -> tuple[int, Json]:
    """Answer a batch read; missing records share one error row, merged ones are left out without a word."""
    body, rows = inputs_of(request)
    by = str(body.get("idProperty") or "") or None
    view = render.View(state, kind, inputs.texts(body, "properties"))
    history = inputs.texts(body, "propertiesWithHistory")
    archived = request.first("archived") == "true"
    outcome, missing = Outcome(), []
    for text in dict.fromkeys(str(row.get("id", "")) for row in rows):
        if by is None and _dropped(state, kind, text):
            continue
        try:
            row = objects.found(state, kind, text, by, archived=archived)
        except Refusal as refusal:
            if refusal.status != not_found().status:
                raise
            missing.append(text)
            continue
        shown = view.show(row)
        if history:
            shown["propertiesWithHistory"] = render.with_history(state, kind, row, history)
        outcome.results.append(shown)
    if missing:
        outcome.errors.append(missing_rows(kind.shout, missing))
    return outcome.answer(state, at_ms, 200)


def _dropped(state: State, kind: Kind, text: str) -> bool:
    """Say whether a batch passes over this id because its record was merged away."""
    merged = text.isdigit() and int(text) in state.table(kind).merged
    return merged and state.manner.merged_in_batches == "dropped"


def _traced(rows: list[inputs.Body]) -> bool:
    """Say whether every input carries a trace id of its own: only then may some fail and others not."""
    traces = [row.get("objectWriteTraceId") for row in rows]
    return all(isinstance(each, str) and each for each in traces) and len(set(map(str, traces))) == len(rows)


def _echo(shown: Json, row: inputs.Body) -> Json:
    """Return the result with the input's trace id."""
    trace = row.get("objectWriteTraceId")
    return {**shown, "objectWriteTraceId": str(trace)} if trace else shown


def _blame(refusal: Refusal, row: inputs.Body) -> Refusal:
    """Return the refusal with the trace id of the input it belongs to."""
    trace = row.get("objectWriteTraceId")
    if trace:
        refusal.context = {**refusal.context, "objectWriteTraceId": [str(trace)]}
    return refusal


def create(state: State, kind: Kind, request: Request, at_ms: int) -> tuple[int, Json]:
    """Answer a batch creation: nothing is written when an input is refused, unless all carry trace ids."""
    _, rows = inputs_of(request)
    traced, outcome = _traced(rows), Outcome()
    accepted: list[tuple[inputs.Body, dict[str, str], tuple[writes.Tie, ...]]] = []
    taken: Uniques = set()
    for row in rows:
        try:
            values, ties = objects.checked_creation(state, kind, row)
            taken |= _new_in_batch(state, kind, values, taken)
        except Refusal as refusal:
            if not traced:
                raise
            outcome.errors.append(_blame(refusal, row))
        else:
            accepted.append((row, values, ties))
    for row, values, ties in accepted:
        made = writes.create(state, kind, values, "api", at_ms, ties)
        outcome.results.append(_echo(render.created(state, kind, made, values), row))
    return outcome.answer(state, at_ms, 201)


def _new_in_batch(state: State, kind: Kind, values: dict[str, str], taken: Uniques) -> Uniques:
    """Return the unique values of one input; one that an earlier input of the batch has is refused."""
    own = {(name, values[name].lower()) for name in state.table(kind).unique if values.get(name)}
    for name, value in sorted(own & taken):
        if kind is CONTACTS and name == "email":
            raise Refusal(409, "CONFLICT", "Contact already exists. Existing ID: 0")
        raise objects.conflict(kind, name, value, 0, None)
    return own


def _distinct(rows: list[inputs.Body]) -> None:
    """Refuse a batch that names a record twice."""
    twice = [text for text, n in Counter(str(row.get("id", "")) for row in rows).items() if n > 1]
    if twice:
        message = f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique"
        raise invalid(message, context={"ids": twice})


def update(state: State, kind: Kind, request: Request, at_ms: int) -> tuple[int, Json]:
    """
    Answer a batch update.

    Missing records are rows of a 207. A refused value fails the whole batch, unless all inputs carry trace ids.
    """
    _, rows = inputs_of(request)
    _distinct(rows)
    traced, outcome, missing = _traced(rows), Outcome(), []
    accepted: list[tuple[inputs.Body, Row, dict[str, str]]] = []
    for row in rows:
        text, by = str(row.get("id", "")), str(row.get("idProperty") or "") or None
        if by == "hs_object_id":
            inputs.unique_name(state, kind, by)
        if by is None and _dropped(state, kind, text):
            continue
        try:
            target = objects.found(state, kind, text, by)
            values = inputs.checked(state, kind, inputs.properties_of(row))
            objects.refuse_taken(state, kind, values, target.id)
        except Refusal as refusal:
            if refusal.status == not_found().status:
                missing.append(text)
            elif traced:
                outcome.errors.append(_blame(refusal, row))
            else:
                raise
        else:
            accepted.append((row, target, values))
    for row, target, values in accepted:
        after = writes.update(state, kind, target.id, values, "api", at_ms)
        outcome.results.append(_echo(render.updated(state, kind, after, values), row))
    if missing:
        outcome.errors.append(missing_rows(kind.shout, missing))
    return outcome.answer(state, at_ms, 200)


def upsert(state: State, kind: Kind, request: Request, at_ms: int) -> tuple[int, Json]:
    """Answer a batch upsert by a unique property; each result says whether it is new."""
    _, rows = inputs_of(request)
    _distinct(rows)
    traced, outcome = _traced(rows), Outcome()
    accepted: list[tuple[inputs.Body, Callable[[], Json]]] = []
    for row in rows:
        try:
            accepted.append((row, _upserted(state, kind, row, at_ms)))
        except Refusal as refusal:
            if not traced:
                raise
            outcome.errors.append(_blame(refusal, row))
    for row, write in accepted:
        outcome.results.append(_echo(write(), row))
    return outcome.answer(state, at_ms, 200)


def _upserted(state: State, kind: Kind, row: inputs.Body, at_ms: int) -> Callable[[], Json]:
    """Return the checked write of one upsert input, to be carried out when all of the batch are checked."""
    inputs.needed(row, "id", "idProperty", "properties")
    name, value = inputs.unique_name(state, kind, str(row["idProperty"])), str(row["id"])
    properties = inputs.properties_of(row)
    holder = state.table(kind).holder(name, value)
    if holder is None:
        values, _ = objects.checked_creation(state, kind, {"properties": {name: value, **properties}})

        def make() -> Json:
            """Create the record."""
            made = writes.create(state, kind, values, "api", at_ms)
            return {**render.created(state, kind, made, values), "new": True}

        return make
    changes = inputs.checked(state, kind, properties)
    objects.refuse_taken(state, kind, changes, holder)

    def change() -> Json:
        """Update the record that holds the value."""
        after = writes.update(state, kind, holder, changes, "api", at_ms)
        return {**render.updated(state, kind, after, changes), "new": False}

    return change


def archive(state: State, kind: Kind, request: Request, at_ms: int) -> None:
    """Archive the records of a batch; unknown ids are passed over."""
    _, rows = inputs_of(request)
    for row in rows:
        objects.delete(state, kind, str(row.get("id", "")), at_ms)
