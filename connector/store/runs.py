"""Statements about our own work: cursors, runs, small notes, epochs."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from connector.store import codec
from connector.store.base import Cursor, Run
from connector.store.schema import cursors, epochs, notes, runs
from connector.store.statements import Insert, Statements

_EPOCH: Final = "process"
KEPT: Final = 2000
"""Runs that are kept: a week of passes every five minutes; older ones would only make the file grow."""
_CURSORS = select(*cursors.c).order_by(cursors.c.system, cursors.c.stream)
_RUNS = select(*runs.c).order_by(runs.c.id.desc()).limit(bindparam("most"))
_NOTE = select(notes.c.text).where(notes.c.name == bindparam("note"))
_OLD = delete(runs).where(runs.c.id <= bindparam("oldest"))
_FINISH = (
    update(runs)
    .where(runs.c.id == bindparam("run"))
    .values(finished_at=bindparam("ended"), counts=bindparam("counted"), error=bindparam("failed"))
)


@cache
def _cursor(insert: Insert) -> Any:  # noqa: ANN401 - the engine's own INSERT has no common type
    """Return the statement that inserts a cursor, or replaces all of it."""
    new = insert(cursors)
    return new.on_conflict_do_update(
        index_elements=[cursors.c.system, cursors.c.stream],
        set_={name: new.excluded[name] for name in ("cursor", "as_of", "looked_at", "loaded")},
    )


@cache
def _note(insert: Insert) -> Any:  # noqa: ANN401 - the engine's own INSERT has no common type
    """Return the statement that inserts a note, or replaces its text."""
    new = insert(notes)
    return new.on_conflict_do_update(index_elements=[notes.c.name], set_={"text": new.excluded.text})


class Runs(Statements):
    """Reading about our own work."""

    __slots__ = ()

    def cursors(self) -> tuple[Cursor, ...]:
        """See `Reading.cursors`."""
        return tuple(
            Cursor(system, stream, cursor, codec.instant(as_of), codec.instant(looked_at), bool(loaded))
            for system, stream, cursor, as_of, looked_at, loaded in self._rows(_CURSORS)
        )

    def runs(self, limit: int = 10) -> tuple[Run, ...]:
        """See `Reading.runs`."""
        return tuple(
            Run(
                codec.instant(started_at),
                kind,
                id_,
                codec.maybe_instant(finished_at),
                MappingProxyType(codec.from_json(counts)),
                error,
            )
            for id_, kind, started_at, finished_at, counts, error in self._rows(_RUNS, {"most": limit})
        )

    def note(self, name: str) -> str:
        """See `Reading.note`."""
        found = self._rows(_NOTE, {"note": name})
        return str(found[0][0]) if found else ""


class RunsWriting(Runs):
    """Writing about our own work."""

    __slots__ = ()

    def save_cursor(self, cursor: Cursor) -> None:
        """See `Writing.save_cursor`."""
        self._connection.execute(
            _cursor(self._insert),
            {
                "system": cursor.system,
                "stream": cursor.stream,
                "cursor": cursor.cursor,
                "as_of": codec.text_of(cursor.as_of),
                "looked_at": codec.text_of(cursor.looked_at),
                "loaded": int(cursor.loaded),
            },
        )

    def start_run(self, run: Run) -> int:
        """See `Writing.start_run`."""
        made = self._connection.execute(
            insert(runs),
            {
                "kind": run.kind,
                "started_at": codec.text_of(run.started_at),
                "finished_at": codec.maybe_text(run.finished_at),
                "counts": codec.json_of(dict(run.counts)),
                "error": codec.plain(run.error),
            },
        )
        key = made.inserted_primary_key
        run_id = int(key[0]) if key else 0
        self._connection.execute(_OLD, {"oldest": run_id - KEPT})
        return run_id

    def finish_run(self, run: Run) -> None:
        """See `Writing.finish_run`."""
        self._connection.execute(
            _FINISH,
            {
                "run": run.id,
                "ended": codec.maybe_text(run.finished_at),
                "counted": codec.json_of(dict(run.counts)),
                "failed": codec.plain(run.error),
            },
        )

    def save_note(self, name: str, text: str) -> None:
        """See `Writing.save_note`."""
        self._connection.execute(_note(self._insert), {"name": name, "text": text})

    def next_epoch(self) -> int:
        """See `Writing.next_epoch`; the first is 1, 0 stands for nobody."""
        new = self._insert(epochs).values(name=_EPOCH, last=1)
        taken = new.on_conflict_do_update(index_elements=[epochs.c.name], set_={"last": epochs.c.last + 1})
        return int(self._connection.execute(taken.returning(epochs.c.last)).scalar_one())
