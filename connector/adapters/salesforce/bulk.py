"""
A Bulk API 2.0 query job: ordered once, asked after now and then, its CSV read page by page, removed at the end.

Cells are text: numbers and booleans become what REST would have sent, by describe's types, and columns named over a
relationship ("Account.Name") become nested rows, so that nobody can tell how a row came. An empty cell is None.
Page of Salesforce's Bulk API 2.0 guide read on 2026-11-23; states and headers as recorded there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from connector.adapters.base import AdapterDown
from connector.adapters.salesforce.asking import good
from connector.adapters.salesforce.ids import is_id
from connector.adapters.salesforce.objects import ID
from connector.adapters.salesforce.records import Row
from connector.adapters.salesforce.soql import Query
from connector.adapters.salesforce.wire import Answer, Call, Wire
from connector.commands import Rank

SHEET: Final = 1_000
"""Rows of one page; a page is in memory twice, as text and as rows."""
REST: Final = timedelta(seconds=15)
"""How long to leave a running job alone."""
_JOBS: Final = "/jobs/query"
_LAST: Final = "null"
"""What the header says on the last page."""
_WHOLE: Final = frozenset({"int", "integer", "long"})
_NUMBERS: Final = frozenset({"double", "currency", "percent"})
_NOT_YET: Final = frozenset({409, 412})
_MAY_NOT: Final = range(400, 500)


class State(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    READY = "ready"
    LOST = "lost"
    """Failed, aborted, removed or forgotten: what it was to bring is to be read otherwise."""


_STATES: Final[Mapping[str, State]] = {"JobComplete": State.READY, "Failed": State.LOST, "Aborted": State.LOST}


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    One page of results.

    Attributes:
        rows: In no particular order.
        locator: The vendor's word for the next page; empty on the last one.
    """

    rows: Sequence[Row]
    locator: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """Query jobs of one org."""

    wire: Wire

    def order(self, query: Query) -> tuple[str, Answer]:
        """Order a job over all rows, deleted ones too; return its id, empty when Salesforce refused, and the answer."""
        body = {"operation": "queryAll", "query": query.text, "contentType": "CSV", "lineEnding": "LF"}
        answer = self.wire.read(Call("POST", _JOBS, body=body), Rank.BACKFILL)
        key = answer.body.get("id") if good(answer) else None
        return (key if isinstance(key, str) and is_id(key) else ""), answer

    def state(self, job: str) -> State:
        """Return how a job stands."""
        answer = self.wire.read(Call("GET", _path(job)), Rank.BACKFILL)
        if not good(answer):
            return State.LOST
        return _STATES.get(str(answer.body.get("state")), State.RUNNING)

    def sheet(self, job: str, locator: str, types: Mapping[str, str]) -> Sheet | State:
        """
        Return one page of a job's results, or how the job stands when there is none to be had.

        Raises:
            AdapterDown: The page came in torn; the same one can be asked for again.
        """
        params = {"maxRecords": str(SHEET), **({"locator": locator} if locator else {})}
        answer = self.wire.read(
            Call("GET", _path(job, "/results"), params=params, headers={"Accept": "text/csv"}), Rank.BACKFILL
        )
        if answer.status in _NOT_YET:
            return State.RUNNING
        if answer.status in _MAY_NOT:
            return State.LOST
        rows = rows_of_csv(answer.text, types)
        promised = answer.headers.get("sforce-numberofrecords", "")
        if promised.isdigit() and int(promised) != len(rows):
            raise AdapterDown(f"a page of Bulk results has {len(rows)} rows of the {promised} that it announced")
        following = answer.headers.get("sforce-locator", _LAST)
        return Sheet(rows, "" if following == _LAST else following)

    def remove(self, job: str, rank: Rank) -> None:
        """Remove a job; one that is no longer there is no fault, Salesforce keeps them seven days at most."""
        self.wire.read(Call("DELETE", _path(job)), rank)


def rows_of_csv(text: str, types: Mapping[str, str]) -> list[Row]:
    """
    Return the rows of a CSV page as REST would have sent them.

    Raises:
        AdapterDown: It has no header with an Id, or a row has another number of cells.
    """
    cells = csv.reader(_lines(text), strict=True)
    try:
        header = next(cells, None)
        if header is None:
            raise AdapterDown("a page of Bulk results cannot be read: it is empty")
        if ID not in header:
            found = ",".join(header)[:100]
            raise AdapterDown(f'a page of Bulk results begins with "{found}" instead of its column names')
        kinds = [types.get(name, "string") for name in header]
        return [_row(header, kinds, each) for each in cells]
    except csv.Error as error:
        raise AdapterDown(f"a page of Bulk results cannot be read: {error}") from None


def _lines(text: str) -> Iterator[str]:
    """Yield *text* line by line, so that it is not in memory once more; cells may hold other ends of lines."""
    begin = 0
    while end := text.find("\n", begin) + 1:
        yield text[begin:end]
        begin = end
    if begin < len(text):
        yield text[begin:]


def _row(header: Sequence[str], kinds: Sequence[str], cells: Sequence[str]) -> Row:
    """
    Return one row as REST would have sent it.

    Raises:
        AdapterDown: It has another number of cells than the header.
    """
    if len(cells) != len(header):
        raise AdapterDown(f"a page of Bulk results is torn: a row has {len(cells)} cells of {len(header)}")
    return _nested({name: _value(cell, kind) for name, kind, cell in zip(header, kinds, cells, strict=True)})


def _nested(flat: Mapping[str, object]) -> Row:
    """Return a row whose dotted columns stand inside their parents; a parent with nothing in it is None."""
    row: dict[str, Any] = {}
    for path, value in flat.items():
        first, _, rest = path.partition(".")
        if not rest:
            row[first] = value
        elif row.get(first) is None:
            row[first] = {rest: value}
        else:
            row[first][rest] = value
    return {name: _parent(value) if isinstance(value, dict) else value for name, value in row.items()}


def _parent(flat: Mapping[str, object]) -> Row | None:
    """Return a parent's row, None when none of its columns has a value."""
    return _nested(flat) if any(value is not None for value in flat.values()) else None


def _value(cell: str, kind: str) -> object:
    """Return a cell as JSON would have it."""
    if not cell:
        return None
    if kind == "boolean":
        return cell.lower() == "true"
    try:
        if kind in _WHOLE:
            return int(cell)
        return float(cell) if kind in _NUMBERS else cell
    except ValueError:
        return cell


def _path(job: str, rest: str = "") -> str:
    """
    Return the path of a job.

    Raises:
        ValueError: The id is none; it came out of a cursor and must not lead anywhere else.
    """
    if not is_id(job):
        raise ValueError(f"{job!r} is no id of a job")
    return f"{_JOBS}/{job}{rest}"
