"""Every adapter keeps every promise of the port."""

from __future__ import annotations

import pytest

from tests.adapters.subjects import SUBJECTS
from tests.adapters.suite import promises

PROMISED = {name: promises(make().adapter.abilities) for name, make in SUBJECTS.items()}


@pytest.mark.parametrize(("subject", "promise"), [(name, one) for name, part in PROMISED.items() for one in part])
def test_the_port_is_kept(subject: str, promise: str) -> None:
    """The clause holds for the adapter."""
    PROMISED[subject][promise](SUBJECTS[subject]())
