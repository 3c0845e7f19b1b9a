"""The promises of mapping, clause by clause, on the real thing."""

from __future__ import annotations

import pytest

from tests.mapping.clauses import CLAUSES, Clause, Subject


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.__name__)
def test_clause(clause: Clause) -> None:
    """Each clause holds."""
    clause(Subject("connector.mapping"))
