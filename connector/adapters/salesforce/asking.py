"""Queries asked and their answers checked: rows by id, many lists at once, and what a refusal means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NoReturn, cast

from connector.adapters.base import AdapterDown
from connector.adapters.salesforce.columns import Columns, Kind
from connector.adapters.salesforce.errors import Fate, errors_of, fate
from connector.adapters.salesforce.objects import ID
from connector.adapters.salesforce.records import Row, key_of
from connector.adapters.salesforce.soql import Query, among, ids, select
from connector.adapters.salesforce.wire import Answer, Call, Wire
from connector.commands import Rank

MOST_IDS: Final = 200
"""Ids of one query."""
REFUSED_WAIT: Final = timedelta(minutes=1)
_OK: Final = range(200, 300)
_SCOPES: Final = frozenset({"INVALID_TYPE", "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY"})
_NEXT: Final = re.compile(r"/services/data/v\d+\.\d+/query(All)?/[A-Za-z0-9-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one org; keeps nothing but what `Columns` learned."""

    wire: Wire
    columns: Columns

    def by_ids(self, asked: Mapping[Kind, Sequence[str]], rank: Rank) -> Mapping[str, Row]:
        """
        Return rows by their id, deleted ones too; those that were never there are not in it.

        All objects go together in as few requests as composite takes.

        Raises:
            AdapterDown: They cannot be had now.
        """
        while True:
            queries = [
                (kind, select(kind.sobject, self.columns.of(kind, rank)).where(among(ID, part)))
                for kind, keys in asked.items()
                for part in chunks(ids(keys))
            ]
            answers = self._many([query for _, query in queries], rank, all_rows=True)
            bad = [(kind, answer) for (kind, _), answer in zip(queries, answers, strict=True) if not good(answer)]
            if not bad:
                return {key_of(row): row for answer in answers for row in self.every(answer, rank)}
            # Every object whose field was refused is looked at again, then all is asked once more.
            doubted = [self.columns.doubt(kind, rank) for kind, answer in bad if hidden(answer)]
            if not any(doubted):
                self.fail(bad[0][1])

    def lists(self, queries: Sequence[Query], rank: Rank) -> list[list[Row] | None]:
        """Return the rows of each query, without deleted ones; None where the org shows no such object or field."""
        found: list[list[Row] | None] = []
        for answer in self._many(queries, rank, all_rows=False):
            if good(answer):
                found.append(list(self.every(answer, rank)))
            elif hidden(answer) or any(each.code in _SCOPES for each in errors_of(answer)):
                found.append(None)
            else:
                self.fail(answer)
        return found

    def _many(self, queries: Sequence[Query], rank: Rank, *, all_rows: bool) -> Sequence[Answer]:
        """Return the answer to each query; a single one goes by itself."""
        if len(queries) == 1:
            return (self.wire.query(queries[0].text, rank, all_rows=all_rows),)
        return self.wire.query_many([each.text for each in queries], rank, all_rows=all_rows) if queries else ()

    def every(self, answer: Answer, rank: Rank) -> Iterator[Row]:
        """Yield the rows of *answer* and of all pages after it; only `done` says which is the last."""
        yield from rows_of(answer)
        while not done(answer):
            following = next_path(answer)
            if not following:
                raise AdapterDown("Salesforce says that a query has more rows, but not where", "network", REFUSED_WAIT)
            answer = self.wire.read(Call("GET", following), rank)
            if not good(answer):
                self.fail(answer)
            yield from rows_of(answer)

    def fail(self, answer: Answer) -> NoReturn:
        """
        Say that nothing can be read, in Salesforce's words.

        Raises:
            AdapterDown: Always.
        """
        codes = {each.code for each in errors_of(answer)}
        scopes = bool(codes & _SCOPES) or fate(answer.status, errors_of(answer)) is Fate.FATAL_SCOPES
        words = self.wire.said(answer)
        raise AdapterDown(words, "scopes") if scopes else AdapterDown(words, "network", REFUSED_WAIT)


def good(answer: Answer) -> bool:
    """Say whether the answer is a result."""
    return answer.status in _OK and isinstance(answer.body, Mapping)


def hidden(answer: Answer) -> bool:
    """Say whether a field was refused: unknown, or hidden by field-level security, which looks the same."""
    return any(each.code == "INVALID_FIELD" for each in errors_of(answer))


def means(answer: Answer) -> Fate | None:
    """Return what a refusal is to be met with, None for a result."""
    return None if good(answer) else fate(answer.status, errors_of(answer))


def rows_of(answer: Answer) -> list[Row]:
    """Return the rows of one page."""
    found = cast("Mapping[str, Any]", answer.body).get("records")
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def done(answer: Answer) -> bool:
    """Say whether a page is the last one; a short page is not, Salesforce makes pages shorter as it likes."""
    return cast("Mapping[str, Any]", answer.body).get("done") is not False


def next_path(answer: Answer) -> str:
    """Return the path of the next page; empty when there is none, or when it is no path of this API."""
    path = cast("Mapping[str, Any]", answer.body).get("nextRecordsUrl")
    return path if isinstance(path, str) and not done(answer) and _NEXT.fullmatch(path) else ""


def chunks(keys: Sequence[str], size: int = MOST_IDS) -> Iterator[Sequence[str]]:
    """Return *keys* in pieces of at most *size*."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
