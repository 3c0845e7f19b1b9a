"""The first load of a big object as a Bulk job: when it pays, and its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from connector.adapters.salesforce.asking import Asker, good, hidden, means
from connector.adapters.salesforce.bulk import REST, Bulk, Sheet, State
from connector.adapters.salesforce.columns import COMPOUND, Kind
from connector.adapters.salesforce.cursors import Load
from connector.adapters.salesforce.errors import Fate
from connector.adapters.salesforce.records import Row, to_ms
from connector.adapters.salesforce.soql import count, select
from connector.commands import Rank


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    What one look at a job brought.

    Attributes:
        rows: In no particular order.
        following: Where to go on; None when that was the last page.
        rest: How long to leave the job alone; None for not at all.
    """

    rows: Sequence[Row]
    following: Load | None
    rest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Loader:
    """Loads objects with more than *threshold* rows by Bulk jobs."""

    asker: Asker
    threshold: int

    def order(self, kind: Kind) -> Load | None:
        """
        Order a job for all rows of *kind*; None when there are few, or when the org will not have one.

        Raises:
            AdapterDown: The org cannot be asked now.
        """
        if not self._is_big(kind):
            return None
        jobs, rank = Bulk(self.asker.wire), Rank.BACKFILL
        while True:
            fields = self.asker.columns.of(kind, rank)
            if COMPOUND & set(self.asker.columns.types(kind, fields, rank).values()):
                return None
            job, answer = jobs.order(select(kind.sobject, fields))
            if job:
                return Load(job, to_ms(answer.date))
            if not (hidden(answer) and self.asker.columns.doubt(kind, rank)):
                return None

    def read(self, kind: Kind, held: Load) -> Loaded | None:
        """
        Read the next page of a job; None when it brings nothing any more.

        Raises:
            AdapterDown: The page cannot be had now.
        """
        jobs = Bulk(self.asker.wire)
        if not held.ready:
            state = jobs.state(held.job)
            if state is not State.READY:
                return _waiting(held, state)
            held = replace(held, ready=True)
        fields = self.asker.columns.of(kind, Rank.BACKFILL)
        read = jobs.sheet(held.job, held.locator, self.asker.columns.types(kind, fields, Rank.BACKFILL))
        if not isinstance(read, Sheet):
            return _waiting(replace(held, ready=False), read)
        return Loaded(read.rows, replace(held, locator=read.locator) if read.locator else None)

    def remove(self, job: str) -> None:
        """Remove a job that was read through."""
        Bulk(self.asker.wire).remove(job, Rank.READ)

    def _is_big(self, kind: Kind) -> bool:
        """Say whether *kind* has more rows than are read by pages."""
        answer = self.asker.wire.query(count(kind.sobject).text, Rank.BACKFILL)
        if good(answer):
            body: Any = answer.body
            return int(body.get("totalSize") or 0) > self.threshold
        if means(answer) is not Fate.SHRINK:
            self.asker.fail(answer)
        # What cannot even be counted in time is big.
        return True


def _waiting(held: Load, state: State) -> Loaded | None:
    """Return that the job is to be left alone for a while, None when nothing will come of it."""
    return Loaded((), held, REST) if state is State.RUNNING else None
