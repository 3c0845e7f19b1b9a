"""Queries with their pages, single records, describe, and the gauge of calls."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest

from connector.sandbox.exchange import request_of
from connector.sandbox.salesforce import Manner, Org

from tests.clock import VirtualClock
from tests.sandbox_salesforce.office import BASE, Caller, code, person


def crowd(clock: VirtualClock, count: int, **options: object) -> Caller:
    """Return a caller of an org with so many leads."""
    return Caller(Org((person(f"p{n}") for n in range(count)), clock=clock, **options), clock)  # type: ignore[arg-type]


def test_a_page_has_two_thousand_rows_or_what_is_asked_for(clock: VirtualClock) -> None:
    """2,000 is the most, a long text halves it, and Sforce-Query-Options asks for less, though not below 200."""
    call = crowd(clock, 2100)
    for soql, options, rows in (
        ("SELECT Id FROM Lead", "", 2000),
        ("SELECT Id, Description FROM Lead", "", 1000),
        ("SELECT Id FROM Lead", "batchSize=500", 500),
        ("SELECT Id FROM Lead", "batchSize=10", 200),
    ):
        answer = call("GET", "/query", params={"q": soql}, headers={"Sforce-Query-Options": options}).json()
        assert (answer["totalSize"], answer["done"], len(answer["records"])) == (2100, False, rows)
        assert answer["nextRecordsUrl"].startswith(f"{BASE}/query/0r8")
        assert answer["nextRecordsUrl"].endswith(f"-{rows}")


def test_pages_are_those_of_the_first_look(clock: VirtualClock) -> None:
    """What is written between two pages does not show in the second."""
    call = crowd(clock, 300)
    soql = {"q": "SELECT Id, LastName FROM Lead ORDER BY LastName DESC"}
    first = call("GET", "/query", params=soql, headers={"Sforce-Query-Options": "batchSize=200"}).json()
    late = call.query("SELECT Id FROM Lead ORDER BY LastName LIMIT 1")[0]["Id"]
    call.org.rep.set_values(late, {"LastName": "changed"})
    second = call("GET", first["nextRecordsUrl"].removeprefix(BASE)).json()
    assert second["done"] is True
    assert "nextRecordsUrl" not in second
    assert len(second["records"]) == 100
    assert "changed" not in {row["LastName"] for row in second["records"]}


def test_pages_may_come_short(clock: VirtualClock) -> None:
    """With short pages nobody can count on the size, and all rows come nevertheless."""
    call = crowd(clock, 900, manner=Manner(short_pages=True))
    page = call("GET", "/query", params={"q": "SELECT Id FROM Lead"}, headers={"Sforce-Query-Options": "batchSize=300"})
    rows, sizes = list(page.json()["records"]), [len(page.json()["records"])]
    while not page.json()["done"]:
        page = call("GET", page.json()["nextRecordsUrl"].removeprefix(BASE))
        rows += page.json()["records"]
        sizes.append(len(page.json()["records"]))
    assert len({row["Id"] for row in rows}) == len(rows) == 900
    assert min(sizes[:-1]) < 300


def test_a_cursor_lives_two_days(clock: VirtualClock) -> None:
    """After that, or when the org lost it, the locator is invalid."""
    call = crowd(clock, 300)
    options = {"Sforce-Query-Options": "batchSize=200"}
    for lose in (False, True):
        call.renew()
        page = call("GET", "/query", params={"q": "SELECT Id FROM Lead"}, headers=options).json()
        if lose:
            call.org.lose_cursors()
        else:
            clock.advance(timedelta(days=2))
            call.renew()
        answer = call("GET", page["nextRecordsUrl"].removeprefix(BASE))
        assert (answer.status_code, code(answer)) == (400, "INVALID_QUERY_LOCATOR")


def test_query_all_shows_what_is_in_the_bin(call: Caller, lead_id: str) -> None:
    """A deleted record is in queryAll only, and a GET of it is 404."""
    call.org.rep.delete(lead_id)
    assert call.query("SELECT Id FROM Lead") == []
    assert call.query("SELECT Id, IsDeleted FROM Lead", every=True)[0]["IsDeleted"] is True
    answer = call("GET", f"/sobjects/Lead/{lead_id}")
    assert (answer.status_code, code(answer)) == (404, "NOT_FOUND")


def test_a_record_is_read_whole_or_in_part(call: Caller, lead_id: str) -> None:
    """All visible fields come unless some are named; Last-Modified says how old it is."""
    answer = call("GET", f"/sobjects/Lead/{lead_id[:15]}")
    assert answer.json()["Id"] == lead_id
    assert answer.json()["attributes"] == {"type": "Lead", "url": f"{BASE}/sobjects/Lead/{lead_id}"}
    assert answer.headers["Last-Modified"] == "Mon, 02 Nov 2026 09:00:00 GMT"
    part = call("GET", f"/sobjects/Lead/{lead_id}", params={"fields": "email,LastName"}).json()
    assert {**part, "attributes": 0} == {"attributes": 0, "Email": "eva@firm.example", "LastName": "Muster"}


def test_a_collection_is_read_with_null_for_who_is_not_there(call: Caller, lead_id: str) -> None:
    """GET and POST answer in the order of the ids."""
    ids = [lead_id, "00Q000000000001AAA"]
    got = call("GET", "/composite/sobjects/Lead", params={"ids": ",".join(ids), "fields": "Id"}).json()
    posted = call("POST", "/composite/sobjects/Lead", {"ids": ids, "fields": ["Id"]}).json()
    assert got == posted
    assert got[0]["Id"] == lead_id
    assert got[1] is None


def test_describe_is_not_sent_again_unless_it_changed(call: Caller, clock: VirtualClock) -> None:
    """304 without a body while nothing changed; a hidden field is simply gone, and cannot be asked for."""
    first = call("GET", "/sobjects/Lead/describe")
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    again = call("GET", "/sobjects/Lead/describe", headers=since)
    assert (again.status_code, again.content) == (304, b"")
    clock.advance(timedelta(minutes=1))
    call.org.db.schema.hide("Lead", "HasOptedOutOfEmail")
    changed = call("GET", "/sobjects/Lead/describe", headers=since)
    assert changed.status_code == 200
    assert "HasOptedOutOfEmail" not in {each["name"] for each in changed.json()["fields"]}
    assert code(call("GET", "/query", params={"q": "SELECT HasOptedOutOfEmail FROM Lead"})) == "INVALID_FIELD"


def test_every_data_answer_has_the_gauge_and_an_id(call: Caller, org: Org) -> None:
    """Refusals too; the gauge is near the truth without being it."""
    shown = set()
    for path in ("/limits", "/sobjects/Nothing", "/limits", "/limits", "/limits"):
        answer = call("GET", path)
        used, most = answer.headers["Sforce-Limit-Info"].removeprefix("api-usage=").split("/")
        assert most == "15000"
        assert abs(int(used) - org.api_calls) <= 5
        assert len(answer.headers["X-SFDC-Request-Id"]) == 32
        assert answer.headers["Date"] == "Mon, 02 Nov 2026 09:00:00 GMT"
        shown.add(int(used) - org.api_calls)
    assert len(shown) > 1


def test_the_calls_of_a_day_are_limited(call: Caller, org: Org, clock: VirtualClock) -> None:
    """Beyond them everything is refused with 403 and no hint, the limits resource too, until the day has gone by."""
    org.limits.most = 3
    assert [call("GET", "/limits").status_code for _ in range(5)] == [200, 200, 200, 403, 403]
    answer = call("GET", "/limits")
    assert answer.json() == [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert "Retry-After" not in answer.headers
    clock.advance(timedelta(hours=24, minutes=1))
    call.renew()
    assert call("GET", "/limits").status_code == 200


@pytest.mark.parametrize(("length", "status"), [(16_500, 414), (16_000, 431), (10_000, 200)])
def test_a_long_address_is_refused(call: Caller, length: int, status: int) -> None:
    """Above 16 KB of address: 414; with the headers together: 431."""
    text = quote("SELECT Id FROM Lead WHERE Email = '" + "x" * 3900 + "'")
    headers = {**call.headers, "X-Long": "y" * 400}
    target = f"{BASE}/query?q={text}&pad={'z' * (length - len(text) - len(BASE) - 16)}"
    assert call.org.handle(request_of("GET", target, headers, b"")).status == status


def test_what_is_not_served_is_not_found(call: Caller) -> None:
    """Unknown paths and versions are 404, a wrong method 405, a retired version 410."""
    assert call("GET", "/nothing").status_code == 404
    assert call("GET", "/../v99.0/limits").status_code == 404
    assert call("GET", "/../v25.0/limits").status_code == 410
    assert call("DELETE", "/limits").status_code == 405


def test_requests_in_one_call_speak_of_each_other(call: Caller, org: Org, lead_id: str) -> None:
    """A composite costs one call; a reference is filled in, and what hangs on a failure is halted."""
    before = org.api_calls
    soql, unknown = quote("SELECT Id FROM Lead"), quote("SELECT Nonsense FROM Lead")
    parts = [
        {"method": "GET", "url": f"{BASE}/query?q={soql}", "referenceId": "found"},
        {"method": "GET", "url": f"{BASE}/sobjects/Lead/@{{found.records[0].Id}}?fields=Email", "referenceId": "one"},
        {"method": "GET", "url": f"{BASE}/query?q={unknown}", "referenceId": "bad"},
        {"method": "GET", "url": f"{BASE}/sobjects/Lead/@{{bad.records[0].Id}}", "referenceId": "halted"},
    ]
    answers = call("POST", "/composite", {"compositeRequest": parts}).json()["compositeResponse"]
    assert [each["httpStatusCode"] for each in answers] == [200, 200, 400, 400]
    assert answers[0]["body"]["records"][0]["Id"] == lead_id
    assert answers[1]["body"]["Email"] == "eva@firm.example"
    assert answers[3]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert org.api_calls == before + 1


def test_a_composite_may_have_to_succeed_whole(call: Caller, lead_id: str) -> None:
    """With allOrNone nothing is kept of what went before a failure, neither the record nor the entry."""
    parts = [
        {"method": "PATCH", "url": f"{BASE}/sobjects/Lead/{lead_id}", "referenceId": "a", "body": {"Title": "x"}},
        {"method": "POST", "url": f"{BASE}/sobjects/Task", "referenceId": "b", "body": {"Subject": "Call"}},
        {"method": "POST", "url": f"{BASE}/sobjects/Lead", "referenceId": "c", "body": {}},
    ]
    entries = len(call.org.journal)
    answers = call("POST", "/composite", {"compositeRequest": parts, "allOrNone": True}).json()["compositeResponse"]
    assert [each["body"][0]["errorCode"] for each in answers] == [
        "PROCESSING_HALTED",
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
    ]
    assert call.org.values("Lead", lead_id)["Title"] is None
    assert call.org.ids("Task") == []
    assert len(call.org.journal) == entries


def test_only_so_many_requests_go_into_one(call: Caller) -> None:
    """More than 25, or more than five queries, are refused as a whole."""
    query = {"method": "GET", "url": f"{BASE}/query?q=SELECT+Id+FROM+Lead"}
    limits = {"method": "GET", "url": f"{BASE}/limits"}
    for part, count, status in ((query, 5, 200), (query, 6, 400), (limits, 25, 200), (limits, 26, 400)):
        parts = [{**part, "referenceId": f"r{n}"} for n in range(count)]
        assert call("POST", "/composite", {"compositeRequest": parts}).status_code == status
