"""Statements about people: who they are, when they are due, what is remembered of each beside the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, func, insert, or_, select, update

from connector.model import Standing
from connector.store import codec
from connector.store.lists import among
from connector.store.schema import people, records
from connector.store.statements import Raw, Statements

_STANDINGS = select(
    people.c.id,
    people.c.revision,
    people.c.judged,
    people.c.stage,
    people.c.stage_at,
    people.c.agreement,
    people.c.scored_at,
    people.c.due_at,
    people.c.memo,
).where(among(people.c.id), people.c.alias_of.is_(None))
_DUE = (
    select(people.c.id)
    .where(people.c.due_at <= bindparam("now"))
    .order_by(people.c.due_at, people.c.id)
    .limit(bindparam("most"))
)
_NEXT_DUE = select(func.min(people.c.due_at)).where(people.c.due_at.is_not(None))
_COUNTS = select(people.c.stage, func.count()).where(people.c.alias_of.is_(None)).group_by(people.c.stage)
_SAME_PERSON = select(people.c.id, people.c.alias_of).where(people.c.id == bindparam("id"))
_AT_EMAIL = select(people.c.id).where(people.c.email == bindparam("email"), people.c.alias_of.is_(None))
_RECORDS_AT_EMAIL = select(records.c.person_id).where(
    records.c.email == bindparam("email"), records.c.person_id.is_not(None), records.c.gone_at.is_(None)
)
_ALIASES = select(people.c.alias_of).where(among(people.c.id), people.c.alias_of.is_not(None))
_REVISIONS = select(people.c.id, people.c.revision).where(among(people.c.id), people.c.alias_of.is_(None))
_NEW = insert(people).returning(people.c.id, sort_by_parameter_order=True)
_TOUCH = (
    update(people)
    .where(among(people.c.id), people.c.alias_of.is_(None))
    .values(
        revision=people.c.revision + 1,
        due_at=case(
            (or_(people.c.due_at.is_(None), people.c.due_at > bindparam("due")), bindparam("due")),
            else_=people.c.due_at,
        ),
    )
)
_TOUCH_ALL = (
    update(people)
    .where(people.c.alias_of.is_(None), or_(people.c.due_at.is_(None), people.c.due_at > bindparam("due")))
    .values(due_at=bindparam("due"))
)
_SAVE = (
    update(people)
    .where(people.c.id == bindparam("person"))
    .values(
        judged=bindparam("new_judged"),
        stage=bindparam("new_stage"),
        stage_at=bindparam("new_stage_at"),
        agreement=bindparam("new_agreement"),
        scored_at=bindparam("new_scored_at"),
        due_at=bindparam("new_due_at"),
        memo=bindparam("new_memo"),
    )
)


def standing_of(row: Raw) -> Standing:
    """Return the standing in a row of `_STANDINGS`."""
    id_, revision, judged, stage, stage_at, agreement, scored_at, due_at, memo = row
    barriers, triggers, scores, moved = codec.memo_of(memo)
    return Standing(
        id_,
        revision,
        judged,
        codec.maybe_stage(stage),
        codec.maybe_instant(stage_at),
        agreement,
        barriers,
        triggers,
        scores,
        codec.maybe_instant(scored_at),
        codec.maybe_instant(due_at),
        *moved,
    )


class People(Statements):
    """Reading about people."""

    __slots__ = ()

    def standings(self, person_ids: Iterable[int]) -> dict[int, Standing]:
        """Return what is remembered of each living one of *person_ids*."""
        return {row[0]: standing_of(row) for row in self._rows_in(_STANDINGS, person_ids)}

    def due(self, now: datetime, limit: int) -> tuple[int, ...]:
        """See `Reading.due`."""
        return tuple(id_ for (id_,) in self._rows(_DUE, {"now": codec.text_of(now), "most": limit}))

    def next_due(self) -> datetime | None:
        """See `Reading.next_due`."""
        return codec.maybe_instant(self._connection.execute(_NEXT_DUE).scalar())

    def find(self, text: str) -> tuple[int, ...]:
        """See `Reading.find`; an id that was merged away leads to the person it became."""
        asked = text.strip()
        if not asked:
            return ()
        found = [*self._by_vendor_id(asked), *self._by_email(asked.lower())]
        if asked.isdecimal() and len(asked) < len(str(2**63)):
            found += self._by_id(int(asked))
        return tuple(dict.fromkeys(found))

    def _by_vendor_id(self, id_: str) -> list[int]:
        """Return whose rows carry this vendor id, in any system; the whole index of names is read for it."""
        statement = select(records.c.name, records.c.person_id).where(
            records.c.name.endswith(f":{id_}", autoescape=True), records.c.person_id.is_not(None)
        )
        return sorted({person for name, person in self._rows(statement) if codec.ref_of(name).id == id_})

    def _by_email(self, email: str) -> list[int]:
        """Return who has this address, by themselves or by one of their rows."""
        asked = {"email": email}
        return sorted({id_ for (id_,) in (*self._rows(_AT_EMAIL, asked), *self._rows(_RECORDS_AT_EMAIL, asked))})

    def _by_id(self, id_: int) -> list[int]:
        """Return the person of this id, or who it was merged into."""
        for found, alias_of in self._rows(_SAME_PERSON, {"id": id_}):
            return [found] if alias_of is None else self._by_id(alias_of)
        return []

    def person_counts(self) -> Mapping[str, int]:
        """See `Reading.person_counts`."""
        counts = {stage or "": count for stage, count in self._rows(_COUNTS)}
        return {"people": sum(counts.values()), **counts}


class PeopleWriting(People):
    """Writing about people."""

    __slots__ = ()

    def new_person(self, email: str, now: datetime) -> int:
        """See `Writing.new_person`."""
        (id_,) = self.new_people([email], now)
        return id_

    def new_people(self, emails: Sequence[str], now: datetime) -> tuple[int, ...]:
        """See `Writing.new_people`."""
        if not emails:
            return ()
        blank = {"revision": 0, "judged": 0, "agreement": "", "created_at": codec.text_of(now)}
        made = self._connection.execute(_NEW, [{"email": email or None, **blank} for email in emails])
        return tuple(id_ for (id_,) in made)

    def touch(self, person_ids: Iterable[int], due_at: datetime) -> None:
        """See `Writing.touch`; whoever was merged away passes it on to the person they became."""
        wanted = sorted(set(person_ids))
        touched = self._change_in(_TOUCH, wanted, due=codec.text_of(due_at))
        if touched < len(wanted):
            self.touch((winner for (winner,) in self._rows_in(_ALIASES, wanted)), due_at)

    def touch_all(self, due_at: datetime) -> None:
        """See `Writing.touch_all`."""
        self._connection.execute(_TOUCH_ALL, {"due": codec.text_of(due_at)})

    def save_standings(self, rows: Iterable[Standing]) -> frozenset[int]:
        """See `Writing.save_standings`."""
        verdicts = {row.person_id: row for row in rows}
        found: dict[int, int] = dict(self._rows_in(_REVISIONS, verdicts))
        fresh = [row for id_, row in verdicts.items() if found.get(id_) == row.revision]
        self._change(
            _SAVE,
            [
                {
                    "person": row.person_id,
                    "new_judged": row.judged,
                    "new_stage": row.stage,
                    "new_stage_at": codec.maybe_text(row.stage_at),
                    "new_agreement": row.agreement,
                    "new_scored_at": codec.maybe_text(row.scored_at),
                    "new_due_at": codec.maybe_text(row.due_at),
                    "new_memo": codec.memo_text(row),
                }
                for row in fresh
            ],
        )
        return frozenset(verdicts) - {row.person_id for row in fresh}
