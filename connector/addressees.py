"""
Who is told of in systems that cannot be read: there everybody has one row of ours, known by our own number of them.

Such a row is no sign of life: it says nothing about the person, stands for nobody's identity, and is stored as deleted
from the start, so that nothing but this module ever finds it. It keeps what the system was told, so that the same is
not told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from connector.commands import About, Command
from connector.engine import Engine
from connector.mapping.spec import ObjectMapping
from connector.model import PERSON, CrmRef, Evidence, Explanation, Person
from connector.plan import Plan
from connector.store.base import Dossier, Held, Reading

ADDRESSEE: Final = "addressee"
"""Object of these rows; no mapping names it, and no system has one."""
_MOST_EVIDENCE: Final = 20


def with_addressees(engine: Engine, look: Reading, dossiers: Sequence[Dossier], now: datetime) -> list[Dossier]:
    """Return *dossiers*, each with the person's row in every system that is written to and cannot be read."""
    systems = _told(engine)
    if not systems:
        return list(dossiers)
    theirs = {
        one.standing.person_id: [CrmRef(name, ADDRESSEE, str(one.standing.person_id)) for name in systems]
        for one in dossiers
    }
    known = look.held([ref for refs in theirs.values() for ref in refs])
    return [
        replace(one, held=(*one.held, *(_row(ref, known, one, now) for ref in theirs[one.standing.person_id])))
        for one in dossiers
    ]


def is_addressee(row: Held) -> bool:
    """Tell whether *row* is one of ours."""
    return row.ref.object == ADDRESSEE


def mapping_of(engine: Engine, row: Held) -> ObjectMapping | None:
    """Return how *row* is written to; rows that a system without reads told us of itself are not written to."""
    mapping = engine.config.mappings[row.ref.system]
    if engine.adapters[row.ref.system].abilities.reads:
        return mapping.of(row.ref.object)
    return mapping.of(PERSON) if is_addressee(row) else None


def to_store(dossier: Dossier, commands: Iterable[Command], now: datetime) -> list[Held]:
    """Return the rows that *commands* are addressed to, as they are kept."""
    refs = {one.ref for one in commands}
    return [replace(row, gone_at=now) for row in dossier.held if is_addressee(row) and row.ref in refs]


def introduced(command: Command, person: Person, one: Plan, now: datetime) -> Command:
    """Return *command*; one for a system without records says itself whom it is about."""
    if command.ref.object != ADDRESSEE:
        return command
    standing = one.standing
    fields = {name: value for name, value in person.fields.items() if value is not None}
    evidence = _evidence(one.explanation) if one.explanation is not None else ()
    about = About(
        standing.person_id, now, fields, standing.stage, standing.scores, one.why, evidence, records=person.refs
    )
    return replace(command, about=about)


def _told(engine: Engine) -> tuple[str, ...]:
    """Return the systems that are written to and cannot be read."""
    home, mappings = engine.config.home, engine.config.mappings
    return tuple(
        name
        for name, adapter in engine.adapters.items()
        if not adapter.abilities.reads
        and (name in home.stages or name == home.tasks or any(one.write for one in mappings[name].objects))
    )


def _row(ref: CrmRef, known: Mapping[CrmRef, Held], dossier: Dossier, now: datetime) -> Held:
    """Return the row of *dossier*'s person, as if it lived; a new one where the system was told nothing yet."""
    person_id = dossier.standing.person_id
    row = known.get(ref)
    return Held(ref, person_id, {}, now) if row is None else replace(row, person_id=person_id, gone_at=None)


def _evidence(explanation: Explanation) -> tuple[Evidence, ...]:
    """Return what people did that gave points, newest first, each once."""
    found = dict.fromkeys(one for line in explanation.lines for one in line.evidence if one.at is not None)
    if explanation.top_evidence is not None and explanation.top_evidence.at is not None:
        found.setdefault(explanation.top_evidence)
    newest = sorted(found, key=lambda one: (one.at is None, one.at), reverse=True)
    return tuple(newest[:_MOST_EVIDENCE])
