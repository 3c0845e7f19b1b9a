"""The one read of evaluation: everything about a page of people in five statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select

from connector.model import CrmRef
from connector.store.base import Dossier, Held, State
from connector.store.engagements import Engagements
from connector.store.lists import among
from connector.store.people import People
from connector.store.records import Records
from connector.store.schema import a_task, effects

_OPEN: Final = (State.HELD, State.PENDING, State.INFLIGHT, State.UNKNOWN, State.DONE)
_OPEN_TASKS = (
    select(effects.c.person_id, effects.c.key)
    .where(
        among(effects.c.person_id),
        a_task(effects),
        # As an expression: by its index on states SQLite would look through all tasks there ever were.
        effects.c.state.concat("").in_(_OPEN),
        effects.c.closed.is_(None),
    )
    .order_by(effects.c.id)
)


class Dossiers(People, Records, Engagements):
    """Reading what evaluation needs."""

    __slots__ = ()

    def dossiers(self, person_ids: Sequence[int], companies: bool = True) -> tuple[Dossier, ...]:  # noqa: FBT001, FBT002 - the port's signature
        """See `Reading.dossiers`; in the order asked, merged people and rows found deleted are left out."""
        wanted = dict.fromkeys(person_ids)
        standings = self.standings(wanted)
        rows: dict[int, list[Held]] = {}
        for row in self.living_rows(standings):
            rows.setdefault(row.person_id, []).append(row)
        if companies:
            self._add_companies(rows)
        engagements = self.engagements_of(standings)
        tasks = self._open_tasks(standings)
        return tuple(
            Dossier(
                standings[id_],
                tuple(rows.get(id_, ())),
                tuple(engagements.get(id_, ())),
                tuple(tasks.get(id_, ())),
            )
            for id_ in wanted
            if id_ in standings
        )

    def _add_companies(self, rows: dict[int, list[Held]]) -> None:
        """Put the living companies of each person's rows behind them."""
        theirs: dict[int, dict[CrmRef, None]] = {
            id_: dict.fromkeys(row.company for row in held if row.company is not None) for id_, held in rows.items()
        }
        known = self.held(list(dict.fromkeys(company for refs in theirs.values() for company in refs)))
        for id_, refs in theirs.items():
            rows[id_] += [known[ref] for ref in refs if ref in known and known[ref].gone_at is None]

    def _open_tasks(self, person_ids: Iterable[int]) -> dict[int, list[str]]:
        """Return keys of our tasks that are not known to be over, by person, oldest first."""
        found: dict[int, list[str]] = {}
        for person, key in self._rows_in(_OPEN_TASKS, person_ids):
            found.setdefault(person, []).append(key)
        return found
