"""Bulk query jobs: under way by the clock, read in pages of CSV."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from connector.sandbox.salesforce import Org

from tests.clock import VirtualClock
from tests.sandbox_salesforce.office import Caller, code, person

SOQL = "SELECT Id, email, Owner.Email, NumberOfEmployees, IsConverted, SystemModstamp FROM Lead ORDER BY Id"


@pytest.fixture
def call(clock: VirtualClock) -> Caller:
    """Give a caller of an org with five leads."""
    return Caller(Org([person(f"p{n}") for n in range(5)], clock=clock), clock)


def make(call: Caller, soql: str = SOQL, **more: str) -> str:
    """Make a job and return its path."""
    answer = call("POST", "/jobs/query", {"operation": "query", "query": soql, **more})
    assert (answer.status_code, answer.json()["state"]) == (200, "UploadComplete")
    return f"/jobs/query/{answer.json()['id']}"


def test_a_job_goes_its_way(call: Caller, clock: VirtualClock) -> None:
    """UploadComplete, InProgress, JobComplete; results too early are 412; deleted it is gone."""
    job = make(call)
    states = []
    for seconds in (0, 5, 30):
        clock.advance(timedelta(seconds=seconds))
        states.append(call("GET", job).json()["state"])
        if seconds < 30:
            assert call("GET", f"{job}/results").status_code == 412
            assert code(call("DELETE", job)) == "INVALIDJOBSTATE"
    assert states == ["UploadComplete", "InProgress", "JobComplete"]
    assert call("GET", job).json()["numberRecordsProcessed"] == 5
    assert call("DELETE", job).status_code == 204
    assert call("GET", job).status_code == 404


def test_results_come_in_pages(call: Caller, clock: VirtualClock) -> None:
    """Columns as asked for, nothing for null, locators until the text null; the rows are those of the beginning."""
    job = make(call)
    clock.advance(timedelta(minutes=1))
    call.org.rep.create_lead({"LastName": "Late"})
    rows: list[dict[str, str]] = []
    params = {"maxRecords": "2"}
    counts = []
    while True:
        page = call("GET", f"{job}/results", params=params)
        assert page.headers["Content-Type"] == "text/csv"
        rows += csv.DictReader(io.StringIO(page.text))
        counts.append(page.headers["Sforce-NumberOfRecords"])
        if page.headers["Sforce-Locator"] == "null":
            break
        params["locator"] = page.headers["Sforce-Locator"]
    assert counts == ["2", "2", "1"]
    assert list(rows[0]) == ["Id", "email", "Owner.Email", "NumberOfEmployees", "IsConverted", "SystemModstamp"]
    assert [row["email"] for row in rows] == [f"p{n}@firm.example" for n in range(5)]
    assert (rows[0]["Owner.Email"], rows[0]["NumberOfEmployees"]) == ("ann@acme.example", "")
    assert (rows[0]["IsConverted"], rows[0]["SystemModstamp"][-5:]) == ("false", ".000Z")


@pytest.mark.parametrize(
    "soql", ["SELECT COUNT() FROM Lead", "SELECT Id, (SELECT Id FROM Tasks) FROM Lead", "SELECT Id FROM Lead OFFSET 5"]
)
def test_some_queries_are_not_for_bulk(call: Caller, soql: str) -> None:
    """Aggregates, children and offsets are refused when the job is made."""
    assert call("POST", "/jobs/query", {"operation": "query", "query": soql}).status_code == 400


def test_a_job_can_be_aborted_and_is_of_one_version(call: Caller, clock: VirtualClock) -> None:
    """An aborted job never ends; results are for the version that made it."""
    aborted, done = make(call), make(call)
    assert call("PATCH", aborted, {"state": "Aborted"}).json()["state"] == "Aborted"
    clock.advance(timedelta(minutes=1))
    assert call("GET", f"{aborted}/results").status_code == 412
    assert call("GET", f"/../v61.0{done}/results").status_code == 409
    assert {each["state"] for each in call("GET", "/jobs/query").json()["records"]} == {"Aborted", "JobComplete"}
