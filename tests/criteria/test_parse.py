"""What an admin may write as a criterion or a rule, and what is said of every mistake."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from connector.agreement import PointsFrom, Rule
from connector.criteria import freemail, parse, patterns
from connector.criteria.syntax import All, Any, Compare, Condition, Did, FieldIs, Not, Op, ScoreIs, StageIs

from tests.criteria.given import SCOPE, condition, rule, said, toml
from tests.criteria.refused import REFUSED, REFUSED_RULES

DAYS_14: Final = timedelta(days=14)

READ: Final[dict[str, Condition]] = {
    '{ field = "employees", at_least = 50 }': FieldIs("employees", Compare(Op.AT_LEAST, 50)),
    '{ field = "employees", at_least = 50, at_most = 99.5 }': All((
        FieldIs("employees", Compare(Op.AT_LEAST, 50)),
        FieldIs("employees", Compare(Op.AT_MOST, 99.5)),
    )),
    '{ field = "email", equals = "Ann@Acme.example" }': FieldIs("email", Compare(Op.EQUALS, "ann@acme.example")),
    '{ field = "email", domain_in = ["@Rival.com", "www.enemy.example"] }': FieldIs(
        "email", Compare(Op.DOMAIN_IN, frozenset({"rival.com", "enemy.example"}))
    ),
    '{ field = "email", domain_in = "rival.com" }': FieldIs("email", Compare(Op.DOMAIN_IN, frozenset({"rival.com"}))),
    '{ field = "email", domain_in = { file = "competitors.txt" } }': FieldIs(
        "email",
        Compare(Op.DOMAIN_IN, frozenset({"rival.com", "enemy.example"}), "the 2 domains of competitors.txt"),
    ),
    '{ field = "job_title", in = ["CTO", "CEO"] }': FieldIs("job_title", Compare(Op.IN, frozenset({"CTO", "CEO"}))),
    '{ field = "job_title", has_word = ["student", "intern"] }': FieldIs(
        "job_title", Compare(Op.HAS_WORD, ("student", "intern"))
    ),
    '{ field = "job_title", matches = "^(VP|Head) (of )?Sales" }': FieldIs(
        "job_title", Compare(Op.MATCHES, "^(VP|Head) (of )?Sales")
    ),
    '{ field = "grade", at_least = "B-" }': FieldIs("grade", Compare(Op.AT_LEAST, "B-")),
    '{ field = "checked", equals = true }': FieldIs("checked", Compare(Op.EQUALS, value=True)),
    '{ field = "job_title", is_set = true }': FieldIs("job_title", Compare(Op.IS_SET, value=True)),
    '{ field = "renews_on", in_next = "90 days" }': FieldIs("renews_on", Compare(Op.IN_NEXT, timedelta(days=90))),
    '{ field = "renews_on", at_most = 2026-12-31 }': FieldIs("renews_on", Compare(Op.AT_MOST, date(2026, 12, 31))),
    '{ field = "trial_ends_at", at_least = 2026-11-01T09:00:00+01:00 }': FieldIs(
        "trial_ends_at", Compare(Op.AT_LEAST, datetime(2026, 11, 1, 8, tzinfo=UTC))
    ),
    '{ field = "interests", contains = "crm" }': FieldIs("interests", Compare(Op.CONTAINS, "crm")),
    '{ engagement = "page_viewed" }': Did(("page_viewed",)),
    '{ engagement = ["page_viewed", "form_submitted"], at_least = 2, within = "14 days", distinct = "day" }': Did(
        ("page_viewed", "form_submitted"), at_least=2, within=DAYS_14, distinct="day"
    ),
    '{ engagement = "page_viewed", at_most = 3 }': Did(("page_viewed",), at_least=0, at_most=3),
    '{ engagement = "page_viewed", not_within = "14 days" }': Did(("page_viewed",), within=DAYS_14, not_within=True),
    '{ engagement = "page_viewed", at_least = 2, within = "2 weeks", not_within = "3 days" }': All((
        Did(("page_viewed",), at_least=2, within=DAYS_14),
        Did(("page_viewed",), within=timedelta(days=3), not_within=True),
    )),
    '{ engagement = "page_viewed", where = { url = "/pricing" } }': Did(
        ("page_viewed",), (("url", Compare(Op.EQUALS, "/pricing")),)
    ),
    '{ engagement = "form_submitted", where = { form = { has_word = "question" }, answer = ["yes", 1] } }': Did(
        ("form_submitted",),
        (("form", Compare(Op.HAS_WORD, "question")), ("answer", Compare(Op.IN, frozenset({"yes", 1})))),
    ),
    '{ engagement = "webinar_attended", sum = "minutes", at_least = 90.5 }': Did(
        ("webinar_attended",), at_least=90.5, total_of="minutes"
    ),
    '{ engagement = "any", not_within = "14 days" }': Did(
        tuple(sorted(set(SCOPE.engagements) - {"sales_activity"})), within=DAYS_14, not_within=True
    ),
    '{ score = "fit", at_least = 20 }': ScoreIs("fit", 20),
    '{ score = "total", at_least = 20, at_most = 90 }': ScoreIs("total", 20, 90),
    '{ stage = "mql", for_at_least = "3 days" }': StageIs(("mql",), timedelta(days=3)),
    '{ stage = ["lead", "mql"], for_at_most = "3 days" }': StageIs(("lead", "mql"), None, timedelta(days=3)),
    '{ all = [ { stage = "mql" } ] }': All((StageIs(("mql",)),)),
    '{ all = [ { stage = "mql" } ], any = [ { stage = "sql" } ], not = { stage = "lead" } }': All((
        All((StageIs(("mql",)),)),
        Any((StageIs(("sql",)),)),
        Not(StageIs(("lead",))),
    )),
}


@pytest.mark.parametrize(("text", "words"), READ.items(), ids=READ)
def test_every_form_of_a_criterion_is_read(text: str, words: Condition) -> None:
    """Each way of writing a criterion gives the words that it means."""
    assert condition(text) == words


@pytest.mark.parametrize(("text", "problems"), REFUSED.items(), ids=REFUSED)
def test_every_mistake_is_placed_and_explained(text: str, problems: list[tuple[str, str, str]]) -> None:
    """A criterion that cannot be meant is refused at the key that is wrong, with what to write instead."""
    found, noted = parse.condition(toml(text), ("mql",), SCOPE)
    assert found is None
    assert said(noted) == problems


@pytest.mark.parametrize(("text", "problems"), REFUSED_RULES.items(), ids=REFUSED_RULES)
def test_every_mistake_in_a_rule_is_placed_and_explained(text: str, problems: list[tuple[str, str, str]]) -> None:
    """A rule that cannot be meant is refused at the key that is wrong, with what to write instead."""
    found, noted = parse.rule(tomllib.loads('score = "fit"\nname = "A"\n' + text), ("rule", 0), SCOPE)
    assert found is None
    assert said(noted) == problems


def test_a_rule_is_read_whole() -> None:
    """Score, name, criterion, points, each, cap, half-life and the sentence for the rep arrive."""
    text = """
        score = "engagement"
        name = "Reads"
        when = { engagement = "page_viewed", where = { url = "/pricing" } }
        points = 4
        each = true
        max_points = 40
        half_life = "14 days"
        say = "They look at prices."
    """
    when = Did(("page_viewed",), (("url", Compare(Op.EQUALS, "/pricing")),))
    assert rule(text) == Rule(
        "engagement",
        "Reads",
        when,
        4,
        each=True,
        max_points=40,
        half_life=DAYS_14,
        say="They look at prices.",
    )


def test_the_window_of_a_rule_holds_for_engagement_that_has_none() -> None:
    """`within` beside `when` is inherited; an own window stays."""
    text = """
        score = "engagement"
        name = "Reads"
        within = "14 days"
        when = { any = [ { engagement = "page_viewed" }, { engagement = "meeting_booked", within = "1 day" } ] }
        points = 4
    """
    assert rule(text).when == Any((
        Did(("page_viewed",), within=DAYS_14),
        Did(("meeting_booked",), within=timedelta(days=1)),
    ))


def test_points_come_from_a_field_or_a_summed_attribute() -> None:
    """A table in the place of points names the number and the factor."""
    head = 'score = "fit"\nname = "A"\nwhen = { engagement = "trial_used" }\n'
    assert rule(head + 'points = { field = "employees", times = 0.5 }').points == PointsFrom("employees", "", 0.5)
    assert rule(head + 'points = { attribute = "seats" }').points == PointsFrom("", "seats", 1)


def test_a_rule_without_most_of_its_keys_names_each_of_them() -> None:
    """All that is missing is said at once."""
    _, problems = parse.rule({"name": "A"}, ("rule", 0), SCOPE)
    assert [problem.message for problem in problems] == [
        'the rule has no "score".',
        'the rule has no "when".',
        'the rule has no "points".',
    ]


def test_criteria_nested_too_deep_are_refused() -> None:
    """A depth that nobody can read is an error, not a crash."""
    raw: object = {"stage": "mql"}
    for _ in range(1000):
        raw = {"not": raw}
    _, problems = parse.condition(raw, (), SCOPE)
    assert problems[0].message == "criteria are nested more than 12 deep."


def test_the_free_mail_list_is_long_and_clean() -> None:
    """The built-in list has the well-known providers, in lower case, and no company."""
    known = freemail.domains()
    assert len(known) >= 300
    assert {"gmail.com", "gmx.de", "web.de", "outlook.com", "icloud.com", "orange.fr", "libero.it"} <= known
    assert all(domain == domain.strip().lower() and "." in domain for domain in known)
    assert "microsoft.com" not in known
    found = condition('{ field = "email", domain_in = "free-mail" }')
    assert found == FieldIs("email", Compare(Op.DOMAIN_IN, known, f"the {len(known):,} free-mail domains"))


SAFE: Final = (
    "^(VP|Head|Director) (of )?(Sales|Marketing)",
    r"\bC[A-Z]O\b",
    "^https?://[^/]+/pricing/?$",
    "[]x]+[^]]*",
    "(?:a|b)?c{2}",
)
UNSAFE: Final = (
    "(a+)+",
    "(a|a)*",
    "(a?){20}",
    ".*.*.*",
    "(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)",
    "a?" * 10,
    "a*b*(a|b)?(a|b)?(a|b)?1",
    r"(\w)\1",
    "(?P<n>a)",
    "(?i)a",
    "(?<=a)b",
    "[a",
    "a" * 201,
    "a{99999999999}",
    r"\p",
)


@pytest.mark.parametrize("pattern", SAFE)
def test_ordinary_patterns_are_taken(pattern: str) -> None:
    """Words, alternatives, classes and two repeats are enough for titles and addresses."""
    assert patterns.problem(pattern) is None


@pytest.mark.parametrize("pattern", UNSAFE)
def test_patterns_that_could_run_for_long_are_refused(pattern: str) -> None:
    """Whatever could take exponential time, or cannot be judged, is refused with a hint."""
    found = patterns.problem(pattern)
    assert found is not None
    assert all(found)
