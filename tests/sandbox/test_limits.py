"""Rate limits, refusals and faults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.sandbox.exchange import ConnectionCut
from connector.sandbox.hubspot import Fault, FaultKind, Portal

from tests.sandbox.desk import ASSOCIATIONS, OBJECTS, Caller, Clock, person

OWNERS = "/crm/owners/2026-03"


@pytest.fixture
def clock() -> Clock:
    """Return a clock at noon."""
    return Clock()


@pytest.fixture
def call(clock: Clock) -> Caller:
    """Return a caller of a portal with real limits."""
    return Caller(Portal([person("p")], clock=clock))


def test_190_calls_in_ten_rolling_seconds(call: Caller, clock: Clock) -> None:
    """The 191st is refused with the policy's name; calls are free again one by one."""
    for n in range(190):
        assert call("GET", OWNERS)[0] == 200
        clock.move(milliseconds=10 if n < 100 else 0)
    status, answer = call("GET", OWNERS)
    assert status == 429
    assert answer["policyName"] == "TEN_SECONDLY_ROLLING"
    assert answer["errorType"] == "RATE_LIMIT"
    assert answer["message"] == "You have reached your ten_secondly_rolling limit."
    assert "category" not in answer
    clock.move(seconds=9, milliseconds=1)
    assert call("GET", OWNERS)[0] == 200
    assert call("GET", OWNERS)[0] == 429


def test_five_searches_a_second(call: Caller, clock: Clock) -> None:
    """The sixth is refused in the form of its own, and a second later all is well."""
    path = f"{OBJECTS}/contacts/search"
    assert [call("POST", path, {})[0] for _ in range(6)] == [200] * 5 + [429]
    response = call.send("POST", path, {})
    _, answer = call("POST", path, {})
    assert answer["category"] == "RATE_LIMITS"
    assert answer["message"] == "You have reached your secondly limit."
    assert not {"policyName", "errorType"} & set(answer)
    assert "Retry-After" not in response.headers
    clock.move(seconds=1)
    assert call("POST", path, {})[0] == 200


def test_search_shows_daily_headers_only(call: Caller) -> None:
    """All other answers show the ten-second window too."""
    daily = {"X-HubSpot-RateLimit-Daily", "X-HubSpot-RateLimit-Daily-Remaining"}
    searched = call.send("POST", f"{OBJECTS}/contacts/search", {}).headers
    assert {name for name in searched if "RateLimit" in name} == daily
    headers = call.send("GET", OWNERS).headers
    assert headers["X-HubSpot-RateLimit-Max"] == "190"
    assert headers["X-HubSpot-RateLimit-Remaining"] == "189"
    assert headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert headers["X-HubSpot-RateLimit-Daily-Remaining"] == "999998"


def test_refused_calls_cost_a_call_of_the_day(call: Caller, clock: Clock) -> None:
    """A 429 takes from the day, and the day ends at midnight of the account's zone."""
    call.portal.limits.daily = 3
    assert [call("GET", OWNERS)[0] for _ in range(4)] == [200] * 3 + [429]
    status, answer = call("GET", OWNERS)
    assert (status, answer["policyName"]) == (429, "DAILY")
    assert call.portal.api_calls == 5
    clock.now = datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC)
    assert call("GET", OWNERS)[0] == 429
    clock.move(seconds=1)
    assert call("GET", OWNERS)[0] == 200
    assert call.portal.api_calls == 1


def test_usage_is_shown(call: Caller) -> None:
    """The account tells what was used today and when it begins anew, at midnight in Berlin."""
    usage = call.ok("GET", "/account-info/2026-03/api-usage/daily/private-apps")["results"][0]
    assert (usage["currentUsage"], usage["usageLimit"]) == (1, 1_000_000)
    assert usage["resetsAt"] == "2026-11-23T23:00:00Z"
    details = call.ok("GET", "/account-info/2026-03/details")
    assert (details["timeZone"], details["utcOffset"]) == ("Europe/Berlin", "+01:00")


def test_associations_have_150(call: Caller) -> None:
    """Their own window is smaller than that of the app."""
    body = {"inputs": [{"id": call.portal.contact_id("p")}]}
    path = f"{ASSOCIATIONS}/contacts/tasks/batch/read"
    assert [call("POST", path, body)[0] for _ in range(151)] == [207] * 150 + [429]
    assert call("GET", OWNERS)[0] == 200


def test_limits_can_be_off(clock: Clock) -> None:
    """Then nothing is refused, but headers are as usual."""
    call = Caller(Portal(clock=clock, limits="off"))
    assert all(call("POST", f"{OBJECTS}/contacts/search", {})[0] == 200 for _ in range(300))
    assert call.portal.api_calls == 300


def test_a_token_is_needed(call: Caller, clock: Clock) -> None:
    """No token is 401; any bearer token does, unless the portal is told which."""
    strict = Caller(Portal(clock=clock, token="pat-right"))
    assert strict("GET", OWNERS)[0] == 401
    strict.headers = {"Authorization": "Bearer pat-right"}
    assert strict("GET", OWNERS)[0] == 200
    for headers in ({}, {"Authorization": "Basic abc"}):
        call.headers = headers
        status, answer = call("GET", OWNERS)
        assert (status, answer["category"]) == (401, "INVALID_AUTHENTICATION")
    assert call.portal.api_calls == 0


@pytest.mark.parametrize(
    ("status", "field", "value"),
    [
        (401, "category", "EXPIRED_AUTHENTICATION"),
        (403, "category", "MISSING_SCOPES"),
        (423, "status", "error"),
        (429, "policyName", "TEN_SECONDLY_ROLLING"),
        (477, "status", "error"),
        (500, "message", "internal error"),
        (503, "status", "error"),
    ],
)
def test_answers_that_fail_on_request(call: Caller, status: int, field: str, value: str) -> None:
    """Each status comes with a body of its kind and nothing is carried out."""
    call.portal.faults.add(Fault(FaultKind.ANSWER, status=status))
    response = call.send("POST", f"{OBJECTS}/contacts", {"properties": {"email": "a@x.example"}})
    assert response.status == status
    assert f'"{field}":"{value}"' in response.body.decode()
    assert ("Retry-After" in response.headers) == (status == 477)
    assert len(call.portal.journal) == 0


def test_missing_scopes_are_named(call: Caller) -> None:
    """The 403 lists scopes of which any one would do."""
    call.portal.faults.add(Fault(FaultKind.ANSWER, status=403))
    _, answer = call("GET", OWNERS)
    assert "crm.objects.contacts.read" in answer["errors"][0]["context"]["requiredGranularScopes"]


def test_a_lock_lasts_two_seconds(call: Caller, clock: Clock) -> None:
    """423 goes on for 2 s and then stops."""
    call.portal.faults.add(Fault(FaultKind.ANSWER, status=423))
    seen = []
    for _ in range(5):
        seen.append(call("GET", OWNERS)[0])
        clock.move(milliseconds=600)
    assert seen == [423, 423, 423, 423, 200]


NEW = {"properties": {"email": "a@x.example"}}


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.STALL, FaultKind.ANSWER], ids=["reset", "stall", "answer"])
def test_a_write_may_be_applied_though_nobody_hears(call: Caller, kind: FaultKind, *, applied: bool) -> None:
    """A cut connection, silence and a 503 leave it open whether the write was carried out."""
    call.portal.faults.add(Fault(kind, applied=applied, after=timedelta(seconds=40)))
    if kind is FaultKind.ANSWER:
        assert call("POST", f"{OBJECTS}/contacts", NEW)[0] == 503
    else:
        with pytest.raises(ConnectionCut) as cut:
            call("POST", f"{OBJECTS}/contacts", NEW)
        assert cut.value.silence == timedelta(seconds=40)
    assert len(call.portal.journal.of("contacts", "create", "api")) == int(applied)


def test_a_late_write_is_applied_after_the_cut(call: Caller, clock: Clock) -> None:
    """The connection is gone at once, the write comes 45 s later."""
    call.portal.faults.add(Fault(FaultKind.LATE, method="POST", after=timedelta(seconds=45)))
    with pytest.raises(ConnectionCut):
        call("POST", f"{OBJECTS}/contacts", NEW)
    clock.move(seconds=44)
    assert len(call.portal.journal) == 0
    clock.move(seconds=1)
    made = call.portal.journal.of("contacts", "create")
    assert [each.at for each in made] == [clock.now]


def test_a_body_can_break_off(call: Caller) -> None:
    """The write is applied, the answer is cut in the middle."""
    call.portal.faults.add(Fault(FaultKind.TRUNCATED))
    response = call.send("POST", f"{OBJECTS}/contacts", NEW)
    assert response.cut is not None
    assert 0 < response.cut < len(response.body)
    assert len(call.portal.journal) == 1


def test_faults_choose_their_requests(call: Caller) -> None:
    """By method and path, after some have passed, so many times."""
    call.portal.faults.add(Fault(FaultKind.ANSWER, method="GET", path="/owners/", skip=1, times=2))
    assert call("GET", f"{OBJECTS}/contacts")[0] == 200
    assert [call("GET", OWNERS)[0] for _ in range(4)] == [200, 503, 503, 200]
    assert len(call.portal.faults.struck) == 2


def test_a_share_of_requests_fails_alike_with_the_same_seed(clock: Clock) -> None:
    """About the asked share is hit, the same ones on each run."""
    runs = []
    for _ in range(2):
        call = Caller(Portal(clock=clock, seed=5, limits="off"))
        call.portal.faults.add(Fault(FaultKind.ANSWER, times=None, share=0.2))
        runs.append([call("GET", OWNERS)[0] for _ in range(300)])
        call.portal.faults.clear()
        assert call("GET", OWNERS)[0] == 200
    assert runs[0] == runs[1]
    assert 30 < runs[0].count(503) < 90


def test_latency_is_handed_to_the_transport(clock: Clock) -> None:
    """An answer says how long it takes; a fault adds to it."""
    span = timedelta(milliseconds=250)
    call = Caller(Portal(clock=clock, latency=(span, span)))
    assert call.send("GET", OWNERS).delay == span
    call.portal.faults.add(Fault(FaultKind.LATENCY, after=timedelta(seconds=3)))
    assert call.send("GET", OWNERS).delay == span + timedelta(seconds=3)
