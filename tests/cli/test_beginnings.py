"""The first hour: init, validate, setup, the database, the version, and the demo."""

from __future__ import annotations

import json
import re
import socket
import time
from pathlib import Path

from tests.cli.conftest import Opened
from tests.cli.office import leads

ONLINE = ("fields    ", "owners    3 active ones: ann@acme.example", "scopes    all", "task key  tier A", "API  ")


def test_version_is_there_before_anybody_waits(opened: Opened) -> None:
    """A probe that runs each second must cost little: the best of three is below 0.3 s."""
    office = opened()
    took = []
    for _ in range(3):
        began = time.monotonic()
        done = office.run_cold("version")
        took.append(time.monotonic() - began)
        assert (done.returncode, done.stdout.split()[0], done.stderr) == (0, "connector", "")
    assert min(took) < 0.3


def test_init_writes_a_file_that_validates_and_never_over_one(opened: Opened) -> None:
    """What init writes is valid, passes its own tests, has its schema beside it, and is not overwritten by accident."""
    office = opened()
    assert office.run("init").returncode == 2, "config.toml is there"
    assert office.run("init", "mine.toml").returncode == 0
    assert json.loads((office.folder / "connector.schema.json").read_text(encoding="utf-8"))["type"] == "object"
    done = office.run("validate", "mine.toml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "valid"
    tested = office.run("test", "mine.toml")
    assert tested.returncode == 0
    assert tested.stdout.splitlines()[-1].endswith("0 failed")


def test_validate_shows_every_problem_at_once_and_as_json(opened: Opened) -> None:
    """Two mistakes are two messages with their places; the JSON has the same."""
    office = opened((), {'hold = "30 days"': 'hold = "30"', "each = true": 'each = "yes"'})
    done = office.run("validate")
    assert done.returncode == 78
    assert done.stdout.splitlines()[-1] == "2 problems"
    told = json.loads(office.run("validate", "--json").stdout)
    assert told["valid"] is False
    assert [one["path"] for one in told["problems"]] == ["agreement.hold", "agreement.rule[1].each"]
    assert all(one["line"] and one["column"] and one["message"] for one in told["problems"])


def test_a_failing_test_of_the_admin_is_1_and_says_what_came_out(opened: Opened) -> None:
    """`connector test` names the test that failed and the verdict that it found."""
    office = opened((), {"[delivery]\n": '[[tests]]\nname = "Nobody"\nexpect = "sql"\n[delivery]\n'})
    done = office.run("test")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "FAILED Nobody"
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"


def test_validate_online_shows_fields_owners_scopes_and_tier(opened: Opened) -> None:
    """An admin sees what the portal offers; with the portal down, that it could not be asked, and 69."""
    office = opened()
    done = office.run("validate", "--online")
    assert done.returncode == 0, done.stderr
    for word in (
        "fields    ",
        "owners    3 active ones: ann@acme.example",
        "scopes    all",
        "task key  tier A",
        "API  ",
    ):
        assert word in done.stdout
    office.close()
    down = office.run("validate", "--online")
    assert down.returncode == 69
    assert "could not be asked" in down.stdout


def test_setup_lists_and_then_creates_and_then_has_nothing_to_do(opened: Opened) -> None:
    """Nothing is created without --yes; after it, everything that a pass needs is there."""
    office = opened(leads("amy"))
    office.close()
    office.open(bare=True)
    listed = office.run("setup")
    assert listed.returncode == 0
    assert '"connector_engagement"' in listed.stdout
    assert "unique" in listed.stdout
    assert office.writes() == []
    assert office.run("sync").returncode == 78, "without the fields no pass begins"
    assert office.run("setup", "--yes").returncode == 0
    assert office.run("setup").stdout == "nothing to create, every field is there\n"
    assert office.run("sync").returncode == 0


def test_the_database_is_upgraded_on_request_and_its_version_told(opened: Opened) -> None:
    """Upgrade makes the schema, current tells it, a second upgrade does nothing."""
    office = opened()
    assert office.run("db", "upgrade").stdout.startswith("schema (empty) -> ")
    assert "nothing to do" in office.run("db", "upgrade").stdout
    current = office.run("db", "current")
    assert (current.returncode, current.stderr) == (0, "")
    status = office.run("status")
    assert status.returncode == 0
    assert "never read yet" in status.stdout


def test_an_edited_agreement_wants_a_version_of_its_own(opened: Opened) -> None:
    """The same version with other words is refused; with a new version it is taken."""
    office = opened(leads("amy"))
    assert office.run("sync").returncode == 0
    office.write({"points = 5": "points = 6"})
    done = office.run("sync")
    assert done.returncode == 78
    assert "version of its own" in done.stderr
    office.write({"points = 5": "points = 6", 'version = "v1"': 'version = "v2"'})
    assert office.run("sync").returncode == 0


def test_the_demo_shows_a_funnel_three_tasks_and_a_webhook(opened: Opened) -> None:
    """Two acts, the funnel, three of the rep's tasks, and one that a webhook made; nothing but data on stdout."""
    office = opened()
    done = office.run("demo", HUBSPOT_TOKEN=None, CONNECTOR_SYSTEMS__HUBSPOT__BASE_URL=None)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Act 1: the base that was there before us\n")
    assert "nobody was moved, no task was given" in done.stdout
    assert "\nMQL " in done.stdout
    assert done.stdout.count("Not a fit?") == 4
    (after,) = re.findall(
        r"\n  (\d+\.\d\d) s after the POST the task is in hubspot, for (?:\d+) API calls", done.stdout
    )
    assert float(after) < 2
    assert "booked the meeting “Product demo, 30 minutes”" in done.stdout
    assert all(len(line) <= 100 for line in done.stdout.splitlines() if not line.startswith("Call "))
    assert "listens" not in done.stdout
    assert "127.0.0.1" in done.stderr


def test_the_demo_takes_a_people_file_and_prints_json(opened: Opened, tmp_path: Path) -> None:
    """The keys that scripts rely on are there; each person has at most one task."""
    office = opened((), {"search_per_second = 100": "search_per_second = 5"})
    file = tmp_path / "people.jsonl"
    booked = {"type": "form_submitted", "at": "2026-11-01T10:00:00Z", "attributes": {"form": "Demo request"}}
    person = {"id": "p1", "properties": {"email": "ann@buyer.example", "jobtitle": "CTO"}, "engagements": [booked]}
    file.write_text(json.dumps({**person, "outcome": "won"}) + "\n", encoding="utf-8")
    told = office.ask("demo", "--people", str(file), "--config", "config.toml")
    assert {"people", "mql", "sql", "tasks", "api_calls", "seconds", "conversion"} <= set(told)
    assert (told["people"], told["mql"], told["sql"], told["tasks"]) == (1, 1, 1, 1)
    assert [(row["stage"], row["people"], row["won"]) for row in told["conversion"]] == [
        ("lead", 1, 1),
        ("mql", 1, 1),
        ("sql", 1, 1),
    ]
    assert told["most_tasks_per_person"] == 1


def test_files_and_ports_that_are_not_to_be_had_are_named(opened: Opened, tmp_path: Path) -> None:
    """No traceback: the file that is missing, the line that is wrong, the port that is taken."""
    office = opened()
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "p1"}\n{oops\n', encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for words, said in (
            (("demo", "--people", "nobody.jsonl"), "nobody.jsonl: No such file or directory"),
            (("demo", "--people", str(bad)), f"{bad}:2: no person in this line"),
            (("sandbox", "hubspot", "--port", port), f"--port {port}: another program listens there."),
        ):
            done = office.run(*words)
            assert (done.returncode, done.stdout) == (1, ""), words
            assert said in done.stderr
            assert "Traceback" not in done.stderr
    assert office.run("validate", "nothing.toml").returncode == 78
