"""Statements about twins: which row named another system's row as the same person, before or after that was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from connector.model import CrmRef
from connector.store import codec
from connector.store.lists import among
from connector.store.schema import twins
from connector.store.statements import Insert, Statements

_NAMED_BY = select(twins.c.name, twins.c.named_by).where(among(twins.c.name))


@cache
def _save(insert: Insert) -> Any:  # noqa: ANN401 - the engine's own INSERT has no common type
    """Return the statement that remembers a twin; the last row that named it counts."""
    new = insert(twins)
    return new.on_conflict_do_update(index_elements=[twins.c.name], set_={"named_by": new.excluded.named_by})


class Twins(Statements):
    """Reading about twins."""

    __slots__ = ()

    def named_by(self, refs: Sequence[CrmRef]) -> Mapping[CrmRef, CrmRef]:
        """See `Reading.named_by`."""
        found = self._rows_in(_NAMED_BY, dict.fromkeys(map(codec.name_of, refs)))
        return MappingProxyType({codec.ref_of(name): codec.ref_of(by) for name, by in found})


class TwinsWriting(Twins):
    """Writing about twins."""

    __slots__ = ()

    def save_twins(self, named: Mapping[CrmRef, CrmRef]) -> None:
        """See `Writing.save_twins`."""
        rows = [{"name": codec.name_of(twin), "named_by": codec.name_of(by)} for twin, by in named.items()]
        self._change(_save(self._insert), rows)
