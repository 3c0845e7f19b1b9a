"""What of a vendor's row is kept: all that it says where it is whole, and what adds up where it is told bit by bit."""

from __future__ import annotations

from dataclasses import replace

from connector.adapters.base import Fetched
from connector.mapping.compiled import Mapped
from connector.mapping.told import NOTHING_YET, Sum, Told, added
from connector.model import CrmRef, Record
from connector.store.base import Held


def kept(record: Record, one: Mapped, before: Held | None, person_id: int) -> Held:
    """Return the row as it is to be kept."""
    reading = one.reading
    same_stage = before is not None and before.raw_stage == reading.raw_stage
    written = dict(before.written) if before else {}
    written.update(reading.written)
    return Held(
        ref=record.ref,
        person_id=person_id,
        values=reading.values,
        modified_at=record.modified_at,
        raw_stage=reading.raw_stage,
        stage=reading.stage,
        stage_at=before.stage_at if before and same_stage else record.modified_at,
        owner_id=reading.owner_id,
        company=reading.company,
        email=reading.email,
        marks=one.happenings.marks,
        written=written,
        digest=one.digest,
    )


def same(before: Held | None, after: Held) -> bool:
    """Tell whether a row says exactly what we already know; our own results in it are no news for the criteria."""
    return (
        before is not None
        and before.gone_at is None
        and before.person_id == after.person_id
        and before.raw_stage == after.raw_stage
        and before.stage == after.stage
        and before.owner_id == after.owner_id
        and before.company == after.company
        and before.email == after.email
        and before.values == after.values
    )


def told(record: Record, one: Mapped, said: Told, before: Held | None, person_id: int) -> Held:
    """Return the row with what an event said of it added; what it does not speak of stands as it was."""
    living = before if before is not None and before.gone_at is None else None
    known = Sum(living.values, living.raw_stage, living.marks) if living is not None else NOTHING_YET
    total = added(known, said)
    fresh = kept(record, one, living, person_id)
    if living is not None and total.raw_stage == living.raw_stage:
        fresh = replace(fresh, stage=living.stage, stage_at=living.stage_at)
    return replace(
        fresh,
        values=total.values,
        raw_stage=total.raw_stage,
        marks=total.marks,
        modified_at=max(record.modified_at, living.modified_at) if living is not None else record.modified_at,
    )


def rows_of(found: Fetched, system: str) -> tuple[list[Record], list[CrmRef]]:
    """Return the rows and the deleted rows of a strong read that belong to *system*; what moved names where it was."""
    records = [record for ref, record in found.records.items() if ref.system == system]
    for old, record in found.moved.items():
        if record.ref.system == system:
            merged = record if old in record.merged else replace(record, merged=(*record.merged, old))
            records.append(merged)
    return records, [ref for ref in found.gone if ref.system == system]
