"""What Salesforce refuses in a write, row by row and as a whole, and what it comes to: the whole table of its codes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from connector.adapters.base import AdapterDown
from connector.adapters.salesforce.errors import CODES
from connector.commands import Done, Outcome, Rejected, Retry, Unknown
from connector.sandbox.exchange import ConnectionCut, Response

from tests.adapters.org_told import (
    REQUEST_ID,
    WANTED,
    Bench,
    Told,
    answer,
    but,
    contact,
    failed,
    lead,
    refused,
    stage,
    whole,
)

LIMIT = ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
LOCK = ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: 00Q000000000001")


# One row that failed


def the(outcome: Outcome, kind: type[Outcome]) -> Outcome:
    """Return *outcome*, which is of *kind*."""
    assert isinstance(outcome, kind), outcome
    return outcome


REJECTED = [
    failed("FIELD_CUSTOM_VALIDATION_EXCEPTION", "A budget is needed before MQL", "Status"),
    failed("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Status: bad value for restricted picklist field: MQL", "Status"),
    failed("STRING_TOO_LONG", "Company: data value too large: x (max length=255)", "Company"),
    failed("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName"),
    failed("INVALID_EMAIL_ADDRESS", "Email: invalid email address: x", "Email"),
    failed("INVALID_TYPE_ON_FIELD_IN_RECORD", "Status: value not of required type", "Status"),
    failed("FIELD_INTEGRITY_EXCEPTION", "There's a problem with this country", "Country"),
    failed("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
    failed("INACTIVE_OWNER_OR_USER", "operation performed with inactive user [005000000000007] as owner of lead"),
    failed("MALFORMED_ID", "bad id 17"),
    failed("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id"),
    failed("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"),
    failed("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Status", "Status"),
    failed("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: execution of BeforeUpdate caused by: null"),
    failed("ENTITY_IS_DELETED", "entity is deleted"),
    failed("DUPLICATE_VALUE", "duplicate value found: Number__c duplicates value on record with id: 00Q000000000009"),
    failed("DUPLICATES_DETECTED", "Use one of these records?", duplicateResut={"allowSave": False}),
    failed("JSON_PARSER_ERROR", "Cannot deserialize instance of double from VALUE_STRING value x"),
    failed("INVALID_FIELD", "No such column 'Status' on sobject of type Lead"),
    failed("INVALID_TYPE", "sObject type 'Lead' is not supported."),
    failed("MALFORMED_QUERY", "unexpected token: in a trigger's query"),
    failed("NOT_FOUND", "Provided external ID field does not exist or is not accessible: X"),
    failed("SOME_CODE_OF_NEXT_YEAR", "No idea"),
]


@pytest.mark.parametrize("element", REJECTED, ids=lambda one: one["errors"][0]["statusCode"])
def test_a_row_that_is_refused_for_good_holds_up_nobody(element: dict[str, object]) -> None:
    """It has Salesforce's words and the request's id; the rows around it are done."""
    bench = Bench()
    bench.org.told.append(but(bench.org, p1=element))
    first, bad, last = bench.apply(*(stage(lead(n)) for n in (1, 2, 3)))
    assert (first, last) == (Done(lead(1).id), Done(lead(3).id))
    assert isinstance(bad, Rejected)
    error = element["errors"][0]  # type: ignore[index]
    assert error["statusCode"] in bad.reason
    assert error["message"].rstrip(".") in bad.reason
    assert REQUEST_ID in bad.reason
    assert bad.request_id == REQUEST_ID


LATER = [
    failed(*LOCK),
    failed("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"LeadTrigger: UpdateException: 0; first error: {LOCK[0]}, wait"),
    failed("SERVER_UNAVAILABLE", "Server too busy"),
    failed(*LIMIT),
    failed("TXN_SECURITY_METERING_ERROR", "metering"),
    failed("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"),
    failed("LIMIT_EXCEEDED", "limit exceeded"),
    failed("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back"),
    failed("PROCESSING_HALTED", "The transaction was rolled back"),
    failed("QUERY_TIMEOUT", "Your query request was running for too long."),
    failed("QUERY_TOO_COMPLICATED", "in a trigger"),
    failed("OPERATION_TOO_LARGE", "exceeded 100000 distinct who/what's"),
    failed("EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", "in a trigger"),
]
WHOLE = {
    *("INVALID_SESSION_ID", "INVALID_AUTH_HEADER", "LOGIN_OAUTH_INVALID_TOKEN"),
    *("API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "FUNCTIONALITY_NOT_ENABLED", "INSUFFICIENT_ACCESS"),
    *("UNSUPPORTED_API_VERSION", "UNKNOWN_EXCEPTION", "CANNOT_UPDATE_CONVERTED_LEAD"),
}
"""Codes with tests of their own below: of requests as a whole, of what nobody knows, and of what lives on elsewhere."""
READS = {"INVALID_QUERY_LOCATOR", "EXCEEDED_ID_LIMIT"}
"""No write is ever answered so."""


def test_each_row_of_the_table_has_its_case() -> None:
    """A code that is added to the table needs an outcome here as well."""
    cases = {one["errors"][0]["statusCode"] for one in (*REJECTED, *LATER)}
    assert set(CODES) - cases - WHOLE - READS == set()


@pytest.mark.parametrize("element", LATER, ids=lambda one: one["errors"][0]["statusCode"])
def test_a_row_that_was_not_taken_for_now_goes_again_later(element: dict[str, object]) -> None:
    """A lock, also one inside a trigger's message, is waited for; the rows around it are done."""
    bench = Bench()
    bench.org.told.append(but(bench.org, p0=element))
    bad, good = bench.apply(stage(lead(1)), stage(lead(2)))
    assert good == Done(lead(2).id)
    assert isinstance(bad, Retry)
    assert bad.after > timedelta()
    assert str(element["errors"][0]["statusCode"]) in bad.reason  # type: ignore[index]


def test_a_row_of_which_salesforce_does_not_know_is_unknown() -> None:
    """UNKNOWN_EXCEPTION may have been performed."""
    bench = Bench()
    bench.org.told.append(but(bench.org, p0=failed("UNKNOWN_EXCEPTION", "An unexpected error occurred.")))
    bad, good = bench.apply(stage(lead(1)), stage(lead(2)))
    the(bad, Unknown)
    assert good == Done(lead(2).id)


def test_a_hint_says_what_an_admin_can_do() -> None:
    """The vendor's words come first, ours after them."""
    bench = Bench()
    rule = failed("FIELD_CUSTOM_VALIDATION_EXCEPTION", "A budget is needed before MQL", "Status")
    bench.org.told.append(but(bench.org, p0=rule))
    (bad,) = bench.apply(stage(lead()))
    assert isinstance(bad, Rejected)
    assert bad.reason.startswith("FIELD_CUSTOM_VALIDATION_EXCEPTION: A budget is needed before MQL")
    assert "validation rule" in bad.reason


# A record that lives on elsewhere


def test_a_converted_lead_is_to_be_tried_again_as_its_contact() -> None:
    """Its words name the contact; the engine reads the record again and addresses it."""
    bench = Bench()
    bench.hold(lead(), IsConverted=True, ConvertedContactId=contact().id)
    bench.hold(contact())
    bench.org.told.append(but(bench.org, p0=failed("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")))
    (found,) = bench.apply(stage(lead()))
    assert isinstance(found, Retry)
    assert f"contact {contact().id}" in found.reason
    assert found.after > timedelta()


def test_a_converted_lead_whose_contact_nobody_reads_stays_refused() -> None:
    """Nobody would ever re-address it, so it must not go round for ever."""
    bench = Bench(wanted=replace(WANTED, objects=("lead",)))
    bench.hold(lead(), IsConverted=True, ConvertedContactId=contact().id)
    bench.hold(contact())
    bench.org.told.append(but(bench.org, p0=failed("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")))
    (found,) = bench.apply(stage(lead()))
    assert isinstance(found, Rejected)
    assert contact().id in found.reason
    assert "map contacts as well" in found.reason


def test_a_converted_lead_whose_contact_cannot_be_seen_stays_refused() -> None:
    """Without ConvertedContactId there is nothing to wait for."""
    bench = Bench()
    bench.hold(lead(), IsConverted=True)
    bench.org.told.append(but(bench.org, p0=failed("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")))
    the(bench.apply(stage(lead()))[0], Rejected)


def test_a_merged_lead_is_followed_through_all_its_winners() -> None:
    """The winner of the first merge lost the second, and was then converted."""
    bench = Bench()
    bench.hold(lead(1), MasterRecordId=lead(2).id)
    bench.hold(lead(2), MasterRecordId=lead(3).id)
    bench.hold(lead(3), IsConverted=True, ConvertedContactId=contact().id)
    bench.hold(contact())
    for row in bench.org.tables["Lead"][:2]:
        row["IsDeleted"] = True
    bench.org.told.append(but(bench.org, p0=failed("ENTITY_IS_DELETED", "entity is deleted")))
    (found,) = bench.apply(stage(lead(1)))
    assert isinstance(found, Retry)
    assert contact().id in found.reason


def test_a_deleted_lead_stays_refused() -> None:
    """There is no winner to go to."""
    bench = Bench()
    bench.hold(lead())
    bench.org.tables["Lead"][0]["IsDeleted"] = True
    bench.org.told.append(but(bench.org, p0=failed("ENTITY_IS_DELETED", "entity is deleted")))
    the(bench.apply(stage(lead()))[0], Rejected)


def test_a_lead_whose_winner_was_deleted_stays_refused() -> None:
    """The chain ends nowhere."""
    bench = Bench()
    bench.hold(lead(1), MasterRecordId=lead(2).id)
    bench.hold(lead(2))
    for row in bench.org.tables["Lead"]:
        row["IsDeleted"] = True
    bench.org.told.append(but(bench.org, p0=failed("ENTITY_IS_DELETED", "entity is deleted")))
    (found,) = bench.apply(stage(lead(1)))
    assert isinstance(found, Rejected)
    assert lead(2).id not in found.reason


def test_where_it_lives_on_may_be_asked_later() -> None:
    """It was certainly not performed: when the look fails, it goes again."""
    bench = Bench()
    bench.org.deaf = 9
    bench.org.told.append(but(bench.org, p0=failed("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")))
    the(bench.apply(stage(lead()))[0], Retry)


# A whole request


PAGE = answer(502, b"<html><head><title>Bad Gateway</title></head></html>", **{"Content-Type": "text/html"})
BROKEN = replace(answer(200, [{"id": lead(1).id, "success": True, "errors": []}] * 2), cut=20)


@pytest.mark.parametrize(
    "told",
    [
        whole(PAGE),
        whole(refused(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. ErrorId: 17")),
        whole(refused(503, "SERVER_UNAVAILABLE", "Server unavailable")),
        whole(answer(503, b"<html><title>Down for Maintenance</title></html>", **{"Content-Type": "text/html"})),
        whole(answer(504, b"")),
        whole(answer(302, b"", Location="https://login.example/")),
        whole(ConnectionCut()),
        whole(ConnectionCut(timedelta(minutes=20))),
        whole(BROKEN),
        whole(answer(200, b'[{"id": "00Q', **{"Content-Type": "application/json"})),
        whole(answer(200, b"<html>welcome</html>", **{"Content-Type": "text/html"})),
        whole(answer(200, b"")),
        whole(answer(200, {"hasErrors": False})),
        whole(answer(200, [{"id": lead(1).id, "success": True, "errors": []}])),
        whole(answer(200, [{"id": lead(1).id, "success": True, "errors": []}] * 3)),
        whole(answer(200, [{"id": lead(n).id, "success": True, "errors": []} for n in (2, 1)])),
        whole(answer(200, [{"id": "17", "success": True, "errors": []}] * 2)),
        whole(answer(200, ["done", "done"])),
    ],
    ids=[
        *("502", "500", "503", "html-503", "504", "302", "reset", "silence", "cut", "truncated", "html", "empty"),
        *("object", "short", "long", "swapped", "no-ids", "texts"),
    ],
)
def test_an_answer_that_cannot_be_matched_is_unknown_for_all(told: Told) -> None:
    """Performed or not: every row of the request is probed, none is sent again blindly."""
    bench = Bench()
    bench.org.told.append(told)
    outcomes = bench.apply(stage(lead(1)), stage(lead(2)))
    assert [type(one) for one in outcomes] == [Unknown, Unknown]
    assert len(bench.org.writes) == 1


def test_an_element_without_a_verdict_is_unknown_alone() -> None:
    """Its neighbours have theirs."""
    bench = Bench()
    bench.org.told.append(but(bench.org, p0={"created": True}))
    bad, good = bench.apply(stage(lead(1)), stage(lead(2)))
    the(bad, Unknown)
    assert good == Done(lead(2).id)


@pytest.mark.parametrize(
    ("made", "longer"),
    [
        (refused(403, *LIMIT), timedelta(minutes=5)),
        (refused(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."), timedelta(seconds=1)),
        (refused(400, *LOCK), timedelta(seconds=1)),
        (refused(429, "", "slow down"), timedelta(seconds=1)),
    ],
    ids=["day", "concurrent", "lock", "429"],
)
def test_a_request_that_is_not_taken_for_now_goes_again(made: Response, longer: timedelta) -> None:
    """A byte has left, so it is no matter of being down; what was not sent yet is not sent into the same wall."""
    bench = Bench()
    bench.org.told.append(whole(made))
    outcomes = bench.apply(*(stage(lead(n)) for n in range(300)))
    assert len(bench.org.writes) == 1
    assert all(isinstance(one, Retry) and one.after >= longer for one in outcomes)


def test_after_a_lost_answer_nothing_more_is_sent() -> None:
    """Salesforce may still be at work on it: the rest goes again later and touches no account twice at once."""
    bench = Bench()
    bench.org.told.append(whole(ConnectionCut()))
    outcomes = bench.apply(*(stage(lead(n)) for n in range(300)))
    assert [type(one) for one in outcomes].count(Unknown) == 200
    assert [type(one) for one in outcomes].count(Retry) == 100
    assert len(bench.org.writes) == 1


def test_a_refusal_of_one_request_does_not_stop_the_next() -> None:
    """Rows that fail say nothing about the others."""
    bench = Bench()
    bench.org.told.append(but(bench.org, p7=failed("MALFORMED_ID", "bad id")))
    outcomes = bench.apply(*(stage(lead(n)) for n in range(300)))
    assert [type(one) for one in outcomes].count(Done) == 299
    assert len(bench.org.writes) == 2


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (refused(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API"), "credentials"),
        (refused(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization."), "scopes"),
        (refused(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"), "credentials"),
        (refused(403, "API_CURRENTLY_DISABLED", "API is disabled"), "scopes"),
        (refused(403, "FUNCTIONALITY_NOT_ENABLED", "not enabled"), "scopes"),
        (refused(403, "INSUFFICIENT_ACCESS", "insufficient access"), "scopes"),
        (refused(410, "UNSUPPORTED_API_VERSION", "gone"), "scopes"),
        (refused(404, "NOT_FOUND", "The requested resource does not exist"), "network"),
        (refused(405, "METHOD_NOT_ALLOWED", "HTTP Method 'PATCH' not allowed."), "network"),
    ],
    ids=["session", "api", "header", "off", "function", "access", "410", "404", "405"],
)
def test_what_concerns_the_whole_system_is_nobodys_fault(made: Response, kind: str) -> None:
    """Nothing was performed, and no command is to blame."""
    bench = Bench()
    bench.org.told += [whole(made), whole(made)]
    with pytest.raises(AdapterDown) as caught:
        bench.apply(stage(lead()))
    assert caught.value.kind == kind
    assert (caught.value.after is None) == (kind != "network")


def test_down_after_the_first_request_is_a_retry_of_the_rest() -> None:
    """Something has left already, and what it did is not forgotten."""
    bench = Bench()
    bench.org.told += [but(bench.org), whole(refused(403, "API_DISABLED_FOR_ORG", "off"))]
    outcomes = bench.apply(*(stage(lead(n)) for n in range(300)))
    assert [type(one) for one in outcomes].count(Done) == 200
    assert [type(one) for one in outcomes].count(Retry) == 100


def test_no_budget_before_the_first_request_is_down() -> None:
    """Nothing has left, no command is blamed; later it is a Retry of those that were not sent."""
    bench = Bench()
    bench.apply(stage(lead()))
    bench.meter.waits = [timedelta(minutes=3)]
    with pytest.raises(AdapterDown) as caught:
        bench.apply(stage(lead()))
    assert caught.value.kind == "budget"
    bench.meter.waits = [None, timedelta(minutes=3)]
    outcomes = bench.apply(*(stage(lead(n)) for n in range(300)))
    assert [type(one) for one in outcomes].count(Done) == 200
    assert [one.after for one in outcomes if isinstance(one, Retry)] == [timedelta(minutes=3)] * 100


def test_the_permit_is_asked_before_each_request() -> None:
    """Once it says no, what was not sent is to be tried again, and nothing more leaves."""
    bench = Bench()
    asked = itertools.count()
    outcomes = bench.writes.apply([stage(lead(n)) for n in range(400)], lambda: next(asked) < 1)
    assert [type(one) for one in outcomes].count(Done) == 200
    assert [type(one) for one in outcomes].count(Retry) == 200
    assert len(bench.org.writes) == 1
    assert next(asked) == 2
