"""
The adapters that the conformance suite holds to the port: each joins by naming itself in `SUBJECTS`.

A subject is an adapter together with its vendor, seen from the outside: what people do there by hand, what the vendor
holds, and the trouble it can be asked to make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, Protocol, cast

from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError

from connector.adapters import hubspot
from connector.adapters.base import Adapter, Wanted
from connector.adapters.memory import STAGE_FIELD, Crm, MemoryAdapter, Trouble
from connector.adapters.registry import Tools
from connector.budget import Budget
from connector.commands import Rank
from connector.model import CrmRef
from connector.sandbox.hubspot import Fault, FaultKind, Portal
from connector.sandbox.hubspot.kinds import CONTACTS, TASKS
from connector.sandbox.inprocess import InProcess
from connector.secrets import Secret

from tests.clock import VirtualClock

TOKEN: Final = "pat-eu1-5ecre7-0000-1111-2222-333344445555"
AGES: Final = timedelta(minutes=3)
"""Longer than any index takes to know of a change."""


class Subject(Protocol):
    """One adapter with its vendor."""

    adapter: Adapter
    clock: VirtualClock
    name_field: str
    stage_field: str
    stages: tuple[str, str]
    """Two values of the stage, the earlier one first."""
    result_field: str
    """A field that the configuration writes to and the vendor lacks until `prepare`."""
    secret: str

    def again(self) -> Adapter:
        """Return the adapter of a process that was started anew."""

    def contact(self, name: str) -> CrmRef:
        """Make a contact by hand; its stage is the earlier one."""

    def change(self, ref: CrmRef, name: str, value: str) -> None:
        """Change a field by hand."""

    def value(self, ref: CrmRef, name: str) -> str:
        """Return what the vendor holds."""

    def delete(self, ref: CrmRef) -> None:
        """Delete a contact by hand."""

    def merge(self, winner: CrmRef, loser: CrmRef) -> CrmRef:
        """Merge two contacts by hand and return the one that lives on."""

    def open_deal(self, ref: CrmRef) -> None:
        """Open a deal with a contact by hand."""

    def tasks(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the subjects of the contact's tasks."""

    def trouble(self, kind: Trouble, *, write: bool) -> None:
        """Let the next write, or the next read, end so."""

    def requests(self) -> int:
        """Return how many requests have left so far."""

    def writes(self) -> int:
        """Return how many writes of ours the vendor has performed."""


class MemorySubject:
    """The reference adapter."""

    name_field = "name"
    stage_field = STAGE_FIELD
    stages = ("lead", "mql")
    result_field = "points"
    secret = TOKEN

    def __init__(self, adapter: type[MemoryAdapter] = MemoryAdapter) -> None:
        """Begin with an empty CRM; a mutant comes as *adapter*."""
        self.clock = VirtualClock()
        self.crm = Crm(self.clock)
        self._adapter = adapter
        self.adapter = self.again()

    def again(self) -> Adapter:
        """Return another adapter to the same CRM."""
        wanted = Wanted({"contact": ("name",)}, ("company", "contact"), writes={"contact": ("points",)}, tasks=True)
        return self._adapter(self.crm, wanted)

    def contact(self, name: str) -> CrmRef:
        """Make a contact by hand."""
        return self.crm.add(name=name, stage="lead")

    def change(self, ref: CrmRef, name: str, value: str) -> None:
        """Change a field by hand."""
        self.crm.change(ref, **{name: value})

    def value(self, ref: CrmRef, name: str) -> str:
        """Return what the CRM holds."""
        return self.crm.rows[ref].values.get(name, "")

    def delete(self, ref: CrmRef) -> None:
        """Delete a contact by hand."""
        self.crm.delete(ref)

    def merge(self, winner: CrmRef, loser: CrmRef) -> CrmRef:
        """Merge two contacts by hand."""
        return self.crm.merge(winner, loser)

    def open_deal(self, ref: CrmRef) -> None:
        """Open a deal by hand."""
        self.crm.rows[ref].open_deals += 1

    def tasks(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the subjects of the contact's tasks."""
        return tuple(made.subject for _, made in self.crm.tasks.values() if made.ref == ref)

    def trouble(self, kind: Trouble, *, write: bool) -> None:  # noqa: ARG002 - this CRM's requests are all alike
        """Let the next request end so."""
        self.crm.troubles.append(kind)

    def requests(self) -> int:
        """Return how many requests have left so far."""
        return self.crm.requests

    def writes(self) -> int:
        """Return how many writes were performed."""
        return self.crm.writes


_WRITES: Final = ("/batch/update", "/batch/create")
_FAULTS: Final[Mapping[Trouble, Fault]] = MappingProxyType({
    Trouble.CREDENTIALS: Fault(FaultKind.ANSWER, status=401),
    Trouble.BUSY: Fault(FaultKind.ANSWER, status=429),
    Trouble.LOST_UNPERFORMED: Fault(FaultKind.RESET),
    Trouble.LOST_PERFORMED: Fault(FaultKind.RESET, applied=True),
})


@dataclass(slots=True)
class Cable:
    """The transport of the HubSpot subject: the sandbox in process, and what is to befall the next write or read."""

    portal: Portal
    inner: InProcess
    writes: list[Trouble] = field(default_factory=list)
    reads: list[Trouble] = field(default_factory=list)

    def request(self, method: str, url: str, **options: Any) -> HTTPResponse:  # noqa: ANN401 - as urllib3 has them
        """Carry one request over, or let befall it what was asked for."""
        due = self.writes if any(part in url for part in _WRITES) else self.reads
        trouble = due.pop(0) if due else None
        if trouble is Trouble.NO_CONNECTION:
            reason = NewConnectionError(cast("Any", None), "Connection refused")
            raise MaxRetryError(cast("Any", None), url, reason)
        if trouble is not None:
            self.portal.faults.add(_FAULTS[trouble])
        return self.inner.request(method, url, **options)


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


class HubSpotSubject:
    """HubSpot, with the sandbox as its vendor."""

    name_field = "firstname"
    stage_field = "lifecyclestage"
    stages = ("lead", "marketingqualifiedlead")
    result_field = "connector_points"
    secret = TOKEN

    def __init__(self, *, unique: bool = True) -> None:
        """Open a portal; *unique* says whether its tasks may have a unique key."""
        self.clock = VirtualClock()
        self.portal = Portal(seed=7, clock=self.clock, limits="off", bare=not unique, unique_task_property=unique)
        self.transport = Cable(self.portal, InProcess(self.portal, wait=self.clock.sleep))
        self.adapter = self.again()

    def again(self) -> Adapter:
        """Return another adapter to the same portal."""
        options = hubspot.Options(token=Secret(TOKEN))
        wanted = Wanted(
            {"contact": ("firstname", "email"), "company": ("name",)},
            ("contact", "company"),
            stage_fields={"contact": "lifecyclestage"},
            writes={"contact": (self.result_field,)},
            tasks=True,
        )
        budget = Budget(self.clock, hubspot.limits(options), 1.0)
        return hubspot.build("hubspot", options, wanted, Tools(self.clock, Patient(self.clock, budget), self.transport))

    def contact(self, name: str) -> CrmRef:
        """Make a contact by hand."""
        properties = {"firstname": name, "email": f"{name.lower()}@corp.example", "lifecyclestage": "lead"}
        return CrmRef("hubspot", "contact", self.portal.rep.create_contact(properties))

    def change(self, ref: CrmRef, name: str, value: str) -> None:
        """Change a field by hand."""
        self.portal.rep.set_values("contacts", ref.id, {name: value})

    def value(self, ref: CrmRef, name: str) -> str:
        """Return what the portal holds."""
        return self.portal.values("contacts", ref.id).get(name, "")

    def delete(self, ref: CrmRef) -> None:
        """Delete a contact by hand."""
        self.portal.rep.archive_contact(ref.id)

    def merge(self, winner: CrmRef, loser: CrmRef) -> CrmRef:
        """Merge two contacts by hand: both become a new record."""
        return CrmRef("hubspot", "contact", self.portal.rep.merge(winner.id, loser.id))

    def open_deal(self, ref: CrmRef) -> None:
        """Open a deal by hand."""
        self.portal.rep.open_deal(ref.id)

    def tasks(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the subjects of the contact's tasks."""
        state = self.portal._state
        ties = state.links.of(CONTACTS, state.table(CONTACTS).now_under(int(ref.id)), TASKS)
        return tuple(self.portal.values("tasks", str(key))["hs_task_subject"] for key in ties)

    def trouble(self, kind: Trouble, *, write: bool) -> None:
        """Let the next write, or all three tries of the next read, end so."""
        if write:
            self.transport.writes.append(kind)
        else:
            self.transport.reads.extend([kind] * (1 if kind is Trouble.CREDENTIALS else 3))

    def requests(self) -> int:
        """Return how many requests have left so far."""
        return self.transport.inner.requests

    def writes(self) -> int:
        """Return how many writes of ours the portal has performed."""
        return sum(entry.actor == "api" for entry in self.portal.journal)


SUBJECTS: Final[Mapping[str, Callable[[], Subject]]] = MappingProxyType({
    "memory": MemorySubject,
    "hubspot": HubSpotSubject,
    "hubspot without unique keys": lambda: HubSpotSubject(unique=False),
})
