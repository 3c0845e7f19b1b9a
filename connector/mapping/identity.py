"""
Whose row is this? Decided for a batch of rows at once, from their ids, their addresses and what the store knows.

In this order: the row's own CRM id; the ids of rows merged into it; ids that one system keeps of another's rows; the
e-mail address. One limit keeps strangers apart: nobody has two rows of one object of one system but through the
vendor's own merge. So an address joins only across systems (or objects), and two contacts of one CRM with the same
address are two people. (Rows made of payloads are no CRM records: somebody may have several, by id and by address.) A
row that has its person keeps it when its address changes; the new address may bring that person together with the one
who has it in another system, as it would had it been there from the start. How rows are cut into batches makes no
difference but in two cases: where rows of one object share an address, the first is joined; and a twin that is seen
after the row that names it is joined by its address, or when that row comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from connector.model import PERSON, CrmRef

Seat = tuple[str, str]
"""System and object: a person holds at most one living row of each."""
Known = Mapping[CrmRef | str, int]
_NOBODY: Final[Mapping[int, frozenset[Seat]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One row that asks whose it is.

    Attributes:
        ref: The row.
        email: Its address, lower case; empty for none.
        merged: Rows that the vendor merged into it.
        twins: Rows of other systems that it names as the same person.
    """

    ref: CrmRef
    email: str = ""
    merged: tuple[CrmRef, ...] = ()
    twins: tuple[CrmRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be made: the rows that are theirs, first come first, and their address (empty for none)."""

    refs: tuple[CrmRef, ...]
    email: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    Whose each row is; every claim's ref is in exactly one of `people` and the newcomers.

    Attributes:
        people: Row → person that the store has; merged people are already named by the one that stays.
        newcomers: People to be made, in the order of their first row.
        merges: (stays, goes) pairs of people who turned out to be one, to be carried out in this order.
    """

    people: Mapping[CrmRef, int]
    newcomers: tuple[Newcomer, ...] = ()
    merges: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Group:
    """One human being while the batch is sorted: who they are in the store (oldest first) and where they have rows."""

    people: list[int] = field(default_factory=list)
    seats: set[Seat] = field(default_factory=set)
    into: _Group | None = None


class _Table:
    """The groups of one batch, found by row, person and address."""

    def __init__(self, known: Known, seats: Mapping[int, frozenset[Seat]]) -> None:
        """Start with what the store knows."""
        self._known = known
        self._seats = seats
        self._by_person: dict[int, _Group] = {}
        self._by_name: dict[CrmRef | str, _Group] = {}

    def find(self, name: CrmRef | str) -> _Group | None:
        """Return the group that a row or an address belongs to so far."""
        group = self._by_name.get(name)
        if group is None and name in self._known:
            group = self.of_person(self._known[name])
        while group is not None and group.into is not None:
            group = group.into
        return group

    def of_person(self, person: int) -> _Group:
        """Return the group of a person whom the store has."""
        if person not in self._by_person:
            self._by_person[person] = _Group([person], set(self._seats.get(person, ())))
        return self._by_person[person]

    def name(self, name: CrmRef | str, group: _Group) -> None:
        """Let a row or an address stand for *group* from now on."""
        self._by_name[name] = group

    def join(self, one: _Group, other: _Group) -> _Group:
        """Make two groups one; the person whom the store has known longest stays."""
        if one is other:
            return one
        one.people = sorted({*one.people, *other.people})
        one.seats |= other.seats
        other.into = one
        return one


def assign(claims: Sequence[Claim], known: Known, seats: Mapping[int, frozenset[Seat]] = _NOBODY) -> Assignment:
    """
    Return whose each of *claims* is; deterministic, and the same when asked again after it was carried out.

    Args:
        claims: Rows of one batch, in the order in which they came; a ref may come twice.
        known: The store's answer for the refs, merged refs, twins and addresses of the batch: row or address → person.
        seats: For each person whom *known* has by an address or a twin, where they already have a living row; a person
            left out has none.
    """
    table = _Table(known, seats)
    for claim in claims:
        _place_by_id(claim, table)
    for claim in claims:
        _join_by_twins(claim, table)
    for claim in claims:
        _join_by_email(claim, table)
    return _result(claims, table)


def _place_by_id(claim: Claim, table: _Table) -> None:
    """Put a row to its own person, and to those of the rows that the vendor merged into it."""
    group = table.find(claim.ref)
    freed: set[Seat] = set()
    for ref in claim.merged:
        other = table.find(ref)
        if other is not None:
            freed |= seats_of([ref])
            group = other if group is None else table.join(group, other)
    if group is None:
        group = _Group()
    group.seats -= freed
    group.seats |= seats_of([claim.ref])
    for ref in (claim.ref, *claim.merged):
        table.name(ref, group)


def _join_by_twins(claim: Claim, table: _Table) -> None:
    """Join a row with rows that it names as the same person, unless both already have a row of one object."""
    for twin in claim.twins:
        own = table.find(claim.ref)
        other = table.find(twin)
        if own is None:
            continue
        if other is None:
            # Nobody has seen the twin yet; another row of this batch may name it as well.
            table.name(twin, own)
        elif _may_join(own, other):
            table.join(own, other)


def _join_by_email(claim: Claim, table: _Table) -> None:
    """Join a row with whoever has its address elsewhere, unless both already have a row of one object."""
    own = table.find(claim.ref)
    if own is None or not claim.email:
        return
    other = table.find(claim.email)
    if other is None:
        table.name(claim.email, own)
    elif _may_join(own, other):
        table.join(own, other)


def _may_join(one: _Group, other: _Group) -> bool:
    """Tell whether two groups can be one human being: no object of a system in which both have a row."""
    return one is not other and not one.seats & other.seats


def seats_of(refs: Iterable[CrmRef]) -> frozenset[Seat]:
    """Return where *refs* stand, of which nobody has two."""
    return frozenset((ref.system, ref.object) for ref in refs if ref.object != PERSON)


def _result(claims: Iterable[Claim], table: _Table) -> Assignment:
    """Return what the groups come to."""
    people: dict[CrmRef, int] = {}
    merges: dict[tuple[int, int], None] = {}
    fresh: dict[int, list[Claim]] = {}
    for claim in claims:
        group = table.find(claim.ref)
        if group is None:
            continue
        if not group.people:
            fresh.setdefault(id(group), []).append(claim)
            continue
        stays, *others = group.people
        people[claim.ref] = stays
        merges.update(dict.fromkeys((stays, goes) for goes in others))
    newcomers = tuple(_newcomer(rows) for rows in fresh.values())
    return Assignment(MappingProxyType(people), newcomers, tuple(merges))


def _newcomer(claims: Sequence[Claim]) -> Newcomer:
    """Return the person to whom these rows belong; of one row the latest version speaks."""
    emails = {claim.ref: claim.email for claim in claims}
    return Newcomer(tuple(emails), next((email for email in emails.values() if email), ""))
