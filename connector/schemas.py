"""What each system looks like (fields, options, owners, limits), read once a day and kept in the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Lock
from typing import Final

from pydantic import TypeAdapter, ValidationError

from connector.adapters.base import Adapter, Clock, Owner, Schema
from connector.store.base import Store

MAX_AGE: Final = timedelta(days=1)
"""Owners leave and options change: drift is looked for each day."""
_NOTE: Final = "schema:"


def _unheard(system: str, schema: Schema) -> None:
    """Learn nothing."""
    del system, schema


class Directory:
    """The schemas of all systems, in memory and in the store."""

    def __init__(
        self,
        store: Store,
        adapters: Mapping[str, Adapter],
        clock: Clock,
        learn: Callable[[str, Schema], None] = _unheard,
    ) -> None:
        """Read nothing yet; *learn* is told of every schema that comes into use."""
        self._learn = learn
        self._store = store
        self._adapters = adapters
        self._clock = clock
        self._known: dict[str, Schema] = {}
        self._codec = TypeAdapter(Schema)
        self._lock = Lock()

    def schema(self, system: str, max_age: timedelta = MAX_AGE) -> Schema:
        """
        Return the schema of *system*, read from the vendor only when ours is older than *max_age*.

        Raises:
            AdapterDown: It must be read and the system cannot be reached.
        """
        if not self._adapters[system].abilities.reads:
            # What it says comes from the configuration, costs nothing, and may be another after every start.
            return self._adapters[system].describe()
        with self._lock:
            known = self._known.get(system) or self._stored(system)
            if known is None or abs(self._clock() - known.as_of) >= max_age:
                known = self._adapters[system].describe()
                with self._store.writing() as tx:
                    tx.save_note(_NOTE + system, self._codec.dump_json(known).decode())
            if self._known.get(system) is not known:
                self._learn(system, known)
            self._known[system] = known
            return known

    def renewed(self, system: str) -> Schema:
        """Return the schema of *system* as it is now; raises as `schema`."""
        return self.schema(system, timedelta(0))

    def known(self, system: str) -> Schema | None:
        """Return what was last read of *system*, however old, without asking the vendor."""
        with self._lock:
            return self._known.get(system) or self._stored(system)

    def owners(self, system: str) -> Mapping[str, Owner]:
        """Return the owners of *system* by id."""
        return {one.id: one for one in self.schema(system).owners}

    def _stored(self, system: str) -> Schema | None:
        """Return the schema kept in the store; one of an older program's shape counts as none."""
        with self._store.reading() as look:
            text = look.note(_NOTE + system)
        if not text:
            return None
        try:
            return self._codec.validate_json(text)
        except ValidationError:
            return None
