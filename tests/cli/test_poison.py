"""A poisoned record is put aside with its reason; all others flow, and it flows itself once it is mended."""

from __future__ import annotations

from tests.cli.conftest import Opened
from tests.cli.office import Office, leads
from tests.world import somebody

MORE = {
    'employees = { type = "integer" }': 'employees = { type = "integer" }\nbudget = { type = "decimal" }\n'
    'born = { type = "date" }',
    'last_name = "lastname"\n': 'last_name = "lastname"\nbudget = "budget_amount"\nborn = "born_on"\n',
}
POISON = {
    "huge": {"firstname": "x" * 10_000_000},
    "half": {"firstname": "a\ud800b"},
    "nan": {"budget_amount": "NaN"},
    "type": {"born_on": "soon"},
}
CURE = {"firstname": "Mended", "budget_amount": "1", "born_on": "1990-01-01"}
SAID = {"huge": "10,000,000 characters", "half": "surrogate", "nan": "is not a number", "type": "is not a date"}


def change(office: Office, name: str, values: dict[str, str]) -> None:
    """Let somebody in the CRM write these values."""
    office.portal.rep.set_values("contacts", office.portal.contact_id(name), values)


def test_poisoned_records_are_put_aside_and_flow_once_they_are_mended(opened: Opened) -> None:
    """Wrong type, 10 MB, half a character, not a number: exit 4, each with its reason; nobody else waits for them."""
    people = (*leads(*POISON), somebody("fine", budget_amount="100", born_on="1980-02-03"))
    office = opened(people, MORE)
    assert office.run("sync").returncode == 0
    for name, values in POISON.items():
        change(office, name, values)
        office.engage(name)
    office.engage("fine")

    done = office.run("sync")
    assert done.returncode == 4
    assert "4 unreadable records" in done.stdout
    assert done.stderr.count("put aside: ") == 4
    assert len(done.stderr) < 2000, "ten megabytes are not printed"
    assert len(office.tasks("fine")) == 1
    assert [office.tasks(name) for name in POISON] == [[], [], [], []]

    aside = {one["remote_id"]: one["problem"] for one in office.ask("outbox", "list", "--quarantine")}
    for name, said in SAID.items():
        assert said in aside[office.portal.contact_id(name)]
    assert office.run("outbox", "list", "--quarantine").stdout.count("\n") == 4
    assert office.ask("status")["quarantined"] == 4

    for name, values in POISON.items():
        change(office, name, {field: CURE[field] for field in values})
    assert office.run("sync").returncode == 0
    assert office.run("outbox", "list", "--quarantine").stdout == "every record could be read\n"
    assert [len(office.tasks(name)) for name in POISON] == [1, 1, 1, 1]


def test_somebody_without_an_address_is_no_poison(opened: Opened) -> None:
    """The CRM id identifies; the person gets stage and task, and is explained by that id."""
    office = opened((somebody("amy", email=""),))
    assert office.run("sync").returncode == 0
    office.engage("amy")
    assert office.run("sync").returncode == 0
    assert office.stage("amy") == "salesqualifiedlead"
    assert len(office.tasks("amy")) == 1
    assert office.run("explain", office.portal.contact_id("amy")).returncode == 0
