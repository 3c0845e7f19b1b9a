"""HubSpot as a subject of the suite, with its sandbox as the vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, cast

from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError

from connector.adapters import hubspot
from connector.adapters.base import Adapter, Wanted
from connector.adapters.memory import Trouble
from connector.adapters.registry import Tools
from connector.budget import Budget
from connector.model import CrmRef
from connector.sandbox.hubspot import Fault, FaultKind, Portal
from connector.sandbox.hubspot.kinds import CONTACTS, TASKS
from connector.sandbox.inprocess import InProcess
from connector.secrets import Secret

from tests.adapters.patience import Patient
from tests.clock import VirtualClock

TOKEN: Final = "pat-eu1-5ecre7-0000-1111-2222-333344445555"
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


class HubSpotSubject:
    """HubSpot, with the sandbox as its vendor."""

    person = "contact"
    stream = "contacts"
    parents = "companies"
    many = 230
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

    def never(self) -> CrmRef:
        """Return the name of a contact who never was."""
        return CrmRef("hubspot", "contact", "999999999")

    def contact(self, name: str) -> CrmRef:
        """Make a contact by hand."""
        properties = {"firstname": name, "email": f"{name.lower()}@corp.example", "lifecyclestage": "lead"}
        return CrmRef("hubspot", "contact", self.portal.rep.create_contact(properties))

    def buyer(self, name: str) -> CrmRef:
        """Make a contact, who may have deals."""
        return self.contact(name)

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

    def become(self, ref: CrmRef) -> CrmRef:
        """Let a contact be taken in by a new one."""
        return self.merge(self.contact("Zoe"), ref)

    def open_deal(self, ref: CrmRef) -> None:
        """Open a deal by hand."""
        self.portal.rep.open_deal(ref.id)

    def tasks(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the subjects of the contact's tasks."""
        state = self.portal._state
        ties = state.links.of(CONTACTS, state.table(CONTACTS).now_under(int(ref.id)), TASKS)
        return tuple(self.portal.values("tasks", str(key))["hs_task_subject"] for key in ties)

    def make_by_hand(self) -> None:
        """Leave nothing to an admin: HubSpot's API makes fields."""

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
