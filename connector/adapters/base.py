"""
The port: one CRM or marketing system, seen as streams of changes and a taker of commands.

Terms. A *stream* is one kind of row that changes over time (contacts, companies, meetings). A *cursor* is the adapter's
own text for "up to here"; we store it and never look inside. A *strong read* is answered by the vendor's primary store,
not by an index that lags. A *permit* is a function asked as the last act before each write leaves; when it says no,
nothing is sent. An adapter keeps no state that a restart could miss, sleeps never, and takes time from the given clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Protocol, runtime_checkable

from connector.commands import Command, Kind, Outcome, Probed, Rank
from connector.model import CrmRef, Record

Permit = Callable[[], bool]
Clock = Callable[[], datetime]

OPEN_DEALS: Final = "open_deals"
TASK_OPEN: Final = "task_open"
"""In `Record.related` of every task that is fetched: 1 while it is open, 0 once it is done."""


class AdapterDown(Exception):  # noqa: N818 - the name says the state of the vendor, and is the port's word for it
    """
    Nothing can be had from this system now; the only exception an adapter raises.

    It may be raised only while no byte of a write has left; it ends the batch and costs no command an attempt.

    Attributes:
        reason: In the vendor's words where there were any.
        kind: "network", "credentials", "scopes", "budget", "paused" (the vendor told us to stay away), "gone" (it wants
            nothing more from us) or "setup" (the configuration forbids what it asks for).
        after: How long to wait before asking again; None when only a person can mend it.
    """

    def __init__(self, reason: str, kind: str = "network", after: timedelta | None = None) -> None:
        """Keep the facts; the sentence an operator reads is made elsewhere."""
        self.reason = reason
        self.kind = kind
        self.after = after
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What the mapping needs from a system, worked out from the configuration.

    Attributes:
        fields: Vendor's field names to read, by object (contact, company, meeting, call, email).
        objects: Objects whose changes are pulled; contact always, the others when something is mapped from them.
        lists: Names of the vendor's lists whose joiners are engagement.
        stage_fields: Vendor's stage field by object, where mapped.
        writes: Vendor's fields we write results into, by object.
        tasks: Whether tasks are written to this system.
        owners: E-mails and queues ("queue: NAME") that the configuration gives tasks to: what a system without a
            directory of its own knows of owners.
        write_types: What stands in those fields, by object and field: "number", "instant" or "text" (the default); it
            says how `prepare` makes one that the system lacks.
    """

    fields: Mapping[str, tuple[str, ...]]
    objects: tuple[str, ...] = ("contact",)
    lists: tuple[str, ...] = ()
    stage_fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    writes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    tasks: bool = False
    write_types: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """
    One kind of change this system offers.

    Attributes:
        name: Unique within the system: "contacts", "companies", "meetings", "lists", "deleted_contacts".
        object: Our singular word for its rows.
        every: How long it may rest between two looks; None for every pass.
    """

    name: str
    object: str
    every: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """
    One page of changes.

    Attributes:
        records: Oldest change first where the vendor can sort; a record may come again, none is left out.
        gone: Rows that were deleted.
        cursor: Where the next pull goes on; saved in one transaction with the rows.
        more: Whether asking again at once with this cursor can bring more.
        as_of: The vendor's instant up to which nothing is left out, apart from index lag, which the adapter covers by
            reading an overlap again.
        backfill: Whether this page belongs to the first load.
        rest: The vendor is still preparing what comes next: ask again only after this span; None for at once.
    """

    records: tuple[Record, ...]
    gone: tuple[CrmRef, ...]
    cursor: str
    more: bool
    as_of: datetime
    backfill: bool = False
    rest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """
    Answer of a strong read; every ref asked for is in exactly one of the three.

    Attributes:
        records: By the ref asked for.
        gone: Deleted, or never there.
        moved: Merged away: ref asked for → the record that lives on (under its own ref).
    """

    records: Mapping[CrmRef, Record]
    gone: frozenset[CrmRef] = frozenset()
    moved: Mapping[CrmRef, Record] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Option:
    """
    One allowed value of a choice field, in the vendor's order.

    Attributes:
        value: What the API takes.
        label: What people see.
        writable: Whether an update may set it; a status that converts a Salesforce lead cannot be written.
    """

    value: str
    label: str
    writable: bool = True


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """
    One field as the vendor describes it.

    Attributes:
        name: The vendor's name.
        label: What people see.
        type: text, integer, decimal, boolean, date, instant, choice or list.
        writable: Whether the API may write it.
        options: Allowed values in the vendor's order; empty when free.
        unique: Whether the vendor refuses a second row with the same value.
    """

    name: str
    label: str
    type: str
    writable: bool = True
    options: tuple[Option, ...] = ()
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """
    Somebody who can own a record or a task.

    Attributes:
        id: What the vendor's owner field takes.
        email: Lower case.
        name: For people to read.
        active: An inactive owner never gets a task.
        queue: Whether it is a queue rather than a person.
        timezone: IANA name where the vendor tells; empty otherwise.
    """

    id: str
    email: str
    name: str
    active: bool = True
    queue: bool = False
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """
    What a system looks like, cached with its age.

    Attributes:
        fields: By object, then by the vendor's field name.
        owners: Active ones and others.
        as_of: When it was read.
        portal: The vendor's own id of the account; part of every task's key.
        timezone: Of the account; empty where unknown.
        task_tier: "A" when the task key is unique in the CRM, "B" when tasks are found through their parent.
        tier_hint: The one thing an admin can do to reach tier A; empty at tier A.
        missing_scopes: What the credentials may not do but the configuration needs.
        budget: Plain sentence on the API limits, for `validate --online`.
    """

    fields: Mapping[str, Mapping[str, FieldSchema]]
    owners: tuple[Owner, ...]
    as_of: datetime
    portal: str = ""
    timezone: str = ""
    task_tier: str = "B"
    tier_hint: str = ""
    missing_scopes: tuple[str, ...] = ()
    budget: str = ""


@dataclass(frozen=True, slots=True)
class Abilities:
    """
    What this kind of system can do; the feature table in the README is made from it, the conformance suite reads it.

    Attributes:
        batch: Most commands per `apply`, by kind.
        forward_only: Whether the vendor itself ignores a backward stage write.
        html_tasks: Whether task bodies are HTML.
        unique_task_key: Whether tier A can be reached.
        webhooks: Whether it can tell us of changes at once.
        reads: Whether its rows can be read. Where they cannot, there are no streams, `fetch` is never called, nothing
            is looked at before a write, and commands say themselves whom they are about. Such a system gets each
            command under its key and drops what it has had: a probe then answers Absent, which says that the command
            may go again under the same key.
        retry_schedule: Waits after the first, the second … attempt that failed; a command that fails once more is
            parked. Empty: attempts go on, each after a longer wait.
    """

    batch: Mapping[Kind, int]
    forward_only: bool = False
    html_tasks: bool = False
    unique_task_key: bool = False
    webhooks: bool = False
    reads: bool = True
    retry_schedule: tuple[timedelta, ...] = ()


@runtime_checkable
class Showing(Protocol):
    """An adapter that can show what it would send; `plan` asks it."""

    def shown(self, command: Command) -> str:
        """Return the body of the request for *command* as it would leave; reads and sends nothing."""


@runtime_checkable
class Reaching(Protocol):
    """An adapter whose address the admin chose; `validate --online` asks it whether that may be connected to."""

    def reaches(self) -> None:
        """
        Look up where requests would go; nothing is connected to.

        Raises:
            AdapterDown: Nowhere (kind "network"), or where none may go (kind "setup").
        """


class Meter(Protocol):
    """The budget of one system, as the adapter sees it: asked without blocking before every request."""

    def ask(self, bucket: str, rank: Rank) -> timedelta | None:
        """
        Take one request out of *bucket* ("burst", "search"), or return how long until it can be had.

        Returns:
            None when the request may go now (and is counted).
        """

    def learned(self, status: int, headers: Mapping[str, str], bucket: str) -> None:
        """Take the vendor's word for what is left: called with the status and lower-cased headers of every answer."""


class Adapter(Protocol):
    """One configured system; every method may be called from any thread."""

    name: str
    abilities: Abilities

    def streams(self) -> tuple[Stream, ...]:
        """Return the streams to pull, in the order in which they are best pulled (parents first)."""

    def pull(self, stream: str, cursor: str | None) -> Page:
        """
        Return the next page of changes after *cursor*; None means from the beginning (the first load).

        The same cursor may be asked for again and loses nothing; a record may come twice.

        Raises:
            AdapterDown: Nothing can be read now; kind "budget" when our own share is used up.
        """

    def fetch(self, refs: Sequence[CrmRef], rank: Rank = Rank.READ, also: frozenset[str] = frozenset()) -> Fetched:
        """
        Read rows of one object by the strong read, in as few requests as the vendor allows.

        Args:
            refs: Of one object; any number, no ref twice.
            rank: That of the write which this read serves.
            also: What to look up beside each row, `OPEN_DEALS`; the answer stands in `Record.related`.

        Raises:
            AdapterDown: As for pull.
        """

    def apply(self, commands: Sequence[Command], permit: Permit) -> tuple[Outcome, ...]:
        """
        Make *commands* true at the vendor; one outcome each, in order.

        They are of one kind, at most `abilities.batch[kind]`, no record twice. Each is sent at most once per call;
        nothing is retried inside. A task whose key the vendor already has is Done.

        Args:
            commands: What to make true.
            permit: Asked as the last act before each request leaves; when it says no, the commands of that request are
                Retry and nothing was sent.

        Raises:
            AdapterDown: Only while no byte of a write has left; no command is blamed.
        """

    def probe(self, commands: Sequence[Command]) -> tuple[Probed, ...]:
        """
        Tell for each command of one kind whether its effect is there, by strong reads only; one answer each, in order.

        Raises:
            AdapterDown: As for pull.
        """

    def describe(self) -> Schema:
        """
        Read fields, options, owners, limits and the task tier as they are now (several requests; the caller caches).

        Raises:
            AdapterDown: As for pull; kind "credentials" when the token is refused.
        """

    def prepare(self, *, dry: bool) -> tuple[str, ...]:
        """
        Create the fields of our own that the configuration writes to and the system lacks (task key, result fields).

        Returns:
            One plain sentence for each field that was made, or would be made when *dry*.

        Raises:
            AdapterDown: As for pull; kind "scopes" when the credentials may not create fields.
        """
