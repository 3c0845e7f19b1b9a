"""SQLite keeps the promises of the store."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from connector.store import open_store

from tests.store import delivery_clauses, facts_clauses, inbox_clauses, life_clauses, outbox_clauses, people_clauses
from tests.store.suite import Clause, Subject

MODULES = (people_clauses, facts_clauses, outbox_clauses, delivery_clauses, inbox_clauses, life_clauses)
CLAUSES = tuple(clause for module in MODULES for clause in module.CLAUSES)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.__name__)
def test_clause(clause: Clause, tmp_path: Path) -> None:
    """Each clause holds."""
    clause(Subject(partial(open_store, f"sqlite:///{tmp_path / 'connector.db'}")))
