"""Progress on stderr: bars on a terminal, one line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from connector.adapters.base import AdapterDown
from connector.cli.say import counted, down_sentence, err
from connector.events import CameBack, Dropped, Evaluated, Event, Pulled, Refused, Tried, WentDown

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

EVERY: Final = 10.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """Listens to the events of a pass and shows how far it is; `said` are the systems already reported as down."""

    def __init__(self) -> None:
        """Count from nothing."""
        self.said: set[str] = set()
        self._rows = self._people = self._writes = self._planned = 0
        self._aside: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._bars: Bars | None = None
        self._tasks: tuple[TaskID, ...] = ()
        if sys.stderr.isatty():
            self._bars, self._tasks = _bars()

    def __enter__(self) -> Self:
        """Start showing."""
        if self._bars is not None:
            self._bars.start()
        else:
            threading.Thread(target=self._lines, name="progress", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop showing."""
        self._over.set()
        if self._bars is not None:
            self._bars.stop()

    def tell(self, event: Event) -> None:
        """Take one event; called from several threads."""
        with self._lock:
            self._count(event)
            if self._bars is not None:
                read, judged, written = self._tasks
                self._bars.update(read, completed=self._rows)
                self._bars.update(judged, completed=self._people)
                self._bars.update(written, completed=self._writes, total=max(self._planned, self._writes) or None)

    def _lines(self) -> None:
        """Say how far it is from time to time."""
        while not self._over.wait(EVERY):
            with self._lock:
                text = (
                    f"read {counted(self._rows, 'record')}, judged {counted(self._people, 'person', 'people')}, "
                    f"made {counted(self._writes, 'write')}"
                )
            err(text)

    def _count(self, event: Event) -> None:
        """Add an event to the figures; what an operator should know at once is said at once."""
        match event:
            case Pulled():
                self._rows += event.rows
            case Evaluated():
                self._people += event.people
                self._planned += event.writes
            case Tried():
                self._writes += 1
            case Refused():
                if event.problem not in self._aside:
                    self._aside.add(event.problem)
                    err(f"put aside: {event.problem}")
            case Dropped():
                err(f"dropped: {event.command.ref.system} {event.command.ref.id}: {event.reason}")
            case WentDown():
                self.said.add(event.system)
                err(down_sentence(event.system, AdapterDown(event.reason, event.kind, event.after)))
            case CameBack():
                err(f"{event.system} answers again")


def _bars() -> tuple[Bars, tuple[TaskID, ...]]:
    """Return one bar each for reading, judging and writing; how much there is to read nobody knows before."""
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above
    from rich.progress import Progress as Made  # noqa: PLC0415 - as above

    bars = Made(
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=30),
        TextColumn("{task.completed:>9,.0f} {task.fields[unit]:<8}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks = (
        bars.add_task("reading", total=None, unit="records"),
        bars.add_task("judging", total=None, unit="people"),
        bars.add_task("writing", total=None, unit="writes"),
    )
    return bars, tasks
