"""SQLite keeps the promises of the store."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event

from connector.store import open_store
from connector.store.base import Store
from connector.store.sqlite import SqliteStore

from tests.store import delivery_clauses, facts_clauses, inbox_clauses, life_clauses, outbox_clauses, people_clauses
from tests.store.suite import Clause, Subject

MODULES = (people_clauses, facts_clauses, outbox_clauses, delivery_clauses, inbox_clauses, life_clauses)
CLAUSES = tuple(clause for module in MODULES for clause in module.CLAUSES)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.__name__)
def test_clause(clause: Clause, tmp_path: Path) -> None:
    """Each clause holds, with statements that are new and with the same ones prepared."""
    for run in ("new", "again", "prepared"):
        clause(Subject(partial(open_store, f"sqlite:///{tmp_path / run}.db")))


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.__name__)
def test_clause_while_somebody_listens(clause: Clause, tmp_path: Path) -> None:
    """Each clause holds the usual way as well, which statements go while something wants to see each of them."""
    heard: list[object] = []

    def opened() -> Store:
        """Open the store, and listen."""
        store = open_store(f"sqlite:///{tmp_path / 'connector.db'}")
        assert isinstance(store, SqliteStore)
        event.listen(store._engine, "before_cursor_execute", lambda *told: heard.append(told[2]))
        return store

    clause(Subject(opened))
    assert heard
