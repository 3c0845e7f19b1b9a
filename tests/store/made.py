"""Made-up rows, engagement and effects for the clauses; each says only what its clause is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from connector.commands import CreateTask, Rank, SetFields, SetStage
from connector.model import CrmRef, Engagement, Stage, Value
from connector.store.base import Effect, Held, State, Writing

NOW: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MINE: Final = 7
"""The epoch of the process under test."""
EVERY_TYPE: Final[dict[str, Value]] = {
    "text": "Müller & Söhne",
    "integer": 50,
    "decimal": 0.5,
    "boolean": True,
    "date": date(2026, 11, 1),
    "instant": datetime(2026, 11, 1, 9, 30, 0, 123456, tzinfo=UTC),
    "list": ("a", "b"),
    "empty": None,
    "looks tagged": '{"date":"2026-11-01"}',
}


def contact(number: int = 1) -> CrmRef:
    """Return the name of a contact."""
    return CrmRef("hubspot", "contact", str(number))


def company(number: int = 1) -> CrmRef:
    """Return the name of a company."""
    return CrmRef("hubspot", "company", str(number))


def held(  # noqa: PLR0913 - each clause names the one thing it is about
    ref: CrmRef,
    person_id: int = 0,
    *,
    email: str = "",
    at: CrmRef | None = None,
    gone_at: datetime | None = None,
    digest: str = "",
) -> Held:
    """Return what a row held."""
    return Held(ref, person_id, {}, NOW, company=at, email=email, digest=digest, gone_at=gone_at)


def viewed(key: str, at: datetime = NOW) -> Engagement:
    """Return a page view."""
    return Engagement(key, "page_viewed", at, system="hubspot")


def person(turn: Writing, *numbers: int, email: str = "") -> int:
    """Make a person with a contact for each of *numbers* and return its id."""
    made = turn.new_person(email, NOW)
    turn.save_held([held(contact(number), made, email=email) for number in numbers])
    return made


def stage(person_id: int, key: str, number: int = 1, *, state: State = State.PENDING, at: datetime = NOW) -> Effect:
    """Return a stage to be written."""
    command = SetStage(key, contact(number), "lifecyclestage", "marketingqualifiedlead", Stage.MQL)
    return Effect(person_id, command, Rank.STAGE, state, "stage", at)


def fields(person_id: int, key: str, number: int = 1, *, state: State = State.PENDING, at: datetime = NOW) -> Effect:
    """Return fields to be written."""
    return Effect(person_id, SetFields(key, contact(number), {"score": "30"}), Rank.FIELDS, state, "fields", at)


def task(  # noqa: PLR0913 - each clause names the one thing it is about
    person_id: int,
    key: str,
    number: int = 1,
    *,
    state: State = State.PENDING,
    owner: str = "ann@acme.example",
    at: datetime = NOW,
) -> Effect:
    """Return a task to be created."""
    command = CreateTask(key, contact(number), "new-sql", "Call Ann", "<p>Ann</p>", "Ann", NOW + DAY, owner=owner)
    return Effect(person_id, command, Rank.TASK, state, f"task:{key}", at)


def sent(turn: Writing, *effects: Effect, epoch: int = MINE) -> tuple[int, ...]:
    """Enqueue *effects*, claim and send them, and return their ids; they are INFLIGHT."""
    ids = turn.enqueue(effects)
    turn.claim("hubspot", 100, NOW, epoch)
    assert turn.send(ids, epoch, NOW) == frozenset(ids)
    return ids


def state_of(turn: Writing, id_: int) -> State:
    """Return where an effect stands."""
    (effect,) = turn.effects(ids=[id_])
    return effect.state


def keys(effects: tuple[Effect, ...]) -> list[str]:
    """Return the keys of effects, in their order."""
    return [effect.command.key for effect in effects]
