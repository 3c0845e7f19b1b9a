"""
Salesforce rows as the port's records.

`Record.raw` is the row as it came, parents nested ({"Account": {"Industry": …}}), without the `attributes` that every
object of an answer carries. A contact's parent is its account; an activity's parents are the people it concerns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, cast

from connector.adapters.base import TASK_OPEN
from connector.adapters.salesforce.columns import Kind
from connector.adapters.salesforce.ids import is_id, to18
from connector.adapters.salesforce.objects import (
    CAMPAIGN_MEMBER,
    CONVERTED,
    CONVERTED_TO,
    DELETED,
    ID,
    INDIVIDUAL,
    MASTER,
    NOT_EVALUATED,
    PREFIXES,
    PRIVACY,
    STAMP,
)
from connector.adapters.salesforce.vocabulary import ACCOUNT, CONTACT, LEAD, TASK
from connector.model import CrmRef, Record

Row = Mapping[str, Any]
"""One row as decoded JSON, or the same made from CSV."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FLAGS: Final = tuple(path.partition(".")[2] for path in PRIVACY)
_DIGEST: Final = 12


def instant(value: object) -> datetime | None:
    """Return "2026-11-02T09:00:00.000+0000" or "…Z" as an instant, None for anything else."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def to_ms(at: datetime) -> int:
    """Return an instant in epoch milliseconds."""
    return (at - EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """Return epoch milliseconds as an instant."""
    return EPOCH + milliseconds * _MILLISECOND


def key_of(row: Row, name: str = ID) -> str:
    """Return the id in field *name* in its long form; empty when there is none."""
    value = row.get(name)
    return _long(value) if isinstance(value, str) else ""


@lru_cache(maxsize=8_192)
def _long(text: str) -> str:
    """Return an id in its long form, empty when it is none; the ids of a page are asked for several times each."""
    return to18(text) if is_id(text) else ""


def stamp_of(row: Row, path: str = STAMP) -> datetime:
    """Return the instant at *path*, a field or a parent's; the epoch when it is missing."""
    value: object = row
    for step in path.split("."):
        value = cast("Row", value).get(step) if isinstance(value, Mapping) else None
    return instant(value) or EPOCH


def digest(row: Row) -> str:
    """Return a short name for all that *row* says."""
    text = json.dumps(plain(row), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def plain(row: Row) -> dict[str, object]:
    """Return *row* without `attributes`, also inside its parents."""
    return {
        name: plain(cast("Row", value)) if isinstance(value, Mapping) else value
        for name, value in row.items()
        if name != "attributes"
    }


def next_step(kind: Kind, row: Row) -> tuple[str, str] | None:
    """
    Return where a row lives on, as object and id, None when it does not.

    A merged row is deleted and names its master; a converted lead stays and names its contact. What is alive as it is
    lives on as itself.
    """
    if row.get(DELETED) is True:
        master = key_of(row, MASTER)
        return (kind.name, master) if master else None
    if kind.name == LEAD and row.get(CONVERTED) is True:
        contact = key_of(row, CONVERTED_TO)
        return (CONTACT, contact) if contact else None
    return (kind.name, key_of(row))


def record(
    kind: Kind,
    row: Row,
    *,
    parents: Sequence[CrmRef] | None = None,
    merged: Sequence[CrmRef] = (),
    related: Mapping[str, int] | None = None,
) -> Record:
    """Return *row* as a record; its parents are read from it unless they are given."""
    raw = plain(row)
    individual = raw.get(INDIVIDUAL)
    if isinstance(individual, Mapping) and any(individual.get(flag) is True for flag in _FLAGS):
        raw[NOT_EVALUATED] = True
    if kind.name == TASK:
        related = {**(related or {}), TASK_OPEN: int(row.get("IsClosed") is not True)}
    return Record(
        ref=kind.ref(key_of(row)),
        modified_at=stamp_of(row),
        raw=raw,
        parents=tuple(_parents(kind, row) if parents is None else parents),
        merged=tuple(merged),
        related=related or {},
    )


def person(system: str, key: str) -> CrmRef | None:
    """Return the lead or contact that an id names, None for anything else."""
    name = PREFIXES.get(key[:3])
    return CrmRef(system, name, key) if name and key else None


def _parents(kind: Kind, row: Row) -> tuple[CrmRef, ...]:
    """Return what a row hangs on as it says itself."""
    if kind.name == CONTACT:
        account = key_of(row, "AccountId")
        return (CrmRef(kind.system, ACCOUNT, account),) if account else ()
    # A converted lead's member keeps the lead and gains the contact: one membership, of the contact.
    names = ("ContactId", "LeadId") if kind.name == CAMPAIGN_MEMBER else ("WhoId",)
    found = person(kind.system, next((key for name in names if (key := key_of(row, name))), ""))
    return (found,) if found is not None else ()
