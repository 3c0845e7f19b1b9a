"""
One batch write and what it says about each row.

A batch is taken row by row: results come in another order and are matched by the trace id that every input carries (by
record id where it is not echoed); 207 is a success. What neither the results nor the errors mention is unknown.

A batch that is refused as a whole without naming rows is certain to have written nothing: its rows go again, apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from connector.adapters.apart import Apart
from connector.adapters.base import AdapterDown, Permit
from connector.adapters.http import Meaning, meaning
from connector.adapters.hubspot.payload import Answer, Row, context, listed, request_id, rows, said, table, text
from connector.adapters.hubspot.vocabulary import MODIFIED_ELSEWHERE, NETWORK_WAIT, STATUSES
from connector.adapters.hubspot.wire import Call, Lost, NotSent, Wire, wait_of
from connector.commands import Outcome, Rejected, Retry, Unknown

_AT_ONCE: Final = timedelta()
_GONE: Final = "OBJECT_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Input:
    """
    One row of a batch.

    Attributes:
        key: The command's, sent as trace id.
        record: The record's id; empty where one is made.
        body: The rest of the input.
    """

    key: str
    record: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sent:
    """
    What came of one batch.

    Attributes:
        made: Rows that HubSpot performed, by command key.
        outcomes: What became of the others, by command key.
    """

    made: Mapping[str, Row] = field(default_factory=lambda: MappingProxyType({}))
    outcomes: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))


def send(wire: Wire, path: str, inputs: Sequence[Input], permit: Permit, apart: Apart) -> Sent:
    """
    Send one batch once; the budget was paid.

    Raises:
        AdapterDown: The credentials are refused, or no connection could be made: nothing of this batch was performed.
    """
    body: dict[str, object] = {"inputs": [_shown(one) for one in inputs]}
    keys = [one.key for one in inputs]
    try:
        answer = wire.write(Call("POST", path, body=body), permit)
    except NotSent as error:
        raise AdapterDown(str(error), "network", NETWORK_WAIT) from None
    except Lost as error:
        return _all(keys, Unknown(str(error)))
    if answer is None:
        return _all(keys, Retry("not sent: the time for it was over", _AT_ONCE))
    match meaning(answer.status, STATUSES):
        case Meaning.DONE:
            apart.settled(keys)
            return _row_by_row(wire, inputs, answer)
        case Meaning.REFUSED:
            return _refused(wire, inputs, answer, apart)
        case Meaning.CREDENTIALS | Meaning.SCOPES:
            raise wire.down(answer)
        case Meaning.BUSY | Meaning.AWAY:
            return _all(keys, Retry(wire.said(answer), wait_of(answer)))
    return _all(keys, Unknown(wire.said(answer)))


def _shown(one: Input) -> dict[str, object]:
    """Return one input as HubSpot takes it."""
    shown = {**one.body, "objectWriteTraceId": one.key}
    return {"id": one.record, **shown} if one.record else shown


def _all(keys: Sequence[str], outcome: Outcome) -> Sent:
    """Return the same outcome for every row."""
    return Sent(outcomes=dict.fromkeys(keys, outcome))


def _row_by_row(wire: Wire, inputs: Sequence[Input], answer: Answer) -> Sent:
    """Return what a 2xx says about each row."""
    by_record = {one.record: one.key for one in inputs if one.record}
    keys = {one.key for one in inputs}
    made: dict[str, Row] = {}
    for each in rows(answer.body, MODIFIED_ELSEWHERE):
        key = each.trace_id if each.trace_id in keys else by_record.get(each.id)
        if key is not None:
            made[key] = each
    outcomes: dict[str, Outcome] = {}
    for error in map(table, listed(answer.body.get("errors"))):
        for key in _blamed(error, keys, by_record):
            outcomes[key] = Rejected(said(error, answer.status, wire.secret()), request_id(answer))
    for one in inputs:
        if one.key not in made and one.key not in outcomes:
            outcomes[one.key] = Unknown("HubSpot's answer does not mention this row")
    return Sent(made, {key: outcome for key, outcome in outcomes.items() if key not in made})


def _blamed(error: Mapping[str, object], keys: set[str], by_record: Mapping[str, str]) -> set[str]:
    """Return the commands that an error row speaks of; one may stand for several records."""
    named = {one for one in context(error, "objectWriteTraceId") if one in keys}
    ids = (*context(error, "ids"), *context(error, "id"), *context(error, "objectId"))
    return named | {by_record[one] for one in ids if one in by_record}


def _refused(wire: Wire, inputs: Sequence[Input], answer: Answer, apart: Apart) -> Sent:
    """Sort a batch that was refused as a whole: the rows it names for good, the others to go again apart."""
    keys = [one.key for one in inputs]
    refusal = Rejected(wire.said(answer), request_id(answer))
    if len(keys) == 1:
        apart.settled(keys)
        return _all(keys, refusal)
    by_record = {one.record: one.key for one in inputs if one.record}
    blamed = _blamed(answer.body, set(keys), by_record)
    for error in map(table, listed(answer.body.get("errors"))):
        blamed |= _blamed(error, set(keys), by_record)
        blamed |= _naming(error, inputs)
    others = [key for key in keys if key not in blamed]
    if not blamed or text(answer.body.get("category")) == _GONE:
        apart.refused(others)
    again = Retry(f"refused together with others: {refusal.reason}", _AT_ONCE)
    return Sent(outcomes={**dict.fromkeys(others, again), **dict.fromkeys(blamed, refusal)})


def _naming(error: Mapping[str, object], inputs: Sequence[Input]) -> set[str]:
    """Return the commands that write a property which does not exist or cannot be written, whatever its value."""
    if text(error.get("code")) not in {"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"}:
        return set()
    names = set(context(error, "propertyName"))
    return {one.key for one in inputs if names & set(table(one.body.get("properties")))}
