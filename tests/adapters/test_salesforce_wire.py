"""The wire to Salesforce: reads tried again, writes sent once, limits told to the meter, secrets nowhere."""

from __future__ import annotations

import json
import logging
import ssl
from datetime import timedelta
from typing import Any, cast

import pytest
import requests
from urllib3 import HTTPResponse
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from connector.adapters.salesforce.quota import DAY
from connector.adapters.salesforce.soql import equal, select
from connector.adapters.salesforce.wire import Answer, Call, Lost, Refused
from connector.budget import BURST
from connector.commands import Rank

from tests.adapters.desk import Open
from tests.adapters.front_desk import (
    BASE,
    EXPIRED,
    PASSWORD,
    PATCH,
    QUERY,
    ROWS,
    TOKEN,
    Sent,
    down,
    in_turn,
    reply,
    rows,
    wired,
    yes,
)
from tests.clock import VirtualClock

NONE = cast("Any", None)


def test_a_request_is_ours() -> None:
    """Version in the path, the token in its header only, gzip, our name, no assignment rules, no indented JSON."""
    wire, desk = wired(rows)
    wire.read(QUERY, Rank.READ)
    (sent,) = desk.sent
    assert sent.url == f"{BASE}/services/data/v62.0/query?q=SELECT+Id+FROM+Lead"
    assert sent.token == f"{TOKEN}1"
    assert sent.headers["Accept-Encoding"] == "gzip"
    assert sent.headers["User-Agent"].startswith("lifecycle-connector")
    assert sent.headers["Sforce-Auto-Assign"] == "FALSE"
    assert "X-PrettyPrint" not in sent.headers


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_tried_three_times_and_a_write_once(status: int) -> None:
    """What failed on the way is read again at once; a write's answer is handed back as it is."""
    wire, desk = wired(lambda _: reply(status, "<html><title>Maintenance</title></html>"))
    error = down(lambda: wire.read(QUERY, Rank.READ))
    assert (error.kind, len(desk.sent)) == ("network", 3)
    assert f"Salesforce {status}: Maintenance" in error.reason
    answer = wire.write(PATCH, yes)
    assert isinstance(answer, Answer)
    assert (answer.status, len(desk.sent)) == (status, 4)


def test_tries_end_with_the_deadline() -> None:
    """When twice the time-outs have passed, the try that failed was the last."""
    clock = VirtualClock()

    def slow(_: Sent) -> HTTPResponse:
        """Fail after two minutes."""
        clock.advance(timedelta(minutes=3))
        return reply(503)

    wire, desk = wired(slow, clock=clock)
    down(lambda: wire.read(QUERY, Rank.READ))
    assert len(desk.sent) == 1


@pytest.mark.parametrize(
    ("error", "performed"),
    [
        (requests.ConnectTimeout("slow"), False),
        (requests.ConnectionError(MaxRetryError(NONE, "/", NewConnectionError(NONE, "refused"))), False),
        (
            requests.ConnectionError(MaxRetryError(NONE, "/", NameResolutionError("acme", NONE, cast("Any", "no")))),
            False,
        ),
        (requests.ConnectionError(MaxRetryError(NONE, "/", ConnectTimeoutError(NONE, "slow"))), False),
        (requests.exceptions.SSLError(MaxRetryError(NONE, "/", SSLError(ssl.SSLCertVerificationError("old")))), False),
        (requests.ReadTimeout("silence"), None),
        (requests.ConnectionError("Connection aborted.", ConnectionResetError(104, "reset")), None),
        (ProtocolError("broken off"), None),
        (ReadTimeoutError(NONE, "/", "silence"), None),
    ],
)
def test_a_write_without_an_answer_says_whether_it_left(error: Exception, *, performed: bool | None) -> None:
    """Only a connection that was never made is certainly not performed."""
    wire, desk = wired(in_turn([reply(200, ROWS), error]))
    wire.read(QUERY, Rank.READ)
    found = wire.write(PATCH, yes)
    assert isinstance(found, Lost)
    assert (found.performed, len(desk.sent)) == (performed, 2)


def test_a_torn_answer_to_a_write_is_lost() -> None:
    """A successful status whose JSON cannot be read says nothing about the rows."""
    wire, _ = wired(lambda _: reply(200, '[{"id": "00Q', {"Content-Type": "application/json"}))
    found = wire.write(PATCH, yes)
    assert isinstance(found, Lost)
    assert found.performed is None
    assert "not readable JSON" in found.reason


def test_the_permit_is_the_last_act() -> None:
    """When it says no, nothing has left, not even when a token had to be had first."""
    wire, desk = wired(rows)
    assert wire.write(PATCH, lambda: False) is None
    assert (len(desk.asked), desk.sent) == (1, [])


def test_a_replayed_write_has_all_its_headers() -> None:
    """After a renewal the same request goes once more, assignment rules off, its own headers kept, permit asked."""
    asked: list[int] = []

    def counted() -> bool:
        """Count the question and permit it."""
        asked.append(1)
        return True

    wire, desk = wired(in_turn([reply(401, EXPIRED), reply(200, [])]))
    answer = wire.write(PATCH, counted)
    assert isinstance(answer, Answer)
    assert (answer.status, len(asked)) == (200, 2)
    first, second = desk.sent
    assert (first.token, second.token) == (f"{TOKEN}1", f"{TOKEN}2")
    assert first.body == second.body
    for sent in desk.sent:
        assert sent.headers["Sforce-Auto-Assign"] == "FALSE"
        assert sent.headers["X-Ours"] == "1"
        assert sent.headers["Content-Type"] == "application/json"


def test_a_replay_without_its_permit_is_not_sent() -> None:
    """The permit may have been withdrawn while the token was renewed."""
    permits = [True, False]
    wire, desk = wired(lambda _: reply(401, EXPIRED))
    assert wire.write(PATCH, lambda: permits.pop(0)) is None
    assert len(desk.sent) == 1


def test_instance_url_is_followed() -> None:
    """An org that moved is spoken to where its newest token says, and no longer where it was."""
    wire, desk = wired(in_turn([reply(200, ROWS), reply(401, EXPIRED), reply(200, ROWS)]))
    wire.read(QUERY, Rank.READ)
    desk.instance = "https://acme-2.my.salesforce.com"
    wire.read(QUERY, Rank.READ)
    assert [one.url.split("/services")[0] for one in desk.sent] == [BASE, BASE, "https://acme-2.my.salesforce.com"]


def test_the_meter_is_asked_before_and_told_after_every_answer() -> None:
    """Refusals and replays tell the gauge too; without budget nothing is sent."""
    meter = Open()
    gauge = {"Sforce-Limit-Info": "api-usage=7/15000"}
    wire, desk = wired(in_turn([reply(404, [], gauge), reply(200, ROWS, gauge)]), meter=meter)
    wire.read(QUERY, Rank.BACKFILL)
    wire.write(PATCH, yes)
    assert meter.asked == [(BURST, Rank.BACKFILL)]
    assert [(status, headers["sforce-limit-info"]) for status, headers, _ in meter.told] == [
        (404, "api-usage=7/15000"),
        (200, "api-usage=7/15000"),
    ]
    meter.waits = [timedelta(seconds=9)]
    error = down(lambda: wire.read(QUERY, Rank.READ))
    assert (error.kind, error.after, len(desk.sent)) == ("budget", timedelta(seconds=9), 2)


@pytest.mark.parametrize(
    ("message", "bucket", "kind"),
    [("TotalRequests Limit exceeded.", DAY, "paused"), ("ConcurrentPerOrgLongTxn Limit exceeded.", BURST, "network")],
)
def test_a_reached_limit_is_told_to_the_meter(message: str, bucket: str, kind: str) -> None:
    """A 403 of that code is a "too many" of the day or of the moment, and no missing permission."""
    meter = Open()
    wire, _ = wired(lambda _: reply(403, [{"message": message, "errorCode": "REQUEST_LIMIT_EXCEEDED"}]), meter=meter)
    error = down(lambda: wire.read(QUERY, Rank.READ))
    assert error.kind == kind
    assert {(status, where) for status, _, where in meter.told} == {(429, bucket)}


def test_a_long_query_travels_inside_a_composite_call() -> None:
    """A URI beyond the limit would be refused; the answer comes out as if it had been asked alone."""
    within = {"compositeResponse": [{"referenceId": "q0", "httpStatusCode": 200, "httpHeaders": {}, "body": ROWS}]}
    wire, desk = wired(lambda _: reply(200, within))
    answer = wire.query(select("Lead", ("Id",)).where(equal("Name", "x" * 12_000)).text, Rank.READ, all_rows=True)
    assert (answer.status, answer.body) == (200, ROWS)
    (part,) = json.loads(desk.sent[0].body)["compositeRequest"]
    assert part["url"].startswith("/services/data/v62.0/queryAll?q=SELECT%20Id")


def test_five_queries_are_one_call() -> None:
    """Seven are two; each answer stands in its place, a refused one beside good ones."""

    def answer(sent: Sent) -> HTTPResponse:
        """Answer every query with its own text, and refuse the third."""
        parts = json.loads(sent.body)["compositeRequest"]
        found = [
            {
                "referenceId": each["referenceId"],
                "httpStatusCode": 400 if each["url"].endswith("C") else 200,
                "httpHeaders": {},
                "body": [{"errorCode": "INVALID_FIELD", "message": "No such column"}]
                if each["url"].endswith("C")
                else each["url"][-1],
            }
            for each in reversed(parts)
        ]
        return reply(200, {"compositeResponse": found})

    wire, desk = wired(answer)
    answers = wire.query_many([select(letter, ("Id",)).text for letter in "ABCDEFG"], Rank.READ)
    assert [one.status for one in answers] == [200, 200, 400, 200, 200, 200, 200]
    assert [one.body for one in answers if one.status == 200] == list("ABDEFG")
    assert "INVALID_FIELD: No such column" in wire.said(answers[2])
    assert len(desk.sent) == 2


def test_every_row_is_read() -> None:
    """Pages are followed by their own address; `done` alone ends them."""
    page = {"totalSize": 2, "done": False, "nextRecordsUrl": "/services/data/v62.0/query/0r8xx5R2yF2gs3VASQ-1"}
    wire, desk = wired(
        in_turn([reply(200, page | {"records": [{"Id": "1"}]}), reply(200, {**ROWS, "records": [{"Id": "2"}]})])
    )
    assert [row["Id"] for row in wire.every("SELECT Id FROM User", Rank.READ)] == ["1", "2"]
    assert desk.sent[1].path == page["nextRecordsUrl"]


def test_a_refused_list_says_so() -> None:
    """What must succeed raises in Salesforce's words; what may fail is handed back."""
    body = [{"message": "sObject type 'X' is not supported.", "errorCode": "INVALID_TYPE"}]
    wire, _ = wired(lambda _: reply(400, body, {"X-SFDC-Request-Id": "r-17"}))
    with pytest.raises(Refused, match=r"INVALID_TYPE: sObject type 'X' is not supported.*request r-17") as caught:
        wire.every("SELECT Id FROM X", Rank.READ)
    assert caught.value.answer.status == 400
    assert wire.query("SELECT Id FROM X", Rank.READ).status == 400


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "API_DISABLED_FOR_ORG", "scopes"),
        (410, "UNSUPPORTED_API_VERSION", "scopes"),
        (401, "INVALID_AUTH_HEADER", "credentials"),
        (403, "STORAGE_LIMIT_EXCEEDED", "paused"),
    ],
)
def test_what_concerns_the_whole_system_ends_a_read(status: int, code: str, kind: str) -> None:
    """Nothing is tried again, and the kind says who has to act."""
    wire, desk = wired(lambda _: reply(status, [{"message": "no", "errorCode": code}]))
    assert down(lambda: wire.read(QUERY, Rank.READ)).kind == kind
    assert len(desk.sent) == 1


def test_csv_is_kept_whole() -> None:
    """A page of a bulk result is text, however long, and no JSON."""
    text = '"Id"\n' + '"00Q"\n' * 5_000
    wire, _ = wired(lambda _: reply(200, text, {"Content-Type": "text/csv; charset=UTF-8"}))
    answer = wire.read(Call("GET", "/jobs/query/750xx000000005BAAQ/results"), Rank.BACKFILL)
    assert (answer.body, answer.text) == (None, text)


def test_secrets_are_in_no_message_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """An answer may quote what was sent; whatever is said of it has dots in that place."""
    caplog.set_level(logging.DEBUG)
    echo = [{"message": f"bad {TOKEN}1 and {PASSWORD} and 00D000000000099!Another.One", "errorCode": "INVALID_FIELD"}]
    wire, _ = wired(lambda _: reply(400, echo))
    shown = [wire.said(wire.read(QUERY, Rank.READ)), repr(wire), repr(vars(wire)), caplog.text]
    echo[0]["errorCode"] = "UNKNOWN_EXCEPTION"
    wire, _ = wired(lambda _: reply(500, echo))
    error = down(lambda: wire.read(QUERY, Rank.READ))
    shown += [repr(error), str(error), repr(error.__context__), repr(error.__cause__), caplog.text]
    assert "bad ••••••" in shown[0]
    for secret in (TOKEN, PASSWORD, "Another.One"):
        assert not any(secret in one for one in shown)
