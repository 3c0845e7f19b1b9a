"""Taking back what a request has written, for those that must succeed whole."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.sandbox.salesforce.schema import SObject
    from connector.sandbox.salesforce.state import State


class Whole:
    """What was written since the beginning, newest last, so that it can be taken back."""

    def __init__(self) -> None:
        """Begin with nothing written."""
        self.steps: list[Callable[[], None]] = []
        self.failed = False


@contextmanager
def whole(state: State) -> Iterator[Whole]:
    """Take everything back that is written meanwhile when it ends as failed."""
    outer, entries = state.whole, len(state.journal)
    state.whole = mine = Whole()
    try:
        yield mine
    finally:
        state.whole = outer
        if mine.failed:
            for step in reversed(mine.steps):
                step()
            del state.journal.entries[entries:]
        elif outer:
            outer.steps += mine.steps


def created(state: State, kind: SObject, record_id: str) -> None:
    """Remember that a record was made."""
    if state.whole:
        state.whole.steps.append(lambda: _forget(state, kind, record_id))


def changing(state: State, kind: SObject, record_id: str) -> None:
    """Remember a record as it is before it is changed."""
    if state.whole:
        before = state.db.storage.get(kind, record_id) or {}
        state.whole.steps.append(lambda: state.db.storage.update(kind, record_id, before))


def _forget(state: State, kind: SObject, record_id: str) -> None:
    """Remove a record as if it had never been."""
    storage = state.db.storage
    storage.sql.execute(f'DELETE FROM {storage.table(kind)} WHERE "Id" = ?', (record_id,))  # noqa: S608 -- a schema name
