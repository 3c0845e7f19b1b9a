"""The task as a whole: what holds for anybody, and what its parts are taken from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.agreement import Unless
from connector.model import CrmRef, Engagement, Stage
from connector.owners import OwnerChoice
from connector.task import task_key, unknown_placeholders

from tests.tasks.clauses import TAGS, parsed
from tests.tasks.people import ANN, ASKED, CTO, CUSTOMER, GERMAN, LONG, NEW_SQL, NOW, PEOPLE, Case, did, explained, line

TEXT = st.one_of(
    st.none(), st.text(max_size=40), st.sampled_from(["<b>", "&amp;", "\x00", "\ud800", "()", "-", "{email}"])
)
PERSON = st.fixed_dictionaries(
    dict.fromkeys(("first_name", "last_name", "email", "phone", "job_title", "company", "industry"), TEXT)
)


@given(PERSON, st.text(max_size=60), st.sampled_from(["en", "de"]))
@settings(max_examples=150, deadline=None)
def test_text_from_outside_never_becomes_markup(fields: dict[str, str | None], form: str, language: str) -> None:
    """For any text in any field the body has our tags only, the subject is one line, and both forms say the same."""
    top = did("form_submitted", 1, form)
    task = Case(fields, explained((line("s", form, 1, top, say=form),), top), language=language, marker=True).task()
    tags = parsed(task.body)
    assert tags.tags <= TAGS
    assert tags.attributes == []
    assert "".join(tags.text.split()) == "".join(task.body_text.replace("\n- ", "\n").split())
    assert task.subject
    assert task.subject.isprintable()
    assert len(task.subject) <= 200
    assert task.subject == " ".join(task.subject.split())


@pytest.mark.parametrize("name", PEOPLE)
def test_the_reason_stands_within_the_first_hundred_characters(name: str) -> None:
    """A rep who reads the first line knows why; the subject says the same, and no score."""
    task = PEOPLE[name].task()
    reason = task.subject.split(": ", 1)[1].removesuffix(" [customer]")
    assert reason[1:] in task.body_text[:100]
    assert reason[1:] in parsed(task.body).text[:100]
    assert not any(f" {points:g} " in reason for points in PEOPLE[name].explanation.decision.scores.values())


@pytest.mark.parametrize("longest", [0, 20, 60, 200, 5000])
def test_the_reason_stays_in_front_whatever_its_length(longest: int) -> None:
    """Long names of people and forms are cut, the date stays."""
    for kind in ("form_submitted", "webinar_missed", "email_clicked", "some_unknown_type_of_an_admin" * 3):
        for language in ("en", "de"):
            top = did(kind, 340, "x" * longest)
            fields = {"first_name": "y" * longest, "last_name": "z" * longest}
            task = Case(fields, explained((), top), replace(NEW_SQL, subject="{top_reason}"), language).task()
            assert task.subject[1:] in task.body_text[:100]
            assert "2025" in task.body_text[:100]


def test_the_rules_speak_once_and_the_playbook_first() -> None:
    """The playbook's sentence leads, then the rule behind the reason, each sentence once."""
    top, other = did("form_submitted", 1), did("page_viewed", 2)
    lines = (
        line("a", "one", 1, other, say="Second."),
        line("a", "two", 1, other, say="Second."),
        line("b", "three", 1, top, say="First."),
    )
    task = Case({}, explained(lines, top), replace(NEW_SQL, say="Before all.")).task()
    assert "\n\nBefore all.\nFirst.\nSecond.\n\n" in task.body_text


def test_the_key_is_the_last_line_and_only_when_asked_for() -> None:
    """A CRM with a unique field for the key gets a text without it."""
    with_key, without = replace(CTO, marker=True).task(), CTO.task()
    assert with_key.body_text.splitlines()[-1] == f"connector-key: {with_key.key}"
    assert with_key.body.endswith(f"<p>connector-key: {with_key.key}</p>")
    assert with_key.key == without.key == task_key("24", CrmRef("hubspot", "contact", "4711"), "new-sql", 1)
    assert without.key not in without.body + without.body_text


def test_the_owner_brings_their_own_clock() -> None:
    """Four business hours of somebody in New York end in New York; an unknown zone leaves the configured one."""
    there = replace(CTO, owner=OwnerChoice("1", "a@b.example", "America/New_York")).task()
    assert there.due_at == NOW.replace(hour=18, minute=0)
    nowhere = replace(CTO, owner=OwnerChoice("1", "a@b.example", "Mars/Olympus")).task()
    assert nowhere.due_at == CTO.task().due_at == NOW + timedelta(hours=4)
    assert nowhere.due_at.tzinfo is UTC


def test_what_the_playbook_says_is_handed_on() -> None:
    """Type, owner, company and what is checked at the moment of writing."""
    playbook = replace(NEW_SQL, type="email", priority="low", set_owner=True, unless=Unless(open_deal=True))
    task = replace(CTO, playbook=playbook).task()
    assert (task.type, task.priority, task.set_owner, task.unless_open_deal) == ("email", "low", True, True)
    assert (task.owner_id, task.owner, task.playbook) == (ANN.id, ANN.email, "new-sql")
    assert task.company == CrmRef("hubspot", "company", "9")


def test_the_playbooks_language_goes_before_the_configured_one() -> None:
    """One playbook may speak German in an English house."""
    assert "Warum diese Aufgabe" in replace(CTO, playbook=replace(NEW_SQL, language="de")).task().body_text
    assert "Warum diese Aufgabe" not in replace(GERMAN, playbook=replace(NEW_SQL, language="en")).task().body_text


def test_nobody_is_told_to_set_a_customer_back() -> None:
    """The standard way to say no is another one beyond SQL."""
    assert "leave the stage as it is" in CUSTOMER.task().body_text
    assert "Set the stage" not in CUSTOMER.task().body_text
    assert "Set the stage to disqualified" in CTO.task().body_text


def test_somebody_of_whom_nothing_is_known_still_gives_a_readable_task() -> None:
    """No name, no reason, no field: the subject names the record."""
    task = Case(
        {}, explained(), replace(NEW_SQL, subject="{first_name} {last_name}: {top_reason}"), stage=Stage.LEAD
    ).task()
    assert task.subject == "Please look at contact 4711"
    assert task.body_text.startswith("This contact is now sales-qualified (SQL).")


def test_the_engagement_itself_names_what_evidence_only_dates() -> None:
    """Where the caller has the engagements, the form's name comes from there."""
    top = did("form_submitted", 1)
    known = {top.key: Engagement(top.key, "form_submitted", NOW, attributes={"url": "/x", "form": "Pricing"})}
    task = Case({}, explained((), top), engagements=known).task()
    assert "filled in the form “Pricing” on 19 Nov" in task.subject


def test_one_day_of_many_pages_is_one_line() -> None:
    """A rep reads that there were nine pages, and some of their names."""
    pages = [did("page_viewed", 1 + at / 100, f"/p{at}") for at in range(9)]
    asked = did("form_submitted", 0.1, "Ask")
    task = Case({}, explained((line("s", "r", 1, *pages, asked),), asked)).task()
    assert "- 19 Nov: viewed 9 pages (/p0, /p1, /p2)\n" in task.body_text


def test_a_body_fits_with_everything_at_its_longest() -> None:
    """The limit of a text property holds when every field, rule and sentence is as long as it gets."""
    lines = tuple(
        line(f"s{at}", "<&>" * 300, 1, *LONG.explanation.lines[-1].evidence, say='"' * 9000) for at in range(99)
    )
    playbook = replace(NEW_SQL, say='"' * 9000, reject='"' * 9000)
    task = replace(LONG, explanation=explained(lines), playbook=playbook, marker=True).task()
    assert max(len(task.body), len(task.body_text)) <= 65_000
    assert task.key in task.body


def test_a_placeholder_that_nothing_fills_is_named() -> None:
    """What `validate` tells the admin; the usual names are always known."""
    template = "{first_name} {compny}: {top_reason} {budget}"
    assert unknown_placeholders(template, ["budget"]) == ("compny",)
    assert unknown_placeholders(NEW_SQL.subject, []) == ()


def test_a_question_is_answered_before_anything_else() -> None:
    """The one who asked a product question: what to do stands above what happened and the sums."""
    text = ASKED.task().body_text
    assert text.index("Answer the question") < text.index("Why you got this")
