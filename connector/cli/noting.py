"""What the daemon's loop and its steps tell, as events of the log: ids and outcomes; docs/reference/logging.md."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Final

from connector.commands import CreateTask, Done, Rejected, Retry, SetFields, Unknown, kind_of
from connector.config.load import render
from connector.events import CameBack, Dropped, Evaluated, Event, Pulled, Refused, Tried, Trouble, WentDown
from connector.log import Level, bind, say, unbind
from connector.model import CrmRef
from connector.problems import ConfigurationInvalid
from connector.redaction import KNOWN
from connector.store.base import Effect, Store, StoreBroken, StoreBusy
from connector.sync import Pass

_NOBODY: Final = 0


class Notes:
    """Logs what an operator should know; called from several threads."""

    def __init__(self, store: Store) -> None:
        """Know of no record that was put aside; *store* says what is known of a person whose write failed."""
        self._store = store
        self._aside: set[CrmRef] = set()
        self._pulling = True
        self._lock = threading.Lock()

    def ready(self) -> None:
        """Log that signals are heard, the store is open and the first pass begins."""
        say("ready")

    def began(self, run: int, pulling: bool) -> None:  # noqa: FBT001 - the loop's own word
        """Log that a run begins, and name it in every line of its thread."""
        bind(run=run)
        self._pulling = pulling
        say("pass_began", Level.INFO if pulling else Level.DEBUG)

    def done(self, done: Pass) -> None:
        """Log what a pass came to; one that only looked at the time, and found nothing, says so at debug."""
        came = (done.changed, done.evaluated, done.delivered, done.held, done.down, done.waiting, done.rejected)
        say(
            "pass",
            Level.INFO if self._pulling or any(came) else Level.DEBUG,
            pulled=done.pulled,
            changed=done.changed,
            evaluated=done.evaluated,
            delivered=done.delivered,
            rejected=done.rejected,
            waiting=done.waiting,
            held=dict(done.held),
            quarantined=done.quarantined,
            down=sorted(done.down),
            calls=dict(done.api_calls),
            seconds=done.seconds,
        )
        unbind("run")

    def lack(self, lack: ConfigurationInvalid) -> None:
        """Log what the CRM has come to lack; nothing is written until it is mended."""
        say("paused", Level.WARNING, problems=[render(one, ()) for one in lack.problems])
        unbind("run")

    def busy(self, busy: StoreBusy) -> None:
        """Log that another process keeps the database."""
        say("store_busy", Level.WARNING, reason=str(busy))
        unbind("run")

    def stopped(self, reason: str) -> None:
        """Log that nothing can be saved, and that it can be again; each once."""
        if reason:
            say("store_stopped", Level.ERROR, reason=reason)
        else:
            say("store_back")

    def heard(self, name: str, facts: Mapping[str, Any]) -> None:
        """Log what the HTTP side tells."""
        match name:
            case "webhook_refused":
                say("webhook_refused", Level.WARNING, **facts)
            case "webhook_conflict":
                say("webhook_conflict", Level.WARNING, **facts)
            case "webhook_not_stored":
                say("webhook_not_stored", Level.ERROR, **facts)
            case "webhook_wake_failed":
                say("webhook_wake_failed", Level.ERROR, **facts)
            case _:
                raise ValueError(name)

    def tell(self, event: Event) -> None:
        """Take one event of the steps."""
        match event:
            case Tried():
                self._tried(event)
            case Dropped():
                known = self._known(event)
                facts: dict[str, Any] = {"kind": str(kind_of(event.command)), "reason": event.reason, KNOWN: known}
                say("dropped", system=event.system, person=event.person_id, record=event.command.ref.id, **facts)
            case Refused():
                # Each look at a record that cannot be read finds it again; once is enough.
                with self._lock:
                    new = event.ref not in self._aside
                    self._aside.add(event.ref)
                if new:
                    ref = event.ref
                    say("quarantined", Level.WARNING, system=ref.system, object=ref.object, record=ref.id)
            case WentDown():
                after = event.after
                say("down", Level.WARNING, system=event.system, kind=event.kind, reason=event.reason, after=after)
            case CameBack():
                say("back", system=event.system, since=event.down_since)
            case Trouble(count=0):
                say("refusals_ended", system=event.system, write=event.effect_id)
            case Trouble():
                with self._store.reading() as look:
                    words = [word for one in look.effects(ids=(event.effect_id,)) for word in self._known(one)]
                facts = {"count": event.count, "reason": event.reason, KNOWN: tuple(words)}
                say("refusals", Level.WARNING, system=event.system, write=event.effect_id, **facts)
            case Pulled() | Evaluated():
                return

    def _tried(self, event: Tried) -> None:
        """Log one write: what went well at info, what is parked or unknown as a warning with the vendor's words."""
        outcome = event.outcome
        facts: dict[str, Any] = {
            "person": event.person_id,
            "system": event.system,
            "record": event.command.ref.id,
            "kind": str(kind_of(event.command)),
            "outcome": type(outcome).__name__.lower(),
        }
        match outcome:
            case Done():
                say("write", remote=outcome.remote_id, **facts)
            case Rejected():
                facts |= {"request_id": outcome.request_id, "reason": outcome.reason, KNOWN: self._known(event)}
                say("write", Level.WARNING, **facts)
            case Unknown():
                say("write", Level.WARNING, reason=outcome.reason, **{**facts, KNOWN: self._known(event)})
            case Retry():
                after = outcome.after
                say("write", reason=outcome.reason, after=after, **{**facts, KNOWN: self._known(event)})

    def _known(self, event: Tried | Dropped | Effect) -> tuple[str, ...]:
        """Return what is known of the person, so that no word of it is repeated in the vendor's."""
        command = event.command
        said: list[object] = []
        if isinstance(command, CreateTask):
            said += [command.subject, command.owner]
        elif isinstance(command, SetFields):
            said += command.values.values()
        if event.person_id != _NOBODY:
            try:
                with self._store.reading() as look:
                    for dossier in look.dossiers((event.person_id,), False):  # noqa: FBT003 - without companies
                        for held in dossier.held:
                            said += held.values.values()
            except (StoreBusy, StoreBroken):
                # The line is worth more than this; addresses and numbers are found by their shape all the same.
                said += ()
        return tuple(one for one in said if isinstance(one, str) and one)
