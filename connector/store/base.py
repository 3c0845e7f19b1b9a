"""
The port of the store: few verbs, grouped by noun; what follows from a fact is saved with the fact.

`Store.writing()` opens one transaction that is durable (fsynced) when the block ends and leaves nothing when it raises;
`Store.reading()` sees one consistent state and works beside a writer in another process. Within a process writers take
turns. No method talks to a network or asks for the time: instants are arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from connector.commands import Kind, Rank
from connector.model import CrmRef, Engagement, Stage, Standing, Transition
from connector.store.nouns import (
    Acceptance,
    AgreementRow,
    Cursor,
    Delivery,
    Dossier,
    Effect,
    Held,
    Post,
    Quarantined,
    Refusals,
    Run,
    Settlement,
    State,
)

__all__ = (
    "Acceptance",
    "AgreementRow",
    "Cursor",
    "Delivery",
    "Dossier",
    "Effect",
    "Held",
    "Post",
    "Quarantined",
    "Reading",
    "Refusals",
    "Run",
    "Settlement",
    "State",
    "Store",
    "StoreAway",
    "StoreBroken",
    "StoreBusy",
    "StoreStopped",
    "StoreTooNew",
    "Writing",
)


class StoreTooNew(Exception):  # noqa: N818 - the name says the state of the store
    """The store was written by a newer program; nothing was touched."""


class StoreBusy(Exception):  # noqa: N818 - the name says the state of the store
    """Another process holds the sync role (exit code 75); reading goes on beside it."""


class StoreAway(StoreBusy):
    """The database cannot be reached now, or the connection was lost; what was under way is not stored, try again."""


class StoreBroken(Exception):  # noqa: N818 - the name says the state of the store
    """The store cannot be read or written: corrupt, read-only, disk full; the message says which and what to do."""


class StoreStopped(StoreBroken):
    """Nothing can be saved now: the disk is full, failing or read-only; what was saved stays, and it may go on."""


class Reading(Protocol):
    """One consistent look."""

    def held(self, refs: Sequence[CrmRef]) -> Mapping[CrmRef, Held]:
        """Return the rows known under *refs*; unknown ones are left out."""

    def owners_of(self, *, refs: Sequence[CrmRef] = (), emails: Sequence[str] = ()) -> Mapping[CrmRef | str, int]:
        """Return whose these rows or e-mail addresses are (person ids), also by aliases of merged rows."""

    def named_by(self, refs: Sequence[CrmRef]) -> Mapping[CrmRef, CrmRef]:
        """Return, for those of *refs* that a row of another system named as its twin, that row."""

    def people_at(self, companies: Sequence[CrmRef]) -> Mapping[CrmRef, tuple[int, ...]]:
        """Return the people whose primary company is each of *companies*."""

    def dossiers(self, person_ids: Sequence[int], companies: bool = True) -> tuple[Dossier, ...]:  # noqa: FBT001, FBT002
        """
        Return all that evaluation needs for *person_ids*, in their order and a fixed number of statements.

        Left out: people who were erased or merged away, rows and companies that were found deleted.
        """

    def due(self, now: datetime, limit: int) -> tuple[int, ...]:
        """Return people who are due at *now*, longest due first."""

    def next_due(self) -> datetime | None:
        """Return the earliest `due_at` of anybody."""

    def rows_of_people_in(self, stages: Sequence[Stage], system: str) -> tuple[CrmRef, ...]:
        """Return the living rows in *system* of everybody who stands in one of *stages*."""

    def find(self, text: str) -> tuple[int, ...]:
        """Return people whose id, e-mail or vendor id is *text*; a bare number is a vendor id first, then ours."""

    def cursors(self) -> tuple[Cursor, ...]:
        """Return every cursor."""

    def transitions(self, person_id: int | None = None, since: datetime | None = None) -> Iterable[Transition]:
        """Yield the stage ledger, oldest first, streaming."""

    def effects(  # noqa: PLR0913 - these are the filters of `connector outbox`
        self,
        *,
        states: Sequence[State] = (),
        person_id: int | None = None,
        system: str = "",
        kind: Kind | None = None,
        ids: Sequence[int] = (),
        people: Collection[int] | None = None,
        reason: str = "",
        since: datetime | None = None,
        limit: int = 1000,
    ) -> tuple[Effect, ...]:
        """
        Return effects that pass every filter given, by rank, then oldest first.

        *reason* is part of their reason, in any case of the letters A to Z; *since* is when they were decided.
        """

    def backlog(self) -> Mapping[tuple[str, State], int]:
        """Return how many live effects each system has in each state."""

    def refusals(self) -> tuple[Refusals, ...]:
        """Return what effects are PARKED for, by system and reason."""

    def held_by_brake(self) -> Mapping[str, int]:
        """Return how many effects each brake holds; those that none has weighed yet are left out."""

    def next_attempt(self, system: str) -> datetime | None:
        """Return when the next PENDING or UNKNOWN effect of *system* may go; a past instant means now."""

    def quarantined(self, limit: int = 1000) -> tuple[Quarantined, ...]:
        """Return rows that could not be mapped, newest first."""

    def quarantined_count(self) -> int:
        """Return how many rows could not be mapped."""

    def deliveries(
        self, states: Sequence[Post] = (Post.NEW,), system: str = "", limit: int = 500
    ) -> tuple[Delivery, ...]:
        """Return what systems have sent by themselves and is in one of *states*, oldest first."""

    def deliveries_waiting(self) -> Mapping[Post, int]:
        """Return how many deliveries are NEW and how many ASIDE."""

    def agreements(self) -> tuple[AgreementRow, ...]:
        """Return every edition ever seen, oldest first."""

    def runs(self, limit: int = 10) -> tuple[Run, ...]:
        """Return the last runs, newest first."""

    def tasks_today(self, since: datetime, *, unweighed: bool = False) -> Mapping[str, int]:
        """
        Return how many tasks each owner (e-mail) was given since *since*, waiting ones included.

        Held ones are not counted, but with *unweighed* those that no brake has looked at yet.
        """

    def person_counts(self) -> Mapping[str, int]:
        """Return how many people stand in each stage ("" for none) and, as "people", how many there are."""

    def note(self, name: str) -> str:
        """Return the small fact kept under *name* (heartbeat, schema cache, go-live), or ""."""


class Writing(Reading, Protocol):
    """One transaction."""

    def new_person(self, email: str, now: datetime) -> int:
        """Make a person and return its id."""

    def new_people(self, emails: Sequence[str], now: datetime) -> tuple[int, ...]:
        """Make one person for each of *emails* ("" for none) and return their ids in the same order."""

    def save_held(self, rows: Iterable[Held]) -> None:
        """Insert or replace rows by ref; a person's e-mail follows its rows."""

    def save_twins(self, named: Mapping[CrmRef, CrmRef]) -> None:
        """Remember for each twin, seen already or not, which row named it last."""

    def add_engagements(self, person_id: int, rows: Iterable[Engagement], now: datetime) -> int:
        """Insert those whose key is new; return how many."""

    def add_all_engagements(self, rows: Iterable[tuple[int, Engagement]], now: datetime) -> frozenset[int]:
        """Insert (person, engagement) pairs whose key is new, in bulk; return the people who really got one."""

    def renew_engagements(self, rows: Iterable[tuple[int, Engagement]], now: datetime) -> frozenset[int]:
        """
        Insert (person, engagement) pairs; of one key the later telling stands, in whatever order they come.

        Returns:
            The people for whom that changed anything.
        """

    def withdraw(self, keys: Sequence[str]) -> frozenset[int]:
        """
        Take engagements back (a cancelled meeting): they count no more, whatever arrives later under that key.

        Returns:
            The people who had one of them.
        """

    def touch(self, person_ids: Iterable[int], due_at: datetime) -> None:
        """Let facts of these people have changed: revision + 1, due at *due_at* or earlier."""

    def touch_all(self, due_at: datetime) -> None:
        """Let everybody be due at *due_at* or earlier, their facts unchanged: the agreement is another one."""

    def save_standings(self, rows: Iterable[Standing]) -> frozenset[int]:
        """
        Save verdicts, each only if the person's revision is still the row's; return the ids that were refused.

        A refused person stays due; what belongs to the verdict (transitions, effects) must not be saved for them.
        """

    def add_transitions(self, rows: Iterable[Transition]) -> None:
        """Append to the stage ledger; the same step (person, target, at, actor) twice is once."""

    def enqueue(self, effects: Iterable[Effect]) -> tuple[int, ...]:
        """
        Store new effects and return the ids of those that were new.

        A key that exists in any state is left alone; a PENDING or HELD effect of the same slot is DROPPED in favour of
        the newer one. INFLIGHT and UNKNOWN ones stay, the newer one waits behind them.
        """

    def release(self, ids: Sequence[int], now: datetime) -> int:
        """Turn HELD effects into PENDING; return how many."""

    def hold(self, holds: Mapping[int, str]) -> None:
        """Keep effects HELD under a brake: effect id → brake name (shown to people)."""

    def claim(
        self, system: str, records: int, now: datetime, epoch: int, rank: Rank = Rank.BACKFILL
    ) -> tuple[Effect, ...]:
        """
        Return PENDING effects of the next *records* records that may go at *now*, best rank first.

        They are marked as this epoch's but still PENDING. Left out: effects behind an INFLIGHT, UNKNOWN or PARKED one
        of the same slot, effects claimed by a live epoch, and effects of a rank above *rank*.
        """

    def send(self, ids: Sequence[int], epoch: int, now: datetime) -> frozenset[int]:
        """Mark PENDING effects INFLIGHT, attempts + 1; return those that really were ours to send."""

    def unclaim(self, ids: Sequence[int], epoch: int) -> None:
        """Give PENDING effects back that were claimed but not sent."""

    def settle(self, rows: Iterable[Settlement], now: datetime) -> frozenset[int]:
        """Save what became of INFLIGHT or UNKNOWN (or claimed PENDING) effects; return the ids that really changed."""

    def orphaned(self, epoch: int, not_before: datetime) -> int:
        """Turn INFLIGHT effects of other epochs into UNKNOWN (to be probed from *not_before*); return how many."""

    def unknown(self, system: str, now: datetime, limit: int) -> tuple[Effect, ...]:
        """Return UNKNOWN effects of *system* that may be probed at *now*, oldest first."""

    def readdress(self, old: CrmRef, new: CrmRef) -> int:
        """Let live effects on the row *old* concern *new*, into which it was merged; keys stay; return how many."""

    def unpark(self, refs: Collection[CrmRef]) -> int:
        """Turn PARKED effects on these rows into PENDING, for the rows are others now; return how many."""

    def unpark_system(self, system: str) -> int:
        """Turn all PARKED effects of *system* into PENDING, for it is mapped another way now; return how many."""

    def retry(self, ids: Sequence[int], now: datetime) -> int:
        """Turn PARKED effects into PENDING by a human's word; return how many."""

    def bring_forward(self, now: datetime, probe: datetime) -> int:
        """Let no PENDING effect wait beyond *now*, no UNKNOWN one beyond *probe*; return how many did."""

    def drop(self, ids: Sequence[int], now: datetime, reason: str) -> int:
        """Turn live effects (not INFLIGHT) into DROPPED; return how many."""

    def close_tasks(self, keys: Sequence[str], now: datetime, state: str) -> None:
        """Remember that these tasks of ours are "completed" or "deleted" in the CRM."""

    def quarantine(self, rows: Iterable[Quarantined]) -> None:
        """Insert or refresh by ref."""

    def release_quarantine(self, refs: Sequence[CrmRef]) -> None:
        """Forget that these rows could not be mapped."""

    def accept(self, rows: Sequence[Delivery]) -> tuple[Acceptance, ...]:
        """
        Store deliveries whose id the system has not used yet; one answer each, in order.

        Of several with one id in *rows* the first is stored and the others are repeated or in conflict with it.
        """

    def settle_deliveries(self, ids: Sequence[int], now: datetime) -> int:
        """Let deliveries be DONE: their bodies go, their ids stay known; return how many changed."""

    def put_aside(self, problems: Mapping[int, str], now: datetime) -> None:
        """Let deliveries be ASIDE, each with its reason; *now* stays that of the first time."""

    def replay_deliveries(self, ids: Sequence[int]) -> int:
        """Let deliveries that are ASIDE be NEW again; return how many."""

    def forget_deliveries(self, done_before: datetime, aside_before: datetime) -> int:
        """Forget deliveries that were DONE, or first put ASIDE, before these instants; return how many."""

    def save_cursor(self, cursor: Cursor) -> None:
        """Insert or replace by (system, stream)."""

    def save_agreement(self, row: AgreementRow) -> None:
        """Insert; the same version with another hash is refused by the caller, who reads first."""

    def start_run(self, run: Run) -> int:
        """Insert and return its id; runs older than the last 2,000 are forgotten."""

    def finish_run(self, run: Run) -> None:
        """Save finished_at, counts and error by id."""

    def save_note(self, name: str, text: str) -> None:
        """Insert or replace a small fact."""

    def merge_people(self, winner: int, loser: int, now: datetime) -> None:
        """Make two people one: rows, engagements, ledger, effects and triggers move; the loser becomes an alias."""

    def next_epoch(self) -> int:
        """Return a number that no earlier process used."""


class Store(Protocol):
    """One database."""

    def reading(self) -> AbstractContextManager[Reading]:
        """Open one consistent look."""

    def writing(self) -> AbstractContextManager[Writing]:
        """Open one durable transaction; commits when the block ends, leaves nothing when it raises."""

    def sync_role(self) -> AbstractContextManager[None]:
        """Hold the one sync role while the block runs; StoreBusy when another process has it."""

    def upgrade(self) -> tuple[str, str]:
        """Bring the schema to this program's; return (before, after); StoreTooNew when it is newer."""

    def version(self) -> tuple[str, str]:
        """Return the schema version found and the one this program needs; "" found means an empty database."""

    def close(self) -> None:
        """Let go of connections and files."""
