"""Statements about engagement: once by key, and never again when it was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import delete, select

from connector.model import Engagement
from connector.store import codec
from connector.store.lists import among
from connector.store.schema import engagements, withdrawn
from connector.store.statements import Insert, Statements

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
_WHO_HAS = select(engagements.c.person_id).where(among(engagements.c.key))
_FORGET = delete(engagements).where(among(engagements.c.key))
_KNOWN = select(engagements.c.key).where(among(engagements.c.key))
_TOLD = select(engagements.c.key, engagements.c.person_id, engagements.c.at, engagements.c.attributes).where(
    among(engagements.c.key)
)


def _raw(person_id: int, row: Engagement, added_at: str) -> dict[str, object]:
    """Return an engagement as columns."""
    return {
        "key": row.key,
        "person_id": person_id,
        "type": row.type,
        "at": codec.text_of(row.at),
        "count": row.count,
        "attributes": codec.values_text(row.attributes),
        "system": row.system,
        "added_at": added_at,
    }


def _telling(raw: Mapping[str, object]) -> tuple[str, str]:
    """Return what decides between two tellings of one happening: the instant, then the attributes."""
    return str(raw["at"]), str(raw["attributes"] or "")


@cache
def _once(insert: Insert) -> Any:  # noqa: ANN401 - the engine's own INSERT has no common type
    """Return the statement that inserts an engagement unless another writer was faster."""
    return insert(engagements).on_conflict_do_nothing(index_elements=[engagements.c.key])


@cache
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
        return len(self._add(((person_id, row) for row in rows), now))

    def add_all_engagements(self, rows: Iterable[tuple[int, Engagement]], now: datetime) -> frozenset[int]:
        """See `Writing.add_all_engagements`."""
        return frozenset(person_id for person_id, _ in self._add(rows, now))

    def _add(self, rows: Iterable[tuple[int, Engagement]], now: datetime) -> list[tuple[int, Engagement]]:
        """Insert what is new by key, of two with one key the first; return it."""
        wanted: dict[str, tuple[int, Engagement]] = {}
        for person_id, row in rows:
            wanted.setdefault(row.key, (person_id, row))
        for known in (_WITHDRAWN, _KNOWN):
            for (key,) in self._rows_in(known, wanted):
                del wanted[key]
        added_at = codec.text_of(now)
        self._change(_once(self._insert), [_raw(person_id, row, added_at) for person_id, row in wanted.values()])
        return list(wanted.values())

    def renew_engagements(self, rows: Iterable[tuple[int, Engagement]], now: datetime) -> frozenset[int]:
        """See `Writing.renew_engagements`; of two tellings of one instant the one whose attributes sort last stands."""
        wanted: dict[str, dict[str, object]] = {}
        for raw in (_raw(person_id, row, codec.text_of(now)) for person_id, row in rows):
            key = str(raw["key"])
            if key not in wanted or _telling(raw) > _telling(wanted[key]):
                wanted[key] = raw
        for (key,) in self._rows_in(_WITHDRAWN, wanted):
            del wanted[key]
        changed: set[int] = set()
        replaced: list[str] = []
        for key, person, at, attributes in self._rows_in(_TOLD, wanted):
            if _telling(wanted[key]) > _telling({"at": at, "attributes": attributes}):
                replaced.append(key)
                changed.add(person)
            else:
                del wanted[key]
        self._change_in(_FORGET, replaced)
        self._change(_once(self._insert), list(wanted.values()))
        return frozenset(changed.union(int(str(raw["person_id"])) for raw in wanted.values()))

    def withdraw(self, keys: Sequence[str]) -> frozenset[int]:
        """See `Writing.withdraw`; a key that was never seen is remembered as well, its booking may come late."""
        self._change(_gone_for_good(self._insert), [{"key": key} for key in keys])
        losers = frozenset(person for (person,) in self._rows_in(_WHO_HAS, keys))
        self._change_in(_FORGET, keys)
        return losers
