"""
A small world for tests of the whole: a simulated HubSpot in process, real SQLite, the real adapter, a virtual clock.

Fakes stand at the two edges only: the transport leads into the sandbox, and the clock moves when the world says so.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from connector.assemble import assemble, ready
from connector.config.load import load
from connector.config.nouns import Config
from connector.engine import Engine
from connector.events import Event
from connector.sandbox.hubspot import NO_LAG, Person, Portal
from connector.sandbox.hubspot.portal import INDEX_LAG
from connector.sandbox.inprocess import InProcess
from connector.sandbox.people import person_of
from connector.store import open_store
from connector.store.base import Effect, Store
from connector.sync import Pass, sync

from tests.clock import START, VirtualClock

AGREEMENT = """
timezone = "Europe/Berlin"
[store]
url = "sqlite:///unused.db"
[systems.hubspot]
kind = "hubspot"
token = { env = "HUBSPOT_TOKEN" }
[home]
stages = ["hubspot"]
tasks = "hubspot"
[fields]
email = { type = "email" }
first_name = { type = "text" }
last_name = { type = "text" }
company = { type = "text" }
employees = { type = "integer" }
[mapping.hubspot.contact]
email = "email"
first_name = "firstname"
last_name = "lastname"
[mapping.hubspot.company]
company = "name"
employees = "numberofemployees"
[mapping.hubspot.contact.stage]
field = "lifecyclestage"
subscriber = "subscriber"
lead = "lead"
mql = "marketingqualifiedlead"
sql = "salesqualifiedlead"
opportunity = "opportunity"
customer = "customer"
[mapping.hubspot.contact.write]
engagement = "connector_engagement"
[[mapping.hubspot.engagement]]
type = "page_viewed"
counter = "hs_analytics_num_page_views"
at = "hs_analytics_last_timestamp"
[[mapping.hubspot.engagement]]
type = "form_submitted"
stamp = "recent_conversion_date"
attributes = { form = "recent_conversion_event_name" }
[[mapping.hubspot.engagement]]
type = "sales_activity"
object = "calls"
by = "rep"
[agreement]
version = "v1"
effective = 2026-10-01
marketing = "M"
sales = "S"
hold = "30 days"
[[agreement.rule]]
score = "engagement"
name = "Reads"
when = { engagement = "page_viewed", within = "30 days" }
each = true
points = 5
max_points = 50
[[agreement.rule]]
score = "intent"
name = "Asks"
when = { engagement = "form_submitted", where = { form = { has_word = "demo" } }, within = "30 days" }
points = 40
[agreement.mql]
score = "engagement"
at_least = 20
[agreement.sql]
score = "intent"
at_least = 40
[[task]]
name = "new-sql"
on = { stage = "sql" }
unless = { any = [ { open_deal = true }, { sales_activity = "any", within = "7 days" } ] }
subject = "Call {first_name} {last_name}: {top_reason}"
due = "4 business hours"
owner = ["record owner", "round robin: inbound", "fallback"]
[owners]
inbound = ["ann@acme.example", "ben@acme.example"]
fallback = "sales-lead@acme.example"
[delivery]
quiet = "1 second"
"""
"""The smallest agreement that has all parts; a test changes what it is about by `World(changes={…})`."""


def somebody(name: str, **properties: str) -> Person:
    """Return one lead of a people file, without any engagement."""
    return person_of({
        "id": name,
        "properties": {
            "email": f"{name}@buyer.example",
            "firstname": name.capitalize(),
            "lastname": "Test",
            "lifecyclestage": "lead",
            **properties,
        },
    })


@dataclass
class World:
    """
    A portal, a store, and the connector between them.

    Attributes:
        folder: Where the store and the configuration lie.
        people: Whom the portal is opened with.
        changes: Text of the agreement → text that stands there instead.
        lag: Whether the search index lags as it really does.
        unique: Whether tasks may have a unique key (tier A); without it they are found through their contact (tier B).
    """

    folder: Path
    people: Iterable[Person] = ()
    changes: Mapping[str, str] = field(default_factory=dict)
    lag: bool = False
    unique: bool = True

    def __post_init__(self) -> None:
        """Open everything; nothing is synced yet."""
        self.clock = VirtualClock(START)
        self.portal = Portal(
            iter(self.people),
            clock=self.clock,
            seed=1,
            limits="off",
            index_lag=INDEX_LAG if self.lag else NO_LAG,
            unique_task_property=self.unique,
        )
        self.config = self.configured(self.changes)
        self.store: Store = open_store(self.config.store_url)
        self.events: list[Event] = []
        self.engine = self.start()

    def configured(self, changes: Mapping[str, str]) -> Config:
        """Return the agreement with *changes*."""
        text = AGREEMENT
        for before, after in changes.items():
            if before not in text:
                message = f"the agreement has no {before!r}"
                raise ValueError(message)
            text = text.replace(before, after)
        path = self.folder / "config.toml"
        path.write_text(text, encoding="utf-8")
        loaded = load(path, {"HUBSPOT_TOKEN": "t"})
        if loaded.config is None:
            raise ValueError([problem.message for problem in loaded.problems])
        return replace(loaded.config, store_url=f"sqlite:///{self.folder}/world.db")

    def start(self, pool: object | None = None) -> Engine:
        """Return a new engine, as a new process would have: only the store and the portal are remembered."""
        return ready(
            assemble(
                self.config,
                store=self.store,
                clock=self.clock,
                tell=self.events.append,
                transports={"hubspot": pool or InProcess(self.portal)},
                chance=random.Random(1),
            )
        )

    def sync(self, **allow: int) -> Pass:
        """Do one pass."""
        return sync(self.engine, self.clock.sleep, allow)

    def later(self, span: timedelta) -> datetime:
        """Let time pass."""
        return self.clock.advance(span)

    def engage(self, name: str, kind: str = "form_submitted", *, form: str = "Demo request", times: int = 1) -> None:
        """Let somebody do something a second ago, and a second pass."""
        for _ in range(times):
            self.later(timedelta(seconds=1))
            self.portal.engage(name, kind, self.clock(), {"form": form} if kind == "form_submitted" else {})
        self.later(timedelta(seconds=1))

    def stage(self, name: str) -> str:
        """Return the stage that the CRM shows."""
        return self.portal.values("contacts", self.portal.contact_id(name)).get("lifecyclestage", "")

    def tasks(self, name: str) -> list[Mapping[str, str]]:
        """Return the tasks that the connector made for somebody, by the portal's own journal."""
        made = self.portal.journal.tasks_by_contact().get(self.portal.contact_id(name), [])
        return [self.portal.values("tasks", one) for one in made]

    def effects(self) -> tuple[Effect, ...]:
        """Return the whole outbox."""
        with self.store.reading() as look:
            return look.effects(limit=10_000)
