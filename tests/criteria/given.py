"""The fields, engagement and scores that the tests of criteria speak about."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from connector.agreement import Rule
from connector.criteria import parse
from connector.criteria.syntax import Condition
from connector.mapping.spec import FieldSpec, FieldType
from connector.problems import Problem

ZONE: Final = ZoneInfo("Europe/Berlin")
FIELDS: Final = {
    spec.name: spec
    for spec in (
        FieldSpec("email", FieldType.EMAIL),
        FieldSpec("job_title", FieldType.TEXT),
        FieldSpec("country", FieldType.TEXT),
        FieldSpec("industry", FieldType.CHOICE),
        FieldSpec("grade", FieldType.CHOICE, ("D", "C", "B-", "B", "A")),
        FieldSpec("employees", FieldType.INTEGER, unit="people"),
        FieldSpec("revenue", FieldType.DECIMAL),
        FieldSpec("checked", FieldType.BOOLEAN),
        FieldSpec("renews_on", FieldType.DATE),
        FieldSpec("trial_ends_at", FieldType.INSTANT),
        FieldSpec("interests", FieldType.LIST),
    )
}
ENGAGEMENTS: Final = {
    "page_viewed": frozenset({"url"}),
    "form_submitted": frozenset({"form", "answer"}),
    "document_downloaded": frozenset({"document"}),
    "newsletter_subscribed": frozenset[str](),
    "email_opened": frozenset({"subject"}),
    "email_clicked": frozenset({"subject", "url"}),
    "webinar_attended": frozenset({"title", "minutes"}),
    "meeting_booked": frozenset({"title"}),
    "trial_used": frozenset({"seats", "feature"}),
    "sales_activity": frozenset({"kind"}),
}
LISTS: Final = {"competitors.txt": ("rival.com", "", "@enemy.example"), "empty.txt": (), "odd.txt": ("not a domain",)}


def read_list(name: str) -> Sequence[str]:
    """Return the entries of a list, or fail the way a file does."""
    if name not in LISTS:
        raise FileNotFoundError(2, "No such file or directory", name)
    return LISTS[name]


SCOPE: Final = parse.Scope(FIELDS, ENGAGEMENTS, frozenset({"fit", "engagement", "intent"}), read_list)


def toml(text: str) -> object:
    """Return the value that *text* is in TOML."""
    return tomllib.loads(f"it = {text}")["it"]


def condition(text: str) -> Condition:
    """Return the criterion that *text* asks for; it must be sound."""
    found, problems = parse.condition(toml(text), ("mql",), SCOPE)
    if found is None:
        raise AssertionError(problems)
    return found


def rule(text: str) -> Rule:
    """Return the rule that *text* states; it must be sound."""
    found, problems = parse.rule(tomllib.loads(text), ("rule",), SCOPE)
    if found is None:
        raise AssertionError(problems)
    return found


def said(problems: Sequence[Problem]) -> list[tuple[str, str, str]]:
    """Return place, message and hint of each problem."""
    return [(".".join(map(str, problem.path)), problem.message, problem.hint) for problem in problems]
