"""An org with people at work in it, and what writes to it; for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connector.adapters.base import Wanted
from connector.adapters.registry import Tools
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.wire import Wire
from connector.adapters.salesforce.writing import Writes
from connector.commands import (
    Command,
    CreateTask,
    Outcome,
    SetFields,
    SetStage,
)
from connector.model import CrmRef, Stage
from connector.sandbox.carried import Carried
from connector.sandbox.salesforce.faults import Fault, FaultKind
from connector.sandbox.salesforce.org import Org
from connector.secrets import Secret

from tests.adapters.org_told import KEY, KEY_FIELD, URL, Open, yes
from tests.clock import START, VirtualClock

WANTED = Wanted({"lead": ("Status",)}, ("lead", "contact", "account"), tasks=True)
WRITES = "/composite/sobjects"
OTHER = "abcdefghijklmnopqrstuvwx02"
OPEN, WORKING = "Open - Not Contacted", "Working - Contacted"


@dataclass
class Desk:
    """An org with people at work in it, and what writes to it."""

    bare: bool = False
    clock: VirtualClock = field(default_factory=VirtualClock)
    meter: Open = field(default_factory=Open)

    def __post_init__(self) -> None:
        """Open the org."""
        self.org = Org(seed=3, clock=self.clock, limits="off", bare=self.bare)
        self.writes = self.build()

    def build(self) -> Writes:
        """Return another writer to this org."""
        options = Options(base_url=URL, client_id=Secret("demo"), client_secret=Secret("demo"))
        wire = Wire(options, Tools(self.clock, self.meter, Carried(self.org, wait=self.clock.sleep)))
        return Writes(wire, Describes(wire), "salesforce", WANTED, task_key_field=KEY_FIELD)

    def apply(self, *commands: Command) -> tuple[Outcome, ...]:
        """Apply with everything permitted."""
        return self.writes.apply(commands, yes)

    def lead(self, name: str = "Ann", **values: Any) -> CrmRef:  # noqa: ANN401 - of any field
        """Let a rep create a lead."""
        return CrmRef("salesforce", "lead", self.org.rep.create_lead({"LastName": name, **values}))

    def row(self, ref: CrmRef) -> dict[str, Any]:
        """Return a person as the org has them."""
        return dict(self.org.db.get(ref.object.capitalize(), ref.id) or {})

    def tasks(self) -> list[dict[str, Any]]:
        """Return all tasks, deleted ones too."""
        return [dict(self.org.db.get("Task", each) or {}) for each in self.org.db.ids("Task")]

    def lose(self, *, applied: bool) -> None:
        """Let the next write's answer be lost."""
        self.org.faults.add(Fault(FaultKind.RESET, path=WRITES, applied=applied))


def stage(ref: CrmRef, value: str = WORKING) -> SetStage:
    """Return a stage command keyed by its record."""
    return SetStage(f"s{ref.id}", ref, "Status", value, Stage.MQL)


def fields(ref: CrmRef, **values: str) -> SetFields:
    """Return a field command keyed by its record."""
    return SetFields(f"f{ref.id}", ref, values)


def task(ref: CrmRef, key: str = KEY, owner: str = "") -> CreateTask:
    """Return a task command."""
    due = date(2026, 11, 3)
    return CreateTask(key, ref, "new-sql", "Call Ann", "<p>Ann</p>", "Ann", START, owner_id=owner, due_on=due)
