"""
Deleted contacts: the recycle bin, read through once a day, because a search never shows what is archived.

What was erased for good or merged away is not in the bin; that is found by the strong read before each write, and a
merge also by the record that lives on, whose properties name what it took in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, cast

from connector.adapters.base import Page
from connector.adapters.hubspot.payload import from_ms, instant, next_page, rows, to_ms
from connector.adapters.hubspot.records import Kind
from connector.adapters.hubspot.vocabulary import PAGE
from connector.adapters.hubspot.wire import Call, Wire
from connector.commands import Rank

OVERLAP: Final = timedelta(hours=1)
"""Deletions this long before the last reading began are told again."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Reads the recycle bin of one object."""

    wire: Wire
    kind: Kind

    def pull(self, cursor: str | None) -> Page:
        """Return one page of what was deleted since the last reading began; the bin itself is in order of id."""
        after, since, began = cast("tuple[str, int, int]", tuple(json.loads(cursor)) if cursor else ("", 0, 0))
        query = [("limit", str(PAGE)), ("archived", "true"), *((("after", after),) if after else ())]
        answer = self.wire.known(Call("GET", self.kind.path(), query=tuple(query)), Rank.READ)
        began = began or to_ms(answer.at)
        least = from_ms(since)
        gone = []
        for each in rows(answer.body, self.kind.modified):
            at = instant(each.raw.get("archivedAt")) or each.modified_at
            if each.archived and (least is None or at >= least):
                gone.append(self.kind.ref(each.id))
        after = next_page(answer.body)
        held = (after, since, began) if after else ("", began - OVERLAP // timedelta(milliseconds=1), 0)
        return Page(
            records=(),
            gone=tuple(gone),
            cursor=json.dumps(held, separators=(",", ":")),
            more=bool(after),
            as_of=from_ms(began) or answer.at,
        )
