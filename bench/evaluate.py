"""
The compiled agreement against the same eight rules written by hand, side by side in one run.

2,000 leads with ten fields and twenty happenings each; eight rules (three field matches, a size threshold, a count in a
window, a capped count, decay with a half-life of 14 days, presence in a window), fit, MQL and SQL. Both take the same
objects and return a `Decision`; the hand-written function is plain two-valued Python with numbers in the code and does
not say when to look again. Runs alternate; the figure is the median of the ratios of neighbours.
"""

from __future__ import annotations

import gc
import json
import random
import re
import statistics
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from connector.agreement import Agreement
from connector.criteria import parse
from connector.decide import Judge
from connector.mapping.spec import FieldSpec, FieldType
from connector.model import Decision, Engagement, Person, Stage, Value

LEADS: Final = 2000
ROUNDS: Final = 15
LIMIT: Final = 0.7
NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)

AGREEMENT: Final = """
[[rule]]
score = "points"
name = "Industry"
when = { field = "industry", in = ["software", "finance", "telecom"] }
points = 10

[[rule]]
score = "points"
name = "Country"
when = { field = "country", equals = "de" }
points = 5

[[rule]]
score = "points"
name = "Decides"
when = { field = "job_title", has_word = "director" }
points = 10

[[rule]]
score = "points"
name = "Size"
when = { field = "employees", at_least = 100 }
points = 10

[[rule]]
score = "points"
name = "Prices"
when = { engagement = "pricing_viewed", at_least = 3, within = "14 days" }
points = 15

[[rule]]
score = "points"
name = "Clicks"
when = { engagement = "email_clicked" }
points = 3
each = true
max_points = 15

[[rule]]
score = "points"
name = "Pages"
when = { engagement = "page_viewed" }
points = 2
each = true
half_life = "14 days"

[[rule]]
score = "points"
name = "Demo"
when = { engagement = "demo_requested", within = "14 days" }
points = 25

[mql]
all = [
    { score = "points", at_least = 50 },
    { field = "employees", at_least = 50 },
    { field = "industry", in = ["software", "finance", "telecom"] },
]

[sql]
any = [
    { score = "points", at_least = 80 },
    { all = [
        { engagement = "demo_requested", within = "14 days" },
        { field = "employees", at_least = 50 },
        { field = "industry", in = ["software", "finance", "telecom"] },
    ] },
]
"""

INDUSTRIES: Final = ("software", "finance", "telecom", "retail", "health", "public", "food", "travel")
COUNTRIES: Final = ("de", "fr", "at", "ch", "nl", "es", "it", "pl")
TITLES: Final = (
    "Sales Director",
    "Marketing manager",
    "CTO",
    "Student",
    "Assistant",
    "Head of IT",
    "Consultant",
    "Buyer",
)
KINDS: Final = ("page_viewed",) * 10 + ("email_opened",) * 5 + ("email_clicked", "pricing_viewed", "pricing_viewed")
FIELDS: Final = MappingProxyType({
    spec.name: spec
    for spec in (
        FieldSpec("email", FieldType.EMAIL),
        FieldSpec("first_name", FieldType.TEXT),
        FieldSpec("last_name", FieldType.TEXT),
        FieldSpec("phone", FieldType.TEXT),
        FieldSpec("company", FieldType.TEXT),
        FieldSpec("job_title", FieldType.TEXT),
        FieldSpec("industry", FieldType.CHOICE, INDUSTRIES),
        FieldSpec("country", FieldType.CHOICE, COUNTRIES),
        FieldSpec("employees", FieldType.INTEGER),
        FieldSpec("opted_out", FieldType.BOOLEAN),
    )
})
TYPES: Final = ("page_viewed", "email_opened", "email_clicked", "pricing_viewed", "demo_requested")

Lead = tuple[Person, tuple[Engagement, ...]]


def crowd(seed: int = 7) -> list[Lead]:
    """Return the leads, always the same; about one in twenty is MQL."""
    chance = random.Random(seed)
    return [(Person(number, _fields(chance, number)), _history(chance, number)) for number in range(LEADS)]


def _fields(chance: random.Random, number: int) -> Mapping[str, Value]:
    """Return ten fields."""
    return {
        "email": f"lead{number}@company{number % 700}.example",
        "first_name": f"First{number}",
        "last_name": f"Last{number}",
        "phone": f"+49 30 {number:07}",
        "company": f"Company {number % 700}",
        "job_title": chance.choice(TITLES),
        "industry": chance.choice(INDUSTRIES),
        "country": chance.choice(COUNTRIES),
        "employees": int(10 ** chance.uniform(0.5, 4)),
        "opted_out": chance.random() < 0.1,
    }


def _history(chance: random.Random, number: int) -> tuple[Engagement, ...]:
    """Return twenty happenings of the last half year, oldest first; few asked for a demo."""
    kinds = [chance.choice(KINDS) for _ in range(20)]
    if chance.random() < 0.06:
        kinds[0] = "demo_requested"
    ages = sorted((chance.expovariate(1 / 14) for _ in kinds), reverse=True)
    chance.shuffle(kinds)
    return tuple(
        Engagement(f"{number}-{place}", kind, NOW - timedelta(days=min(age, 180)))
        for place, (kind, age) in enumerate(zip(kinds, ages, strict=True))
    )


def compiled() -> Judge:
    """Return the agreement the way the product has it: parsed from TOML and compiled."""
    scope = parse.Scope(FIELDS, dict.fromkeys(TYPES, frozenset()), frozenset({"points"}), lambda _name: ())
    raw = tomllib.loads(AGREEMENT)
    read = [parse.rule(rule, ("rule", place), scope) for place, rule in enumerate(raw["rule"])]
    rules = tuple(rule for rule, _ in read if rule is not None)
    mql, wrong_mql = parse.condition(raw["mql"], ("mql",), scope)
    sql, wrong_sql = parse.condition(raw["sql"], ("sql",), scope)
    problems = [*wrong_mql, *wrong_sql, *(problem for _, found in read for problem in found)]
    if problems:
        message = f"the agreement of the benchmark is not sound: {problems}"
        raise SystemExit(message)
    return Judge(Agreement("bench", NOW, rules, mql, sql), (), FIELDS, ZoneInfo("Europe/Berlin"))


FIT_INDUSTRIES: Final = frozenset({"software", "finance", "telecom"})
DIRECTOR: Final = re.compile(r"\bdirector\b", re.IGNORECASE)
TWO_WEEKS: Final = timedelta(days=14)
HALF_LIFE: Final = TWO_WEEKS.total_seconds()
NO_TRIGGERS: Final[Mapping[str, bool | None]] = MappingProxyType({})


def by_hand(person: Person, engagements: Sequence[Engagement], now: datetime) -> Decision:  # noqa: C901 - as one would
    """Return the verdict of the same agreement, as one would write it without a compiler: no unknown, no next look."""
    fields = person.fields
    industry = fields.get("industry")
    employees = fields.get("employees")
    title = fields.get("job_title")
    points = 0.0
    fits_industry = industry in FIT_INDUSTRIES
    if fits_industry:
        points += 10
    if fields.get("country") == "de":
        points += 5
    if isinstance(title, str) and DIRECTOR.search(title):
        points += 10
    size = employees if isinstance(employees, int) else 0
    if size >= 100:
        points += 10
    recent = now - TWO_WEEKS
    prices = clicks = demos = 0
    pages = 0.0
    for engagement in engagements:
        kind = engagement.type
        if kind == "page_viewed":
            pages += 2 * engagement.count * 0.5 ** ((now - engagement.at).total_seconds() / HALF_LIFE)
        elif kind == "email_clicked":
            clicks += engagement.count
        elif kind == "pricing_viewed":
            if engagement.at >= recent:
                prices += engagement.count
        elif kind == "demo_requested" and engagement.at >= recent:
            demos += engagement.count
    if prices >= 3:
        points += 15
    points += min(3 * clicks, 15)
    points += pages
    if demos:
        points += 25
    points = round(points, 6)
    fits = fits_industry and size >= 50
    mql = points >= 50 and fits
    sql = points >= 80 or (demos > 0 and fits)
    stage = Stage.SQL if sql else Stage.MQL if mql else None
    return Decision(
        stage,
        mql,
        sql,
        blocked=False,
        scores={"points": points, "total": points},
        triggers=NO_TRIGGERS,
        recheck_at=None,
    )


def seconds(decide: Callable[[Person, Sequence[Engagement], datetime], Decision], leads: Sequence[Lead]) -> float:
    """Return how long one pass over all leads takes."""
    begun = time.perf_counter()
    for person, engagements in leads:
        decide(person, engagements, NOW)
    return time.perf_counter() - begun


def different(judge: Judge, leads: Sequence[Lead]) -> list[tuple[Decision, Decision]]:
    """Return the pairs of decisions that differ in anything but the next look; points may differ in rounding."""
    found = []
    for person, engagements in leads:
        ours, theirs = judge.decide(person, engagements, NOW), by_hand(person, engagements, NOW)
        near = all(abs(points - theirs.scores[name]) < 2e-6 for name, points in ours.scores.items())
        if not near or replace(ours, scores={}, recheck_at=None) != replace(theirs, scores={}, recheck_at=None):
            found.append((ours, theirs))
    return found


def measured(judge: Judge, leads: Sequence[Lead]) -> tuple[float, float]:
    """Return the median ratio of speeds (ours by the hand-written), and leads a second of ours."""
    ratios, ours = [], []
    for turn in range(ROUNDS):
        first, second = (by_hand, judge.decide) if turn % 2 else (judge.decide, by_hand)
        gc.collect()
        one, two = seconds(first, leads), seconds(second, leads)
        own, theirs = (two, one) if turn % 2 else (one, two)
        ratios.append(theirs / own)
        ours.append(LEADS / own)
    return statistics.median(ratios), statistics.median(ours)


def main() -> int:
    """Print the row; 1 when both do not say the same of every lead or the limit is missed."""
    judge, leads = compiled(), crowd()
    unequal = different(judge, leads)
    decisions = [judge.decide(person, engagements, NOW) for person, engagements in leads]
    ratio, speed = measured(judge, leads)
    mql = sum(bool(one.mql) for one in decisions)
    sql = sum(bool(one.sql) for one in decisions)
    again = sum(one.recheck_at is not None for one in decisions)
    figures = f"{LEADS} leads: {mql} MQL, {sql} SQL, {again} to look at again, {len(unequal)} unequal"
    sys.stderr.write(f"{figures}, {speed:,.0f} a second\n")
    holds = ratio >= LIMIT and not unequal
    row = {"name": "evaluate_vs_handwritten", "value": round(ratio, 3), "unit": "ratio", "limit": LIMIT}
    sys.stdout.write(json.dumps([{**row, "better": "higher", "holds": holds}]) + "\n")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
