"""
sObject Collections: what a batch of rows came to, row by row.

The status of an answer is 200 whatever happened to its rows; a row that failed carries no id, so rows are matched by
position, and an answer that cannot be matched says nothing about any. Requests follow one another and rows that lock
the same account stand together, so no two requests in flight touch one account; after a request that had no answer
nothing more is sent, because Salesforce may still be at work on it.

A request that is refused as a whole has written nothing: its rows go again, apart where it names none of them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from connector.adapters.apart import Apart
from connector.adapters.base import AdapterDown, Permit
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.errors import Fate, VendorError, element_errors, errors_of, fate, outcome, told
from connector.adapters.salesforce.ids import to18
from connector.adapters.salesforce.payload import REQUEST_ID, Answer, Call, Lost
from connector.adapters.salesforce.wire import Wire
from connector.commands import Outcome, Rank, Rejected, Retry, Unknown

COLLECTIONS: Final = "/composite/sobjects"
MOST_ROWS: Final = 200
"""Rows of one collections request."""
AT_ONCE: Final = timedelta()
LATER: Final = timedelta(minutes=1)
"""Where only waiting helps and nobody says how long."""
_LONG: Final = timedelta(minutes=10)
_MOST_BLAMED: Final = 10_000
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


class Blamed:
    """Which commands write a field that a refused request named; safe for threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    def again(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Return those of *keys* that have been blamed before, and remember all."""
        with self._lock:
            before = tuple(key for key in keys if key in self._keys)
            if len(self._keys) > _MOST_BLAMED:
                self._keys.clear()
            self._keys.update(keys)
        return before

    def settled(self, keys: Sequence[str]) -> None:
        """Forget *keys*, which have their answer."""
        with self._lock:
            self._keys.difference_update(keys)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends rows to one org."""

    wire: Wire
    describes: Describes
    apart: Apart
    blamed: Blamed

    def send(self, method: str, inputs: Sequence[Input], rank: Rank, permit: Permit) -> Sent:
        """
        Send *inputs* in as few requests as may be, each once.

        Raises:
            AdapterDown: Before anything was performed; later the rows that were not sent are Retry.
        """
        sent = Sent()
        batches = self._batches(inputs)
        for at, batch in enumerate(batches):
            try:
                self.wire.pay(rank)
                stop = self._one_request(method, batch, permit, sent)
            except AdapterDown as down:
                if at == 0:
                    raise
                stop = Retry(down.reason, down.after or LATER)
            if stop is not None:
                left = (one.key for later in batches[at:] for one in later)
                sent.others.update(dict.fromkeys((key for key in left if key not in sent.others), stop))
                break
        return sent

    def _batches(self, inputs: Sequence[Input]) -> list[list[Input]]:
        """Return *inputs* in the requests in which they may go, by object and by what they lock."""
        beside = sorted(inputs, key=lambda one: (one.sobject, one.locks, one.record))
        by_key = {one.key: one for one in beside}
        return [[by_key[key] for key in keys] for keys in self.apart.companies(list(by_key))]

    def _settled(self, keys: Sequence[str]) -> None:
        """Forget what is remembered of *keys*, which have their answer."""
        self.apart.settled(keys)
        self.blamed.settled(keys)

    def _one_request(self, method: str, batch: Sequence[Input], permit: Permit, sent: Sent) -> Retry | None:
        """
        Send one request and note what it came to; return what the rows after it are when nothing more may be sent.

        Raises:
            AdapterDown: Nothing of this request was performed, and nobody's row is to blame.
        """
        keys = [one.key for one in batch]
        body = {"allOrNone": False, "records": [_shown(one) for one in batch]}
        answer = self.wire.write(Call(method, COLLECTIONS, body=body), permit)
        if answer is None:
            return Retry("not sent: the time for it was over", AT_ONCE)
        if isinstance(answer, Lost):
            if answer.performed is False:
                raise AdapterDown(answer.reason, "network", LATER)
            sent.others.update(dict.fromkeys(keys, Unknown(answer.reason)))
            return Retry(f"not sent: the request before it had no answer: {answer.reason}", LATER)
        if answer.status in _OK:
            self._row_by_row(batch, answer, sent)
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
        self._refused_whole(batch, refusal, sent)
        return None

    def _row_by_row(self, batch: Sequence[Input], answer: Answer, sent: Sent) -> None:
        """Note what a 2xx says about each row; what cannot be matched by position says nothing about any."""
        elements = answer.body if isinstance(answer.body, list) else []
        if len(elements) != len(batch) or not all(map(_fits, batch, elements)):
            found = f"{len(elements)} results" if isinstance(answer.body, list) else "no list of results"
            words = f"Salesforce's answer cannot be matched with what was sent: {found} for {len(batch)} rows"
            doubt = Unknown(f"{words} (request {answer.headers.get(REQUEST_ID, '')})")
            sent.others.update({one.key: doubt for one in batch})
            return
        self._settled([one.key for one in batch])
        for one, element in zip(batch, elements, strict=True):
            row = element.get("id") or one.record
            if element.get("success") is True and row:
                sent.made[one.key] = to18(row)
            elif element.get("success") is False:
                sent.refused[one.key] = _refusal(_BAD_REQUEST, element_errors(element), answer)
            else:
                sent.others[one.key] = Unknown("Salesforce's answer does not say what became of this row")

    def _refused_whole(self, batch: Sequence[Input], refusal: Refusal, sent: Sent) -> None:
        """
        Sort a request that was refused as a whole.

        Rows with a field that it names are refused the second time: describe may have been older than a change of
        permissions, so it is forgotten, and read anew it tells which of them may go without that field. Where nothing
        is named the rows go apart.
        """
        keys = [one.key for one in batch]
        words = " ".join(one.message for one in refusal.errors)
        named = {name.casefold() for one in refusal.errors for name in one.fields}
        named |= {name.casefold() for name in _NAMED.findall(words)}
        blamed = [one for one in batch if named & {name.casefold() for name in one.values}]
        for sobject in {one.sobject for one in blamed}:
            self.describes.forget(sobject)
        if not blamed and len(batch) > 1:
            self.apart.refused(keys)
        guilty = set(self.blamed.again([one.key for one in blamed])) if blamed else set(keys[: len(keys) == 1])
        self._settled(sorted(guilty))
        sent.refused.update(dict.fromkeys(guilty, refusal))
        again = Retry(f"refused together with others: {refusal.outcome.reason}", AT_ONCE)
        sent.others.update({key: again for key in keys if key not in guilty})


def _shown(one: Input) -> dict[str, object]:
    """Return one row as Salesforce takes it: its attributes come first, or it is refused."""
    shown: dict[str, object] = {"attributes": {"type": one.sobject}}
    if one.record:
        shown["id"] = one.record
    return shown | dict(one.values)


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
