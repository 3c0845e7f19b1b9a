"""The state of one simulated org, shared by everything that reads or writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.agenda import Agenda
from connector.sandbox.chance import Chance
from connector.sandbox.instants import SECOND_MS, millis, span_ms
from connector.sandbox.journal import Journal
from connector.sandbox.salesforce.database import Database
from connector.sandbox.salesforce.locks import Locks

if TYPE_CHECKING:
    from datetime import datetime

    from connector.sandbox.journal import Actor
    from connector.sandbox.salesforce.schema import SchemaBook
    from connector.sandbox.salesforce.undo import Whole

Row = Mapping[str, Any]
NO_LATENESS: Final = timedelta()


@dataclass(slots=True)
class Manner:
    """
    How this org behaves where real ones differ or nothing is proven.

    Attributes:
        null_ne: Whether ``!=`` and NOT IN find rows without a value.
        late_commit: How long after its stamp a write can be seen (a long transaction).
        assignment_rule: Whether a lead write without ``Sforce-Auto-Assign: FALSE`` gives the lead to the rule's user.
        binned_keys_block: Whether the unique value of a record in the recycle bin is still taken.
        short_pages: Whether pages of a query come a little short, as batch sizes are not guaranteed.
        bulk_time: How long a bulk job is under way.
    """

    null_ne: bool = True
    late_commit: timedelta = NO_LATENESS
    assignment_rule: bool = True
    binned_keys_block: bool = True
    short_pages: bool = False
    bulk_time: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """A rule of the org: a record whose values break it is refused with *message*."""

    sobject: str
    broken: Callable[[Row], bool]
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class By:
    """Who writes, through which request, and what its headers ask for."""

    actor: Actor
    user_id: str
    at_ms: int
    method: str = ""
    path: str = ""
    assign: bool = False
    version: float = 62.0


@dataclass(slots=True)
class Furniture:
    """Ids of what every org has: its own, the connector's user, the user whom the assignment rule chooses."""

    organization: str = ""
    api_user: str = ""
    rule_user: str = ""
    automation: str = ""


@dataclass(slots=True)
class State:
    """Database, clock, chance, agenda, journal, locks and rules of one org."""

    clock: Callable[[], datetime]
    seed: int
    db: Database
    manner: Manner
    chance: Chance = field(init=False)
    agenda: Agenda = field(default_factory=Agenda)
    journal: Journal = field(
        default_factory=lambda: Journal(tasks="Task", people=("Lead", "Contact"), stage_field="Status")
    )
    locks: Locks = field(default_factory=Locks)
    rules: list[ValidationRule] = field(default_factory=list)
    furniture: Furniture = field(default_factory=Furniture)
    person_ids: dict[str, str] = field(default_factory=dict)
    whole: Whole | None = None

    def __post_init__(self) -> None:
        """Make the source of chance."""
        self.chance = Chance(self.seed)

    @property
    def schema(self) -> SchemaBook:
        """Return what the org knows of its objects."""
        return self.db.schema

    def now_ms(self) -> int:
        """Return the clock's instant, after everything that was due by then has happened."""
        now = millis(self.clock())
        self.agenda.run_until(now)
        return now

    def stamp_ms(self, at_ms: int) -> int:
        """Return the SystemModstamp of a write that can be seen from now on: whole seconds, earlier by the lateness."""
        return (at_ms - span_ms(self.manner.late_commit)) // SECOND_MS * SECOND_MS
