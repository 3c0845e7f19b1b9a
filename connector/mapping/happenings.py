"""
What one look at a row brings: the nouns, the dating and the counting that every source of engagement shares.

A row is compared with its *marks*, what the store kept of the last look: counter or stamp → (last value, ordinal). The
same row looked at again says nothing new, however often; keys never repeat for two happenings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from connector.mapping.attributes import Attributes
from connector.mapping.fields import place
from connector.mapping.moments import moment
from connector.mapping.paths import Getter, getter
from connector.mapping.refusal import Refusal
from connector.mapping.spec import EngagementMapping
from connector.model import CrmRef, Engagement, Record

Marks = Mapping[str, tuple[str, int]]
NO_MARKS: Final[Marks] = MappingProxyType({})
MERGED: Final = "merged"
"""The mark that names the rows already known to have been merged into this one."""
_CLOCKS_APART: Final = timedelta(days=1)
_ONCE: Final = "@once"


@dataclass(frozen=True, slots=True)
class Happenings:
    """
    What one look at a row brought.

    Attributes:
        new: What happened since the last look; a row that was never seen gives all it shows.
        withdrawn: Keys of happenings that are taken back (a cancelled meeting), whether they were ever counted or not.
        marks: All marks of the row after this look, to be kept with it.
        problems: Plain sentences; when there are any, nothing is new or withdrawn, and the marks are the old ones.
    """

    new: tuple[Engagement, ...] = ()
    withdrawn: tuple[str, ...] = ()
    marks: Marks = field(default_factory=lambda: NO_MARKS)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """
    One look at a row.

    Attributes:
        record: The row.
        marks: Those of the last look; empty for a row never seen.
        now: By our clock; nothing happens later.
        inherited: Marks of rows that were merged into this one and that we knew.
        merged: Whether rows were merged into this one since the last look.
        stale: Whether a newer version of the row was looked at before.
    """

    record: Record
    marks: Marks
    now: datetime
    inherited: tuple[Marks, ...] = ()
    merged: bool = False
    stale: bool = False


@dataclass(slots=True)
class Tally:
    """What the sources of one look have found so far; lives only while that look lasts."""

    marks: dict[str, tuple[str, int]]
    new: dict[str, Engagement] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


Source = Callable[[Look, Tally], None]


def dating(paths: tuple[str, ...]) -> Callable[[Look], datetime | Refusal]:
    """
    Return a function that dates a happening by the first of *paths* that is not empty, else by the row's last change.

    What lies in the future is dated by the row's last change: it is known to have happened by then.
    """
    getters: tuple[tuple[str, Getter], ...] = tuple((path, getter(path)) for path in paths)

    def dated(look: Look) -> datetime | Refusal:
        for path, get in getters:
            at = moment(get(look.record.raw))
            if isinstance(at, Refusal):
                return Refusal(f'at from "{path}": {at.reason}')
            if at is not None:
                return happened(at, look)
        return happened(look.record.modified_at, look)

    return dated


def happened(at: datetime, look: Look) -> datetime:
    """Return *at*, or the last instant by which it is known to have happened when it lies in the future."""
    known = min(at, look.record.modified_at)
    if known - look.now > _CLOCKS_APART:
        # The vendor's clock is not wrong by days: ours is, and what is dated by it would stay so for good.
        return known
    return at if at <= look.now else min(look.record.modified_at, look.now)


class Found(NamedTuple):
    """
    A happening on its way into the tally.

    Attributes:
        key: Unique over all engagements.
        at: When it happened, or why that cannot be read.
        attributes: What is known of it, or why that cannot be read.
        many: How many of it.
        mark: Of the counter or stamp; empty for rows, which `once_per` is not applied to here.
    """

    key: str
    at: datetime | Refusal
    attributes: Attributes | Refusal
    many: int = 1
    mark: str = ""


def add(mapping: EngagementMapping, look: Look, tally: Tally, found: Found) -> None:
    """Put a happening into the tally, unless one of its source was counted within `once_per`."""
    if isinstance(found.at, Refusal):
        tally.problems.append(problem(look.record.ref, mapping, "", found.at))
        return
    if isinstance(found.attributes, Refusal):
        tally.problems.append(problem(look.record.ref, mapping, "", found.attributes))
        return
    count = found.many
    if mapping.once_per is not None and found.mark:
        count = 1
        if _counted_lately(found.mark + _ONCE, found.at, mapping.once_per, tally):
            return
    tally.new[found.key] = Engagement(found.key, mapping.type, found.at, count, found.attributes, mapping.system)


def _counted_lately(mark: str, at: datetime, span: timedelta, tally: Tally) -> bool:
    """Tell whether one was counted less than *span* from *at*; if not, remember that this one is."""
    last = tally.marks.get(mark)
    if last is not None and abs(at - datetime.fromisoformat(last[0])) < span:
        return True
    tally.marks[mark] = (at.isoformat(), 0)
    return False


def problem(ref: CrmRef, mapping: EngagementMapping, path: str, refusal: Refusal) -> str:
    """Return the sentence that names record, engagement and field."""
    source = f' from "{path}"' if path else ""
    return f'{place(ref)}: engagement "{mapping.type}"{source}: {refusal.reason}'
