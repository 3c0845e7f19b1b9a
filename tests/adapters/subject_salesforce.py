"""Salesforce as a subject of the suite, with its sandbox as the vendor; its people are leads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, cast

import requests
from requests.adapters import BaseAdapter
from typing_extensions import override
from urllib3.exceptions import MaxRetryError, NewConnectionError

from connector.adapters import salesforce
from connector.adapters.base import Adapter, Wanted
from connector.adapters.memory import Trouble
from connector.adapters.registry import Tools
from connector.adapters.salesforce.options import Options
from connector.model import CrmRef
from connector.sandbox.carried import Carried
from connector.sandbox.salesforce import Org
from connector.sandbox.salesforce.faults import Fault, FaultKind
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.schema import Field
from connector.secrets import Secret

from tests.adapters.patience import Patient
from tests.clock import VirtualClock

URL: Final = "https://acme.my.salesforce.com"
CLIENT: Final = "3MVG9.consumer-key-of-the-app"
SECRET: Final = "5ecre7-of-the-app-0000-1111-2222-3333"
KEY_FIELD: Final = "Connector_Key__c"
TOKENS: Final = "/services/oauth2/token"
WRITES: Final = "/composite/sobjects"
_OBJECTS: Final[Mapping[str, str]] = MappingProxyType({"lead": "Lead", "contact": "Contact"})
_FAULTS: Final[Mapping[Trouble, Fault]] = MappingProxyType({
    Trouble.CREDENTIALS: Fault(FaultKind.ANSWER, status=401),
    Trouble.BUSY: Fault(FaultKind.ANSWER, status=403, message="ConcurrentRequests Limit exceeded."),
    Trouble.LOST_UNPERFORMED: Fault(FaultKind.RESET),
    Trouble.LOST_PERFORMED: Fault(FaultKind.RESET, applied=True),
})


class Cable(BaseAdapter):
    """The transport of the subject: the sandbox in process, and what is to befall the next writes or reads."""

    def __init__(self, org: Org, inner: Carried) -> None:
        """Carry everything over until trouble is asked for."""
        super().__init__()
        self._org = org
        self.inner = inner
        self.writes: list[Trouble] = []
        self.reads: list[Trouble] = []

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Carry one request over, or let befall it what was asked for; tokens are always given."""
        url = request.url or ""
        due = self.writes if WRITES in url else self.reads
        trouble = due.pop(0) if due and TOKENS not in url else None
        if trouble is Trouble.NO_CONNECTION:
            reason = NewConnectionError(cast("Any", None), "Connection refused")
            raise requests.ConnectionError(MaxRetryError(cast("Any", None), url, reason), request=request)
        if trouble is not None:
            self._org.faults.add(_FAULTS[trouble])
        return self.inner.send(request, *args, **options)

    @override
    def close(self) -> None:
        """Hold nothing, so let nothing go."""


class SalesforceSubject:
    """Salesforce, with the sandbox as its vendor."""

    person = "lead"
    stream = "leads"
    parents = "accounts"
    many = 2_030
    name_field = "FirstName"
    stage_field = "Status"
    stages = ("Open - Not Contacted", "Working - Contacted")
    result_field = "Connector_Points__c"
    secret = SECRET

    def __init__(self, *, unique: bool = True, bulk_threshold: int = 50_000) -> None:
        """Open an org; *unique* says whether its activities have the unique key field."""
        self.clock = VirtualClock()
        self._bulk_threshold = bulk_threshold
        self.org = Org(seed=7, clock=self.clock, limits="off", bare=not unique, clients={CLIENT: SECRET})
        self.transport = Cable(self.org, Carried(self.org, wait=self.clock.sleep))
        self.adapter = self.again()

    def again(self) -> Adapter:
        """Return another adapter to the same org."""
        options = Options(
            base_url=URL,
            client_id=Secret(CLIENT),
            client_secret=Secret(SECRET),
            bulk_threshold=self._bulk_threshold,
        )
        wanted = Wanted(
            # A long text makes pages half as long.
            {"lead": ("FirstName", "Email", "Description"), "contact": ("FirstName", "Email"), "account": ("Name",)},
            ("lead", "contact", "account"),
            stage_fields={"lead": "Status"},
            writes={"lead": (self.result_field,)},
            tasks=True,
        )
        meter = Patient(self.clock, salesforce.budget(options, self.clock))
        return salesforce.build("salesforce", options, wanted, Tools(self.clock, meter, self.transport))

    def never(self) -> CrmRef:
        """Return the name of a lead who never was."""
        return CrmRef("salesforce", "lead", to18("00Q999999999999"))

    def contact(self, name: str) -> CrmRef:
        """Make a lead by hand."""
        values = {"FirstName": name, "Email": f"{name.lower()}@corp.example", "Status": self.stages[0]}
        return CrmRef("salesforce", "lead", self.org.rep.create_lead(values))

    def buyer(self, name: str) -> CrmRef:
        """Make a contact by hand: deals are never with leads."""
        account = self.org.rep.create_account({"Name": f"{name} and Sons"})
        return CrmRef("salesforce", "contact", self.org.rep.create_contact({"FirstName": name}, account))

    def change(self, ref: CrmRef, name: str, value: str) -> None:
        """Change a field by hand."""
        self.org.rep.set_values(ref.id, {name: value})

    def value(self, ref: CrmRef, name: str) -> str:
        """Return what the org holds."""
        return str(self.org.values(_OBJECTS[ref.object], ref.id).get(name) or "")

    def delete(self, ref: CrmRef) -> None:
        """Delete a lead by hand."""
        self.org.rep.delete(ref.id)

    def merge(self, winner: CrmRef, loser: CrmRef) -> CrmRef:
        """Merge two leads by hand: the winner takes the loser in."""
        self.org.rep.merge(winner.id, loser.id)
        return winner

    def become(self, ref: CrmRef) -> CrmRef:
        """Convert a lead by hand: it becomes a contact."""
        return CrmRef("salesforce", "contact", self.org.rep.convert(ref.id).contact)

    def open_deal(self, ref: CrmRef) -> None:
        """Open a deal by hand."""
        self.org.rep.open_opportunity(ref.id)

    def tasks(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the subjects of the lead's tasks."""
        return tuple(
            str(self.org.values("Task", key)["Subject"]) for key in self.org.db.find("Task", "WhoId", to18(ref.id))
        )

    def make_by_hand(self) -> None:
        """Make the fields as an admin: Salesforce's API for data makes none."""
        self.org.db.schema.define("Lead", Field(self.result_field, "string", "Points", length=255))
        if KEY_FIELD not in self.org.db.schema.of("Task").fields:
            field = Field(KEY_FIELD, "string", "Key", length=64, unique=True, external_id=True)
            self.org.db.schema.define("Task", field)

    def trouble(self, kind: Trouble, *, write: bool) -> None:
        """Let the next write or all three tries of the next read end so; refused credentials are tried once more."""
        times = 2 if kind is Trouble.CREDENTIALS else 1 if write else 3
        due = self.transport.writes if write else self.transport.reads
        due[:] = [kind] * times

    def requests(self) -> int:
        """Return how many requests have left so far."""
        return self.transport.inner.requests

    def writes(self) -> int:
        """Return how many writes of ours the org has performed."""
        return sum(entry.actor == "api" for entry in self.org.journal)
