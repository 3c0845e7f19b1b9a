"""
What the adapter port promises, one clause a function, each over a subject that its own file describes.

A clause asserts one sentence of `connector.adapters.base`; it asks a subject for what it can do (`abilities`, the task
tier), never for its name; of a system that cannot be read it asks what holds there. `test_suite.py` runs all clauses on
all subjects, `test_suite_can_fail.py` runs single ones on adapters broken on purpose and demands that they fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connector.adapters.base import Abilities

from tests.adapters import suite_looks, suite_reads, suite_told, suite_writes
from tests.adapters.clauses import Clause

CLAUSES: Final[Mapping[str, Clause]] = MappingProxyType({
    one.__name__: one for part in (suite_reads, suite_writes, suite_looks) for one in part.CLAUSES
})
"""What the port promises of systems that can be read."""
_IN_THE_DARK: Final = (
    suite_writes.a_stage_is_set,
    suite_writes.a_stage_that_was_not_taken_is_not_done,
    suite_writes.a_recycle_moves_back,
    suite_writes.fields_are_set_and_cleared,
    suite_writes.a_task_is_made_once,
    suite_writes.a_task_that_is_there_is_done,
    suite_writes.without_a_permit_nothing_leaves,
    suite_writes.each_request_asks_for_its_permit,
    suite_writes.no_connection_is_no_attempt,
    suite_writes.refused_credentials_stop_the_system,
    suite_writes.busy_is_to_be_tried_again,
    suite_looks.a_probe_writes_nothing,
    suite_looks.no_secret_is_shown,
)
"""Of these, what can be promised without reading."""
TOLD: Final[Mapping[str, Clause]] = MappingProxyType({
    one.__name__: one for one in (*_IN_THE_DARK, *suite_told.CLAUSES)
})
"""What the port promises of systems that cannot be read."""


def promises(abilities: Abilities) -> Mapping[str, Clause]:
    """Return the clauses that hold for a system with these abilities."""
    return CLAUSES if abilities.reads else TOLD
