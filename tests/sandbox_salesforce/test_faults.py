"""What goes wrong on request, as a client of requests sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from connector.sandbox.salesforce import Fault, FaultKind, Org

from tests.clock import VirtualClock
from tests.sandbox_salesforce.office import TOKEN, Caller, code, codes, lead, task


@pytest.mark.parametrize(("applied", "tasks"), [(False, 0), (True, 1)])
def test_a_reset_leaves_open_whether_it_was_written(call: Caller, org: Org, *, applied: bool, tasks: int) -> None:
    """The connection is gone before or after the write; the client cannot tell."""
    org.faults.add(Fault(FaultKind.RESET, method="POST", path="/composite", applied=applied))
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection aborted"):
        call.change(task(), method="POST")
    assert len(org.ids("Task")) == tasks
    assert codes(call.change(task(), method="POST")) == [""]


def test_a_stall_outlasts_the_client(call: Caller, org: Org, clock: VirtualClock) -> None:
    """Silence beyond the read time-out is a ReadTimeout, and the time is gone."""
    org.faults.add(Fault(FaultKind.STALL, after=timedelta(minutes=5)))
    before = clock()
    with pytest.raises(requests.exceptions.ReadTimeout):
        call("GET", "/limits")
    assert clock() - before == timedelta(seconds=60)


def test_a_slow_answer_takes_its_time(call: Caller, org: Org, clock: VirtualClock) -> None:
    """Below the time-out it comes, later."""
    org.faults.add(Fault(FaultKind.LATENCY, after=timedelta(seconds=40)))
    before = clock()
    assert call("GET", "/limits").status_code == 200
    assert clock() - before == timedelta(seconds=40)


def test_a_late_write_happens_after_all(call: Caller, org: Org, clock: VirtualClock) -> None:
    """The client heard of a cut, and a minute later the task is there."""
    org.faults.add(Fault(FaultKind.LATE, method="POST", after=timedelta(minutes=1)))
    with pytest.raises(requests.exceptions.ConnectionError):
        call.change(task(), method="POST")
    assert org.ids("Task") == []
    clock.advance(timedelta(minutes=1))
    assert len(org.ids("Task")) == 1


def test_a_broken_body_is_told_as_one(call: Caller, org: Org) -> None:
    """The answer ends in its middle."""
    org.faults.add(Fault(FaultKind.TRUNCATED))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        call("GET", "/sobjects/Lead/describe")


@pytest.mark.parametrize(
    ("fault", "status", "expected"),
    [
        (Fault(FaultKind.ANSWER), 503, "SERVER_UNAVAILABLE"),
        (Fault(FaultKind.ANSWER, 500), 500, "UNKNOWN_EXCEPTION"),
        (Fault(FaultKind.ANSWER, 401), 401, "INVALID_SESSION_ID"),
        (Fault(FaultKind.ANSWER, 403), 403, "REQUEST_LIMIT_EXCEEDED"),
        (Fault(FaultKind.ANSWER, 400, code="QUERY_TIMEOUT"), 400, "QUERY_TIMEOUT"),
    ],
)
def test_an_answer_has_the_usual_body(call: Caller, org: Org, fault: Fault, status: int, expected: str) -> None:
    """A list of one error with its code and words."""
    org.faults.add(fault)
    answer = call("GET", "/limits")
    assert (answer.status_code, code(answer)) == (status, expected)
    assert answer.json()[0]["message"]
    assert call("GET", "/limits").status_code == 200


def test_an_answer_may_be_a_page_for_people(call: Caller, org: Org) -> None:
    """No JSON, but the gauge and the id are there; the token endpoint can have it too."""
    org.faults.add(Fault(FaultKind.ANSWER, 503, html=True))
    answer = call("GET", "/limits")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<html>" in answer.text
    org.faults.add(Fault(FaultKind.ANSWER, 502, html=True, path=TOKEN))
    with pytest.raises(requests.exceptions.JSONDecodeError):
        call.renew()


@pytest.mark.parametrize(("applied", "title"), [(False, None), (True, "x")])
def test_single_records_can_be_struck(
    call: Caller, org: Org, lead_id: str, *, applied: bool, title: str | None
) -> None:
    """The request goes well, one element is refused, before or after it was written."""
    other = org.rep.create_lead({})
    struck = Fault(FaultKind.ANSWER, 400, code="UNABLE_TO_LOCK_ROW", elements=(0,), path="/composite", applied=applied)
    org.faults.add(struck)
    assert codes(call.change(lead(lead_id, Title="x"), lead(other, Title="y"))) == ["UNABLE_TO_LOCK_ROW", ""]
    assert org.values("Lead", lead_id)["Title"] == title
    assert org.values("Lead", other)["Title"] == "y"
    assert org.faults.struck == [struck]
