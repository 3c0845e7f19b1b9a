"""Pull what changed: page after page, the next one under way while this one is stored, the cursor with its rows."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connector.adapters.base import AdapterDown, Page, Stream
from connector.engine import Engine
from connector.events import Pulled
from connector.ingest import Taken, strangers, take_rows
from connector.mapping.vocabulary import MEMBERSHIP, singular
from connector.store.base import Cursor

FEW_ROWS: Final = 20
"""Rows stored in one go by a pass that gives way."""


@dataclass(frozen=True, slots=True)
class Looked:
    """
    What one look at a stream brought.

    Attributes:
        rows: Rows that were read.
        new: Rows that changed anything.
        down: Why it ended early; None when it did not.
        rest: The vendor is still preparing the next page: look again after this span; None when the stream is read.
    """

    rows: int = 0
    new: int = 0
    down: AdapterDown | None = None
    rest: timedelta | None = None


def pull(engine: Engine, system: str, stream: Stream) -> Looked:
    """
    Store every change of *stream* since the last look; safe to repeat and to break off anywhere.

    One page is fetched ahead while the last one is stored, so that a first load keeps the vendor busy.
    """
    adapter = engine.adapters[system]
    name = fingerprint(engine, system, stream.object)
    cursor = _cursor(engine, system, stream.name, name)
    now = engine.clock()
    if cursor is not None and cursor.loaded and stream.every and timedelta() <= now - cursor.looked_at < stream.every:
        return Looked()
    text = cursor.cursor if cursor else None
    loaded = cursor.loaded if cursor else False
    rows = new = 0
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="pull") as ahead:
        asked = engine.clock()
        coming: Future[Page] = ahead.submit(adapter.pull, stream.name, text)
        while True:
            try:
                page = coming.result()
            except AdapterDown as down:
                return Looked(rows, new, down)
            asked, left_at = engine.clock(), asked
            ahead_now = page.more and page.rest is None
            if ahead_now and not engine.stopping():
                coming = ahead.submit(adapter.pull, stream.name, page.cursor)
            try:
                strangers(engine, system, page)
            except AdapterDown as down:
                return Looked(rows, new, down)
            loaded = loaded or not page.backfill or not page.more
            mark = Cursor(system, stream.name, page.cursor, page.as_of, engine.clock(), loaded=loaded)
            changed = store_page(engine, system, page, mark, name, left_at)
            rows, new = rows + len(page.records), new + changed
            engine.tell(Pulled(system, stream.name, len(page.records), changed, page.backfill))
            if not ahead_now or engine.stopping():
                engine.came_back(system)
                return Looked(rows, new, rest=page.rest if page.more else None)


def mapping_note(system: str, stream: str) -> str:
    """Return the name of the note that keeps under which mapping a stream was read."""
    return f"mapping:{system}:{stream}"


def store_page(  # noqa: PLR0913 - a page, where it came from and where the next one begins
    engine: Engine, system: str, page: Page, cursor: Cursor, mapped: str, asked: datetime
) -> int:
    """
    Store the rows of *page*, where the next one begins, and under which mapping they were read.

    Returns:
        How many rows said anything new.
    """
    changed = 0
    left = list(page.records)
    # Whoever waits for the turn waits for a few rows; the cursor never goes before the last of them.
    while len(left) > FEW_ROWS and engine.give_way():
        part, left = left[:FEW_ROWS], left[FEW_ROWS:]
        with engine.store.writing() as tx:
            taken = take_rows(engine, tx, system, part, (), asked, backfill=page.backfill)
        changed += _told(engine, taken)
    with engine.store.writing() as tx:
        taken = take_rows(engine, tx, system, left, page.gone, asked, backfill=page.backfill)
        tx.save_cursor(cursor)
        note = mapping_note(system, cursor.stream)
        if tx.note(note) != mapped:
            tx.unpark_system(system)
            tx.save_note(note, mapped)
    return changed + _told(engine, taken)


def _told(engine: Engine, taken: Taken) -> int:
    """Tell what was refused; return how many rows said anything new."""
    for event in taken.refused:
        engine.tell(event)
    return taken.changed


def fingerprint(engine: Engine, system: str, name: str) -> str:
    """Return a short name for all that is mapped from rows of object *name*: another mapping has another one."""
    mapping = engine.config.mappings[system]
    happenings = [one for one in mapping.engagements if name in {one.on, singular(one.object), MEMBERSHIP}]
    parts = (mapping.of(name), happenings, list(engine.config.fields.values()))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _cursor(engine: Engine, system: str, stream: str, mapped: str) -> Cursor | None:
    """
    Return where the stream stands; None before its first look.

    Rows that were read under another mapping do not hold what is mapped now, so the stream begins again.
    """
    with engine.store.reading() as look:
        found = next((one for one in look.cursors() if (one.system, one.stream) == (system, stream)), None)
        return found if look.note(mapping_note(system, stream)) in {"", mapped} else None
