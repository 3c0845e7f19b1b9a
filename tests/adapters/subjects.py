"""
The adapters that the conformance suite holds to the port: each joins by naming itself in `SUBJECTS`.

A subject is an adapter together with its vendor, seen from the outside: what people do there by hand, what the vendor
holds, and the trouble it can be asked to make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from connector.adapters.base import Adapter
from connector.adapters.memory import Trouble
from connector.model import CrmRef

from tests.adapters.subject_hubspot import HubSpotSubject
from tests.adapters.subject_memory import MemorySubject
from tests.adapters.subject_salesforce import SalesforceSubject
from tests.adapters.subject_webhook import WebhookSubject
from tests.clock import VirtualClock


class Subject(Protocol):
    """One adapter with its vendor."""

    adapter: Adapter
    clock: VirtualClock
    person: str
    """Our word for the object of its people, on whom stages and tasks are written."""
    stream: str
    """The stream of their changes."""
    parents: str
    """The stream of what people belong to."""
    many: int
    """More people than two pages hold."""
    name_field: str
    stage_field: str
    stages: tuple[str, str]
    """Two values of the stage, the earlier one first."""
    result_field: str
    """A field that the configuration writes to and the vendor lacks until it is made."""
    secret: str

    def again(self) -> Adapter:
        """Return the adapter of a process that was started anew."""

    def never(self) -> CrmRef:
        """Return the name, well formed, of somebody who never was."""

    def contact(self, name: str) -> CrmRef:
        """Make somebody by hand; their stage is the earlier one."""

    def buyer(self, name: str) -> CrmRef:
        """Make somebody by hand who may have deals."""

    def change(self, ref: CrmRef, name: str, value: str) -> None:
        """Change a field by hand."""

    def value(self, ref: CrmRef, name: str) -> str:
        """Return what the vendor holds."""

    def delete(self, ref: CrmRef) -> None:
        """Delete somebody by hand."""

    def merge(self, winner: CrmRef, loser: CrmRef) -> CrmRef:
        """Merge two people by hand and return the one that lives on."""

    def become(self, ref: CrmRef) -> CrmRef:
        """Let a record become a new one by hand, as this vendor does it, and return that one."""

    def open_deal(self, ref: CrmRef) -> None:
        """Open a deal with a buyer by hand."""

    def tasks(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the subjects of somebody's tasks."""

    def make_by_hand(self) -> None:
        """Do as an admin what `prepare` has named and cannot do itself."""

    def trouble(self, kind: Trouble, *, write: bool) -> None:
        """Let the next write, or the next read, end so."""

    def requests(self) -> int:
        """Return how many requests have left so far."""

    def writes(self) -> int:
        """Return how many writes of ours the vendor has performed."""


SUBJECTS: Final[Mapping[str, Callable[[], Subject]]] = MappingProxyType({
    "memory": MemorySubject,
    "hubspot": HubSpotSubject,
    "hubspot without unique keys": lambda: HubSpotSubject(unique=False),
    "salesforce": SalesforceSubject,
    "salesforce without unique keys": lambda: SalesforceSubject(unique=False),
    "webhook": WebhookSubject,
    "salesforce by bulk jobs": lambda: SalesforceSubject(bulk_threshold=1),
})
