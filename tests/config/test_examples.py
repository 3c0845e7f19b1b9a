"""The example and the other agreements load without a word, pass their own tests, and fail them when they should."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.config.load import load_or_raise
from connector.config.nouns import Config
from connector.decide import Judge
from connector.model import Stage
from connector.selftest import Result, run_tests

from tests.config.support import ENVIRON, EXAMPLE, EXAMPLES, from_text, loaded

SIX = {
    "hubspot-only",
    "hubspot-marketing-salesforce-sales",
    "webhooks-only",
    "account-engagement",
    "product-led",
    "webinars-and-fairs",
}
LEAST_TESTS = 4


def results(config: Config) -> tuple[Result, ...]:
    """Return what comes of the tests in *config*."""
    return run_tests(config, Judge(config.agreement, config.playbooks, config.fields, config.timezone))


def test_the_agreements_that_companies_have_are_all_there() -> None:
    """Each in a folder of its own, with a line on what it shows."""
    assert {file.parent.name for file in EXAMPLES} >= SIX
    assert all(
        (file.parent / "README.md").read_text(encoding="utf-8").startswith("# ")
        for file in EXAMPLES
        if file.parent.name in SIX
    )


@pytest.mark.parametrize("file", [EXAMPLE, *EXAMPLES], ids=lambda file: file.parent.name)
def test_an_example_loads_without_a_word_and_passes_its_tests(file: Path) -> None:
    """Not even a warning: people copy them."""
    found = loaded(file)
    assert found.problems == ()
    assert found.config is not None
    assert len(found.config.tests) >= LEAST_TESTS
    assert [one for one in results(found.config) if not one.passed] == []


@pytest.mark.parametrize("file", [EXAMPLE, *EXAMPLES], ids=lambda file: file.parent.name)
def test_the_tests_of_an_example_can_fail(file: Path) -> None:
    """With everybody's points taken away, not one agreement passes all of its tests."""
    config = loaded(file).config
    assert config is not None
    nobody = replace(config.agreement, rules=(), mql=None, sql=None)
    failed = [one for one in results(replace(config, agreement=nobody)) if not one.passed]
    assert failed
    assert all("expected" in one.message for one in failed)


def test_a_failed_test_says_what_came_out_and_what_is_lacking(tmp_path: Path) -> None:
    """The sentence an admin needs to decide whether the test or the rule is wrong."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("employees = 200, job_title", "employees = 20, job_title")
    asks = 'when = { field = "employees", at_least = 50 }\npoints = '
    text = text.replace(f"{asks}20", f"{asks}30")
    config = from_text(tmp_path, text).config
    assert config is not None
    messages = {one.name: one.message for one in results(config) if not one.passed}
    (message,) = [text for name, text in messages.items() if name.startswith("A question")]
    assert message.startswith("fit: expected 20 points, found 30.")


def test_the_tests_play_at_the_same_instant_today_and_next_year() -> None:
    """No test begins to fail by itself: ages count from the agreement's own date."""
    config = loaded(EXAMPLE).config
    later = load_or_raise(EXAMPLE, ENVIRON)
    assert config is not None
    assert results(config) == results(later)


def test_what_is_wanted_of_a_system_follows_from_the_mapping() -> None:
    """Fields, objects, lists, stage fields, results with their types, tasks: nothing else is read or written."""
    config = load_or_raise(EXAMPLE, ENVIRON)
    wanted = config.systems["hubspot"].wanted
    assert wanted.objects == ("contact", "company", "meeting", "email", "call")
    assert wanted.lists == ("Webinar attendees",)
    assert wanted.stage_fields == {"contact": "lifecyclestage"}
    assert wanted.fields["company"] == ("name", "numberofemployees")
    assert {"email", "lifecyclestage", "hs_email_click", "recent_conversion_event_name", "connector_fit"} <= set(
        wanted.fields["contact"]
    )
    assert wanted.writes["contact"] == (
        "connector_fit",
        "connector_engagement",
        "connector_intent",
        "connector_reasons",
    )
    assert wanted.write_types["contact"]["connector_fit"] == "number"
    assert wanted.write_types["contact"]["connector_reasons"] == "text"
    assert wanted.tasks


def test_the_example_becomes_these_nouns() -> None:
    """One look at each kind of noun that the rest of the program takes."""
    config = load_or_raise(EXAMPLE, ENVIRON)
    assert config.agreement.effective == datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
    assert config.every == timedelta(minutes=5)
    assert config.mappings["hubspot"].of("contact") is not None
    assert config.playbooks[0].on_stage is Stage.SQL
    assert config.playbooks[0].unless.open_deal
    assert config.playbooks[0].unless.sales_activity == timedelta(days=7)
    assert config.playbooks[1].unless.kinds == ("call", "meeting")
    assert config.playbooks[1].on is not None
    assert (config.playbooks[0].due, config.playbooks[0].due_business) == (timedelta(hours=4), True)
    assert config.owners.pools["inbound"] == ("ann@acme.example", "ben@acme.example")
    assert config.first_sync.tasks is False
    assert config.hours.holidays == "DE-BY"
