"""Associations between records, kept in both directions."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.kinds import CALLS, COMPANIES, CONTACTS, DEALS, EMAILS, MEETINGS, NOTES, TASKS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

PAIRS: tuple[tuple[Kind, Kind, int, int], ...] = (
    (CONTACTS, COMPANIES, 279, 280),
    (DEALS, CONTACTS, 3, 4),
    (DEALS, COMPANIES, 341, 342),
    (TASKS, CONTACTS, 204, 203),
    (TASKS, COMPANIES, 192, 191),
    (TASKS, DEALS, 216, 215),
    (NOTES, CONTACTS, 202, 201),
    (NOTES, COMPANIES, 190, 189),
    (NOTES, DEALS, 214, 213),
    (EMAILS, CONTACTS, 198, 197),
    (EMAILS, COMPANIES, 186, 185),
    (EMAILS, DEALS, 210, 209),
    (MEETINGS, CONTACTS, 200, 199),
    (MEETINGS, COMPANIES, 188, 187),
    (MEETINGS, DEALS, 212, 211),
    (CALLS, CONTACTS, 194, 193),
    (CALLS, COMPANIES, 182, 181),
    (CALLS, DEALS, 206, 205),
)
"""Unlabelled association types: from, to, id in this direction, id back."""

PRIMARY: Mapping[tuple[str, str], int] = MappingProxyType(
    {
        ("contacts", "companies"): 1,
        ("companies", "contacts"): 2,
        ("deals", "companies"): 5,
        ("companies", "deals"): 6,
    },
)

DEFAULT: Mapping[tuple[str, str], int] = MappingProxyType(
    {(a.name, b.name): there for a, b, there, _ in PAIRS} | {(b.name, a.name): back for a, b, _, back in PAIRS},
)
TARGETS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {type_id: pair for pair, type_id in DEFAULT.items()} | {type_id: pair for pair, type_id in PRIMARY.items()},
)
"""The pair of kinds that an association type ties, by its id."""

Types = tuple[int, ...]


class Links:
    """Who is tied to whom, with the types of each tie."""

    def __init__(self) -> None:
        """Begin without ties."""
        self._ties: dict[tuple[str, str], dict[int, dict[int, Types]]] = {}

    def of(self, source: Kind, record_id: int, target: Kind) -> Mapping[int, Types]:
        """Return the records of kind *target* that one is tied to, with the types."""
        return self._ties.get((source.name, target.name), {}).get(record_id, {})

    def tie(self, source: Kind, source_id: int, target: Kind, target_id: int, *, primary: bool = False) -> None:
        """Tie two records; a first company becomes the primary one, a new primary takes the place of the old."""
        pair = (source.name, target.name)
        if pair in PRIMARY and source is not COMPANIES:
            others = self._ties.setdefault(pair, {}).setdefault(source_id, {})
            already = PRIMARY[pair] in others.get(target_id, ())
            primary = primary or already or not any(PRIMARY[pair] in types for types in others.values())
            if primary:
                for other in [key for key, types in others.items() if PRIMARY[pair] in types]:
                    self._set(source, source_id, target, other, primary=False)
        self._set(source, source_id, target, target_id, primary=primary)

    def _set(self, source: Kind, source_id: int, target: Kind, target_id: int, *, primary: bool) -> None:
        """Write one tie in both directions."""
        for (a, a_id), (b, b_id) in (
            ((source, source_id), (target, target_id)),
            ((target, target_id), (source, source_id)),
        ):
            pair = (a.name, b.name)
            types = (DEFAULT[pair], PRIMARY[pair]) if primary and pair in PRIMARY else (DEFAULT[pair],)
            self._ties.setdefault(pair, {}).setdefault(a_id, {})[b_id] = types

    def untie(self, source: Kind, source_id: int, target: Kind, target_id: int) -> None:
        """Remove a tie in both directions if it is there."""
        for a, a_id, b, b_id in ((source, source_id, target, target_id), (target, target_id, source, source_id)):
            ties = self._ties.get((a.name, b.name), {})
            ties.get(a_id, {}).pop(b_id, None)
            if a_id in ties and not ties[a_id]:
                del ties[a_id]

    def all_of(self, source: Kind, record_id: int) -> list[tuple[str, int, Types]]:
        """Return all ties of a record as (kind, id, types)."""
        return [
            (pair[1], other, types)
            for pair, ties in self._ties.items()
            if pair[0] == source.name
            for other, types in ties.get(record_id, {}).items()
        ]

    def primary(self, source: Kind, record_id: int, target: Kind) -> int | None:
        """Return the record's primary company, None when it has none."""
        pair = (source.name, target.name)
        ties = self._ties.get(pair, {}).get(record_id, {})
        return next((other for other, types in ties.items() if PRIMARY.get(pair) in types), None)
