"""Desks for tests of the commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from connector.sandbox.hubspot import Person

from tests.cli.office import Office

Opened = Callable[..., Office]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Give a way to open an office with people and changes; it is closed after the test."""
    with ExitStack() as stack:

        def make(people: Iterable[Person] = (), changes: Mapping[str, str] | None = None) -> Office:
            """Open one."""
            office = Office(tmp_path / "office", people, changes or {})
            stack.callback(office.close)
            return office

        yield make
