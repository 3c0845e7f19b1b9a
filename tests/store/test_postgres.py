"""PostgreSQL keeps the promises of the store: every clause that SQLite is held to, on a database of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from connector.store import open_store
from connector.store.copying import snapshot
from connector.store.schema import METADATA
from connector.store.statements import Statements

from tests.store.inbox_clauses import sent
from tests.store.made import person, stage
from tests.store.server import Server, address
from tests.store.suite import Clause, Subject
from tests.store.test_sqlite import CLAUSES


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.__name__)
def test_clause(clause: Clause, postgres: Server) -> None:
    """Each clause holds."""
    with postgres.database() as url:
        clause(Subject(partial(open_store, address(url))))


def test_a_copy_for_plan_has_every_row(postgres: Server, tmp_path: Path) -> None:
    """`plan` works on a copy of what PostgreSQL holds, in a file of its own."""
    with postgres.database() as url:
        store = open_store(address(url))
        store.upgrade()
        with store.writing() as turn:
            turn.accept([sent("a\0b")])
            made = person(turn, 1, 2, email="ann@acme.example")
            turn.enqueue([stage(made, "s")])
        copied = open_store(snapshot(address(url), tmp_path))
        with store.reading() as before, copied.reading() as after:
            for table in METADATA.sorted_tables:
                rows = [list(one.rows_of(table)) for one in (before, after) if isinstance(one, Statements)]
                assert rows[0] == rows[1]
            assert after.person_counts()["people"] == 1
            assert [one.event_id for one in after.deliveries()] == ["a\ufffdb"]
        store.close()
        copied.close()
