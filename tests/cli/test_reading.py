"""Commands that look: explain, report, status and outbox, on a store where something has happened."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Opened
from tests.cli.office import Office, leads
from tests.world import somebody

PEOPLE = (*leads("amy", "ben"), somebody("cleo", company="Acme"))
FIT = {
    '[agreement.sql]\nscore = "intent"\nat_least = 40\n': (
        '[[agreement.rule]]\nscore = "fit"\nname = "Size"\nwhen = { field = "employees", at_least = 50 }\npoints = 7\n'
        '[agreement.sql]\nall = [{ score = "intent", at_least = 40 }, { score = "engagement", at_least = 5 }]\n'
    )
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give an office in which Amy became SQL, Ben MQL, and Cleo stayed a lead."""
    made = Office(Path(tmp_path_factory.mktemp("reading")), PEOPLE, FIT)
    assert made.run("sync").returncode == 0
    made.view("amy", 3)
    made.engage("amy")
    made.view("ben", 5)
    assert made.run("sync").returncode == 0
    assert (made.stage("amy"), made.stage("ben")) == ("salesqualifiedlead", "marketingqualifiedlead")
    yield made
    made.close()


def test_the_lines_of_an_explanation_add_up_to_the_score_exactly(office: Office) -> None:
    """Scores are sums of their lines, total is the sum of the scores; no rounding hides a point."""
    told = office.ask("explain", "amy@buyer.example")
    sums: dict[str, Decimal] = {}
    for line in told["lines"]:
        sums[line["score"]] = sums.get(line["score"], Decimal()) + Decimal(str(line["points"]))
    scores = {name: Decimal(str(points)) for name, points in told["scores"].items()}
    total = scores.pop("total")
    assert {name: points for name, points in scores.items() if points} == sums
    assert total == sum(sums.values())
    assert total == 55


def test_an_explanation_has_the_keys_that_scripts_rely_on(office: Office) -> None:
    """Evidence is dated, the agreement is named by version and hash, the history is there."""
    told = office.ask("explain", "amy@buyer.example")
    assert {"person", "stage", "scores", "lines", "checks", "missing", "history", "agreement"} <= set(told)
    evidence = [one for line in told["lines"] for one in line["evidence"]]
    assert {one["type"] for one in evidence} >= {"page_viewed", "form_submitted"}
    assert all(datetime.fromisoformat(one["at"]).tzinfo is not None for one in evidence)
    assert told["stage"] == "sql"
    assert [step["to"] for step in told["history"]] == ["lead", "mql", "sql"]
    assert set(told["agreement"]) == {"version", "hash"}
    assert told["missing"] == ["employees"]


def test_a_person_is_found_by_address_by_crm_id_and_by_our_id(office: Office) -> None:
    """All three name the same person; the address in any case of its letters."""
    by_address = office.ask("explain", "Amy@Buyer.example")
    own, contact = by_address["person"]["id"], office.portal.contact_id("amy")
    assert office.ask("explain", contact)["person"] == by_address["person"]
    assert office.ask("explain", str(own))["person"] == by_address["person"]


def test_as_text_an_explanation_names_the_empty_field_and_what_is_lacking(office: Office) -> None:
    """An admin reads why Ben is no SQL yet, which field nobody filled in, and on what evidence he is MQL."""
    text = office.run("explain", "ben@buyer.example").stdout
    assert text.startswith("Ben Test\n")
    assert "stage     MQL since " in text
    assert "asked for: employees" in text
    assert "Lacking to the next stage\n  - " in text
    assert "page_viewed" in text
    assert "  lead -> mql  (by us, agreement v1)" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_somebody_unknown_is_a_sentence_and_1(office: Office) -> None:
    """The sentence says what can be given, and why somebody new may not be known yet."""
    done = office.run("explain", "nobody@buyer.example")
    assert (done.returncode, done.stdout) == (1, "")
    assert 'nobody is known as "nobody@buyer.example"' in done.stderr


def test_the_conversion_is_one_table_in_three_forms(office: Office) -> None:
    """Table, CSV and JSON show the same rows: two were MQL, one of them became SQL."""
    rows = json.loads(office.run("report", "conversion", "--format", "json").stdout)["rows"]
    assert [set(row) for row in rows] == [{"cohort", "mql", "sql", "rate", "median_days"}]
    assert (rows[0]["mql"], rows[0]["sql"], rows[0]["rate"]) == (2, 1, 0.5)
    read = list(csv.DictReader(io.StringIO(office.run("report", "conversion", "--format", "csv").stdout)))
    assert [(row["cohort"], row["mql"], row["sql"], row["rate"]) for row in read] == [
        (rows[0]["cohort"], "2", "1", "0.5")
    ]
    head, rule, line = office.run("report", "conversion").stdout.splitlines()
    assert head.split()[:4] == ["cohort", "mql", "sql", "rate"]
    assert set(rule) == {"-", " "}
    assert line.split()[:4] == [rows[0]["cohort"], "2", "1", "50.0%"]
    assert head.index("rate") + len("rate") == line.index("50.0%") + len("50.0%"), "numbers stand right"


@pytest.mark.parametrize(
    ("by", "cohort"),
    [("week", "-W"), ("month", "-"), ("agreement", "v1"), ("last_name", "Test"), ("company", "(empty)")],
)
def test_the_conversion_is_grouped_by_time_agreement_or_any_field(office: Office, by: str, cohort: str) -> None:
    """Each grouping names its cohorts; who has no value stands under (empty)."""
    rows = json.loads(office.run("report", "conversion", "--by", by, "--format", "json").stdout)["rows"]
    assert len(rows) == 1
    assert cohort in rows[0]["cohort"]


def test_an_unknown_grouping_is_2_with_the_nearest(office: Office) -> None:
    """A typo names what was meant."""
    done = office.run("report", "conversion", "--by", "compny")
    assert done.returncode == 2
    assert 'Did you mean "company"?' in done.stderr


def test_the_funnel_counts_everybody_who_ever_reached_a_stage(office: Office) -> None:
    """Three people, two MQLs, one SQL, with the share of the stage before."""
    rows = json.loads(office.run("report", "funnel", "--format", "json").stdout)["rows"]
    people = {row["stage"]: row["people"] for row in rows}
    assert (people["lead"], people["mql"], people["sql"], people["customer"]) == (3, 2, 1, 0)
    assert "66.7%" in office.run("report", "funnel").stdout


def test_status_has_the_keys_that_scripts_rely_on(office: Office) -> None:
    """Cursors, backlog, budget and outage by system; the outbox; the last pass."""
    told = office.ask("status")
    system = told["systems"]["hubspot"]
    assert {"cursor", "backlog", "budget", "down_since"} <= set(system)
    assert (system["backlog"], system["down_since"]) == (0, None)
    assert system["cursor"]["contacts"]["loaded"] is True
    assert system["budget"]["used_today"] > 0
    assert told["outbox"] == {"waiting": 0, "held": 0, "unknown": 0, "parked": 0}
    assert told["last_run"]["delivered"] > 0


def test_status_as_text_tells_whether_it_answers_and_what_is_left(office: Office) -> None:
    """An operator sees at a glance: it answers, nothing waits, no daemon runs, how much of the budget is gone."""
    text = office.run("status").stdout
    assert text.startswith("hubspot: answers; task key tier A\n")
    assert "0 waiting, 0 held, 0 unknown, 0 parked" in text
    assert "daemon      has never run on this store" in text
    assert "used today" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_the_outbox_lists_what_was_done_when_asked(office: Office) -> None:
    """Done writes are there by --state, with record and kind."""
    done = office.ask("outbox", "list", "--state", "done")
    assert {one["kind"] for one in done} == {"create_task", "set_stage", "set_fields"}
    assert office.ask("outbox", "list") == []


def test_ids_that_are_not_parked_are_said_to_be_none(office: Office) -> None:
    """A retry of what is done, and a drop of what never was, change nothing and exit 1."""
    for words in (("outbox", "retry", "1"), ("outbox", "drop", "999")):
        done = office.run(*words)
        assert done.returncode == 1, words
        assert "connector outbox list" in done.stderr


def test_where_no_daemon_runs_the_healthcheck_fails_with_a_reason(office: Office) -> None:
    """A sync by hand is no heartbeat."""
    done = office.run("healthcheck")
    assert (done.returncode, done.stdout) == (1, "")
    assert "has never run" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "explain amy@buyer.example",
        "report funnel",
        "outbox list",
        "outbox retry",
        "healthcheck",
        "db current",
    ],
)
def test_on_a_store_that_was_never_synced_a_sentence_says_so(opened: Opened, words: str) -> None:
    """Exit 1, one sentence that names the next step, and no empty database is left behind."""
    empty = opened()
    done = empty.run(*words.split())
    assert (done.returncode, done.stdout) == (1, "")
    assert "The first `connector sync` creates it." in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (empty.folder / "connector.db").exists()
