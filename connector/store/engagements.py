"""Statements about engagement: once by key, and never again when it was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from connector.model import Engagement
from connector.store import codec
from connector.store.lists import among
from connector.store.schema import engagements, withdrawn
from connector.store.statements import Insert, Statements, chunks

_OF_PEOPLE = select(
    engagements.c.person_id,
    engagements.c.key,
    engagements.c.type,
    engagements.c.at,
    engagements.c["count"],
    engagements.c.attributes,
    engagements.c.system,
).where(among(engagements.c.person_id))
_WITHDRAWN = select(withdrawn.c.key).where(among(withdrawn.c.key))
_FORGET = delete(engagements).where(among(engagements.c.key))
_PAGE = 1000


def _once(insert: Insert) -> Any:  # noqa: ANN401 - the engine's own INSERT has no common type
    """Return the statement that inserts an engagement unless its key is known."""
    return insert(engagements).on_conflict_do_nothing(index_elements=[engagements.c.key])


def _gone_for_good(insert: Insert) -> Any:  # noqa: ANN401 - the engine's own INSERT has no common type
    """Return the statement that remembers a key that was taken back."""
    return insert(withdrawn).on_conflict_do_nothing(index_elements=[withdrawn.c.key])


class Engagements(Statements):
    """Reading engagement."""

    __slots__ = ()

    def engagements_of(self, person_ids: Iterable[int]) -> dict[int, list[Engagement]]:
        """Return the engagement of each of *person_ids* who has any, oldest first."""
        found: dict[int, list[Engagement]] = {}
        for person, key, type_, at, count, attributes, system in self._rows_in(_OF_PEOPLE, person_ids):
            found.setdefault(person, []).append(
                Engagement(key, type_, codec.instant(at), count, codec.values_of(attributes), system)
            )
        for theirs in found.values():
            theirs.sort(key=lambda engagement: (engagement.at, engagement.key))
        return found


class EngagementsWriting(Engagements):
    """Writing engagement."""

    __slots__ = ()

    def add_engagements(self, person_id: int, rows: Iterable[Engagement], now: datetime) -> int:
        """See `Writing.add_engagements`."""
        return self.add_all_engagements(((person_id, row) for row in rows), now)

    def add_all_engagements(self, rows: Iterable[tuple[int, Engagement]], now: datetime) -> int:
        """See `Writing.add_all_engagements`."""
        added_at = codec.text_of(now)
        return sum(self._add_page(page, added_at) for page in chunks(rows, _PAGE))

    def _add_page(self, rows: Sequence[tuple[int, Engagement]], added_at: str) -> int:
        """Insert one statement's worth of engagements; return how many were new."""
        refused = {key for (key,) in self._rows_in(_WITHDRAWN, (row.key for _, row in rows))}
        return self._change(
            _once(self._insert),
            [
                {
                    "key": row.key,
                    "person_id": person_id,
                    "type": row.type,
                    "at": codec.text_of(row.at),
                    "count": row.count,
                    "attributes": codec.values_text(row.attributes),
                    "system": row.system,
                    "added_at": added_at,
                }
                for person_id, row in rows
                if row.key not in refused
            ],
        )

    def withdraw(self, keys: Sequence[str]) -> None:
        """See `Writing.withdraw`; a key that was never seen is remembered as well, its booking may come late."""
        self._change(_gone_for_good(self._insert), [{"key": key} for key in keys])
        self._change_in(_FORGET, keys)
