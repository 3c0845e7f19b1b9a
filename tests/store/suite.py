"""
What a store promises, one clause a function, over a subject: one database that can be opened again and again.

A new engine joins by making a subject and running `CLAUSES` on it, see `test_sqlite.py`; `test_suite_can_fail.py` runs
single clauses on stores broken on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connector.store.base import Store


@dataclass(frozen=True, slots=True)
class Subject:
    """
    One database under test.

    Attributes:
        connect: Opens it, as a process that has just started would.
    """

    connect: Callable[[], Store]

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Lend the store, upgraded, for one process's life."""
        opened = self.connect()
        try:
            opened.upgrade()
            yield opened
        finally:
            opened.close()


Clause = Callable[[Subject], None]
