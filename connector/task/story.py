"""What a person did, told with its dates from what a decision rests on; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from connector.model import SALES_ACTIVITY, Check, Engagement, Evidence, Explanation, Value
from connector.task.clean import clean, page, shortened
from connector.words import Words

LONGEST_REASON: Final = 95
"""Characters: the reason, its full stop and a little room stand within the first hundred of a task."""
SHOWN: Final = 8
"""Lines of dated evidence in a task; older ones are counted."""

_NAMES: Final = ("name", "title", "form", "document", "webinar", "event", "subject", "topic", "page", "url", "path")
"""Attributes that name what an engagement was about, the most telling first."""
_NAME_LENGTHS: Final = (48, 32, 20, 0)
_IN_LIST: Final = 90
_NAMED_TOGETHER: Final = 3
_WHEN_UNKNOWN: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reader:
    """
    For whom a story is told.

    Attributes:
        words: Their language.
        zone: Their clock: days are days there.
        today: Their day.
    """

    words: Words
    zone: ZoneInfo
    today: date


@dataclass(frozen=True, slots=True)
class Story:
    """
    What happened.

    Attributes:
        reason: The newest behaviour that met the criterion, with its date; empty when there is none.
        fluent: Whether the reason goes on behind a name as a sentence ("Ann booked a meeting").
        lines: Dated, newest first, at most `SHOWN`.
        earlier: How many happenings are older than those.
        facts: Names of the other fields that the decision rests on.
    """

    reason: str
    fluent: bool
    lines: tuple[str, ...]
    earlier: int
    facts: tuple[str, ...]


def told(explanation: Explanation, engagements: Mapping[str, Engagement], reader: Reader) -> Story:
    """
    Return the story behind *explanation*.

    Args:
        explanation: The decision with its evidence; what blocked or failed is not part of the story.
        engagements: By key, where known: they have the names of forms, pages and documents that evidence may lack.
        reader: For whom.
    """
    every = tuple(_evidence(explanation))
    did = _unique(one for one in every if one.at is not None and one.what != SALES_ACTIVITY)
    happened = sorted(did, key=lambda one: one.at or _WHEN_UNKNOWN, reverse=True)
    top = explanation.top_evidence or (happened[0] if happened else None)
    reason = _reason(top, engagements, reader) if top else clean(explanation.top_reason, LONGEST_REASON)
    fluent = top is not None and top.at is not None and reader.words.knows(top.what)
    lines, earlier = _lines(happened, engagements, reader)
    facts = tuple(dict.fromkeys(one.what for one in every if one.at is None and one != top))
    return Story(reason, fluent, lines, earlier, facts)


def _evidence(explanation: Explanation) -> Iterator[Evidence]:
    """Yield everything the verdict rests on: the score lines' and that of the checks that held, knock-outs aside."""
    if explanation.top_evidence is not None:
        yield explanation.top_evidence
    for name, check in explanation.checks.items():
        if name != "never":
            yield from _held(check)
    for line in explanation.lines:
        yield from line.evidence


def _held(check: Check) -> Iterator[Evidence]:
    """Yield the evidence of *check* and its parts as far as they held."""
    if check.passed:
        yield from check.evidence
        for part in check.parts:
            yield from _held(part)


def _unique(evidence: Iterable[Evidence]) -> Iterable[Evidence]:
    """Return *evidence* once each: one happening may serve several rules."""
    return {one.key or (one.what, one.at, one.detail): one for one in evidence}.values()


def _reason(top: Evidence, engagements: Mapping[str, Engagement], reader: Reader) -> str:
    """Return the one thing to know, with its date, in at most `LONGEST_REASON` characters."""
    words = reader.words
    if top.at is None:
        fact = words.say("fact.reason", field=words.field(clean(top.what, 40)), value=clean(top.detail, 40))
        return fact if top.detail else words.field(clean(top.what, 40))
    name, day = _name(top, engagements), words.day(_day(top, reader), reader.today)
    reason = ""
    for longest in _NAME_LENGTHS:
        what = words.did(clean(top.what, 40), shortened(name, longest) if longest else "", top.count)
        reason = words.say("reason", what=what, day=day)
        if len(reason) <= LONGEST_REASON:
            return reason
    return shortened(reason, LONGEST_REASON)


def _lines(
    happened: Sequence[Evidence], engagements: Mapping[str, Engagement], reader: Reader
) -> tuple[tuple[str, ...], int]:
    """Return dated lines, newest first, with what happened several times on one day in one; and how many are older."""
    together: dict[tuple[date, str], list[Evidence]] = {}
    for one in happened:
        together.setdefault((_day(one, reader), one.what), []).append(one)
    lines = []
    for (day, kind), group in list(together.items())[:SHOWN]:
        names = dict.fromkeys(name for one in group if (name := _name(one, engagements)))
        name = reader.words.listed(list(names)[:_NAMED_TOGETHER])
        what = reader.words.did(clean(kind, 40), shortened(name, _IN_LIST), sum(one.count for one in group))
        shown = reader.words.day(day, reader.today, short=True)
        lines.append(reader.words.say("did.line", day=shown, what=what))
    earlier = sum(one.count for group in list(together.values())[SHOWN:] for one in group)
    return tuple(lines), earlier


def _name(evidence: Evidence, engagements: Mapping[str, Engagement]) -> str:
    """Return what it was about: what mattered to the check, else what the engagement itself calls it; may be empty."""
    if evidence.detail:
        return page(clean(evidence.detail, _IN_LIST))
    known = engagements.get(evidence.key)
    return page(clean(_telling(known.attributes), _IN_LIST)) if known else ""


def _telling(attributes: Mapping[str, Value]) -> str:
    """Return the most telling of *attributes*; empty when none is a text."""
    texts = {name: value for name, value in attributes.items() if isinstance(value, str) and value.strip()}
    return next((texts[name] for name in _NAMES if name in texts), "")


def _day(evidence: Evidence, reader: Reader) -> date:
    """Return the reader's day on which it happened."""
    return (evidence.at or _WHEN_UNKNOWN).astimezone(reader.zone).date()
