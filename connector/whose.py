"""Whose rows are these? What the store knows, put to `mapping.identity`, and the newcomers made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.mapping.compiled import Mapped
from connector.mapping.identity import Assignment, Claim, assign, seats_of
from connector.model import CrmRef, Record
from connector.store.base import Held, Writing


def assigned(tx: Writing, people: Sequence[tuple[Record, Mapped]], known: Mapping[CrmRef, Held]) -> Assignment:
    """
    Return whose each person's row is; only rows we do not know, or whose address or twins changed, are looked up.

    Args:
        tx: Where people are found.
        people: Rows of people with what they say.
        known: What we kept of these rows and of those merged into them.
    """
    named = tx.named_by([record.ref for record, _ in people if record.ref not in known])
    claims = [
        Claim(record.ref, one.reading.email, record.merged, (*one.reading.twins, *_one(named.get(record.ref))))
        for record, one in people
    ]
    refs = [claim.ref for claim in claims if claim.ref not in known]
    refs += [ref for claim in claims for ref in claim.merged if ref not in known]
    twins = [twin for claim in claims for twin in claim.twins]
    emails = [
        claim.email
        for claim in claims
        if claim.email and (claim.ref not in known or known[claim.ref].email != claim.email)
    ]
    found: dict[CrmRef | str, int] = {ref: row.person_id for ref, row in known.items() if row.person_id}
    if refs or emails or twins:
        found.update(tx.owners_of(refs=list(dict.fromkeys([*refs, *twins])), emails=emails))
    changed = frozenset(emails)
    others = sorted({found[name] for name in (*emails, *twins) if name in found})
    # Whoever a twin or a new address may bring together is looked up on both sides: neither may get a second row.
    asking = [claim for claim in claims if claim.twins or claim.email in changed]
    mine = {found[ref] for claim in asking for ref in (claim.ref, *claim.merged) if ref in found}
    return assign(claims, found, _seats(tx, sorted({*others, *mine})))


def _one(ref: CrmRef | None) -> tuple[CrmRef, ...]:
    """Return *ref* as the only one, or none."""
    return () if ref is None else (ref,)


def _seats(tx: Writing, people: Sequence[int]) -> dict[int, frozenset[tuple[str, str]]]:
    """Return in which objects of which systems each of *people* has a living row."""
    if not people:
        return {}
    return {
        dossier.standing.person_id: seats_of(row.ref for row in dossier.held if row.person_id and row.gone_at is None)
        for dossier in tx.dossiers(people, companies=False)
    }


def remember_twins(tx: Writing, people: Sequence[tuple[Record, Mapped]], known: Mapping[CrmRef, Held]) -> None:
    """Keep which row named which, for twins that will be seen only later."""
    named = {twin: record.ref for record, one in people for twin in one.reading.twins}
    fresh = [twin for twin in named if twin not in known]
    if fresh:
        noted = tx.named_by(fresh)
        tx.save_twins({twin: named[twin] for twin in fresh if noted.get(twin) != named[twin]})


def owners(tx: Writing, assignment: Assignment, now: datetime) -> tuple[dict[CrmRef, int], frozenset[int]]:
    """Return each row's person, and who of them was made just now."""
    owner_of = dict(assignment.people)
    ids = tx.new_people([one.email for one in assignment.newcomers], now)
    for newcomer, person_id in zip(assignment.newcomers, ids, strict=True):
        owner_of.update(dict.fromkeys(newcomer.refs, person_id))
    return owner_of, frozenset(ids)
