"""Which happenings count: later than a baseline, once where two sources tell of one, matched by a criterion."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connector.criteria.compare import attribute_test, number
from connector.criteria.moments import TICK, later, local_day
from connector.criteria.syntax import Did
from connector.model import Engagement

Selector = Callable[[Sequence[Engagement], datetime], list[Engagement]]
"""Returns the happenings that count at an instant, in the order given."""

DAY = "day"


def counted(
    engagements: Sequence[Engagement], since: datetime | None, once_per: Mapping[str, timedelta]
) -> Sequence[Engagement]:
    """
    Return what of *engagements* counts.

    Several of one type in *once_per* count as the earliest of them when they lie within its span, with the largest
    count and all attributes, the earlier ones first; only then is what is not later than *since* left out. So a second
    report of something old is not new.
    """
    if once_per and any(one.type in once_per for one in engagements):
        engagements = _merged(engagements, once_per)
    if since is None:
        return engagements
    return [one for one in engagements if one.at > since]


def _merged(engagements: Iterable[Engagement], once_per: Mapping[str, timedelta]) -> list[Engagement]:
    """Return *engagements* with what counts once merged, oldest first."""
    kept: list[Engagement] = []
    open_at: dict[str, int] = {}
    for one in sorted(engagements, key=lambda one: (one.at, one.key)):
        span = once_per.get(one.type)
        place = open_at.get(one.type)
        if span is None:
            kept.append(one)
        elif place is not None and one.at - kept[place].at <= span:
            first = kept[place]
            known = {name: value for name, value in first.attributes.items() if value is not None}
            attributes = {**one.attributes, **known}
            count = max(first.count, one.count)
            kept[place] = Engagement(first.key, first.type, first.at, count, attributes, first.system)
        else:
            open_at[one.type] = len(kept)
            kept.append(one)
    return kept


def selector(did: Did) -> Selector:
    """Return what finds the happenings of which *did* speaks."""
    types, within = frozenset(did.types), did.within
    where = tuple((name, attribute_test(test)) for name, test in did.where)

    def select(engagements: Sequence[Engagement], now: datetime) -> list[Engagement]:
        """Return the matching happenings; the end of the window is in it, and what is dated after now counts as now."""
        found = [one for one in engagements if one.type in types]
        if within is not None:
            start = now - within
            found = [one for one in found if one.at >= start]
        for name, test in where:
            found = [one for one in found if test(one.attributes.get(name))]
        return found

    return select


def measure(did: Did, matched: Iterable[Engagement], zone: ZoneInfo) -> float:
    """Return how many, how many different, or how much in sum *matched* is."""
    if did.total_of:
        total = 0.0
        for one in matched:
            total += number(one.attributes.get(did.total_of)) or 0
        return total
    if did.distinct:
        return len({different(did, one, zone) for one in matched} - {None})
    return sum(one.count for one in matched)


def different(did: Did, one: Engagement, zone: ZoneInfo) -> object:
    """Return by what *one* differs from others: its local day or an attribute; None when that is empty."""
    return local_day(one.at, zone) if did.distinct == DAY else one.attributes.get(did.distinct)


def enough(did: Did, amount: float) -> bool:
    """Return whether *amount* is what *did* asks."""
    if did.not_within:
        return amount <= 0
    return amount >= did.at_least and (did.at_most is None or amount <= did.at_most)


def until(did: Did, matched: Sequence[Engagement], zone: ZoneInfo) -> datetime | None:
    """Return the first instant at which the verdict on *did* could turn because *matched* grow old; None for never."""
    if did.within is None or not matched:
        return None
    newest_first = sorted(matched, key=lambda one: one.at, reverse=True)
    if did.not_within:
        return expiry(newest_first[0], did.within)
    if did.total_of:
        return expiry(newest_first[-1], did.within)
    amount = measure(did, matched, zone)
    if did.at_most is not None and amount > did.at_most:
        return _last_beyond(did, newest_first, did.at_most, zone)
    if amount >= did.at_least > 0:
        return _last_beyond(did, newest_first, math.ceil(did.at_least) - 1, zone)
    return None


def _last_beyond(did: Did, newest_first: Iterable[Engagement], most: float, zone: ZoneInfo) -> datetime | None:
    """Return when so many have fallen out of the window that no more than *most* are left; within is set."""
    amount, seen = 0, set[object]()
    for one in newest_first:
        seen.add(different(did, one, zone) if did.distinct else None)
        amount += one.count
        if (len(seen - {None}) if did.distinct else amount) > most:
            return expiry(one, did.within or TICK)
    return None


def expiry(one: Engagement, within: timedelta) -> datetime | None:
    """Return when *one* falls out of the window."""
    return later(one.at, within + TICK)
