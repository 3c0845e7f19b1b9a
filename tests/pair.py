"""
A small world with two CRMs: marketing in a simulated HubSpot, sales in a simulated Salesforce, one store between them.

As in `tests.world`, fakes stand at the two edges only: transports lead into the sandboxes, and the clock moves when the
world says so.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from connector.assemble import assemble, ready
from connector.config.load import load
from connector.config.nouns import Config
from connector.engine import Engine
from connector.events import Event
from connector.sandbox.carried import Carried
from connector.sandbox.hubspot import NO_LAG, Person, Portal
from connector.sandbox.inprocess import InProcess
from connector.sandbox.salesforce import Org
from connector.store import open_store
from connector.store.base import Effect, Store
from connector.sync import Pass, sync

from tests.clock import START, VirtualClock
from tests.world import AGREEMENT

SALESFORCE: Final = """
[systems.salesforce]
kind = "salesforce"
base_url = "https://acme.my.salesforce.com"
client_id = { env = "SALESFORCE_CLIENT_ID" }
client_secret = { env = "SALESFORCE_CLIENT_SECRET" }
[mapping.salesforce.lead]
email = "Email"
first_name = "FirstName"
last_name = "LastName"
company = "Company"
[mapping.salesforce.lead.stage]
field = "Status"
lead = ["Open - Not Contacted", "Nurturing"]
mql = "Marketing Qualified"
sql = "Sales Qualified"
opportunity = "Working - Contacted"
disqualified = "Closed - Not Converted"
[mapping.salesforce.lead.write]
total = "Connector_Score__c"
[mapping.salesforce.contact]
email = "Email"
first_name = "FirstName"
last_name = "LastName"
[mapping.salesforce.contact.stage]
field = "Lifecycle_Stage__c"
lead = "Lead"
mql = "MQL"
sql = "SQL"
opportunity = "Opportunity"
customer = "Customer"
[[mapping.salesforce.engagement]]
type = "webinar_attended"
object = "campaign_members"
when = { path = "Status", equals = "Attended" }
[[mapping.salesforce.engagement]]
type = "sales_activity"
object = "tasks"
by = "rep"
"""
TWO: Final = AGREEMENT.replace(
    'stages = ["hubspot"]\ntasks = "hubspot"', 'stages = ["salesforce", "hubspot"]\ntasks = "salesforce"'
)
ENVIRON: Final = {"HUBSPOT_TOKEN": "t", "SALESFORCE_CLIENT_ID": "demo", "SALESFORCE_CLIENT_SECRET": "demo"}
STATUSES: Final[Mapping[str, str]] = {
    "Open - Not Contacted": "lead",
    "Nurturing": "lead",
    "Marketing Qualified": "mql",
    "Sales Qualified": "sql",
    "Working - Contacted": "opportunity",
    "Closed - Not Converted": "disqualified",
}
STAGES: Final[Mapping[str, str]] = {
    "lead": "lead",
    "marketingqualifiedlead": "mql",
    "salesqualifiedlead": "sql",
    "opportunity": "opportunity",
    "customer": "customer",
}
_HEAD: Final = "[fields]\n"


@dataclass
class Pair:
    """
    A portal, an org, a store, and the connector between them.

    Attributes:
        folder: Where the store and the configuration lie.
        people: Whom both are opened with.
        changes: Text of the agreement → text that stands there instead.
        unique: Whether Salesforce has the unique key field for tasks (tier A).
        here: People whom only the portal is opened with.
    """

    folder: Path
    people: Iterable[Person] = ()
    changes: Mapping[str, str] = field(default_factory=dict)
    unique: bool = True
    here: Iterable[Person] = ()

    def __post_init__(self) -> None:
        """Open everything; nothing is synced yet."""
        self.clock = VirtualClock(START)
        both = list(self.people)
        self.portal = Portal(iter([*both, *self.here]), clock=self.clock, seed=1, limits="off", index_lag=NO_LAG)
        self.org = Org(iter(both), clock=self.clock, seed=1, limits="off", bare=not self.unique)
        self.config = self.configured(self.changes)
        self.store: Store = open_store(self.config.store_url)
        self.events: list[Event] = []
        self.engine = self.start()

    def configured(self, changes: Mapping[str, str]) -> Config:
        """Return the agreement with *changes*."""
        text = TWO.replace(_HEAD, SALESFORCE + _HEAD, 1)
        for before, after in changes.items():
            if before not in text:
                message = f"the agreement has no {before!r}"
                raise ValueError(message)
            text = text.replace(before, after)
        path = self.folder / "config.toml"
        path.write_text(text, encoding="utf-8")
        loaded = load(path, ENVIRON)
        if loaded.config is None:
            raise ValueError([problem.message for problem in loaded.problems])
        return replace(loaded.config, store_url=f"sqlite:///{self.folder}/pair.db")

    def start(self, org: object | None = None, portal: object | None = None) -> Engine:
        """Return a new engine, as a new process would have: only the store and the CRMs are remembered."""
        return ready(
            assemble(
                self.config,
                store=self.store,
                clock=self.clock,
                tell=self.events.append,
                transports={
                    "hubspot": portal or InProcess(self.portal),
                    "salesforce": org or Carried(self.org),
                },
                chance=random.Random(1),
            )
        )

    def sync(self, **allow: int) -> Pass:
        """Do one pass."""
        return sync(self.engine, self.clock.sleep, allow)

    def later(self, span: timedelta) -> datetime:
        """Let time pass."""
        return self.clock.advance(span)

    def settle(self, passes: int = 4) -> Pass:
        """Sync every five minutes until everything has come back to us; return the last pass."""
        done = Pass()
        for _ in range(passes):
            self.later(timedelta(minutes=5))
            done = self.sync()
        return done

    def engage(self, name: str, kind: str = "form_submitted", *, form: str = "Demo request", times: int = 1) -> None:
        """Let somebody do something in HubSpot a second ago, and a second pass."""
        for _ in range(times):
            self.later(timedelta(seconds=1))
            self.portal.engage(name, kind, self.clock(), {"form": form} if kind == "form_submitted" else {})
        self.later(timedelta(seconds=1))

    def stages(self, name: str) -> tuple[str, str]:
        """Return the stage of somebody's HubSpot contact and of their Salesforce lead, in our words."""
        contact = self.portal.values("contacts", self.portal.contact_id(name)).get("lifecyclestage", "")
        status = self.org.values("Lead", self.org.lead_id(name)).get("Status") or ""
        return STAGES.get(contact, contact), STATUSES.get(status, status)

    def tasks(self, name: str) -> list[Mapping[str, object]]:
        """Return the tasks that the connector made for somebody's lead, by the org's own journal."""
        made = self.org.journal.tasks_by_contact().get(self.org.lead_id(name), [])
        return [self.org.values("Task", one) for one in made]

    def writes(self) -> int:
        """Return how many writes of ours both CRMs have performed."""
        return sum(entry.actor == "api" for crm in (self.org, self.portal) for entry in crm.journal)

    def effects(self) -> tuple[Effect, ...]:
        """Return the whole outbox."""
        with self.store.reading() as look:
            return look.effects(limit=10_000)
