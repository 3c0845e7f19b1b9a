"""Statements about what was decided: the stage ledger, and every edition of the agreement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import select

from connector.model import Actor, Transition
from connector.store import codec
from connector.store.base import AgreementRow
from connector.store.schema import agreements, transitions
from connector.store.statements import Insert, Raw, Statements

_AT_ONCE: Final = 500
"""Ledger rows in memory while it is read through."""
_STEPS = select(
    transitions.c.person_id,
    transitions.c.source,
    transitions.c.target,
    transitions.c.at,
    transitions.c.actor,
    transitions.c.imputed,
    transitions.c.version,
    transitions.c.hash,
    transitions.c.reasons,
    transitions.c.system,
).order_by(transitions.c.at, transitions.c.id)
_EDITIONS = select(*agreements.c).order_by(agreements.c.first_seen, agreements.c.version)


@cache
def _once(insert: Insert) -> Any:  # noqa: ANN401 - the engine's own INSERT has no common type
    """Return the statement that inserts a step unless it is known."""
    return insert(transitions).on_conflict_do_nothing(
        index_elements=[transitions.c.person_id, transitions.c.target, transitions.c.at, transitions.c.actor]
    )


def _transition(row: Raw) -> Transition:
    """Return the step in a row of `_STEPS`."""
    person, source, target, at, actor, imputed, version, hash_, reasons, system = row
    return Transition(
        person,
        codec.maybe_stage(source),
        codec.maybe_stage(target),
        codec.instant(at),
        Actor(actor),
        bool(imputed),
        version,
        hash_,
        codec.words_of(reasons),
        system,
    )


class Ledger(Statements):
    """Reading what was decided."""

    __slots__ = ()

    def transitions(self, person_id: int | None = None, since: datetime | None = None) -> Iterator[Transition]:
        """See `Reading.transitions`; to be read through before the block ends."""
        statement = _STEPS
        if person_id is not None:
            statement = statement.where(transitions.c.person_id == person_id)
        if since is not None:
            statement = statement.where(transitions.c.at >= codec.text_of(since))
        streaming = {"yield_per": _AT_ONCE}
        for row in self._connection.execute(statement, execution_options=streaming):
            yield _transition(row)

    def agreements(self) -> tuple[AgreementRow, ...]:
        """See `Reading.agreements`."""
        return tuple(
            AgreementRow(version, hash_, canonical, schema, codec.instant(first_seen))
            for version, hash_, canonical, schema, first_seen in self._rows(_EDITIONS)
        )


class LedgerWriting(Ledger):
    """Writing what was decided."""

    __slots__ = ()

    def add_transitions(self, rows: Iterable[Transition]) -> None:
        """See `Writing.add_transitions`."""
        self._change(
            _once(self._insert),
            [
                {
                    "person_id": row.person_id,
                    "source": row.source or "",
                    "target": row.target or "",
                    "at": codec.text_of(row.at),
                    "actor": row.actor,
                    "imputed": int(row.imputed),
                    "version": row.version,
                    "hash": row.hash,
                    "reasons": codec.words_text(row.reasons),
                    "system": row.system,
                }
                for row in rows
            ],
        )

    def save_agreement(self, row: AgreementRow) -> None:
        """See `Writing.save_agreement`; what stands under a version is never replaced."""
        first = self._insert(agreements).on_conflict_do_nothing(index_elements=[agreements.c.version])
        self._change(
            first,
            [
                {
                    "version": row.version,
                    "hash": row.hash,
                    "canonical": row.canonical,
                    "schema": row.schema,
                    "first_seen": codec.text_of(row.first_seen),
                }
            ],
        )
