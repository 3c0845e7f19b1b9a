"""
Engagement that shows on the person's own row: numbers that grow and instants that move.

Both are compared with the marks of the last look, so that the same row looked at again, or an old copy of it, counts
nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.mapping.attributes import attribute_reader
from connector.mapping.converters import integer
from connector.mapping.digest import key_of
from connector.mapping.happenings import Found, Look, Source, Tally, add, dating, happened, problem
from connector.mapping.moments import moment
from connector.mapping.paths import condition, getter
from connector.mapping.refusal import Refusal, shown
from connector.mapping.spec import EngagementMapping


def mark_names(mappings: Sequence[EngagementMapping]) -> tuple[str, ...]:
    """
    Return the mark of each mapping, "" for those that need none.

    Named by content, not by position: a mapping moved within the file keeps its history, another type or field begins
    anew. The second mapping of the same type and field is told apart by its number.
    """
    seen: dict[str, int] = {}
    names: list[str] = []
    for one in mappings:
        if not (one.counter or one.stamp):
            names.append("")
            continue
        name = f"counter:{one.type}:{one.counter}" if one.counter else f"stamp:{one.type}:{one.stamp}"
        number = seen[one.on + name] = seen.get(one.on + name, 0) + 1
        names.append(name if number == 1 else f"{name}#{number}")
    return tuple(names)


def counter(mapping: EngagementMapping, name: str) -> Source:
    """
    Return the source of a growing number: its growth is what happened, all at the instant of `at`.

    The first value counts whole, or is the baseline when the mapping says so or its `when` does not hold. A fall, a
    merge, and growth while `when` does not hold only move the baseline. An emptied counter keeps its mark.
    """
    get = getter(mapping.counter)
    holds = condition(mapping.when)
    dated = dating((mapping.at,) if mapping.at else ())
    attributes = attribute_reader(mapping)

    def look_at(look: Look, tally: Tally) -> None:
        record = look.record
        value = integer(get(record.raw))
        if isinstance(value, int) and value < 0:
            value = Refusal(f"{shown(value)} is below zero, which no counter is")
        if isinstance(value, Refusal):
            tally.problems.append(problem(record.ref, mapping, mapping.counter, value))
            return
        before = look.marks.get(name)
        if value is None or look.stale or not isinstance(value, int):
            return
        if before is not None and before[0] == str(value):
            return
        growth = _growth(look, before, value, counts_first=mapping.first_value != "baseline")
        ordinal = _ordinal(look, name)
        if growth > 0 and (holds is None or holds(record.raw)):
            ordinal += 1
            key = key_of(record.ref.system, record.ref.object, record.ref.id, name, ordinal)
            add(mapping, look, tally, Found(key, dated(look), attributes(record.raw), growth, name))
        tally.marks[name] = (str(value), ordinal)

    return look_at


def _growth(look: Look, before: tuple[str, int] | None, value: int, *, counts_first: bool) -> int:
    """Return by how much a counter grew since the last look; nothing or less means a new baseline."""
    if before is not None:
        # After a merge the number contains what was counted on the other row.
        return 0 if look.merged else value - int(before[0])
    return value if counts_first and not look.inherited else 0


def stamp(mapping: EngagementMapping, name: str) -> Source:
    """
    Return the source of an instant that moves: each new value is one happening, keyed by the value itself.

    A value that came over from a merged row was counted there. The attributes are those that stand in the same row at
    that time. A stale row may still tell of a value that the newer one has covered.
    """
    get = getter(mapping.stamp)
    holds = condition(mapping.when)
    dated = dating((mapping.at,)) if mapping.at else None
    attributes = attribute_reader(mapping)

    def look_at(look: Look, tally: Tally) -> None:
        record = look.record
        value = moment(get(record.raw))
        if isinstance(value, Refusal):
            tally.problems.append(problem(record.ref, mapping, mapping.stamp, value))
            return
        if value is None:
            return
        word = value.isoformat()
        before = look.marks.get(name)
        if before is not None and before[0] == word:
            return
        known = any(old.get(name, ("", 0))[0] == word for old in look.inherited)
        if not known and (holds is None or holds(record.raw)):
            key = key_of(record.ref.system, record.ref.object, record.ref.id, name, word)
            at = dated(look) if dated is not None else happened(value, look)
            add(mapping, look, tally, Found(key, at, attributes(record.raw), mark=name))
        if not look.stale or before is None:
            tally.marks[name] = (word, (before[1] if before is not None else 0) + 1)

    return look_at


def _ordinal(look: Look, name: str) -> int:
    """Return the number of the last growth that was counted on this row or on one merged into it; 0 for none."""
    known = look.marks.get(name)
    return known[1] if known is not None else max((old[name][1] for old in look.inherited if name in old), default=0)
