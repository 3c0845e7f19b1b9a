"""Criteria and what was found in plain English, for an admin; what a rep reads stands in `words`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.criteria.millionths import MICRO
from connector.criteria.moments import local_day
from connector.criteria.scope import listed
from connector.criteria.syntax import All, Any, Compare, Condition, Did, FieldIs, Not, Op, ScoreIs, StageIs
from connector.durations import spoken
from connector.mapping.spec import FieldSpec
from connector.model import Engagement, Evidence, Value

_NAMING: Final = ("form", "document", "title", "name", "webinar", "event", "subject", "campaign", "list", "page", "url")
"""Attributes that tell best what a happening was, the best first."""

_NEEDS: Final = (
    ("is at ", "to be at "),
    ("is ", ""),
    ("has ", ""),
    ("contains ", "to contain "),
    ("matches ", "to match "),
    ("within ", "to be within "),
    ("longer ", "to be longer "),
)
"""How a sentence about a value begins, and how it goes on behind "needs"."""

_LONGEST: Final = 120
_SHOWN: Final = 100


def asked(condition: Condition, fields: Mapping[str, FieldSpec]) -> str:
    """Return what *condition* asks: "at least 5 x page_viewed on different days within 14 days"."""
    if isinstance(condition, All):
        return "all of"
    if isinstance(condition, Any):
        return "any of"
    if isinstance(condition, Not):
        return "not"
    if isinstance(condition, FieldIs):
        unit = fields[condition.field].unit if condition.field in fields else ""
        return f"{condition.field} {needed(condition.test, unit)}"
    if isinstance(condition, Did):
        return _did(condition)
    return _score(condition) if isinstance(condition, ScoreIs) else _stage(condition)


def needed(test: Compare, unit: str = "") -> str:
    """Return what *test* asks of a value: "at least 50 people", "has the word "student"."."""
    value, op = test.value, test.op
    if op is Op.IS_SET:
        return "is filled" if value else "is empty"
    if isinstance(value, timedelta):
        words = {Op.WITHIN: "within the last", Op.OLDER_THAN: "longer ago than", Op.IN_NEXT: "within the next"}
        return f"{words[op]} {spoken(value)}"
    if op in {Op.AT_LEAST, Op.AT_MOST}:
        bound = "at least" if op is Op.AT_LEAST else "at most"
        if isinstance(value, date):
            bound = "on or after" if op is Op.AT_LEAST else "on or before"
        return f"{bound} {plain(value)} {unit}".strip()
    words = {
        Op.EQUALS: "is",
        Op.IN: "is one of",
        Op.CONTAINS: "contains",
        Op.HAS_WORD: "has the word",
        Op.MATCHES: "matches",
        Op.DOMAIN_IN: "is at",
    }
    return f"{words[op]} {_compared(test)}"


def needs(test: Compare, unit: str = "") -> str:
    """Return *test* so that it goes on behind "needs": "at least 50 people", "the word "student"", "a value"."""
    if test.op is Op.IS_SET:
        return "a value" if test.value else "to be empty"
    words = needed(test, unit)
    for stem, said in _NEEDS:
        if words.startswith(stem):
            return said + words.removeprefix(stem)
    return words


def field_found(name: str, value: Value, *, comparable: bool = True) -> str:
    """Return what stood in a field."""
    if value is None:
        return f"{name} is empty"
    return f"{name} is {plain(value)}" + ("" if comparable else ", which cannot be compared")


def did_found(did: Did, amount: float, matched: Sequence[Engagement], zone: ZoneInfo) -> str:
    """Return what there was of a kind of engagement: "3 days (latest 2026-11-20)"."""
    if not matched:
        return "none"
    latest = local_day(max(one.at for one in matched), zone).isoformat()
    many = "day" if did.distinct == "day" else f"different {did.distinct}" if did.distinct else did.total_of
    if did.distinct == "day" and amount != 1:
        many += "s"
    return f"{amount:g} {many}".strip() + f" (latest {latest})"


def score_found(points: int) -> str:
    """Return how many points there are, given in millionths."""
    return f"{number(points / MICRO)} point{'' if points == MICRO else 's'}"


def stage_found(stage: str | None, since: datetime | None, zone: ZoneInfo) -> str:
    """Return where the person stands."""
    if stage is None:
        return "no stage"
    return f"{stage} since {local_day(since, zone).isoformat()}" if since else str(stage)


def parts_found(passed: Iterable[bool | None]) -> str:
    """Return how many parts hold."""
    verdicts = list(passed)
    unknown = verdicts.count(None)
    return f"{verdicts.count(True)} of {len(verdicts)} hold" + (f", {unknown} unknown" if unknown else "")


def number(value: float) -> str:
    """Return a number without needless digits."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def plain(value: object) -> str:
    """Return a value for reading; long texts are cut."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, tuple):
        return listed([plain(one) for one in value])
    text = str(value)
    return f'"{text if len(text) <= _LONGEST else text[:_LONGEST] + "…"}"' if isinstance(value, str) else text


def evidence(matched: Iterable[Engagement]) -> tuple[Evidence, ...]:
    """Return *matched* as dated facts, newest first, at most a hundred."""
    newest = sorted(matched, key=lambda one: (one.at, one.key), reverse=True)[:_SHOWN]
    return tuple(Evidence(one.at, one.type, detail(one), one.count, one.key) for one in newest)


def detail(one: Engagement) -> str:
    """Return the attribute that tells best what *one* was: its form, document, page; may be empty."""
    for name in (*_NAMING, *sorted(one.attributes)):
        value = one.attributes.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()[:_LONGEST]
    return ""


def field_evidence(name: str, value: Value) -> tuple[Evidence, ...]:
    """Return a field's value as a fact; nothing for an empty one."""
    if value is None:
        return ()
    return (Evidence(None, name, value[:_LONGEST] if isinstance(value, str) else plain(value)),)


def _compared(test: Compare) -> str:
    """Return what a value is compared with."""
    value = test.value
    if test.label:
        return f"one of {test.label}" if test.op is Op.DOMAIN_IN else test.label
    if isinstance(value, frozenset):
        return " or ".join(sorted(str(one) if test.op is Op.DOMAIN_IN else plain(one) for one in value))
    return " or ".join(map(plain, value)) if isinstance(value, tuple) else plain(value)


def _did(did: Did) -> str:
    """Return what is asked of engagement."""
    what = " or ".join(did.types) or "nothing"
    where = "".join(f" with {name} that {_such(test)}" for name, test in did.where)
    span = f" within {spoken(did.within)}" if did.within is not None else ""
    if did.not_within:
        return f"no {what}{where}{span}"
    most = f"{did.at_most:g}" if did.at_most is not None else ""
    if most and did.at_least > 0:
        amount = f"{did.at_least:g} to {most}"
    else:
        amount = f"at most {most}" if most else f"at least {did.at_least:g}"
    if did.total_of:
        return f"{amount} {did.total_of} in sum of {what}{where}{span}"
    different = {"": "", "day": " on different days"}.get(did.distinct, f" with different {did.distinct}")
    return f"{amount} x {what}{where}{different}{span}"


def _such(test: Compare) -> str:
    """Return *test* so that it goes on behind "that"."""
    words = needed(test)
    return f"is {words}" if test.op in {Op.AT_LEAST, Op.AT_MOST} else words


def _score(condition: ScoreIs) -> str:
    """Return what is asked of a score."""
    bounds = [f"at least {number(condition.at_least)}"] if condition.at_least is not None else []
    bounds += [f"at most {number(condition.at_most)}"] if condition.at_most is not None else []
    return f"{condition.score} score {' and '.join(bounds)}"


def _stage(condition: StageIs) -> str:
    """Return what is asked of the stage."""
    spans = [f"for at least {spoken(condition.for_at_least)}"] if condition.for_at_least is not None else []
    spans += [f"for at most {spoken(condition.for_at_most)}"] if condition.for_at_most is not None else []
    return " ".join([f"stage {' or '.join(condition.stages)}", *spans])
