"""
Once a day, read everybody who is qualified again by the strong read: what polling and indexes may have missed.

Deleted and merged records, moves by hand, and changed values come in this way at the latest. The cost follows the
number of qualified people, not the base.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from connector.adapters.base import AdapterDown
from connector.commands import Rank
from connector.engine import Engine
from connector.ingest import take_fresh
from connector.lifecycle import OURS
from connector.model import CrmRef

EVERY: Final = timedelta(days=1)
AT_ONCE: Final = 500
_NOTE: Final = "reconciled:"
_PLACE: Final = "reconciling:"


def reconcile(engine: Engine, system: str, at_once: int = AT_ONCE) -> AdapterDown | None:
    """Read the qualified people's records in *system* again when a day has passed; return why it could not be done."""
    if not engine.adapters[system].abilities.reads:
        return None
    now = engine.clock()
    with engine.store.reading() as look:
        text = look.note(_NOTE + system)
        refs = look.rows_of_people_in(sorted(OURS), system) if text and _ripe(text, now) else ()
        done = look.note(_PLACE + system)
    if text and not _ripe(text, now):
        return None
    refs = tuple(one for one in sorted(refs, key=_place) if _place(one) > done)
    for start in range(0, len(refs), at_once):
        part = refs[start : start + at_once]
        try:
            for name in sorted({ref.object for ref in part}):
                asked = engine.clock()
                found = engine.adapters[system].fetch([ref for ref in part if ref.object == name], Rank.READ)
                take_fresh(engine, found, asked)
        except AdapterDown as down:
            return down
        with engine.store.writing() as tx:
            # Where the limits end a look, the next one goes on: beginning again would never come to the end.
            tx.save_note(_PLACE + system, _place(part[-1]))
    with engine.store.writing() as tx:
        tx.save_note(_NOTE + system, now.isoformat())
        tx.save_note(_PLACE + system, "")
    return None


def _place(ref: CrmRef) -> str:
    """Return what orders the rows of one system."""
    return f"{ref.object}:{ref.id}"


def _ripe(text: str, now: datetime) -> bool:
    """Tell whether a day has passed since *text*."""
    return abs(now - datetime.fromisoformat(text)) >= EVERY
