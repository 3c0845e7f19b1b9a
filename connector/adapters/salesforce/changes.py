"""
Reading everything once, then what changed, in the order of (SystemModstamp, Id).

One query a page tells all: deletions, merges and conversions are columns of the rows (queryAll). Transactions become
visible after their stamp, so each pass begins two minutes before the last one did, by the vendor's time, and every few
minutes twenty before: Salesforce cuts a call, and so its transaction, after ten. Stamps have whole seconds, so a row
that was given is known again by all that it says, not by its stamp. Pages follow the vendor's locator; when that is
lost, a query goes on behind the last row's stamp and id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from connector.adapters.base import Page
from connector.adapters.salesforce.activities import Activities
from connector.adapters.salesforce.asking import Asker, done, good, hidden, means, next_path, rows_of
from connector.adapters.salesforce.bulk import REST
from connector.adapters.salesforce.columns import Kind
from connector.adapters.salesforce.cursors import Load, Place, decoded, encoded
from connector.adapters.salesforce.errors import Fate
from connector.adapters.salesforce.loading import Loader
from connector.adapters.salesforce.objects import EVENT, ID, STAMP
from connector.adapters.salesforce.records import Row, digest, from_ms, key_of, stamp_of, to_ms
from connector.adapters.salesforce.soql import Condition, Query, above, below, both, either, equal, select, since
from connector.adapters.salesforce.survivors import as_records, sort_out
from connector.adapters.salesforce.vocabulary import ACTIVITIES
from connector.adapters.salesforce.wire import Answer, Call
from connector.commands import Rank
from connector.model import CrmRef, Record

OVERLAP: Final = 2 * 60_000
"""Milliseconds within which a transaction is committed after its stamp, but for rare ones."""
WIDE: Final = 20 * 60_000
"""How far back a pass looks now and then, for the rare ones: at most ten minutes late, seen by the next such look."""
WIDE_EVERY: Final = 9 * 60_000
_OLDEST: Final = 915_148_800_000
"""1999-01-01: no row of Salesforce is older."""
_NARROWEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Reader:
    """
    Reads one stream.

    Attributes:
        asker: To the org.
        kind: The rows.
        kinds: All objects that are looked at; merges and conversions are followed among them.
        activities: Knows whose activity rows are.
        stamp: The field that the stream is in order of.
        deleted: Whether deleted rows are told.
        lookback: How far the first look goes back; None for everything.
        optional: Whether an org without the field that the stream is in order of has simply no such rows.
        loader: Decides whether a first load is a Bulk job, and reads it; None for never.
    """

    asker: Asker
    kind: Kind
    kinds: Mapping[str, Kind]
    activities: Activities
    stamp: str = STAMP
    deleted: bool = True
    lookback: timedelta | None = None
    optional: bool = False
    loader: Loader | None = None

    def pull(self, cursor: str | None) -> Page:
        """Do what the port says of `pull`."""
        held = decoded(cursor) if cursor is not None else self._begin()
        if isinstance(held, Load):
            return self._load(held) if cursor is not None else _ordered(held)
        if self.optional and not self.asker.columns.shows(self.kind, self.stamp, self._rank(held)):
            return self._nothing(held)
        if held.job and not held.began and self.loader is not None:
            # The cursor behind the job's last page is stored by now; nobody asks for its pages again.
            self.loader.remove(held.job)
            held = replace(held, job="")
        return self._pass(held)

    def _begin(self) -> Place | Load:
        """Return where a stream begins that was never read."""
        now = to_ms(self.asker.wire.clock())
        if self.lookback is not None:
            return Place(floor=now - self.lookback // timedelta(milliseconds=1), wide=now, first=True)
        ordered = self.loader.order(self.kind) if self.loader is not None else None
        return ordered if ordered is not None else Place(wide=now, first=True)

    def _load(self, held: Load) -> Page:
        """Read the next page of a Bulk job; what it cannot bring is read by pages."""
        loader = self.loader
        read = loader.read(self.kind, held) if loader is not None else None
        now = to_ms(self.asker.wire.clock())
        if read is None:
            return self._pass(Place(wide=now, first=True))
        records, gone = self._settled(read.rows, Rank.BACKFILL)
        ended = Place(floor=held.began - OVERLAP, wide=now, job=held.job)
        return Page(
            records=records,
            gone=gone,
            cursor=encoded(read.following or ended),
            more=read.following is not None,
            as_of=from_ms(held.began),
            backfill=True,
            rest=read.rest,
        )

    def _pass(self, held: Place) -> Page:
        """Read the next page of a pass, beginning one where none is under way."""
        if not held.began:
            held = self._new_pass(held)
        left = self.asker.wire.clock()
        answer, held = self._ask(held)
        # The look was taken when the request left, not when its answer was written.
        # A clock that was set back meanwhile must not date it later.
        looked = to_ms(answer.date - max(self.asker.wire.clock() - left, timedelta()))
        held = replace(held, began=held.began or looked)
        if hidden(answer):
            return self._nothing(held)
        if not good(answer):
            return self._narrower(held, answer, looked)
        found = rows_of(answer)
        fresh = [row for row in found if not _given(held, row)]
        records, gone = self._settled(fresh, self._rank(held))
        following = self._after(held, found, answer)
        ended = not following.began
        return Page(
            records=records,
            gone=gone,
            cursor=encoded(following),
            more=not ended,
            as_of=from_ms(held.began if ended else following.at or held.began),
            backfill=held.first,
        )

    def _new_pass(self, held: Place) -> Place:
        """Return the start of a pass: at the floor, or further back when that is due."""
        now = to_ms(self.asker.wire.clock())
        if held.first or now - held.wide < WIDE_EVERY:
            return replace(held, at=held.floor, key="", until=0)
        return replace(held, at=max(held.floor + OVERLAP - WIDE, 0), key="", until=0, wide=now)

    def _rank(self, held: Place) -> Rank:
        """Return how soon the requests of a pass are to be had."""
        return Rank.BACKFILL if held.first else Rank.READ

    def _ask(self, held: Place) -> tuple[Answer, Place]:
        """Ask for the page that *held* is on; a lost locator and a field that was hidden are asked otherwise once."""
        rank = self._rank(held)
        if held.locator:
            answer = self.asker.wire.read(Call("GET", held.locator), rank)
            if good(answer):
                return answer, held
            if means(answer) is not Fate.RESTART:
                self.asker.fail(answer)
            held = replace(held, locator="")
        answer = self._query(held, rank)
        if hidden(answer) and self.asker.columns.doubt(self.kind, rank):
            answer = self._query(held, rank)
        if hidden(answer) and self.optional:
            return answer, held
        if not good(answer) and means(answer) is not Fate.SHRINK:
            self.asker.fail(answer)
        return answer, held

    def _query(self, held: Place, rank: Rank) -> Answer:
        """Ask a new query from where *held* is."""
        fields = self.asker.columns.of(self.kind, rank)
        own = () if self.stamp in fields else (self.stamp,)
        query = self._where(select(self.kind.sobject, (*fields, *own)), held).order_by(self.stamp, ID)
        return self.asker.wire.query(query.text, rank, all_rows=self.deleted)

    def _where(self, query: Query, held: Place) -> Query:
        """Return *query* for the rows that are still to be read in this pass."""
        conditions: list[Condition] = []
        at = from_ms(held.at)
        if held.key:
            conditions.append(either(above(self.stamp, at), both(equal(self.stamp, at), above(ID, held.key))))
        elif held.at:
            conditions.append(since(self.stamp, at))
        if held.until:
            conditions.append(below(self.stamp, from_ms(held.until)))
        if self.kind.name == EVENT:
            # Each invitee has a row of their own beside the event's.
            conditions.append(equal("IsChild", value=False))
        return query.where(*conditions)

    def _after(self, held: Place, found: Sequence[Row], answer: Answer) -> Place:
        """Return where the pass goes on after a page, or the end of the pass."""
        least = held.began - OVERLAP
        recent = {key_of(row): digest(row) for row in found if to_ms(stamp_of(row, self.stamp)) >= least}
        held = replace(held, met={**held.met, **recent})
        if found:
            held = replace(held, at=to_ms(stamp_of(found[-1], self.stamp)), key=key_of(found[-1]))
        if not done(answer) and (found or next_path(answer)):
            return replace(held, locator=next_path(answer))
        if held.until:
            return replace(held, at=held.until, key="", until=0, locator="")
        return Place(floor=max(held.floor, least), wide=held.wide, seen=held.met)

    def _nothing(self, held: Place) -> Page:
        """Return no rows, and a cursor that looks again where the last look began: hidden may be shown later."""
        rest = Place(floor=held.floor, wide=held.wide, first=held.first)
        return Page((), (), encoded(rest), more=False, as_of=self.asker.wire.clock(), backfill=held.first)

    def _narrower(self, held: Place, answer: Answer, now: int) -> Page:
        """Return no rows, and a cursor that asks for the older half of what took Salesforce too long."""
        low, high = held.at or _OLDEST, held.until or now
        if high - low <= _NARROWEST:
            self.asker.fail(answer)
        held = replace(held, until=(low + high) // 2)
        return Page((), (), encoded(held), more=True, as_of=from_ms(low), backfill=held.first)

    def _settled(self, rows: Sequence[Row], rank: Rank) -> tuple[tuple[Record, ...], tuple[CrmRef, ...]]:
        """Return what rows came to: records, and what is gone."""
        if not rows:
            return (), ()
        if self.kind.name in ACTIVITIES:
            return self.activities.records(self.kind, rows, rank)
        return as_records(self.kind, sort_out(self.asker, self.kinds, self.kind, rows, rank))


def _ordered(held: Load) -> Page:
    """Return no rows yet, and the cursor that knows the job: it is stored before anything can go wrong."""
    return Page((), (), encoded(held), more=True, as_of=from_ms(held.began), backfill=True, rest=REST)


def _given(held: Place, row: Row) -> bool:
    """Say whether a row was given lately, saying just what it says now."""
    given = [each for each in (held.seen.get(key_of(row)), held.met.get(key_of(row))) if each is not None]
    return bool(given) and digest(row) in given
