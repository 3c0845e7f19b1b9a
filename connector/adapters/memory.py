"""
The reference adapter: a CRM in RAM that says what the port means; tests of the engine use it, nobody configures it.

`Crm` is the vendor, with the people who work in it and the trouble it can make; `MemoryAdapter` is the adapter to it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from connector.adapters.base import (
    OPEN_DEALS,
    Abilities,
    AdapterDown,
    Clock,
    Fetched,
    FieldSchema,
    Option,
    Owner,
    Page,
    Permit,
    Schema,
    Stream,
    Wanted,
)
from connector.commands import (
    Absent,
    Command,
    CreateTask,
    Done,
    Found,
    Kind,
    Outcome,
    Probed,
    Rank,
    Rejected,
    Retry,
    SetFields,
    SetStage,
    Unknown,
)
from connector.model import CrmRef, Record

PAGE: Final = 100
STREAMS: Final[Mapping[str, str]] = MappingProxyType({"company": "companies", "contact": "contacts"})
STAGE_FIELD: Final = "stage"
STAGES: Final = ("lead", "mql", "sql", "opportunity", "customer")
_SOON: Final = timedelta(seconds=2)


class Trouble(StrEnum):
    """What can befall the next request."""

    NO_CONNECTION = "no connection"
    CREDENTIALS = "credentials"
    BUSY = "busy"
    LOST_UNPERFORMED = "lost, not performed"
    LOST_PERFORMED = "lost, performed"


@dataclass(slots=True)
class Row:
    """One row of the CRM; seq is the number of its last change."""

    ref: CrmRef
    values: dict[str, str]
    modified_at: datetime
    seq: int
    company: str = ""
    merged: tuple[CrmRef, ...] = ()
    open_deals: int = 0


@dataclass(slots=True)
class Crm:
    """
    A CRM: rows by ref, tasks by key, what was deleted and merged.

    Attributes:
        clock: Its time.
        system: What the admin calls it.
        known: Fields of its contacts; a write to another is refused.
        troubles: What befalls the next requests, one each; empty when all goes well.
        requests: How many have arrived.
        writes: How many writes were performed.
    """

    clock: Clock
    system: str = "memory"
    known: dict[str, str] = field(default_factory=lambda: {STAGE_FIELD: "choice", "email": "text", "name": "text"})
    rows: dict[CrmRef, Row] = field(default_factory=dict)
    tasks: dict[str, tuple[str, CreateTask]] = field(default_factory=dict)
    gone: dict[CrmRef, int] = field(default_factory=dict)
    moved: dict[CrmRef, CrmRef] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    requests: int = 0
    writes: int = 0
    seq: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def add(self, kind: str = "contact", company: str = "", /, **values: str) -> CrmRef:
        """Make a row by hand."""
        with self.lock:
            ref = CrmRef(self.system, kind, str(1000 + self.seq * 7))
            self.rows[ref] = Row(ref, {}, self.clock(), 0, company)
            self.change(ref, **values)
            return ref

    def change(self, ref: CrmRef, /, **values: str) -> None:
        """Change a row by hand."""
        with self.lock:
            self.seq += 1
            row = self.rows[ref]
            row.values.update(values)
            row.modified_at, row.seq = self.clock(), self.seq

    def delete(self, ref: CrmRef) -> None:
        """Delete a row by hand."""
        with self.lock:
            self.seq += 1
            del self.rows[ref]
            self.gone[ref] = self.seq

    def merge(self, winner: CrmRef, loser: CrmRef) -> CrmRef:
        """Merge one row into another by hand; the tasks go along."""
        with self.lock:
            gone = self.rows.pop(loser)
            self.moved[loser] = winner
            kept = self.rows[winner]
            kept.merged = (*kept.merged, loser, *gone.merged)
            self.tasks = {
                key: (task, replace(made, ref=winner) if made.ref == loser else made)
                for key, (task, made) in self.tasks.items()
            }
            self.change(winner)
            return winner

    def arrives(self) -> Trouble | None:
        """Count a request and return what befalls it."""
        with self.lock:
            self.requests += 1
            return self.troubles.pop(0) if self.troubles else None


class MemoryAdapter:
    """The adapter to a `Crm`; every method may be called from any thread."""

    def __init__(self, crm: Crm, wanted: Wanted) -> None:
        """Stand before *crm*."""
        self.crm = crm
        self.name = crm.system
        self.abilities = Abilities(MappingProxyType(dict.fromkeys(Kind, PAGE)), forward_only=True, unique_task_key=True)
        self._wanted = wanted

    def streams(self) -> tuple[Stream, ...]:
        """Return companies before the contacts that belong to them."""
        return tuple(Stream(name, one) for one, name in STREAMS.items() if one in self._wanted.objects)

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the next hundred changes; the cursor is the number of the last one, and where the first load ended."""
        self._read()
        name = next(one for one, called in STREAMS.items() if called == stream)
        with self.crm.lock:
            at, loaded = (0, self.crm.seq) if cursor is None else _decoded(cursor)
            changed = sorted((row.seq, row.ref) for row in self.crm.rows.values() if row.ref.object == name)
            changed += [(seq, ref) for ref, seq in self.crm.gone.items() if ref.object == name]
            due = sorted(one for one in changed if one[0] > at)
            page = due[:PAGE]
            after = page[-1][0] if page else at
            return Page(
                records=tuple(self._record(self.crm.rows[ref]) for _, ref in page if ref in self.crm.rows),
                gone=tuple(ref for _, ref in page if ref not in self.crm.rows),
                cursor=f"{after} {loaded}",
                more=len(due) > PAGE,
                as_of=self.crm.clock(),
                backfill=at < loaded,
            )

    def fetch(
        self,
        refs: Sequence[CrmRef],
        rank: Rank = Rank.READ,  # noqa: ARG002 - a CRM in RAM has no budget
        also: frozenset[str] = frozenset(),
    ) -> Fetched:
        """Read rows as they are now."""
        self._read()
        with self.crm.lock:
            lives = {ref: self._lives(ref) for ref in refs}
            shown = {ref: self._record(self.crm.rows[at], also) for ref, at in lives.items() if at in self.crm.rows}
        return Fetched(
            records={ref: one for ref, one in shown.items() if one.ref == ref},
            gone=frozenset(ref for ref in refs if ref not in shown),
            moved={ref: one for ref, one in shown.items() if one.ref != ref},
        )

    def apply(self, commands: Sequence[Command], permit: Permit) -> tuple[Outcome, ...]:
        """Perform *commands* in one request."""
        if not permit():
            return tuple(Retry("not sent: the time for it was over", timedelta()) for _ in commands)
        with self.crm.lock:
            match self.crm.arrives():
                case Trouble.NO_CONNECTION:
                    raise AdapterDown("no connection", "network", _SOON)
                case Trouble.CREDENTIALS:
                    raise AdapterDown("credentials refused", "credentials")
                case Trouble.BUSY:
                    return tuple(Retry("busy", _SOON) for _ in commands)
                case Trouble.LOST_UNPERFORMED:
                    return tuple(Unknown("no answer") for _ in commands)
                case Trouble.LOST_PERFORMED:
                    for one in commands:
                        self._perform(one)
                    return tuple(Unknown("no answer") for _ in commands)
            return tuple(self._perform(one) for one in commands)

    def probe(self, commands: Sequence[Command]) -> tuple[Probed, ...]:
        """Tell whether the effects are there."""
        self._read()
        with self.crm.lock:
            return tuple(self._probed(one) for one in commands)

    def describe(self) -> Schema:
        """Return fields, owners and what else there is."""
        self._read()
        options = tuple(Option(one, one.upper()) for one in STAGES)
        with self.crm.lock:
            fields = {
                name: FieldSchema(name, name, kind, options=options if kind == "choice" else ())
                for name, kind in self.crm.known.items()
            }
        owners = (Owner("1", "ann@acme.example", "Ann"), Owner("2", "bob@acme.example", "Bob", active=False))
        shown = dict.fromkeys(("contact", "company"), fields)
        return Schema(shown, owners, self.crm.clock(), portal="memory", timezone="Europe/Berlin", task_tier="A")

    def prepare(self, *, dry: bool) -> tuple[str, ...]:
        """Make the fields that the configuration writes to and the CRM lacks."""
        self._read()
        wanted = dict.fromkeys(name for names in self._wanted.writes.values() for name in names)
        with self.crm.lock:
            missing = [name for name in wanted if name not in self.crm.known]
            if not dry:
                self.crm.known.update(dict.fromkeys(missing, "text"))
                self.crm.writes += len(missing)
        return tuple(f'the field "{name}"' for name in missing)

    def _read(self) -> None:
        """Let a read arrive; any trouble means that nothing can be had now."""
        trouble = self.crm.arrives()
        if trouble is Trouble.CREDENTIALS:
            raise AdapterDown("credentials refused", "credentials")
        if trouble is not None:
            raise AdapterDown(trouble, "network", _SOON)

    def _lives(self, ref: CrmRef) -> CrmRef:
        """Return the ref under which a row lives on."""
        while ref in self.crm.moved:
            ref = self.crm.moved[ref]
        return ref

    def _record(self, row: Row, also: frozenset[str] = frozenset()) -> Record:
        """Return a row as the port's record."""
        parents = (CrmRef(self.name, "company", row.company),) if row.company else ()
        related = {OPEN_DEALS: row.open_deals} if OPEN_DEALS in also else {}
        raw = {"id": row.ref.id, **row.values}
        return Record(row.ref, row.modified_at, raw, parents, row.merged, related)

    def _perform(self, command: Command) -> Outcome:
        """Make one command true."""
        if isinstance(command, CreateTask):
            return self._make_task(command)
        if command.ref not in self.crm.rows:
            return Rejected(f"there is no {command.ref.object} {command.ref.id}", "r-404")
        values = {command.field: command.value} if isinstance(command, SetStage) else dict(command.values)
        unknown = [name for name in values if name not in self.crm.known]
        if unknown:
            return Rejected(f"there is no field {unknown[0]}", "r-400")
        if isinstance(command, SetStage):
            held = self.crm.rows[command.ref].values.get(command.field, "")
            if command.value not in STAGES:
                return Rejected(f"{command.value} is no option of {command.field}", "r-400")
            if held in STAGES and STAGES.index(command.value) < STAGES.index(held) and not command.recycle:
                return Rejected(f"{command.field} stays {held}: a stage only moves forward", "r-200")
        self.crm.writes += 1
        self.crm.change(command.ref, **values)
        return Done(command.ref.id)

    def _make_task(self, command: CreateTask) -> Outcome:
        """Make one task unless its key is there."""
        if command.key in self.crm.tasks:
            return Done(self.crm.tasks[command.key][0], "it was there already")
        if self._lives(command.ref) not in self.crm.rows:
            return Rejected(f"there is no {command.ref.object} {command.ref.id}", "r-404")
        self.crm.writes += 1
        self.crm.tasks[command.key] = (f"t{len(self.crm.tasks) + 1}", command)
        return Done(self.crm.tasks[command.key][0])

    def _probed(self, command: Command) -> Probed:
        """Say whether one effect is there."""
        if isinstance(command, CreateTask):
            held = self.crm.tasks.get(command.key)
            return Found(held[0]) if held else Absent(self.crm.clock())
        row = self.crm.rows.get(self._lives(command.ref))
        values = command.values if isinstance(command, SetFields) else {command.field: command.value}
        if row is not None and all(row.values.get(name, "") == value for name, value in values.items()):
            return Found(row.ref.id)
        return Absent(self.crm.clock())


def _decoded(cursor: str) -> tuple[int, int]:
    """Return the last change given and where the first load ended."""
    at, loaded = cursor.split()
    return int(at), int(loaded)
