"""Rows that somebody else holds: what a write on them, or on what hangs on them, is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.sandbox.salesforce.errors import locked

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(slots=True)
class Locks:
    """Held rows by id: until when, and for how many refusals (None: any number)."""

    held: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    def hold(self, record_id: str, until_ms: int, times: int | None = None) -> None:
        """Hold a row until an instant, or until so many writes were refused."""
        self.held[record_id] = (until_ms, times)

    def check(self, record_ids: Iterable[str], at_ms: int) -> None:
        """Refuse a write that needs any of these rows while it is held."""
        for each in record_ids:
            until_ms, times = self.held.get(each, (0, 0))
            if until_ms <= at_ms or times == 0:
                self.held.pop(each, None)
                continue
            self.held[each] = (until_ms, None if times is None else times - 1)
            raise locked(each)
