"""
HubSpot rows as the port's records.

`Record.raw` is the row's flat `properties` with "id" beside them, so that a mapping names a property plainly. The
parent of a contact is its primary company; who was merged into a row stands in its own properties.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.adapters.base import TASK_OPEN, Wanted
from connector.adapters.hubspot.payload import Row
from connector.adapters.hubspot.vocabulary import (
    ACTIVITY_OBJECTS,
    ALWAYS,
    COMPANY,
    CONTACT,
    TASK,
    TASK_DONE,
    modified_property,
    objects_path,
)
from connector.model import CrmRef, Record

_MERGED: tuple[str, ...] = ("hs_merged_object_ids", "hs_calculated_merged_vids")
"""The first is "id;id", the second "id:epoch_ms;id:epoch_ms"; new merges fill one, old ones the other, or both."""


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One object as it is read.

    Attributes:
        system: The admin's name of the system.
        name: Our singular word.
        properties: What is asked for, sorted; unknown names are left out by HubSpot without a word.
    """

    system: str
    name: str
    properties: tuple[str, ...]

    @property
    def modified(self) -> str:
        """Return the property by which rows say when they changed."""
        return modified_property(self.name)

    def path(self, rest: str = "") -> str:
        """Return the path of this object's API."""
        return objects_path(self.name, rest)

    def ref(self, key: str) -> CrmRef:
        """Return the name of the row with the id *key*."""
        return CrmRef(self.system, self.name, key)


def kinds(system: str, wanted: Wanted) -> Mapping[str, Kind]:
    """Return what is read of each object: what is mapped, the stage, what we write, and what we always need."""
    return {
        name: Kind(system, name, tuple(sorted(_properties(name, wanted))))
        for name in (CONTACT, COMPANY, TASK, *ACTIVITY_OBJECTS)
    }


def _properties(name: str, wanted: Wanted) -> set[str]:
    """Return the properties to read of object *name*."""
    own = {*wanted.fields.get(name, ()), *wanted.writes.get(name, ()), *ALWAYS.get(name, ())}
    if name in wanted.stage_fields:
        own.add(wanted.stage_fields[name])
    return own - {"id", ""}


def record(kind: Kind, row: Row, parents: Sequence[CrmRef] = (), related: Mapping[str, int] | None = None) -> Record:
    """Return *row* as a record; a contact's parent is read from it, an activity's are given."""
    if kind.name == CONTACT and not parents:
        company = (row.properties.get("associatedcompanyid") or "").strip()
        parents = (CrmRef(kind.system, COMPANY, company),) if company else ()
    if kind.name == TASK:
        related = {TASK_OPEN: int(row.properties.get("hs_task_status") not in TASK_DONE)}
    return Record(
        ref=kind.ref(row.id),
        modified_at=row.modified_at,
        raw={"id": row.id, **row.properties},
        parents=tuple(parents),
        merged=tuple(kind.ref(key) for key in merged(row)),
        related=related or {},
    )


def merged(row: Row) -> tuple[str, ...]:
    """Return the ids of rows that were merged into this one, each once."""
    found: dict[str, None] = {}
    for name in _MERGED:
        for part in (row.properties.get(name) or "").split(";"):
            key = part.partition(":")[0].strip()
            if key.isdigit() and key != row.id:
                found[key] = None
    return tuple(found)
