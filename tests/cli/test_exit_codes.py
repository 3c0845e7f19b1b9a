"""Scripts rely on exit codes: each of them by a real case, and nothing is written where nothing may be."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from connector.sandbox.hubspot import Fault, FaultKind
from connector.store import open_store

from tests.cli.conftest import Opened
from tests.cli.office import AT_ONCE, leads

AMY = leads("amy")
ONE_AT_A_TIME = {"[delivery]\n": "[brakes]\nstage_changes_per_run = 1\n" + AT_ONCE["[delivery]\n"]}

REFUSED = {
    "unknown key": ({"[owners]\n": "[owners]\nfalback = 'x@acme.example'\n"}, "falback"),
    "wrong type": ({'hold = "30 days"': "hold = true"}, "agreement.hold"),
    "a where nothing can fill": ({"where = { form =": "where = { fom ="}, "fom"),
    "a stage option the portal lacks": ({'mql = "marketingqualifiedlead"': 'mql = "marketinglead"'}, '"marketinglead"'),
    "a mapped field the portal lacks": (
        {'last_name = "lastname"': 'last_name = "lastnam"'},
        'Did you mean "lastname"?',
    ),
    "a field to write to that the portal lacks": (
        {'engagement = "connector_engagement"': 'engagement = "our_engagement"'},
        "connector setup --yes",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_configuration_that_cannot_be_right_is_78_before_any_write(opened: Opened, case: str) -> None:
    """The message has file, line, column and what is wrong; neither the CRM nor a pass has seen anything."""
    changes, said = REFUSED[case]
    office = opened(AMY, {**AT_ONCE, **changes})
    office.engage("amy")
    done = office.run("sync")
    assert done.returncode == 78
    assert done.stdout == ""
    place = done.stderr.splitlines()[0].split(":")
    assert place[0] == "config.toml"
    assert place[1].isdigit()
    assert place[2].isdigit()
    assert said in done.stderr
    assert "^^" in done.stderr, "the line is shown with carets"
    assert "1 problem; nothing was written" in done.stderr
    assert office.writes() == []


def test_a_missing_secret_is_78_and_names_the_variable(opened: Opened) -> None:
    """The variable is named, with what to do; commands that ask no CRM do not miss it."""
    office = opened(AMY)
    done = office.run("sync", HUBSPOT_TOKEN=None)
    assert done.returncode == 78
    assert "HUBSPOT_TOKEN is not set" in done.stderr
    assert office.run("test", HUBSPOT_TOKEN=None).returncode == 0


def test_hubspot_down_is_69_soon_and_nothing_is_lost(opened: Opened) -> None:
    """Connection refused ends the pass in seconds; the next pass brings the stage and the one task."""
    office = opened(AMY)
    assert office.run("sync").returncode == 0
    office.engage("amy")
    port = office.port
    office.server.stop()
    began = time.monotonic()
    done = office.run("sync", "--json")
    assert done.returncode == 69
    assert time.monotonic() - began < 10
    assert "Connection refused" in done.stderr
    assert done.stderr.count("Connection refused") == 1, "it is said once"
    assert "Traceback" not in done.stderr
    status = office.run("status")
    assert status.returncode == 0
    assert "DOWN since" in status.stdout
    office.serve(port)
    assert office.run("sync").returncode == 0
    assert office.stage("amy") == "salesqualifiedlead"
    assert len(office.tasks("amy")) == 1


def test_hubspot_down_at_the_very_first_sync_is_69_and_status_tells(opened: Opened) -> None:
    """Where the CRM was never seen, the pass does not begin, and that is remembered."""
    office = opened(AMY)
    office.server.stop()
    assert office.run("sync").returncode == 69
    status = office.ask("status")
    assert status["systems"]["hubspot"]["down_since"] is not None
    assert "Connection refused" in status["last_run"]["error"]


def test_a_refused_token_is_77(opened: Opened) -> None:
    """The vendor's words and what to do are there, the token is not."""
    office = opened(AMY)
    done = office.run("sync", HUBSPOT_TOKEN="another-token")
    assert done.returncode == 77
    assert "Check the token" in done.stderr
    assert "another-token" not in done.stderr + done.stdout


def test_a_second_sync_is_75_while_the_role_is_held_and_reading_goes_on(opened: Opened) -> None:
    """One process syncs; status, explain and plan work beside it."""
    office = opened(AMY)
    assert office.run("sync").returncode == 0
    store = open_store(f"sqlite:///{office.folder}/connector.db")
    with store.sync_role():
        second = office.run("sync")
        assert second.returncode == 75
        assert "pid" in second.stderr
        assert office.run("status").returncode == 0
        assert office.run("explain", "amy@buyer.example").returncode == 0
        assert office.run("plan").returncode == 0
    store.close()


def test_a_used_up_budget_is_75(opened: Opened) -> None:
    """HubSpot says that the day's calls are gone: try later, with how long to wait."""
    office = opened(AMY)
    assert office.run("sync").returncode == 0
    office.portal.faults.add(
        Fault(FaultKind.ANSWER, status=429, retry_after=timedelta(hours=1), times=None, path="/crm/")
    )
    done = office.run("sync")
    assert done.returncode == 75, done.stderr
    assert "API limits" in done.stderr


def test_a_refused_write_is_4_and_waits_with_the_vendors_words(opened: Opened) -> None:
    """A field that went away since yesterday parks its writes; the outbox shows why, and retry lets them go again."""
    office = opened(AMY, AT_ONCE)
    assert office.run("sync").returncode == 0
    office.close()
    office.open(bare=True)
    office.view("amy", 3)
    office.engage("amy")
    done = office.run("sync")
    assert done.returncode == 4, done.stderr
    assert "connector outbox list --state parked" in done.stdout
    listed = office.run("outbox", "list", "--state", "parked")
    assert 'Property \\"connector_engagement\\" does not exist' in listed.stdout
    parked = office.ask("outbox", "list", "--state", "parked")
    assert {one["kind"] for one in parked} >= {"set_fields"}
    assert all(one["reason"] and one["request_id"] for one in parked)
    assert office.run("setup", "--yes").returncode == 0
    assert office.run("outbox", "retry", "--yes").returncode == 0
    assert office.run("sync").returncode == 0
    assert office.run("outbox", "list").stdout == "nothing waits\n"
    assert len(office.tasks("amy")) == 1


def test_what_a_brake_holds_is_5_until_somebody_allows_it(opened: Opened) -> None:
    """The excess waits, counted by brake, also in plan; --allow lets it go, and it is not done twice."""
    office = opened(leads("amy", "ben", "cleo"), ONE_AT_A_TIME)
    for name in ("amy", "ben", "cleo"):
        office.engage(name)
    planned = office.ask("plan")
    held = sum(planned["held"].values())
    assert held > 0
    done = office.run("sync", "--json")
    assert done.returncode == 5, done.stderr
    assert json.loads(done.stdout)["held"] == planned["held"]
    assert office.run("sync", "--allow", "stage_changes=100").returncode == 0
    assert [office.stage(name) for name in ("amy", "ben", "cleo")] == ["salesqualifiedlead"] * 3
    assert [len(office.tasks(name)) for name in ("amy", "ben", "cleo")] == [1, 1, 1]


def test_wrong_usage_is_2_and_says_what_would_be_right(opened: Opened) -> None:
    """Options and their values are checked before anything else is done."""
    office = opened(AMY)
    assert office.run("sync", "--bogus").returncode == 2
    for words, said in (
        (("sync", "--allow", "stage_change=9"), 'Did you mean "stage_changes"?'),
        (("sync", "--allow", "stage_changes=many"), "Write stage_changes=3000."),
        (("outbox", "list", "--state", "prked"), 'Did you mean "parked"?'),
    ):
        done = office.run(*words)
        assert done.returncode == 2, words
        assert said in done.stderr
        assert done.stdout == ""
    assert office.writes() == []
