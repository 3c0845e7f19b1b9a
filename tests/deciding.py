"""A small agreement from TOML text to a judge, and people with dated engagement: the words of the deciding tests."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Final, cast

from connector.agreement import Agreement, Playbook
from connector.criteria import parse
from connector.criteria.syntax import Condition
from connector.decide import Judge
from connector.model import Decision, Engagement, Explanation, Person, Stage, Value

from tests.criteria.given import FIELDS, SCOPE, ZONE

NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)


def agreement(text: str) -> Agreement:
    """Return the agreement that *text* states: rules, mql, sql, never, require, caps and once_per (in seconds)."""
    raw = tomllib.loads(text)
    rules = []
    for place, table in enumerate(raw.get("rule", ())):
        rule, problems = parse.rule({"name": f"rule {place}", "score": "engagement", **table}, (), SCOPE)
        if rule is None:
            raise AssertionError(problems)
        rules.append(rule)
    spans = {kind: timedelta(seconds=seconds) for kind, seconds in raw.get("once_per", {}).items()}
    mql, sql, never, require = (asked(raw.get(name)) for name in ("mql", "sql", "never", "require"))
    return Agreement("1", NOW, tuple(rules), mql, sql, never, require, raw.get("caps", {}), spans)


def asked(raw: object) -> Condition | None:
    """Return a criterion; None for none."""
    if raw is None:
        return None
    found, problems = parse.condition(raw, (), SCOPE)
    if found is None:
        raise AssertionError(problems)
    return found


def happened(kind: str, ago: timedelta = timedelta(0), count: int = 1, **attributes: Value) -> Engagement:
    """Return one happening *ago*."""
    key = f"{kind} {ago} {count} {sorted(attributes.items())}"
    return Engagement(key, kind, NOW - ago, count, attributes)


def days(count: float) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)


@dataclass(frozen=True, slots=True)
class Looked:
    """One agreement, judged by one build of the core."""

    core: ModuleType
    text: str

    def judge(self, playbooks: Sequence[Playbook] = ()) -> Judge:
        """Return the judge; its class is that of the build, which has the same methods."""
        return cast("Judge", self.core.Judge(agreement(self.text), playbooks, FIELDS, ZONE))

    def decide(
        self,
        *engagements: Engagement,
        now: datetime = NOW,
        since: datetime | None = None,
        stage: Stage | None = None,
        in_stage: timedelta = timedelta(0),
        **fields: Value,
    ) -> Decision:
        """Return the silent verdict on a person with *fields* who did *engagements*."""
        person = someone(fields, stage, in_stage)
        return self.judge().decide(person, engagements, now, since)

    def explain(
        self, *engagements: Engagement, now: datetime = NOW, stage: Stage | None = None, **fields: Value
    ) -> Explanation:
        """Return the explained verdict."""
        return self.judge().explain(someone(fields, stage, timedelta(0)), engagements, now)


def someone(fields: Mapping[str, Value], stage: Stage | None = None, in_stage: timedelta = timedelta(0)) -> Person:
    """Return a person."""
    return Person(1, fields, stage, None if stage is None else NOW - in_stage)
