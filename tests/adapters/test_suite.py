"""Every adapter keeps every promise of the port."""

from __future__ import annotations

import pytest

from tests.adapters.subjects import SUBJECTS
from tests.adapters.suite import CLAUSES


@pytest.mark.parametrize("promise", list(CLAUSES))
@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_the_port_is_kept(subject: str, promise: str) -> None:
    """The clause holds for the adapter."""
    CLAUSES[promise](SUBJECTS[subject]())
