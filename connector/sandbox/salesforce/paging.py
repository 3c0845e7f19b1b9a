"""Queries and their pages: results are frozen when they are asked for, and kept for two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.instants import span_ms
from connector.sandbox.salesforce.calls import Call, Reply
from connector.sandbox.salesforce.errors import bad_request
from connector.sandbox.salesforce.ids import IdMaker
from connector.sandbox.salesforce.soql.errors import SoqlError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.sandbox.salesforce.soql.run import Result

PAGE: Final = 2000
LONG_TEXT_PAGE: Final = 1000
"""Rows of a page when a long text is selected (recorded May 2026)."""
SMALLEST: Final = 200
KEPT: Final = timedelta(days=2)
SHORTFALL: Final = 0.1


@dataclass(frozen=True, slots=True)
class Cursor:
    """The rest of a result, until when it is kept, and how many rows a page has."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    ends_ms: int
    size: int


class Cursors:
    """The results whose pages are still being read, by locator."""

    def __init__(self, seed: int) -> None:
        """Begin with none."""
        self._ids = IdMaker(seed)
        self._kept: dict[str, Cursor] = {}

    def keep(self, cursor: Cursor, at_ms: int) -> str:
        """Keep a result; return its locator. Results that are over are let go."""
        self._kept = {name: each for name, each in self._kept.items() if each.ends_ms > at_ms}
        locator = self._ids.next("0r8")
        self._kept[locator] = cursor
        return locator

    def find(self, locator: str, at_ms: int) -> Cursor | None:
        """Return what is kept under a locator, None when it is over."""
        cursor = self._kept.get(locator)
        return cursor if cursor and cursor.ends_ms > at_ms else None

    def lose(self) -> None:
        """Forget every result, as a restarted server does."""
        self._kept.clear()


def query(call: Call, *, all_rows: bool) -> Reply:
    """Answer ``GET /query`` and ``GET /queryAll``."""
    soql = call.request.first("q")
    if soql is None:
        raise bad_request("MALFORMED_QUERY", "SOQL statement cannot be empty")
    result = run(call, soql, all_rows=all_rows)
    size = min(_asked(call), LONG_TEXT_PAGE) if result.long_text else _asked(call)
    rows = list(result.rows)
    cursor = Cursor(rows, result.total, call.at_ms + span_ms(KEPT), size)
    locator = call.desk.cursors.keep(cursor, call.at_ms) if len(rows) > size else ""
    return Reply(200, _page(call, cursor, locator, 0))


def run(call: Call, soql: str, *, all_rows: bool) -> Result:
    """Return the whole result of a query, or refuse with its error."""
    try:
        return call.state.db.query(soql, all_rows=all_rows, version=call.version)
    except SoqlError as error:
        raise bad_request(error.code, error.message) from None


def more(call: Call) -> Reply:
    """Answer ``GET /query/<locator>-<offset>``."""
    locator, _, offset = call.args[0].partition("-")
    cursor = call.desk.cursors.find(locator, call.at_ms)
    if cursor is None or not offset.isdigit():
        raise bad_request("INVALID_QUERY_LOCATOR", "invalid query locator")
    return Reply(200, _page(call, cursor, locator, int(offset)))


def _asked(call: Call) -> int:
    """Return the page size that the client asks for, within what is allowed."""
    for part in call.request.headers.get("sforce-query-options", "").split(","):
        name, _, number = part.partition("=")
        if name.strip().lower() == "batchsize" and number.strip().isdigit():
            return max(SMALLEST, min(PAGE, int(number)))
    return PAGE


def _page(call: Call, cursor: Cursor, locator: str, start: int) -> dict[str, object]:
    """Return one page of a result."""
    size = cursor.size
    if call.state.manner.short_pages and len(cursor.rows) - start > size:
        size -= call.state.chance.of("pages").randint(0, int(size * SHORTFALL))
    end = start + size
    body: dict[str, object] = {"totalSize": cursor.total, "done": end >= len(cursor.rows)}
    if end < len(cursor.rows):
        body["nextRecordsUrl"] = f"{call.base}/query/{locator}-{end}"
    return {**body, "records": list(cursor.rows[start:end])}
