"""
sObject Collections: what a batch of rows came to, row by row.

The status of an answer is 200 whatever happened to its rows; a row that failed carries no id, so rows are matched by
position, and an answer that cannot be matched says nothing about any. Requests follow one another and rows that lock
the same account stand together, so no two requests in flight touch one account; after a request that had no answer
nothing more is sent, because Salesforce may still be at work on it.

A poisoned row must not hold up the others: a request that is refused as a whole has written nothing, so all its rows
may go again, in companies of ten the next time and alone the time after; the poisoned one is then refused by itself.
What has to go apart is remembered in memory only: a restart costs the same three calls.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from connector.adapters.base import AdapterDown, Permit
from connector.adapters.salesforce.errors import Fate, VendorError, element_errors, errors_of, fate, outcome, told
from connector.adapters.salesforce.ids import to18
from connector.adapters.salesforce.payload import REQUEST_ID, Answer, Call, Lost
from connector.adapters.salesforce.wire import Wire
from connector.commands import Outcome, Rank, Rejected, Retry, Unknown

COLLECTIONS: Final = "/composite/sobjects"
MOST_ROWS: Final = 200
"""Rows of one collections request."""
TOGETHER: Final = 10
"""How many rows of a refused request go together the next time."""
AT_ONCE: Final = timedelta()
LATER: Final = timedelta(minutes=1)
"""Where only waiting helps and nobody says how long."""
_LONG: Final = timedelta(minutes=10)
_MOST_APART: Final = 10_000
_OK: Final = range(200, 300)
_BAD_REQUEST: Final = 400
_ABOUT_ROWS: Final = frozenset({_BAD_REQUEST, 413, 414, 431})
"""Refusals that speak of what stands in the rows or of their size; any other concerns the whole system."""
_ID_LENGTH: Final = 15
_TROUBLE: Final = 500
_FOR_GOOD: Final = frozenset({Fate.CONVERTED, Fate.GONE, Fate.EXISTS})
"""Waiting does not mend them; whoever knows where the record lives on, or who holds the value, may know better."""
Failed = Retry | Rejected | Unknown
"""What a row that was not performed can come to."""
_NAMED: Final = re.compile(r"(?i)\b(?:no such column|field|column)\s+'?([A-Za-z]\w*)'?")


@dataclass(frozen=True, slots=True)
class Input:
    """
    One row of a request.

    Attributes:
        key: The command's.
        sobject: Salesforce's name of the object.
        record: The record's id; empty where one is made.
        values: By Salesforce's field names, as JSON takes them.
        locks: Id of the account or person whose row Salesforce locks for it.
    """

    key: str
    sobject: str
    record: str
    values: Mapping[str, object]
    locks: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    A row that Salesforce did not take.

    Attributes:
        fate: What kind of refusal it is.
        errors: Salesforce's words.
        outcome: What it comes to for whoever knows no better.
    """

    fate: Fate
    errors: tuple[VendorError, ...]
    outcome: Failed


@dataclass(slots=True)
class Sent:
    """
    What came of all requests.

    Attributes:
        made: Id of the row, by command key, of what was performed.
        refused: Rows that Salesforce named and did not take, by command key.
        others: What became of the rest, by command key.
    """

    made: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    others: dict[str, Outcome] = field(default_factory=dict)


class Apart:
    """Which commands go in smaller company because a request with them was refused; safe for threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._sizes: dict[str, int] = {}
        self._lock = threading.Lock()

    def batches(self, inputs: Sequence[Input]) -> Iterator[Sequence[Input]]:
        """Return *inputs* in the requests in which they may go, by object and by what they lock."""
        with self._lock:
            sizes = {one.key: self._sizes.get(one.key, MOST_ROWS) for one in inputs}
        for size in sorted(set(sizes.values()), reverse=True):
            same = [one for one in inputs if sizes[one.key] == size]
            same.sort(key=lambda one: (one.sobject, one.locks, one.record))
            for start in range(0, len(same), size):
                yield same[start : start + size]

    def refused(self, keys: Sequence[str]) -> None:
        """Let *keys* go in smaller company from now on."""
        size = TOGETHER if len(keys) > TOGETHER else 1
        with self._lock:
            if len(self._sizes) > _MOST_APART:
                self._sizes.clear()
            self._sizes.update(dict.fromkeys(keys, size))

    def settled(self, keys: Sequence[str]) -> None:
        """Forget *keys*, which have their answer."""
        with self._lock:
            for key in keys:
                self._sizes.pop(key, None)


def send(  # noqa: PLR0913 - a request has these parts
    wire: Wire, method: str, inputs: Sequence[Input], rank: Rank, permit: Permit, apart: Apart
) -> Sent:
    """
    Send *inputs* in as few requests as may be, each once.

    Raises:
        AdapterDown: Before anything was performed; later the rows that were not sent are Retry.
    """
    sent = Sent()
    batches = list(apart.batches(inputs))
    for at, batch in enumerate(batches):
        try:
            wire.pay(rank)
            stop = _one_request(wire, method, batch, permit, apart, sent)
        except AdapterDown as down:
            if at == 0:
                raise
            stop = Retry(down.reason, down.after or LATER)
        if stop is not None:
            for one in (each for later in batches[at:] for each in later):
                if one.key not in sent.others:
                    sent.others[one.key] = stop
            break
    return sent


def _one_request(  # noqa: PLR0913 - as send, and where to note the answer
    wire: Wire, method: str, batch: Sequence[Input], permit: Permit, apart: Apart, sent: Sent
) -> Retry | None:
    """
    Send one request and note what it came to; return what the rows after it are when nothing more may be sent.

    Raises:
        AdapterDown: Nothing of this request was performed, and nobody's row is to blame.
    """
    keys = [one.key for one in batch]
    body = {"allOrNone": False, "records": [_shown(one) for one in batch]}
    answer = wire.write(Call(method, COLLECTIONS, body=body), permit)
    if answer is None:
        return Retry("not sent: the time for it was over", AT_ONCE)
    if isinstance(answer, Lost):
        if answer.performed is False:
            raise AdapterDown(answer.reason, "network", LATER)
        sent.others.update(dict.fromkeys(keys, Unknown(answer.reason)))
        return Retry(f"not sent: the request before it had no answer: {answer.reason}", LATER)
    if answer.status in _OK:
        _row_by_row(wire, batch, answer, apart, sent)
        return None
    refusal = _refusal(answer.status, errors_of(answer), answer)
    reason = refusal.outcome.reason
    if answer.status >= _TROUBLE or refusal.fate is Fate.UNKNOWN:
        # Also 503: a gateway may have passed the request on before it gave up.
        sent.others.update(dict.fromkeys(keys, Unknown(reason)))
        return Retry(f"not sent: nobody knows what became of the request before it: {reason}", LATER)
    match refusal.fate:
        case Fate.FATAL_CREDENTIALS | Fate.FATAL_SCOPES:
            raise AdapterDown(reason, str(refusal.fate))
        case Fate.QUOTA | Fate.BUSY | Fate.RETRY:
            stop = refusal.outcome if isinstance(refusal.outcome, Retry) else Retry(reason, LATER)
            sent.others.update(dict.fromkeys(keys, stop))
            return stop
    if answer.status not in _ABOUT_ROWS:
        raise AdapterDown(reason, "network", _LONG)
    _refused_whole(batch, refusal, apart, sent)
    return None


def _shown(one: Input) -> dict[str, object]:
    """Return one row as Salesforce takes it: its attributes come first, or it is refused."""
    shown: dict[str, object] = {"attributes": {"type": one.sobject}}
    if one.record:
        shown["id"] = one.record
    return shown | dict(one.values)


def _row_by_row(wire: Wire, batch: Sequence[Input], answer: Answer, apart: Apart, sent: Sent) -> None:
    """Note what a 2xx says about each row; what cannot be matched by position says nothing about any."""
    elements = answer.body if isinstance(answer.body, list) else []
    if len(elements) != len(batch) or not all(map(_fits, batch, elements)):
        found = f"{len(elements)} results for {len(batch)} rows" if isinstance(answer.body, list) else "no list of rows"
        doubt = Unknown(f"Salesforce's answer cannot be matched with what was sent ({found}): {wire.said(answer)}")
        sent.others.update({one.key: doubt for one in batch})
        return
    apart.settled([one.key for one in batch])
    for one, element in zip(batch, elements, strict=True):
        row = element.get("id") or one.record
        if element.get("success") is True and row:
            sent.made[one.key] = to18(row)
        elif element.get("success") is False:
            sent.refused[one.key] = _refusal(_BAD_REQUEST, element_errors(element), answer)
        else:
            sent.others[one.key] = Unknown(f"Salesforce's answer does not say what became of this row: {element}")


def _fits(one: Input, element: Any) -> bool:  # noqa: ANN401 - decoded JSON of any shape
    """Say whether *element* can be the answer to *one*: it names the record that was sent, or one that was made."""
    if not isinstance(element, Mapping):
        return False
    row = element.get("id")
    if row is None:
        return True
    try:
        return isinstance(row, str) and to18(row)[:_ID_LENGTH] == (one.record or row)[:_ID_LENGTH]
    except ValueError:
        return False


def _refusal(status: int, errors: tuple[VendorError, ...], answer: Answer) -> Refusal:
    """Return what errors come to, in Salesforce's words and with what an admin can do."""
    kind = fate(status, errors)
    words = told(errors) or f"Salesforce refused it without a word ({status})."
    found = outcome(Fate.REJECT if kind in _FOR_GOOD else kind, words, answer.headers.get(REQUEST_ID, ""))
    return Refusal(kind, errors, found if isinstance(found, Retry | Rejected | Unknown) else Unknown(words))


def _refused_whole(batch: Sequence[Input], refusal: Refusal, apart: Apart, sent: Sent) -> None:
    """Sort a request that was refused as a whole: rows with a field that it names for good, the others to go again."""
    keys = [one.key for one in batch]
    if len(batch) == 1:
        apart.settled(keys)
        sent.refused[keys[0]] = refusal
        return
    named = {name.casefold() for one in refusal.errors for name in (*one.fields, *_NAMED.findall(one.message))}
    blamed = {one.key for one in batch if named & {name.casefold() for name in one.values}}
    others = [key for key in keys if key not in blamed]
    apart.settled(sorted(blamed))
    if not blamed:
        apart.refused(others)
    sent.refused.update(dict.fromkeys(blamed, refusal))
    again = Retry(f"refused together with others: {refusal.outcome.reason}", AT_ONCE)
    sent.others.update(dict.fromkeys(others, again))
