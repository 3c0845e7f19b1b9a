"""Scores as printed lines, and what an explanation tells an admin."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector import decide
from connector.agreement import Agreement, Playbook
from connector.criteria.syntax import Not, ScoreIs
from connector.criteria.timed import Terms
from connector.decide.compiled import asked, source
from connector.model import Evidence, Stage

from tests.criteria.given import FIELDS, ZONE, condition, rule
from tests.deciding import NOW, Looked, agreement, days, happened, someone

FIT = '[[rule]]\nscore = "fit"\nname = "Right size"\nwhen = { field = "employees", at_least = 50 }\npoints = 20\n'
PAGES = """
[[rule]]
name = "Pages"
when = { engagement = "page_viewed" }
points = 4
each = true
max_points = 30
half_life = "10 days"
say = "Ask what they looked for."
"""
ASKS = '[mql]\nall = [{ score = "fit", at_least = 20 }, { score = "engagement", at_least = 30 }]\n'
BOOKED = '[sql]\nengagement = "meeting_booked"\nwithin = "30 days"\n'
WHOLE = Looked(decide, FIT + PAGES + ASKS + BOOKED)


def test_a_line_carries_rule_points_sentence_and_evidence() -> None:
    """What a rep or an admin needs of a line is in it, newest evidence first."""
    seen = happened("page_viewed", days(10), url="/a"), happened("page_viewed", url="/pricing")
    line = WHOLE.explain(*seen).lines[0]
    assert (line.score, line.rule, line.points, line.say) == ("engagement", "Pages", 6, "Ask what they looked for.")
    assert line.note == "halves every 10 days"
    assert [(one.at, one.what, one.detail) for one in line.evidence] == [
        (NOW, "page_viewed", "/pricing"),
        (NOW - days(10), "page_viewed", "/a"),
    ]


def test_a_line_over_a_field_shows_its_value() -> None:
    """Fit rests on a field, which has no date."""
    assert WHOLE.explain(employees=200).lines[0].evidence == (Evidence(None, "employees", "200"),)


def test_notes_say_why_points_were_cut() -> None:
    """The rule's cap and the score's cap are both named."""
    line = WHOLE.explain(happened("page_viewed", count=20)).lines[0]
    assert (line.points, line.note) == (30, "capped at 30")
    capped = Looked(decide, PAGES + "[caps]\nengagement = 10\n").explain(happened("page_viewed", count=20)).lines[0]
    assert (capped.points, capped.note) == (10, "capped at 30, the score engagement is capped")


def test_a_rule_that_gives_nothing_has_no_line() -> None:
    """Only lines that are not zero are printed."""
    assert WHOLE.explain(employees=10).lines == ()


def test_what_is_lacking_is_said_with_numbers() -> None:
    """Points, counts and empty fields are named for the next stage."""
    said = WHOLE.explain(happened("page_viewed", count=3)).lacking
    assert said == ("20 more fit points (0 of 20); employees is empty", "18 more engagement points (12 of 30)")
    above = WHOLE.explain(happened("page_viewed", count=10), employees=60)
    assert above.decision.stage is Stage.MQL
    assert above.lacking == ("at least 1 x meeting_booked within 30 days",)
    assert WHOLE.explain(happened("meeting_booked")).lacking == ()
    assert WHOLE.explain(stage=Stage.CUSTOMER).lacking == ()


LACKING = {
    'field = "job_title"\nhas_word = "cto"': ('job_title is empty: needs the word "cto"',),
    'field = "job_title"\nis_set = true': ("job_title is empty: needs a value",),
    'field = "renews_on"\nin_next = "90 days"': ("renews_on is empty: needs to be within the next 90 days",),
    'field = "email"\ndomain_in = "acme.com"': ("email is empty: needs to be at acme.com",),
    'field = "employees"\nat_least = 50': ("employees is empty: needs at least 50 people",),
    'engagement = "page_viewed"\nat_least = 5\nwithin = "14 days"': (
        "3 more to at least 5 x page_viewed within 14 days (2 of 5)",
    ),
    'engagement = "page_viewed"\nnot_within = "14 days"': (
        "no page_viewed within 14 days (found 2 (latest 2026-11-20))",
    ),
    'any = [{ engagement = "meeting_booked" }, { field = "checked", equals = true }]': (
        "one of: at least 1 x meeting_booked; checked is empty: needs yes",
    ),
    'not = { engagement = "page_viewed" }': ("must not hold: at least 1 x page_viewed (2 (latest 2026-11-20))",),
    'not = { field = "checked", equals = true }': ("checked is empty: needed to rule out checked is yes",),
    'stage = "mql"': ("stage mql (now no stage)",),
    'score = "fit"\nat_most = -1': ("fit score at most -1 (has 0)",),
}


@pytest.mark.parametrize(("criterion", "said"), LACKING.items(), ids=LACKING)
def test_each_criterion_says_what_it_lacks(criterion: str, said: tuple[str, ...]) -> None:
    """One plain sentence for each thing that is not there."""
    assert Looked(decide, f"[mql]\n{criterion}").explain(happened("page_viewed", count=2)).lacking == said


def test_a_knock_out_and_missing_consent_come_first() -> None:
    """What blocks is said before what lacks."""
    looked = Looked(
        decide,
        '[never]\nfield = "email"\ndomain_in = { file = "competitors.txt" }\n'
        '[require]\nfield = "checked"\nequals = true\n[mql]\nengagement = "meeting_booked"',
    )
    assert looked.explain(email="a@rival.com").lacking == (
        'knocked out: email is at one of the 2 domains of competitors.txt (email is "a@rival.com")',
        "required: checked is empty: needs yes",
        "at least 1 x meeting_booked",
    )


def test_missing_fields_are_named_once() -> None:
    """Every empty field that a check or a rule asked for is named, in order."""
    looked = Looked(
        decide,
        FIT + '[mql]\nall = [{ field = "country", equals = "de" }, { score = "fit", at_least = 1 },'
        ' { field = "country", in = ["de"] }]',
    )
    explanation = looked.explain()
    assert explanation.missing == ("country", "employees")
    assert explanation.checks["mql"].missing == ("country", "employees")
    assert looked.explain(country="de", employees=60).missing == ()


def test_the_top_reason_is_the_newest_behaviour_that_met_the_criterion() -> None:
    """For an SQL that of the SQL criteria, else that of the MQL criteria, with its day in the configured zone."""
    pages = happened("page_viewed", count=10, url="/pricing")
    late = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    booked = happened("meeting_booked", NOW - late)
    sql = WHOLE.explain(pages, booked, employees=60)
    assert sql.top_reason == "booked a meeting on 19 Nov"
    assert sql.top_evidence == Evidence(late, "meeting_booked", key=booked.key)
    assert WHOLE.explain(pages, employees=60).top_reason == "viewed 10 pages (/pricing) on 20 Nov"
    assert WHOLE.explain(pages).top_reason == ""
    assert WHOLE.explain(pages).top_evidence is None


def test_the_top_reason_is_never_what_sales_did_nor_what_a_not_was_about() -> None:
    """A rep's call and a happening inside a failed part are no reason."""
    looked = Looked(
        decide,
        '[mql]\nall = [{ engagement = "meeting_booked" }, { not = { engagement = "page_viewed", at_least = 3 } },'
        ' { engagement = "sales_activity" }]',
    )
    seen = happened("meeting_booked", days(3)), happened("page_viewed", days(1)), happened("sales_activity")
    assert looked.explain(*seen).top_reason == "booked a meeting on 17 Nov"


def test_the_top_reason_is_said_by_whoever_speaks_the_language() -> None:
    """The words of the reason are handed in; the evidence is handed out."""
    judge = WHOLE.judge()
    explanation = judge.explain(
        someone({}), (happened("meeting_booked"),), NOW, say_evidence=lambda one: f"{one.what} am {one.at:%d.%m.}"
    )
    assert explanation.top_reason == "meeting_booked am 20.11."


def test_checks_carry_the_criterion_and_what_was_found() -> None:
    """Asked and found are plain words; parts stand in their order."""
    looked = Looked(
        decide,
        '[mql]\nall = [{ engagement = "page_viewed", at_least = 5, distinct = "day", within = "14 days" },'
        ' { field = "grade", at_least = "B-" }, { engagement = "form_submitted",'
        ' where = { form = { has_word = "question" } } }]',
    )
    check = looked.explain(*(happened("page_viewed", days(ago)) for ago in (0, 1, 2)), grade="A").checks["mql"]
    assert (check.asked, check.found, check.passed) == ("all of", "1 of 3 hold", False)
    assert [(part.asked, part.found, part.passed) for part in check.parts] == [
        ("at least 5 x page_viewed on different days within 14 days", "3 days (latest 2026-11-20)", False),
        ('grade at least "B-"', 'grade is "A"', True),
        ('at least 1 x form_submitted with form that has the word "question"', "none", False),
    ]
    assert [one.at for one in check.parts[0].evidence] == [NOW, NOW - days(1), NOW - days(2)]


def test_playbooks_triggers_are_judged_and_explained_by_name() -> None:
    """A playbook on a criterion has its verdict; one on a stage has none."""
    on = condition('{ engagement = "meeting_booked", within = "1 day" }')
    judge = WHOLE.judge((Playbook("hand raised", on=on), Playbook("new sql", on_stage=Stage.SQL)))
    decision = judge.decide(someone({}), (happened("meeting_booked"),), NOW)
    assert decision.triggers == {"hand raised": True}
    assert decision.recheck_at == NOW + days(1) + timedelta(microseconds=1)
    explanation = judge.explain(someone({}), (happened("meeting_booked"),), NOW)
    assert list(explanation.checks) == ["mql", "sql", "hand raised"]


def test_one_further_criterion_is_checked() -> None:
    """What a playbook asks besides is judged over the same facts, scores included."""
    judge, seen = WHOLE.judge(), (happened("page_viewed", days(3), 10), happened("page_viewed", count=10))
    further = condition('{ all = [{ score = "engagement", at_least = 30 }, { stage = "mql" }] }')
    assert judge.condition(further, someone({}, Stage.MQL), seen, NOW).passed is True
    assert judge.condition(further, someone({}), seen, NOW).passed is False
    since = condition('{ engagement = "page_viewed", at_least = 20 }')
    assert judge.condition(since, someone({}), seen, NOW).passed is True
    assert judge.condition(since, someone({}), seen, NOW, since=NOW - days(1)).passed is False


def test_deciding_once_is_deciding_with_a_judge() -> None:
    """The plain function says what a judge says."""
    made, seen = agreement(WHOLE.text), (happened("meeting_booked"),)
    once = decide.decide(someone({}), seen, made, NOW, FIELDS, ZONE)
    assert once == decide.Judge(made, (), FIELDS, ZONE).decide(someone({}), seen, NOW)


def test_no_word_of_the_admin_becomes_source() -> None:
    """Names, values and patterns are constants; the written text has none of them."""
    evil = 'zz"); import os; os.remove("zz'
    text = f"""
    [[rule]]
    name = '''{evil}'''
    when = {{ engagement = "page_viewed", where = {{ url = '''{evil}''' }}, within = "987 days" }}
    points = 98.7654
    each = true
    [mql]
    any = [{{ field = "job_title", has_word = '''{evil}''' }}, {{ field = "employees", at_least = 987654 }},
           {{ score = "engagement", at_least = 98.7654 }}, {{ stage = "mql" }}]
    """
    made = agreement(text)
    written, constants = source(made, asked(made, ()), Terms(FIELDS, ZONE), lambda *_known: None)
    for word in ("zz", "import", "os.", "987", "page_viewed", "job_title", 'engagement"', "mql", "url"):
        assert word not in written
    assert "page_viewed" in constants
    assert Looked(decide, text).decide(happened("page_viewed", url=evil)).scores["engagement"] == 98.7654


def test_what_the_parser_never_lets_through_is_refused() -> None:
    """A rule over a score and a field that is not declared are errors when an agreement is built by hand."""
    sound = rule('score = "fit"\nname = "a"\nwhen = { stage = "mql" }\npoints = 1')
    over_score = replace(sound, when=Not(ScoreIs("fit", 1)))
    with pytest.raises(ValueError, match='the rule "a" asks for a score'):
        decide.Judge(Agreement("1", NOW, (over_score,), None, None), (), FIELDS, ZONE)
    with pytest.raises(ValueError, match='no field "employees" is declared'):
        decide.Judge(agreement(FIT), (), {}, ZONE)


def test_huge_numbers_do_not_break_a_verdict() -> None:
    """Points beyond any sense are held, not overflowed."""
    looked = Looked(
        decide, '[[rule]]\nwhen = { engagement = "trial_used" }\npoints = { attribute = "seats", times = 9 }\n'
    )
    seen = happened("trial_used", seats=1e308), happened("trial_used", days(1), seats=1e308)
    assert looked.decide(*seen).scores["engagement"] == 1e12
    assert looked.explain(*seen).lines[0].points == 1e12


def test_dates_at_the_end_of_the_calendar_do_not_break_a_verdict() -> None:
    """A happening in the year 9999 and one in the year 1 are judged like any other."""
    looked = Looked(
        decide, PAGES + '[mql]\nengagement = "page_viewed"\nat_least = 2\ndistinct = "day"\nwithin = "14 days"'
    )
    far = NOW - datetime.max.replace(tzinfo=UTC)
    old = NOW - datetime.min.replace(tzinfo=UTC)
    decision = looked.decide(happened("page_viewed", far), happened("page_viewed", old), happened("page_viewed"))
    assert decision.mql is True
    assert decision.scores["engagement"] == 8
