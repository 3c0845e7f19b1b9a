"""What all clauses of the adapter suite share: how an engine would use an adapter, and made-up commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, Self, TypeVar

from connector.adapters.base import Adapter, AdapterDown, Page
from connector.commands import (
    Command,
    CreateTask,
    Outcome,
    Retry,
    SetFields,
    SetStage,
)
from connector.model import CrmRef, Record, Stage

from tests.adapters.subjects import Subject
from tests.clock import START

Clause = Callable[[Subject], None]
One = TypeVar("One")
MOST_PAGES: Final = 40


def yes() -> bool:
    """Permit everything."""
    return True


def pages(
    subject: Subject, cursor: str | None = None, *, stream: str = "", adapter: Adapter | None = None
) -> list[Page]:
    """Return all pages from *cursor* on, of people unless another stream is said; a rest is slept through."""
    found: list[Page] = []
    while not found or found[-1].more:
        assert len(found) < MOST_PAGES, "a stream without an end"
        found.append((adapter or subject.adapter).pull(stream or subject.stream, cursor))
        cursor = found[-1].cursor
        subject.clock.sleep(found[-1].rest or timedelta())
    return found


def begun(subject: Subject) -> Page:
    """Return the first page of the first load that has rows."""
    page = subject.adapter.pull(subject.stream, None)
    for _ in range(MOST_PAGES):
        if page.records:
            break
        subject.clock.sleep(page.rest or timedelta())
        page = subject.adapter.pull(subject.stream, page.cursor)
    return page


def read(found: Sequence[Page]) -> dict[str, Record]:
    """Return the last state of each row on *found* pages, by id."""
    return {one.ref.id: one for page in found for one in page.records}


def stage(subject: Subject, ref: CrmRef, value: str = "", *, key: str = "stage-1", recycle: bool = False) -> SetStage:
    """Return a command that sets the stage, to the later one unless said."""
    return SetStage(key, ref, subject.stage_field, value or subject.stages[1], Stage.MQL, recycle=recycle)


def fields(subject: Subject, ref: CrmRef, value: str = "Changed", key: str = "fields-1") -> SetFields:
    """Return a command that changes the contact's name."""
    return SetFields(key, ref, {subject.name_field: value})


def task(ref: CrmRef, key: str = "ABCDEFGHIJKLMNOPQRSTUVWX01") -> CreateTask:
    """Return a command that creates a task."""
    due = START + timedelta(days=1)
    return CreateTask(key, ref, "new-sql", f"Call {key}", "<p>Now &amp; then.</p>", "Now & then.", due)


def each_kind(subject: Subject, ref: CrmRef) -> tuple[Command, ...]:
    """Return one command of each kind."""
    return task(ref), stage(subject, ref), fields(subject, ref)


def only(values: Sequence[One]) -> One:
    """Return the one value there is."""
    assert len(values) == 1
    return values[0]


class Down:
    """Expects the one exception of the port; where it does not come, that is a failed assertion."""

    value: AdapterDown

    def __enter__(self) -> Self:
        """Begin to watch."""
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Take the exception, or complain that there is none."""
        assert error is None or isinstance(error, AdapterDown), f"{error!r} instead of AdapterDown"
        assert error is not None, "AdapterDown did not come"
        self.value = error
        return True


def down() -> Down:
    """Expect that nothing can be had from the system now."""
    return Down()


def settled(subject: Subject, commands: Sequence[Command]) -> dict[str, Outcome]:
    """Return the last outcome of each command by key, trying again what says so at once, as an engine does."""
    outcomes: dict[str, Outcome] = {}
    todo = list(commands)
    for _ in range(4):
        outcomes.update(zip([one.key for one in todo], subject.adapter.apply(todo, yes), strict=True))
        todo = [one for one in todo if isinstance(outcomes[one.key], Retry)]
        if not todo:
            break
    return outcomes
