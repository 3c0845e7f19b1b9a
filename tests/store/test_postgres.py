"""PostgreSQL keeps the promises of the store: every clause that SQLite is held to, on a database of its own."""

from __future__ import annotations

from functools import partial

import pytest

from connector.store import open_store

from tests.store.server import Server, address
from tests.store.suite import Clause, Subject
from tests.store.test_sqlite import CLAUSES


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.__name__)
def test_clause(clause: Clause, postgres: Server) -> None:
    """Each clause holds."""
    with postgres.database() as url:
        clause(Subject(partial(open_store, address(url))))
