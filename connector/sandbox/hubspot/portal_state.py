"""The state of one simulated portal, shared by everything that reads or writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.sandbox.agenda import Agenda
from connector.sandbox.hubspot.chance import Chance, Ids
from connector.sandbox.hubspot.kinds import KINDS, Kind
from connector.sandbox.hubspot.links import Links
from connector.sandbox.hubspot.lists import Lists
from connector.sandbox.hubspot.owners import Owners
from connector.sandbox.hubspot.schema import Schema, set_up, standard
from connector.sandbox.hubspot.table import Table
from connector.sandbox.instants import DAY_MS, millis
from connector.sandbox.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

PORTAL_ID = 148_293_017
APP_ID = "31870254"
TIME_ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Manner:
    """
    How this portal behaves where real ones differ or nothing is proven.

    Attributes:
        index_lag: Least and greatest delay until search sees a write.
        merged_in_batches: What a batch does with the id of a record that was merged away.
        unique_task_property: Whether tasks may have a unique custom property.
        bare: Whether the portal lacks the connector's custom properties.
    """

    index_lag: tuple[timedelta, timedelta]
    merged_in_batches: str = "dropped"
    unique_task_property: bool = True
    bare: bool = False


class State:
    """Tables, definitions, links, lists, owners and journal of one portal, with its clock and its agenda."""

    def __init__(self, clock: Callable[[], datetime], seed: int, manner: Manner) -> None:
        """Begin with an empty portal that was opened two years before the clock's present instant."""
        self.clock = clock
        self.manner = manner
        self.chance = Chance(seed)
        self.agenda = Agenda()
        self.journal = Journal()
        self.opened_ms = (millis(clock()) // DAY_MS - 730) * DAY_MS
        self.schema: Schema = standard(self.opened_ms)
        if not manner.bare:
            set_up(self.schema, unique_task_property=manner.unique_task_property)
        self.tables = {kind.name: self._table(kind) for kind in KINDS}
        self.links = Links()
        self.lists = Lists(self.opened_ms)
        self.owners = Owners(self.opened_ms)
        self.forms_seen: dict[int, frozenset[str]] = {}
        self.person_ids: dict[str, int] = {}
        self.request_line = ("", "")

    def _table(self, kind: Kind) -> Table:
        """Return the empty table of a kind."""
        ids = Ids(kind.first_id, self.chance.of(f"ids {kind.name}"))
        return Table(kind, ids, self.schema.unique_names(kind))

    def table(self, kind: Kind) -> Table:
        """Return the table of a kind."""
        return self.tables[kind.name]

    def now_ms(self) -> int:
        """Return the clock's instant, after everything that was due by then has happened."""
        now = millis(self.clock())
        self.agenda.run_until(now)
        return now

    def moment_ms(self) -> int:
        """Return the clock's instant without letting anything happen."""
        return millis(self.clock())
