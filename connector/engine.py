"""
What the steps work with, put together once from the configuration: store, adapters, budgets, compiled rules, clock.

Everything from outside (time, chance, transport) is handed in, so that the same steps run in the daemon, in a test
under a virtual clock, and on a copy of the store for `plan`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from connector.adapters.base import Adapter, Clock
from connector.adapters.incoming import Incoming
from connector.agreement import Agreement
from connector.budget import Budget
from connector.config.nouns import Config
from connector.debts import Debts
from connector.decide import Judge
from connector.events import CameBack, Listener, WentDown, unheard
from connector.mapping.compiled import SystemReader
from connector.plan.nouns import Rules
from connector.schemas import Directory
from connector.steady import Watch, mend
from connector.store.base import AgreementRow, Store, Writing

AGREEMENT_SCHEMA: Final = 1
_LOOKED: Final = "looked before:"
"""Note that holds when the CRM was last looked at before an agreement replaced another one, by its hash."""
DEADLINE: Final = timedelta(seconds=30)
"""Longest time between claiming a write and its answer; after it the permit refuses."""


class AgreementChanged(Exception):  # noqa: N818 - the name says what happened
    """The same version of the agreement was seen before with other words (exit code 78)."""


@dataclass(slots=True)
class Health:
    """
    Whether one system can be reached; the only state the steps share.

    Attributes:
        down_since: When it was found down; None while it answers.
        kind: As in AdapterDown.
        reason: In the vendor's words.
        until: Not to be asked again before, by the steady clock; None when it may be asked.
    """

    down_since: datetime | None = None
    kind: str = ""
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """
    Everything a step needs.

    Attributes:
        config: What the admin decided.
        store: The database.
        adapters: By system name.
        budgets: By system name.
        readers: Compiled mappings by system name.
        owner_fields: The vendor's owner field by system name, where the mapping names none.
        judge: The compiled agreement.
        clock: The only source of instants: what is stored, and what is shown.
        steady: Tells spans, for rests and deadlines; it never jumps. The clock itself when left out.
        watch: Notices when the clock jumps.
        chance: The only source of randomness (back-off jitter).
        tell: Takes every event.
        epoch: This process's number; fences claims.
        health: By system name.
        directory: Cached schemas: owners, options, portal.
        incoming: How to take what systems send by themselves, by name; only systems that may send.
        debts: What the store did not take when it was told; written before anything new is sent.
        stopping: Says whether the process is about to stop: no further write may leave.
        give_way: Called by a pass between the parts of its work; waits, and says whether it had to: the next part is
            then to be a small one.
    """

    config: Config
    store: Store
    adapters: Mapping[str, Adapter]
    budgets: Mapping[str, Budget]
    readers: Mapping[str, SystemReader]
    owner_fields: Mapping[str, str]
    judge: Judge
    clock: Clock
    directory: Directory
    chance: random.Random
    tell: Listener = unheard
    epoch: int = 0
    health: dict[str, Health] = field(default_factory=dict)
    steady: Clock | None = None
    watch: Watch = field(default_factory=Watch)
    debts: Debts = field(default_factory=Debts)
    stopping: Callable[[], bool] = lambda: False
    give_way: Callable[[], bool] = lambda: False
    incoming: Mapping[str, Incoming] = field(default_factory=lambda: MappingProxyType({}))

    def went_down(self, system: str, kind: str, reason: str, after: timedelta | None) -> None:
        """Remember that *system* is down; say so only when it begins or its reason changes."""
        now = self.clock()
        state = self.health.setdefault(system, Health())
        news = state.down_since is None or state.kind != kind
        state.down_since = state.down_since or now
        state.kind, state.reason = kind, reason
        state.until = self.moment() + (after or timedelta(seconds=30))
        if news and kind != "budget":
            self.tell(WentDown(system, kind, reason, after))

    def came_back(self, system: str) -> None:
        """Remember that *system* answers; say so only when it was down."""
        state = self.health.get(system)
        if state is None or state.down_since is None:
            return
        if state.kind != "budget":
            self.tell(CameBack(system, state.down_since))
        self.health[system] = Health()

    def resting(self, system: str) -> timedelta | None:
        """Return how long *system* is still to be left alone; None when it may be asked."""
        state = self.health.get(system)
        if state is None or state.until is None:
            return None
        left = state.until - self.moment()
        return left if left > timedelta(0) else None

    def moment(self) -> datetime:
        """Return the time by which spans are measured; only its differences mean anything."""
        return (self.steady or self.clock)()

    def mend_clock(self, tx: Writing) -> timedelta:
        """Let nothing wait for an instant that only a wrong clock knew; return how far the clock jumped."""
        return mend(tx, self.watch, self.clock(), self.moment(), self.config.delivery.quiet)

    def rules(self) -> Rules:
        """Return what holds for everybody in this pass; the agreement's go-live comes from the store."""
        agreement = self.config.agreement
        with self.store.reading() as look:
            seen = {row.hash: row.first_seen for row in look.agreements()}
            looked = look.note(_LOOKED + agreement.hash)
        first_seen = datetime.fromisoformat(looked) if looked else seen.get(agreement.hash, self.clock())
        return Rules(
            self.judge,
            agreement,
            self.config.playbooks,
            self.config.first_sync,
            max(agreement.effective, first_seen),
        )

    def start_of_day(self) -> datetime:
        """Return the last midnight of the configured zone, in UTC."""
        local = self.clock().astimezone(self.config.timezone)
        return datetime.combine(local.date(), time(), self.config.timezone).astimezone(UTC)


def register_agreement(engine: Engine, tx: Writing) -> bool:
    """
    Store the agreement as it is when it was never seen; return whether it is new.

    Raises:
        AgreementChanged: The version is known with other words: give the changed agreement a version of its own.
    """
    agreement = engine.config.agreement
    if refuse_changed_words(agreement, tx.agreements()):
        return False
    tx.save_agreement(
        AgreementRow(agreement.version, agreement.hash, agreement.canonical, AGREEMENT_SCHEMA, engine.clock())
    )
    resting = {(name, one.name) for name, adapter in engine.adapters.items() for one in adapter.streams() if one.every}
    looks = [one.looked_at for one in tx.cursors() if one.loaded and (one.system, one.stream) not in resting]
    if looks and len(tx.agreements()) > 1:
        # What came between the last look under the old words and the first under the new is news, not baseline.
        tx.save_note(_LOOKED + agreement.hash, min(looks).isoformat())
    return True


def refuse_changed_words(agreement: Agreement, known: Iterable[AgreementRow]) -> bool:
    """
    Return whether *agreement* is among the editions that are *known*.

    Raises:
        AgreementChanged: Its version is, with other words.
    """
    for row in known:
        if row.hash == agreement.hash:
            return True
        if row.version == agreement.version:
            raise AgreementChanged(agreement.version)
    return False


def with_epoch(engine: Engine, quiet: timedelta) -> Engine:
    """Return *engine* with a number of its own; writes that an earlier process left in flight become UNKNOWN."""
    with engine.store.writing() as tx:
        epoch = tx.next_epoch()
        tx.orphaned(epoch, engine.clock() + quiet)
    return replace(engine, epoch=epoch)
