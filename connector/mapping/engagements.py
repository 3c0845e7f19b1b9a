"""
What people did, read from their rows: growing counters, date stamps, activity rows, list memberships.

Compiled once for a system, then asked for each row that changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from connector.mapping.counters import counter, mark_names, stamp
from connector.mapping.happenings import MERGED, Happenings, Look, Marks, Source, Tally
from connector.mapping.rows import activity, membership, payload, row_key
from connector.mapping.spec import EngagementMapping
from connector.mapping.vocabulary import MEMBERSHIP, NO_WORDS, PAYLOAD, PAYLOADS, Vocabulary, singular
from connector.model import CrmRef, Record

_SEPARATOR: Final = ";"


class EngagementReader:
    """The engagement mappings of one system, ready to read; keeps nothing between two rows."""

    def __init__(self, mappings: Sequence[EngagementMapping], words: Vocabulary = NO_WORDS) -> None:
        """
        Compile *mappings*.

        Raises:
            BadPath: A path in a mapping cannot be read (the configuration check finds it first).
        """
        sources: dict[str, list[Source]] = {}
        types: dict[str, dict[str, None]] = {}
        marking: set[str] = set()
        for one, name in zip(mappings, mark_names(mappings), strict=True):
            if one.object == PAYLOADS:
                sources.setdefault(PAYLOAD, []).append(payload(one))
            elif one.object:
                on = singular(one.object)
                sources.setdefault(on, []).append(activity(one, words.rows.get(on)))
                types.setdefault(on, {})[one.type] = None
            elif one.list:
                sources.setdefault(MEMBERSHIP, []).append(membership(one))
            else:
                on = singular(one.on)
                sources.setdefault(on, []).append((counter if one.counter else stamp)(one, name))
                marking.add(on)
        self._sources: Mapping[str, tuple[Source, ...]] = {on: tuple(found) for on, found in sources.items()}
        self._types: Mapping[str, tuple[str, ...]] = {on: tuple(found) for on, found in types.items()}
        self._marking = frozenset(marking)
        self.objects = frozenset(sources)
        """Objects whose rows can tell of engagement; list memberships stand for an object of their own."""

    def row_keys(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the keys that an activity row can have given, to take them back when the row was deleted."""
        return tuple(row_key(ref, kind) for kind in self._types.get(ref.object, ()))

    def happenings(
        self,
        record: Record,
        marks: Marks,
        now: datetime,
        *,
        inherited: Sequence[Marks] = (),
        seen_at: datetime | None = None,
    ) -> Happenings:
        """
        Return what *record* tells that its *marks* do not know yet; safe to repeat, never raises.

        Args:
            record: The row.
            marks: What the last look at this row returned; empty for a row never seen.
            now: By our clock; what lies later is dated by the row's last change.
            inherited: Marks of those of `record.merged` that we knew under their own ids.
            seen_at: `modified_at` of the newest version looked at before; an older one moves no counter.
        """
        sources = self._sources.get(record.ref.object, ())
        if not sources:
            return Happenings(marks=marks)
        tally = Tally(dict(marks))
        stale = seen_at is not None and record.modified_at < seen_at
        merged = bool(inherited)
        if record.merged and not stale and record.ref.object in self._marking:
            merged = _merge(record, marks, tally) or merged
        look = Look(record, marks, now, tuple(inherited), merged=merged, stale=stale)
        for source in sources:
            source(look, tally)
        if tally.problems:
            return Happenings(marks=marks, problems=tuple(tally.problems))
        return Happenings(tuple(tally.new.values()), tuple(tally.withdrawn), MappingProxyType(tally.marks))


def _merge(record: Record, marks: Marks, tally: Tally) -> bool:
    """Remember the rows merged into this one; tell whether any is new since the last look."""
    before = marks.get(MERGED)
    known = frozenset(before[0].split(_SEPARATOR)) if before is not None else frozenset()
    merged = known.union(ref.id for ref in record.merged)
    tally.marks[MERGED] = (_SEPARATOR.join(sorted(merged)), len(merged))
    return merged != known
