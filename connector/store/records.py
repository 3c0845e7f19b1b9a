"""Statements about vendor rows: what each held when last read, whose it is, which could not be mapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update

from connector.model import CrmRef, Stage
from connector.store import codec
from connector.store.base import Held, Quarantined
from connector.store.lists import among
from connector.store.schema import people, quarantine, records
from connector.store.statements import Insert, Raw, Statements

_NO_MARKS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType({})
_NOTHING_WRITTEN: Final[Mapping[str, str]] = MappingProxyType({})

_COLUMNS = tuple(records.c)
_HELD = select(*_COLUMNS).where(among(records.c.name))
_OF_PEOPLE = select(*_COLUMNS).where(among(records.c.person_id), records.c.gone_at.is_(None)).order_by(records.c.name)
_WHOSE = select(records.c.name, records.c.person_id).where(among(records.c.name), records.c.person_id.is_not(None))
_WHOSE_EMAIL = (
    select(records.c.email, func.min(records.c.person_id))
    .where(among(records.c.email), records.c.person_id.is_not(None), records.c.gone_at.is_(None))
    .group_by(records.c.email)
)
_PERSONS_EMAIL = (
    select(people.c.email, func.min(people.c.id))
    .where(among(people.c.email), people.c.alias_of.is_(None))
    .group_by(people.c.email)
)
_AT_COMPANY = (
    select(records.c.company, records.c.person_id)
    .where(among(records.c.company), records.c.person_id.is_not(None), records.c.gone_at.is_(None))
    .distinct()
    .order_by(records.c.person_id)
)
_EMAILS = select(people.c.id, people.c.email).where(among(people.c.id), people.c.alias_of.is_(None))
_ROWS_EMAILS = (
    select(records.c.person_id, records.c.email)
    .where(among(records.c.person_id), records.c.gone_at.is_(None))
    .order_by(records.c.name)
)
_SET_EMAIL = update(people).where(people.c.id == bindparam("person")).values(email=bindparam("new_email"))
_ROWS_IN_STAGES = (
    select(records.c.name)
    .join(people, people.c.id == records.c.person_id)
    .where(among(people.c.stage), records.c.gone_at.is_(None))
    .order_by(records.c.name)
)
_QUARANTINED = select(*quarantine.c).order_by(quarantine.c.last_at.desc(), quarantine.c.name).limit(bindparam("most"))
_HOW_MANY = select(func.count()).select_from(quarantine)
_RELEASE = delete(quarantine).where(among(quarantine.c.name))


_LINKS = select(records.c.name, records.c.person_id, records.c.company, records.c.email, records.c.gone_at).where(
    among(records.c.name)
)
_NEW: Final = "new_"
_CHANGE = (
    update(records)
    .where(records.c.name == bindparam("new_name"))
    .values({
        column.name: bindparam(_NEW + column.name)
        for column in _COLUMNS
        if column.name not in {"name", "person_id", "company", "email"}
    })
)


def held_of(row: Raw) -> Held:
    """Return what a row of the table says."""
    name, person, company, email, raw_stage, stage, stage_at, owner, digest, modified_at, gone_at, doc = row
    written, marks, values = _NOTHING_WRITTEN, _NO_MARKS, codec.values_of(None)
    if doc is not None:
        raw = codec.from_json(doc)
        if "values" in raw:
            values = codec.values_from(raw["values"])
        if "marks" in raw:
            marks = MappingProxyType({mark: (last, ordinal) for mark, (last, ordinal) in raw["marks"].items()})
        if "written" in raw:
            written = MappingProxyType(raw["written"])
    return Held(
        codec.ref_of(name),
        person or 0,
        values,
        codec.instant(modified_at),
        raw_stage,
        codec.maybe_stage(stage),
        codec.maybe_instant(stage_at),
        owner,
        codec.maybe_ref(company),
        email or "",
        marks,
        written,
        digest,
        codec.maybe_instant(gone_at),
    )


def _raw(row: Held) -> dict[str, object]:
    """Return a row as columns."""
    doc: dict[str, object] = {}
    if row.values:
        doc["values"] = dict(row.values)
    if row.marks:
        doc["marks"] = dict(row.marks)
    if row.written:
        doc["written"] = dict(row.written)
    return {
        "name": codec.name_of(row.ref),
        "person_id": row.person_id or None,
        "company": codec.maybe_name(row.company),
        "email": row.email or None,
        "raw_stage": row.raw_stage,
        "stage": row.stage,
        "stage_at": codec.maybe_text(row.stage_at),
        "owner_id": row.owner_id,
        "digest": row.digest,
        "modified_at": codec.text_of(row.modified_at),
        "gone_at": codec.maybe_text(row.gone_at),
        "doc": codec.json_of(doc) if doc else None,
    }


@cache
def _save(insert: Insert) -> Any:  # noqa: ANN401 - the engine's own INSERT has no common type
    """Return the statement that inserts a row, or replaces all of it by name."""
    new = insert(records)
    columns = {column.name: new.excluded[column.name] for column in _COLUMNS if column.name != "name"}
    return new.on_conflict_do_update(index_elements=[records.c.name], set_=columns)


@cache
def _refuse(insert: Insert) -> Any:  # noqa: ANN401 - the engine's own INSERT has no common type
    """Return the statement that inserts a refused row, or refreshes all of it but when it was first refused."""
    new = insert(quarantine)
    return new.on_conflict_do_update(
        index_elements=[quarantine.c.name],
        set_={"problem": new.excluded.problem, "digest": new.excluded.digest, "last_at": new.excluded.last_at},
    )


class Records(Statements):
    """Reading vendor rows."""

    __slots__ = ()

    def held(self, refs: Sequence[CrmRef]) -> Mapping[CrmRef, Held]:
        """See `Reading.held`; rows found deleted are returned with their `gone_at`."""
        rows = (held_of(row) for row in self._rows_in(_HELD, dict.fromkeys(map(codec.name_of, refs))))
        return {row.ref: row for row in rows}

    def living_rows(self, person_ids: Iterable[int]) -> list[Held]:
        """Return the rows of *person_ids* that were not found deleted, by name."""
        return [held_of(row) for row in self._rows_in(_OF_PEOPLE, person_ids)]

    def owners_of(self, *, refs: Sequence[CrmRef] = (), emails: Sequence[str] = ()) -> Mapping[CrmRef | str, int]:
        """See `Reading.owners_of`; an address of two people is the older one's, a living row's first."""
        owners: dict[CrmRef | str, int] = {}
        owners.update({
            codec.ref_of(name): person
            for name, person in self._rows_in(_WHOSE, dict.fromkeys(map(codec.name_of, refs)))
        })
        asked = [email for email in dict.fromkeys(emails) if email]
        owners.update(dict(self._rows_in(_PERSONS_EMAIL, asked)))
        owners.update(dict(self._rows_in(_WHOSE_EMAIL, asked)))
        return owners

    def people_at(self, companies: Sequence[CrmRef]) -> Mapping[CrmRef, tuple[int, ...]]:
        """See `Reading.people_at`; companies without people are left out."""
        found: dict[str, list[int]] = {}
        for company, person in self._rows_in(_AT_COMPANY, dict.fromkeys(map(codec.name_of, companies))):
            found.setdefault(company, []).append(person)
        return {codec.ref_of(company): tuple(persons) for company, persons in found.items()}

    def rows_of_people_in(self, stages: Sequence[Stage], system: str) -> tuple[CrmRef, ...]:
        """See `Reading.rows_of_people_in`; by name; the whole table is read through for it."""
        refs = (codec.ref_of(name) for (name,) in self._rows_in(_ROWS_IN_STAGES, dict.fromkeys(stages)))
        return tuple(ref for ref in refs if ref.system == system)

    def quarantined(self, limit: int = 1000) -> tuple[Quarantined, ...]:
        """See `Reading.quarantined`."""
        return tuple(
            Quarantined(codec.ref_of(name), problem, digest, codec.instant(first_at), codec.instant(last_at))
            for name, problem, digest, first_at, last_at in self._rows(_QUARANTINED, {"most": limit})
        )

    def quarantined_count(self) -> int:
        """See `Reading.quarantined_count`."""
        return int(self._connection.execute(_HOW_MANY).scalar_one())


class RecordsWriting(Records):
    """Writing vendor rows."""

    __slots__ = ()

    def save_held(self, rows: Iterable[Held]) -> None:
        """
        See `Writing.save_held`; who has no living row left keeps the last e-mail, to be known again by it.

        A row whose links are as before is changed without its three indexes: 200 such rows write 200 pages, not 600.
        """
        wanted = {raw["name"]: raw for raw in map(_raw, rows)}
        known = {row[0]: row[1:] for row in self._rows_in(_LINKS, wanted)}
        changed, linked, followed = [], [], set()
        for name, raw in wanted.items():
            before, now = known.get(name), (raw["person_id"], raw["company"], raw["email"], raw["gone_at"])
            if before is not None and before[:3] == now[:3]:
                changed.append({_NEW + column: value for column, value in raw.items()})
            else:
                linked.append(raw)
            if before != now:
                followed |= {now[0], *(before or ())[:1]}
        self._change(_CHANGE, changed)
        self._change(_save(self._insert), linked)
        self.follow_email(followed - {None})

    def follow_email(self, person_ids: Iterable[int]) -> None:
        """Let the e-mail of *person_ids* be one of their living rows' (the one they have, else the first by name)."""
        wanted = sorted(person_ids)
        theirs: dict[int, list[str | None]] = {}
        for person, email in self._rows_in(_ROWS_EMAILS, wanted):
            theirs.setdefault(person, []).append(email)
        changes = [
            {"person": person, "new_email": next((found for found in theirs[person] if found), None)}
            for person, email in self._rows_in(_EMAILS, wanted)
            if person in theirs and not (email and email in theirs[person]) and (email or any(theirs[person]))
        ]
        self._change(_SET_EMAIL, changes)

    def quarantine(self, rows: Iterable[Quarantined]) -> None:
        """See `Writing.quarantine`; when a row was first refused stays."""
        self._change(
            _refuse(self._insert),
            [
                {
                    "name": codec.plain(codec.name_of(row.ref)),
                    "problem": codec.plain(row.problem),
                    "digest": row.digest,
                    "first_at": codec.text_of(row.first_at),
                    "last_at": codec.text_of(row.last_at),
                }
                for row in rows
            ],
        )

    def release_quarantine(self, refs: Sequence[CrmRef]) -> None:
        """See `Writing.release_quarantine`."""
        self._change_in(_RELEASE, (codec.plain(codec.name_of(ref)) for ref in refs))
