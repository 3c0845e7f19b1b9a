"""A people file: one person a line, with what they did; the same for every simulated CRM."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from connector.sandbox.instants import instant, parsed

NEWEST_AGE = timedelta(minutes=1)
"""How old the newest engagement of a file is once its instants are moved."""

EMPTY: Mapping[str, str] = MappingProxyType({})


class BadPeopleFile(Exception):  # noqa: N818 -- names what is bad
    """A line of a people file cannot be read; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """One thing a person did (or a rep did with them), with free attributes as text."""

    type: str
    at: datetime
    attributes: Mapping[str, str] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal of the person; *closed* with *won* or lost, else open."""

    name: str
    closed: bool = False
    won: bool = False
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """
    One line of the file.

    *properties* use HubSpot's internal names and are text; *company_record* holds company properties, the
    company is shared by all people with the same domain or name; *outcome* is won, lost or empty.
    """

    id: str
    properties: Mapping[str, str]
    engagements: tuple[Engagement, ...] = ()
    outcome: str = ""
    company_record: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    deals: tuple[Deal, ...] = ()
    lists: tuple[str, ...] = ()


def load(source: str | Path | TextIO) -> list[Person]:
    """
    Return the people of a JSON Lines file, in its order; empty lines are skipped.

    Raises:
        BadPeopleFile: A line is no person; the text names file, line and reason.
    """
    if isinstance(source, str | Path):
        with Path(source).open(encoding="utf-8") as stream:
            return _people(stream, str(source))
    return _people(source, getattr(source, "name", "people"))


def _people(lines: Iterable[str], where: str) -> list[Person]:
    """Return one person for each line that holds one."""
    people = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            people.append(person_of(_object(json.loads(line))))
        except (ValueError, KeyError, TypeError) as error:
            reason = f"no {error}" if isinstance(error, KeyError) else str(error)
            message = f"{where}:{number}: no person in this line: {reason}"
            raise BadPeopleFile(message) from error
    return people


def person_of(line: Mapping[str, object]) -> Person:
    """Return the person of one decoded line; values of properties become text, null is left out."""
    return Person(
        id=str(line["id"]),
        properties=_texts(line.get("properties")),
        engagements=tuple(_engagement(each) for each in _rows(line.get("engagements"))),
        outcome=str(line.get("outcome") or ""),
        company_record=_texts(line.get("company_record")),
        deals=tuple(_deal(each, n) for n, each in enumerate(_rows(line.get("deals")), 1)),
        lists=tuple(str(name) for name in _list(line.get("lists"))),
    )


def _list(value: object) -> Sequence[object]:
    """Return *value* if it is a list, nothing for null."""
    if value is None:
        return ()
    if not isinstance(value, list):
        message = f"a list was expected, found {value!r}"
        raise TypeError(message)
    return value


def _rows(value: object) -> list[Mapping[str, object]]:
    """Return the objects of a list."""
    return [_object(row) for row in _list(value)]


def _object(value: object) -> Mapping[str, object]:
    """Return *value* if it is an object."""
    if not isinstance(value, dict):
        message = f"an object was expected, found {value!r}"
        raise TypeError(message)
    return value


def text_of(value: object) -> str:
    """Return *value* the way HubSpot keeps it: text, true and false in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: object) -> Mapping[str, str]:
    """Return an object's values as text, without the nulls."""
    if value is None:
        return EMPTY
    return {str(k): text_of(v) for k, v in _object(value).items() if v is not None}


def _engagement(row: Mapping[str, object]) -> Engagement:
    """Return one engagement; its instant must be ISO text."""
    at_ms = parsed(str(row["at"]))
    if at_ms is None:
        message = f"'at' is no instant: {row['at']!r}"
        raise ValueError(message)
    return Engagement(str(row["type"]), instant(at_ms), _texts(row.get("attributes")))


def _deal(row: Mapping[str, object], number: int) -> Deal:
    """Return one deal, named by its place when it has no name."""
    return Deal(
        name=str(row.get("name") or f"Deal {number}"),
        closed=bool(row.get("closed")),
        won=bool(row.get("won")),
        amount=text_of(row["amount"]) if row.get("amount") is not None else "",
    )


def moved(people: Sequence[Person], now: datetime) -> list[Person]:
    """
    Return the people with all instants moved alike, so that the newest engagement is a minute before *now*.

    Instants and dates in properties move along (dates by whole days). Without any engagement nothing moves.
    """
    newest = max((each.at for person in people for each in person.engagements), default=None)
    if newest is None:
        return list(people)
    by = now - NEWEST_AGE - newest
    return [
        replace(
            person,
            properties={name: _moved_text(value, by) for name, value in person.properties.items()},
            engagements=tuple(replace(each, at=each.at + by) for each in person.engagements),
        )
        for person in people
    ]


def _moved_text(value: str, by: timedelta) -> str:
    """Return *value* moved if it is an ISO instant or an ISO date, else as it is."""
    if len(value) < len("2026-01-01") or value[4:5] != "-" or value[7:8] != "-":
        return value
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    if len(value) == len("2026-01-01"):
        return (at + timedelta(days=round(by / timedelta(days=1)))).date().isoformat()
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at + by).astimezone(UTC).isoformat().replace("+00:00", "Z")


def held_back(people: Iterable[Person], since: datetime) -> tuple[list[Person], dict[str, tuple[Engagement, ...]]]:
    """Return the people without what they did after *since*, and those engagements by person id, oldest first."""
    base: list[Person] = []
    held: dict[str, tuple[Engagement, ...]] = {}
    for person in people:
        later = tuple(sorted((e for e in person.engagements if e.at > since), key=lambda e: e.at))
        if later:
            held[person.id] = later
        base.append(replace(person, engagements=tuple(e for e in person.engagements if e.at <= since)))
    return base, held
