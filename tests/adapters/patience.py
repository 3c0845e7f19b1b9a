"""What subjects of the adapter suite share: how long an index takes, and a meter that waits under the virtual clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connector.budget import Budget
from connector.commands import Rank

from tests.clock import VirtualClock

AGES: Final = timedelta(minutes=3)
"""Longer than any index takes to know of a change, and than any pause that a first trouble brings."""


@dataclass(slots=True)
class Patient:
    """A meter that waits under the virtual clock, so that the suite speaks of the adapter and not of the budget."""

    clock: VirtualClock
    budget: Budget

    def ask(self, bucket: str, rank: Rank) -> timedelta | None:
        """Wait until the budget grants it."""
        while (wait := self.budget.ask(bucket, rank)) is not None:
            self.clock.sleep(wait)
        return None

    def learned(self, status: int, headers: Mapping[str, str], bucket: str) -> None:
        """Hand the vendor's word on."""
        self.budget.learned(status, headers, bucket)
