"""`plan` shows every write before it happens, and leaves no trace."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from connector.sandbox.journal import Entry

from tests.cli.conftest import Opened
from tests.cli.office import AT_ONCE, Office, leads

Write = tuple[str, str, str]
"""Kind, record, and what is written there."""


def planned(changes: Iterable[Mapping[str, Any]]) -> set[Write]:
    """Return the writes that a plan shows."""
    found = set()
    for one in changes:
        values = one.get("values")
        what = json.dumps(values, sort_keys=True) if values is not None else one["to"]
        found.add((one["kind"], one["remote_id"], what))
    return found


def made(entries: Iterable[Entry]) -> set[Write]:
    """Return the writes that the portal's journal has, in the words of a plan."""
    found: set[Write] = set()
    for one in entries:
        contacts = [record for kind, record in one.linked if kind == "contacts"]
        if one.object_type == "tasks" and one.action == "create":
            found.add(("create_task", contacts[0], one.changes["hs_task_subject"]))
        elif one.object_type == "contacts" and "lifecyclestage" in one.changes:
            found.add(("set_stage", one.object_id, one.changes["lifecyclestage"]))
        elif one.object_type == "contacts":
            ours = {name: value for name, value in one.changes.items() if name.startswith("connector_")}
            found.add(("set_fields", one.object_id, json.dumps(ours, sort_keys=True)))
    return found


def contents(folder: Path) -> dict[str, str]:
    """Return every file of a folder with a digest of what it holds; who reads a database notes it in its -shm."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith("-shm")
    }


def stirred(office: Office) -> None:
    """Let the people of an office do what leads to tasks, stages and scores."""
    office.engage("amy")
    office.view("ben", 5)
    office.view("cleo", 2)


def test_plan_before_the_first_sync_writes_nothing_and_makes_no_store(opened: Opened) -> None:
    """An admin's first look costs nothing: not a write in the CRM, not a file."""
    office = opened(leads("amy", "ben"), AT_ONCE)
    office.engage("amy")
    before = contents(office.folder)
    plan = office.ask("plan")
    assert plan["summary"]["create_task"] == 1
    assert office.writes() == []
    assert contents(office.folder) == before


def test_the_sync_that_follows_writes_exactly_what_plan_showed(opened: Opened) -> None:
    """Every write of the plan is made, and no other; then a plan is empty, and a sync silent."""
    office = opened(leads("amy", "ben", "cleo", "dan"))
    assert office.run("sync").returncode == 0
    stirred(office)
    before = contents(office.folder)
    seen = len(office.writes())
    plan = office.ask("plan")
    assert contents(office.folder) == before, "the store is as it was"
    assert len(office.writes()) == seen
    assert office.run("sync").returncode == 0
    assert made(office.writes()[seen:]) == planned(plan["changes"])
    assert {kind for kind, _, _ in planned(plan["changes"])} == {"create_task", "set_stage", "set_fields"}
    after = len(office.writes())
    empty = office.run("plan", "--detailed-exitcode")
    assert (empty.returncode, empty.stdout) == (0, "nothing to write\n")
    assert office.run("sync").returncode == 0
    assert len(office.writes()) == after


def test_changes_have_the_keys_that_scripts_rely_on_and_exit_3_when_asked(opened: Opened) -> None:
    """Each change names person, system, record, kind, from, to and reason; --detailed-exitcode says that there are."""
    office = opened(leads("amy", "ben", "cleo"), AT_ONCE)
    stirred(office)
    done = office.run("plan", "--json", "--detailed-exitcode")
    assert done.returncode == 3
    plan = json.loads(done.stdout)
    assert {"changes", "summary", "held"} <= set(plan)
    keys = {"person", "system", "remote_id", "kind", "from", "to", "reason"}
    assert all(keys <= set(one) for one in plan["changes"])
    stage = next(one for one in plan["changes"] if one["kind"] == "set_stage")
    assert (stage["from"], stage["system"]) == ("lead", "hubspot")
    assert stage["reason"]
    assert sum(plan["summary"].values()) == len(plan["changes"])
    task = next(one for one in plan["changes"] if one["kind"] == "create_task")
    assert "Demo request" in task["body"]


def test_as_text_people_with_tasks_come_first_and_lines_fit(opened: Opened) -> None:
    """What matters most stands on top; the sums are aligned; what was read is told on stderr."""
    office = opened(leads("cleo", "ben", "amy"), AT_ONCE)
    stirred(office)
    done = office.run("plan")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Amy Test, hubspot contact ")
    assert lines[1].startswith("  + task    Call Amy Test: ")
    assert "1 task to create" in done.stdout
    assert "nothing was written" in done.stderr
    assert office.writes() == []
