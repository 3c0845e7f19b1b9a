"""Progress on stderr: a bar on a terminal, one line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Final, Self

from connector.adapters.base import AdapterDown
from connector.cli.say import down_sentence, err
from connector.events import CameBack, Dropped, Evaluated, Event, Pulled, Refused, Tried, WentDown

EVERY: Final = 10.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """Listens to the events of a pass and shows how far it is."""

    def __init__(self) -> None:
        """Count from nothing."""
        self._rows = self._people = self._writes = 0
        self._lock = threading.Lock()
        self._said_at = time.monotonic()
        self._status = None
        if sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
            from rich.status import Status  # noqa: PLC0415 - as above

            self._status = Status("connecting", console=Console(stderr=True))

    def __enter__(self) -> Self:
        """Start showing."""
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop showing."""
        if self._status is not None:
            self._status.stop()

    def tell(self, event: Event) -> None:
        """Take one event; called from several threads."""
        with self._lock:
            self._count(event)
            text = f"read {self._rows} records, judged {self._people} people, made {self._writes} writes"
            if self._status is not None:
                self._status.update(text)
            elif time.monotonic() - self._said_at >= EVERY:
                self._said_at = time.monotonic()
                err(text)

    def _count(self, event: Event) -> None:
        """Add an event to the figures; what an operator should know at once is said at once."""
        match event:
            case Pulled():
                self._rows += event.rows
            case Evaluated():
                self._people += event.people
            case Tried():
                self._writes += 1
            case Refused():
                err(f"put aside: {event.problem}")
            case Dropped():
                err(f"dropped: {event.command.ref.system} {event.command.ref.id}: {event.reason}")
            case WentDown():
                err(down_sentence(event.system, AdapterDown(event.reason, event.kind, event.after)))
            case CameBack():
                err(f"{event.system} answers again")
