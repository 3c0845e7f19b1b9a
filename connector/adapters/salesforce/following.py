"""Where a record lives on: a lead as the contact it became, a merged one as its winner; by strong reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connector.adapters.base import AdapterDown
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.ids import to18
from connector.adapters.salesforce.objects import CONVERTED, CONVERTED_TO, DELETED, ID, MASTER
from connector.adapters.salesforce.sending import LATER, Refusal
from connector.adapters.salesforce.soql import among, select
from connector.adapters.salesforce.vocabulary import ACCOUNT, CONTACT, LEAD, SOBJECTS
from connector.adapters.salesforce.wire import Wire
from connector.commands import Outcome, Rank, Rejected, Retry
from connector.model import CrmRef

WRITTEN: Final = frozenset({LEAD, CONTACT, ACCOUNT})
"""Objects that stages and results are written to."""
IDS_A_QUERY: Final = 200
_HOPS: Final = 8
"""A winner may itself have lost a later merge, or have been converted; nobody does that eight times."""
_WHITHER: Final = (MASTER, CONVERTED, CONVERTED_TO)


@dataclass(frozen=True, slots=True)
class Follower:
    """Reads rows by id, deleted and archived ones too, and follows those that live on elsewhere."""

    wire: Wire
    describes: Describes

    def rows(
        self, sobject: str, field: str, values: Collection[str], names: Iterable[str], rank: Rank
    ) -> Iterator[Mapping[str, Any]]:
        """
        Yield rows of *sobject* whose *field* is one of *values*, with those of *names* that can be seen.

        Raises:
            AdapterDown: They cannot be read now.
        """
        known = self.describes.of(sobject, rank)
        if field not in known:
            return
        seen = [ID, DELETED, *(name for name in names if name in known)]
        wanted = list(dict.fromkeys(values))
        for start in range(0, len(wanted), IDS_A_QUERY):
            query = select(sobject, seen).where(among(field, wanted[start : start + IDS_A_QUERY]))
            yield from self.wire.every(query.text, rank, all_rows=True)

    def elsewhere(self, refs: Sequence[CrmRef], rank: Rank) -> Mapping[CrmRef, CrmRef]:
        """
        Return, of *refs* that live on as another record, that record; who was deleted is not among them.

        Raises:
            AdapterDown: It cannot be read now.
        """
        now: dict[CrmRef, CrmRef] = {ref: ref for ref in refs if ref.object in WRITTEN}
        asking = set(now.values())
        for _ in range(_HOPS):
            if not asking:
                break
            steps = self._steps(asking, rank)
            dead = {place for place in asking if place in steps and steps[place] is None}
            onward = {place: to for place, to in steps.items() if to is not None}
            now = {ref: onward.get(place, place) for ref, place in now.items() if place not in dead}
            asking = set(onward.values())
        return {ref: place for ref, place in now.items() if place != ref}

    def _steps(self, places: Collection[CrmRef], rank: Rank) -> Mapping[CrmRef, CrmRef | None]:
        """Return the next place of those that moved, and None for those that are gone."""
        steps: dict[CrmRef, CrmRef | None] = {}
        for name in sorted({place.object for place in places}):
            by_id = {to18(place.id): place for place in places if place.object == name}
            for row in self.rows(SOBJECTS[name], ID, sorted(by_id), _WHITHER, rank):
                place = by_id.get(to18(row[ID]))
                if place is None:
                    continue
                winner, contact = row.get(MASTER), row.get(CONVERTED_TO)
                if row.get(DELETED) is True:
                    steps[place] = CrmRef(place.system, name, to18(winner)) if winner else None
                elif row.get(CONVERTED) is True and contact:
                    steps[place] = CrmRef(place.system, CONTACT, to18(contact))
        return steps


def retargeted(
    follower: Follower, objects: frozenset[str], refusals: Mapping[str, tuple[CrmRef, Refusal]], rank: Rank
) -> Mapping[str, Outcome]:
    """
    Return what refused rows come to, by command key, when their record lives on elsewhere.

    Where it is among *objects* they are to be tried again: the changes we read re-address them meanwhile. Elsewhere
    nobody will ever re-address them, so they stay refused, with the place. Who did not move is not in the answer.
    """
    if not refusals:
        return {}
    try:
        moved = follower.elsewhere([ref for ref, _ in refusals.values()], rank)
    except AdapterDown as down:
        again = f"refused, perhaps because the record moved; that could not be read: {down.reason}"
        return dict.fromkeys(refusals, Retry(again, down.after or LATER))
    outcomes: dict[str, Outcome] = {}
    for key, (ref, refusal) in refusals.items():
        place = moved.get(ref)
        if place is None:
            continue
        words = f"{refusal.outcome.reason}. The {ref.object} lives on as {place.object} {place.id}"
        if place.object in objects:
            outcomes[key] = Retry(words, LATER)
        else:
            told = f"{words}: map {place.object}s as well, so that they are followed"
            outcomes[key] = Rejected(told, refusal.outcome.request_id if isinstance(refusal.outcome, Rejected) else "")
    return outcomes
