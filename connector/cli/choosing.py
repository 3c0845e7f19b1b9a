"""Which writes, or deliveries that were put aside, a command of `connector outbox` is about."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Final

from connector import durations
from connector.cli.say import Mistaken, counted, err
from connector.commands import Kind
from connector.config.nouns import Config
from connector.problems import did_you_mean
from connector.store.base import Delivery, Effect, Post, Quarantined, Reading, State

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({"task": Kind.TASK, "stage": Kind.STAGE, "fields": Kind.FIELDS})
ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they were typed; empty ones let everything pass."""

    ids: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    system: str = ""
    kind: str = ""
    person: str = ""
    reason: str = ""
    since: str = ""

    @property
    def narrowed(self) -> bool:
        """Tell whether anything at all was said."""
        return bool(self.ids or self.states or self.system or self.kind or self.person or self.reason or self.since)


@dataclass(frozen=True, slots=True)
class Choice:
    """
    The filters as the store takes them.

    Attributes:
        ids: Of writes or deliveries; empty for any.
        states: Of writes; never empty.
        system: By the admin's name; empty for any.
        kind: None for any.
        people: Ids of ours; None for anybody.
        reason: A part of it; empty for any.
        since: When they were decided or put aside, at the earliest; None for any time.
    """

    ids: tuple[int, ...]
    states: tuple[State, ...]
    system: str
    kind: Kind | None
    people: tuple[int, ...] | None
    reason: str
    since: datetime | None

    def effects(self, look: Reading, limit: int = ALL) -> tuple[Effect, ...]:
        """Return the writes that pass every filter, best rank first."""
        found: list[Effect] = []
        for person in (None,) if self.people is None else self.people:
            found += look.effects(
                states=self.states,
                person_id=person,
                system=self.system,
                kind=self.kind,
                ids=self.ids,
                reason=self.reason,
                since=self.since,
                limit=limit,
            )
        return tuple(sorted(found, key=lambda one: (one.rank, one.id))[:limit])

    def deliveries(self, look: Reading, limit: int = ALL) -> tuple[Delivery, ...]:
        """Return the deliveries that were put aside and pass every filter; they are nobody's yet."""
        if self.people is not None or self.kind is not None:
            return ()
        found = look.deliveries(states=(Post.ASIDE,), system=self.system, limit=ALL)
        ids = set(self.ids)
        passed = [
            one
            for one in found
            if (not ids or one.id in ids) and self._says(one.problem) and self._late(one.settled_at or one.received_at)
        ]
        return tuple(passed[:limit])

    def records(self, look: Reading, limit: int = ALL) -> tuple[Quarantined, ...]:
        """Return the rows that could not be mapped and pass every filter; they have no ids of ours."""
        if self.ids or self.people is not None or self.kind is not None:
            return ()
        found = look.quarantined(ALL)
        passed = [
            one
            for one in found
            if self.system in {"", one.ref.system} and self._says(one.problem) and self._late(one.last_at)
        ]
        return tuple(passed[:limit])

    def _says(self, problem: str) -> bool:
        """Tell whether *problem* holds the reason that was asked for."""
        return self.reason.lower() in problem.lower()

    def _late(self, at: datetime) -> bool:
        """Tell whether *at* is late enough."""
        return self.since is None or at >= self.since


def refuse_mistakes(config: Config, asked: Asked, now: datetime) -> None:
    """
    Refuse filters that mean nothing, whatever the store holds.

    Raises:
        Mistaken: One names nothing there is.
    """
    for state in asked.states:
        _known("--state", state, [str(one) for one in State], "state")
    if asked.system:
        _known("--system", asked.system, list(config.systems), "system")
    if asked.kind:
        _known("--kind", asked.kind, list(KINDS), "kind of write")
    if asked.since:
        _instant(asked.since, config.timezone, now)


def chosen(config: Config, look: Reading, asked: Asked, usual: Sequence[State], now: datetime) -> Choice:
    """
    Return what *asked*, in which there are no mistakes, means.

    Args:
        config: Has the time zone.
        look: Finds the person.
        asked: As it was typed.
        usual: The states meant when none is named.
        now: What a span of time ends at.

    Raises:
        Mistaken: There is no such person.
    """
    people = look.find(asked.person) if asked.person else None
    if people == ():
        message = f"--person {asked.person}: there is nobody with this e-mail address or id."
        raise Mistaken(message)
    return Choice(
        asked.ids,
        tuple(State(one) for one in asked.states) or tuple(usual),
        asked.system,
        KINDS.get(asked.kind),
        people,
        asked.reason,
        _instant(asked.since, config.timezone, now) if asked.since else None,
    )


def _known(option: str, word: str, words: Sequence[str], noun: str) -> None:
    """
    Refuse a word that is not among *words*.

    Raises:
        Mistaken: It is not.
    """
    if word not in words:
        hint = did_you_mean(word, words) or f"There are {', '.join(words)}."
        message = f'{option} {word}: there is no {noun} "{word}". {hint}'
        raise Mistaken(message)


def _instant(text: str, zone: tzinfo, now: datetime) -> datetime:
    """
    Return the instant that --since names: a span before *now*, or a day or instant in the configured zone.

    Raises:
        Mistaken: It is neither.
    """
    span = durations.parse(text)
    if not isinstance(span, durations.Unreadable):
        return now - span
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        message = f'--since {text}: write a span such as "2 days", or a day such as 2026-11-24.'
        raise Mistaken(message) from None
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)


def agreed(count: int, noun: str, several: str, will: str, *, yes: bool) -> bool | None:
    """
    Say what will be done, and ask on a terminal.

    Returns:
        The word of who sits there, True with *yes*; None where nobody can be asked, which is said.
    """
    sentence = f"{counted(count, noun, several)} will {will}"
    if yes:
        err(sentence)
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        err(f"{sentence}; add --yes to do it. Nothing was changed.")
        return None
    sys.stderr.write(f"{sentence}. Go on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
