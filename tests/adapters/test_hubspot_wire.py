"""The wire to HubSpot: one client held, raw JSON, our own time-outs and retries, a write once, the token nowhere."""

from __future__ import annotations

import io
import ssl
import subprocess
import sys
from datetime import timedelta
from typing import Any, cast

import pytest
from typing_extensions import override
from urllib3 import HTTPResponse
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from connector.adapters.base import Adapter, AdapterDown
from connector.commands import Done, Rank, Rejected, Retry, SetFields, Unknown
from connector.model import CrmRef

from tests.adapters.desk import Open, in_turn, reply, told
from tests.adapters.subject_hubspot import TOKEN
from tests.clock import VirtualClock

REF = CrmRef("hubspot", "contact", "51")
NONE = cast("Any", None)
EMPTY: dict[str, object] = {"results": []}


def write(adapter: Adapter) -> object:
    """Write one field and return the outcome."""
    return adapter.apply([SetFields("k1", REF, {"firstname": "Ann"})], lambda: True)[0]


def down(adapter: Adapter) -> AdapterDown:
    """Pull and return why nothing can be had."""
    with pytest.raises(AdapterDown) as caught:
        adapter.pull("contacts", None)
    return caught.value


def wrapped(reason: Exception) -> MaxRetryError:
    """Return an error of the connection as urllib3 hands it on without retries."""
    return MaxRetryError(NONE, "/crm", reason)


def test_a_request_is_ours() -> None:
    """The date-based path, the token in its header only, gzip, our name, our time-outs and no retry of urllib3's."""
    adapter, tap = told(lambda _: reply(200, EMPTY))
    adapter.pull("contacts", None)
    sent = tap.sent[0]
    assert sent.url == "https://api.hubapi.com/crm/objects/2026-03/contacts"
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["Accept-Encoding"] == "gzip"
    assert sent.headers["User-Agent"].startswith("lifecycle-connector")
    assert (sent.options["timeout"].connect_timeout, sent.options["timeout"].read_timeout) == (5, 20)
    assert sent.options["preload_content"] is False
    assert sent.body["properties"].split(",")[:2] == ["associatedcompanyid", "email"]


def test_gzip_is_unpacked() -> None:
    """A packed answer is read like a plain one."""
    row = {"id": "1", "properties": {"lastmodifieddate": "2026-11-02T08:00:00Z"}}
    adapter, _ = told(lambda _: reply(200, {"results": [row]}, packed=True))
    assert [one.ref.id for one in adapter.pull("contacts", None).records] == ["1"]


def test_the_vendors_date_counts() -> None:
    """Cursors begin at the instant of HubSpot's answer, not at ours."""
    adapter, _ = told(lambda _: reply(200, EMPTY, {"Date": "Mon, 02 Nov 2026 08:30:00 GMT"}))
    assert adapter.pull("contacts", None).as_of.isoformat() == "2026-11-02T08:30:00+00:00"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 521, 523, 524])
def test_a_read_is_tried_three_times_and_a_write_once(status: int) -> None:
    """What failed on the way is read again at once; a write that failed so is unknown."""
    adapter, tap = told(lambda _: reply(status, {"message": "internal error"}))
    error = down(adapter)
    assert (error.kind, len(tap.sent)) == ("network", 3)
    assert f"HubSpot {status}" in error.reason
    outcome = write(adapter)
    assert isinstance(outcome, Unknown)
    assert len(tap.sent) == 4


def test_a_read_goes_on_when_the_second_try_is_good() -> None:
    """One bad answer is not the end."""
    adapter, tap = told(in_turn(reply(502, b"<html>"), ProtocolError("reset"), reply(200, EMPTY)))
    adapter.pull("contacts", None)
    assert len(tap.sent) == 3


@pytest.mark.parametrize(
    ("status", "kind", "after"),
    [
        (401, "credentials", None),
        (403, "credentials", None),
        (423, "paused", timedelta(seconds=2)),
        (477, "paused", timedelta(minutes=1)),
    ],
)
def test_some_answers_concern_the_whole_system(status: int, kind: str, after: timedelta | None) -> None:
    """Credentials, locks and migrations end a read at once, with the wait that goes with them."""
    adapter, tap = told(lambda _: reply(status, {"message": "no"}))
    error = down(adapter)
    assert (error.kind, error.after, len(tap.sent)) == (kind, after, 1)


def test_missing_scopes_are_scopes() -> None:
    """A 403 that names scopes is told apart from refused credentials."""
    body = {
        "category": "MISSING_SCOPES",
        "message": "not granted",
        "errors": [{"context": {"requiredGranularScopes": ["crm.objects.contacts.read"]}}],
    }
    adapter, _ = told(lambda _: reply(403, body))
    assert down(adapter).kind == "scopes"


def test_a_migration_names_its_wait() -> None:
    """477 carries the one Retry-After that is documented."""
    adapter, _ = told(lambda _: reply(477, {}, {"Retry-After": "7200"}))
    assert down(adapter).after == timedelta(hours=2)


def test_the_meter_hears_every_answer() -> None:
    """Status and headers reach the budget under lower-case names, also those of refusals."""
    meter = Open()
    adapter, _ = told(lambda _: reply(429, {}, {"X-HubSpot-RateLimit-Max": "190"}), meter)
    down(adapter)
    assert [(status, headers["x-hubspot-ratelimit-max"]) for status, headers, _ in meter.told] == [(429, "190")] * 3


def test_after_a_429_the_meter_names_the_wait() -> None:
    """The budget closes on the refusal, and the next try says how long."""
    meter = Open(waits=[None, timedelta(seconds=9)])
    adapter, tap = told(lambda _: reply(429, {}), meter)
    error = down(adapter)
    assert (error.kind, error.after, len(tap.sent)) == ("budget", timedelta(seconds=9), 1)


def test_tries_in_vain_that_use_up_the_budget_are_the_networks_fault() -> None:
    """Nobody answers, and the next try finds the share used up: who waits a moment would only try in vain again."""
    meter = Open(waits=[None, timedelta(seconds=1)])
    adapter, tap = told(lambda _: reply(503, {}), meter)
    error = down(adapter)
    assert (error.kind, len(tap.sent)) == ("network", 1)


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ({"policyName": "TEN_SECONDLY_ROLLING", "errorType": "RATE_LIMIT"}, timedelta(seconds=10)),
        ({"policyName": "DAILY", "errorType": "RATE_LIMIT"}, timedelta(minutes=15)),
        ({"category": "RATE_LIMITS", "message": "You have reached your secondly limit."}, timedelta(seconds=1)),
    ],
)
def test_a_write_that_met_a_limit_goes_again(body: dict[str, str], after: timedelta) -> None:
    """The three bodies of a 429 tell how long; none of them was performed."""
    adapter, _ = told(lambda _: reply(429, body))
    outcome = write(adapter)
    assert isinstance(outcome, Retry)
    assert outcome.after == after


@pytest.mark.parametrize("status", [423, 477])
def test_a_write_that_met_a_lock_goes_again(status: int) -> None:
    """A locked record and a migrating portal have performed nothing."""
    adapter, _ = told(lambda _: reply(status, {}, {"Retry-After": "5"}))
    assert write(adapter) == Retry(f"HubSpot {status}: no words", timedelta(seconds=5))


@pytest.mark.parametrize("status", [400, 404, 409, 413, 414, 415, 422])
def test_a_refused_write_keeps_the_vendors_words(status: int) -> None:
    """A row that is refused by itself is refused for good, with words, details and request id."""
    body = {
        "message": "Property values were not valid",
        "category": "VALIDATION_ERROR",
        "correlationId": "a43683b0-5717",
        "errors": [{"message": "firstname is too long", "code": "INVALID"}],
    }
    adapter, _ = told(lambda _: reply(status, body))
    outcome = write(adapter)
    assert isinstance(outcome, Rejected)
    assert outcome.request_id == "a43683b0-5717"
    words = f"HubSpot {status} VALIDATION_ERROR: Property values were not valid firstname is too long"
    assert outcome.reason == words


@pytest.mark.parametrize("status", [302, 303, 307, 408, 418, 451])
def test_what_no_table_knows_is_unknown(status: int) -> None:
    """A redirect is not followed, and whether somebody performed the write nobody knows."""
    adapter, tap = told(lambda _: reply(status, b"moved", {"Location": "https://elsewhere.example/"}))
    assert isinstance(write(adapter), Unknown)
    assert len(tap.sent) == 1


REFUSED_SSL = SSLError(ssl.SSLCertVerificationError("self-signed certificate"))
BEFORE = (
    wrapped(NewConnectionError(NONE, "refused")),
    wrapped(NameResolutionError("api.hubapi.com", NONE, cast("Any", OSError("no such host")))),
    wrapped(ConnectTimeoutError(NONE, "timed out")),
    wrapped(REFUSED_SSL),
    NewConnectionError(NONE, "refused"),
)
AFTER = (
    ReadTimeoutError(NONE, "/crm", "Read timed out."),
    ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")),
    wrapped(ProtocolError("Connection aborted.", BrokenPipeError())),
    wrapped(SSLError(ssl.SSLError("bad record mac"))),
)


@pytest.mark.parametrize("error", BEFORE, ids=repr)
def test_what_failed_before_the_first_byte_blames_nobody(error: HTTPError) -> None:
    """No connection, no name, no trust: the adapter is down, the write was not sent."""
    adapter, _ = told(in_turn(error))
    with pytest.raises(AdapterDown) as caught:
        write(adapter)
    assert caught.value.kind == "network"
    assert caught.value.after is not None


@pytest.mark.parametrize("error", AFTER, ids=repr)
def test_what_failed_later_is_unknown(error: HTTPError) -> None:
    """A time-out, a reset, a broken pipe: bytes have left, so the write may have been performed."""
    adapter, tap = told(in_turn(error))
    assert isinstance(write(adapter), Unknown)
    assert len(tap.sent) == 1


def cut() -> HTTPResponse:
    """Return an answer that breaks off."""
    whole = reply(200, {"results": [{"id": "51", "properties": {}}]})
    headers = {"Content-Length": "5000"}
    return HTTPResponse(io.BytesIO(whole.data), headers, 200, preload_content=False, enforce_content_length=True)


@pytest.mark.parametrize("content", [b"<html>ok</html>", b"[1, 2]", b'{"results":', b"\xff\xfe", b"null"])
def test_a_good_status_with_an_unreadable_body_is_unknown(content: bytes) -> None:
    """A proxy's page with status 200 does not say that anything was written."""
    adapter, _ = told(lambda _: reply(200, content))
    assert isinstance(write(adapter), Unknown)
    assert "not readable" in down(adapter).reason


def test_a_body_that_breaks_off_is_unknown() -> None:
    """The length header promised more."""
    adapter, _ = told(lambda _: cut())
    assert isinstance(write(adapter), Unknown)


def test_a_refusal_that_is_no_utf8_is_still_a_refusal() -> None:
    """The client decodes the body of every refusal; another encoding does not turn it into a crash."""
    adapter, _ = told(lambda _: reply(400, "Größe ungültig".encode("latin-1")))
    outcome = write(adapter)
    assert isinstance(outcome, Rejected)
    assert "ung" in outcome.reason
    assert down(told(lambda _: reply(503, b"\xff\xfe\xfa"))[0]).kind == "network"


class Drip(io.BytesIO):
    """A body that gives one blank every four seconds, for ever."""

    def __init__(self, clock: VirtualClock) -> None:
        """Let time pass on *clock*."""
        super().__init__()
        self.clock = clock

    @override
    def read1(self, size: int | None = -1) -> bytes:
        """Give a blank."""
        self.clock.sleep(timedelta(seconds=4))
        return b" "

    @override
    def read(self, size: int | None = -1) -> bytes:
        """Give a blank, however many were wanted."""
        return self.read1(size)


def test_an_answer_without_end_is_given_up() -> None:
    """A byte every few seconds keeps the read time-out away, not ours."""
    clock = VirtualClock()
    adapter, _ = told(lambda _: HTTPResponse(Drip(clock), {}, 200, preload_content=False), clock=clock)
    started = clock()
    assert isinstance(write(adapter), Unknown)
    assert clock() - started <= timedelta(seconds=30)


def test_the_budget_is_asked_before_every_request() -> None:
    """Nothing leaves when there is none, and the rank is that of the purpose."""
    meter = Open(waits=[timedelta(seconds=3)])
    adapter, tap = told(lambda _: reply(200, EMPTY), meter)
    error = down(adapter)
    assert (error.kind, error.after, tap.sent) == ("budget", timedelta(seconds=3), [])
    meter.waits = [timedelta(seconds=4)]
    with pytest.raises(AdapterDown) as caught:
        write(adapter)
    assert (caught.value.kind, tap.sent) == ("budget", [])
    assert meter.asked == [("burst", Rank.BACKFILL), ("burst", Rank.FIELDS)]


def test_ids_are_quoted_into_paths() -> None:
    """An id with a slash does not lead elsewhere."""
    adapter, tap = told(in_turn(reply(200, EMPTY), reply(404, {})))
    odd = CrmRef("hubspot", "contact", "../tasks?x=1")
    assert adapter.fetch([odd]).gone == {odd}
    assert tap.sent[1].path == "crm/objects/2026-03/contacts/..%2Ftasks%3Fx%3D1"


def test_the_token_stands_in_no_error() -> None:
    """An answer that repeats the token is shown without it."""
    adapter, _ = told(lambda _: reply(400, {"message": f"bad header Bearer {TOKEN}", "correlationId": "c1"}))
    outcome = write(adapter)
    assert isinstance(outcome, Rejected)
    assert TOKEN not in outcome.reason
    assert TOKEN not in down(adapter).reason


def test_a_row_of_a_207_does_not_show_the_token_either() -> None:
    """Row errors go through the same words."""
    error = {"message": f"no {TOKEN}", "context": {"ids": ["51"]}}
    adapter, _ = told(lambda _: reply(207, {"results": [], "errors": [error]}))
    outcome = write(adapter)
    assert isinstance(outcome, Rejected)
    assert TOKEN not in outcome.reason


def test_a_good_row_is_done() -> None:
    """The plain case: one row written, one row answered."""
    adapter, tap = told(lambda _: reply(200, {"results": [{"id": "51", "properties": {}}]}))
    assert write(adapter) == Done("51")
    row = {"id": "51", "properties": {"firstname": "Ann"}, "objectWriteTraceId": "k1"}
    assert tap.sent[0].body == {"inputs": [row]}


def test_the_client_is_imported_only_for_a_system() -> None:
    """A configuration is checked without loading the vendor's client, which costs 20 MB."""
    code = "import sys, connector.adapters.hubspot; print('hubspot' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
