"""
What the adapter port promises, one clause a function, each over a subject that its own file describes.

A clause asserts one sentence of `connector.adapters.base`; it asks a subject for what it can do (`abilities`, the task
tier), never for its name. `test_suite.py` runs all clauses on all subjects, `test_suite_can_fail.py` runs single ones
on adapters broken on purpose and demands that they fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tests.adapters import suite_looks, suite_reads, suite_writes
from tests.adapters.clauses import Clause

CLAUSES: Final[Mapping[str, Clause]] = MappingProxyType({
    one.__name__: one for part in (suite_reads, suite_writes, suite_looks) for one in part.CLAUSES
})
