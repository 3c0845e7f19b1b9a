"""Writing stages and results to Salesforce: row by row, and what becomes of the rest when one row or request is bad."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from connector.adapters.base import AdapterDown
from connector.adapters.salesforce.errors import CODES
from connector.adapters.salesforce.ids import to18
from connector.commands import Done, Outcome, Rank, Rejected, Retry, Unknown
from connector.sandbox.exchange import ConnectionCut, Response

from tests.adapters.org_told import (
    REQUEST_ID,
    WANTED,
    Asked,
    Bench,
    Told,
    account,
    answer,
    but,
    contact,
    failed,
    fields,
    lead,
    refused,
    stage,
    user,
    whole,
    yes,
)

LIMIT = ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
LOCK = ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: 00Q000000000001")


# What leaves


def test_four_hundred_stages_take_two_calls() -> None:
    """Two collections requests write them, at the rank of stages, after one describe."""
    bench = Bench()
    commands = [stage(lead(n)) for n in range(400)]
    assert bench.apply(*commands) == tuple(Done(one.ref.id) for one in commands)
    assert [len(asked.rows) for asked in bench.org.writes] == [200, 200]
    assert bench.org.describes == ["Lead"]
    assert bench.apply(*commands) == tuple(Done(one.ref.id) for one in commands)
    assert bench.org.describes == ["Lead"]
    assert {rank for _, rank in bench.meter.asked} == {Rank.STAGE}
    assert len(bench.meter.asked) == 5


def test_a_row_says_what_it_is_first_and_never_all_or_none() -> None:
    """One PATCH of the collection: type, id, the field; the owner's rules are not asked."""
    bench = Bench()
    bench.apply(stage(lead()))
    sent = bench.org.writes[0]
    assert (sent.method, sent.path) == ("PATCH", "/services/data/v62.0/composite/sobjects")
    assert [list(row) for row in sent.rows] == [["attributes", "id", "Status"]]
    assert sent.rows[0] == {"attributes": {"type": "Lead"}, "id": lead().id, "Status": "MQL"}
    assert sent.all_or_none is False
    assert sent.headers["sforce-auto-assign"] == "FALSE"


def test_leads_and_contacts_stand_apart_in_one_request() -> None:
    """Rows are sorted by type, so that a request never has more than ten chunks; outcomes keep the commands' order."""
    bench = Bench()
    mixed = [stage(lead(n)) if n % 2 else stage(contact(n), "SQL", "Stage__c") for n in range(60)]
    assert bench.apply(*mixed) == tuple(Done(one.ref.id) for one in mixed)
    types = [row["attributes"]["type"] for row in bench.org.writes[0].rows]
    assert [name for name, _ in itertools.groupby(types)] == ["Contact", "Lead"]


def test_values_go_in_the_type_of_their_field() -> None:
    """Numbers, days, instants and checkboxes by describe; "" clears; a text is cut to its length."""
    bench = Bench()
    values = {
        "Score__c": "12.5",
        "Employees": "40",
        "Since__c": "2026-11-02T23:30:00+00:00",
        "Qualified__c": "2026-11-02T09:00:00+02:00",
        "Hot__c": "true",
        "Reasons__c": "Asked for a demo twice, has 500 employees and a budget",
        "Stage__c": "",
    }
    assert bench.apply(fields(lead(), **values)) == (Done(lead().id),)
    row = dict(bench.org.writes[0].rows[0])
    assert {name: row[name] for name in values} == {
        "Score__c": 12.5,
        "Employees": 40,
        "Since__c": "2026-11-02",
        "Qualified__c": "2026-11-02T07:00:00.000Z",
        "Hot__c": True,
        "Reasons__c": "Asked for a demo twice, has 500 employe…",
        "Stage__c": None,
    }
    assert len(row["Reasons__c"]) <= 40


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Hot__c", "", False),
        ("Score__c", "", None),
        ("Score__c", "70", 70),
        ("Since__c", "2026-11-02", "2026-11-02"),
        ("Qualified__c", "2026-11-02T09:00:00", "2026-11-02T09:00:00.000Z"),
        ("Reasons__c", "🎉" * 21, "🎉" * 19 + "…"),
    ],
)
def test_odd_values(name: str, text: str, shown: object) -> None:
    """A checkbox is never empty, whole numbers have no fraction, no zone is UTC, and an emoji counts as two."""
    bench = Bench()
    bench.apply(fields(lead(), **{name: text}))
    assert bench.org.writes[0].rows[0][name] == shown
    assert isinstance(bench.org.writes[0].rows[0][name], type(shown))


def test_a_short_id_is_made_long() -> None:
    """An id of 15 characters, as exports give it, names the same record."""
    bench = Bench()
    short = replace(lead(), id=lead().id[:15])
    assert bench.apply(stage(short)) == (Done(lead().id),)
    assert bench.org.writes[0].rows[0]["id"] == lead().id


def test_results_go_to_an_account_too() -> None:
    """A company shows the best of its people."""
    bench = Bench()
    assert bench.apply(fields(account(), Score__c="7")) == (Done(account().id),)


# What is refused here


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Statsu", "x", ('Lead has no field "Statsu"', "field-level security", 'Did you mean "Status"?')),
        ("HasOptedOutOfEmail", "true", ('no field "HasOptedOutOfEmail"', "Edit on Lead.HasOptedOutOfEmail")),
        ("Sum__c", "3", ("may read Lead.Sum__c but not write it", "formulas")),
        ("Score__c", "many", ("Lead.Score__c holds numbers", '"many"')),
        ("Score__c", "nan", ("Lead.Score__c holds numbers", '"nan"')),
        ("Since__c", "soon", ("Lead.Since__c holds dates", '"soon"')),
        ("Hot__c", "perhaps", ("Lead.Hot__c is a checkbox", '"perhaps"')),
    ],
)
def test_what_cannot_be_written_is_refused_without_a_request(name: str, text: str, words: tuple[str, ...]) -> None:
    """Salesforce would refuse the whole request; so the sentence is ours, and the others go through."""
    bench = Bench()
    bad, good = bench.apply(fields(lead(1), **{name: text}), fields(lead(2), Score__c="3"))
    assert isinstance(bad, Rejected)
    assert all(each in bad.reason for each in words), bad.reason
    assert good == Done(lead(2).id)
    assert [row["id"] for row in bench.org.writes[0].rows] == [lead(2).id]


def test_an_object_that_cannot_be_seen_is_refused_in_plain_words() -> None:
    """Nothing is sent, and the sentence says which permission is missing."""
    bench = Bench()
    del bench.org.fields["Contact"]
    (found,) = bench.apply(stage(contact(), "SQL", "Stage__c"))
    assert isinstance(found, Rejected)
    assert "the object Contact is not visible" in found.reason
    assert bench.org.writes == []


@pytest.mark.parametrize("text", ["", "17", "../User/005000000000001", "00Q000000000001AAB", "00Q00000000000é"])
def test_a_name_that_is_no_id_never_leaves(text: str) -> None:
    """Its checksum is tested before it reaches a body or a query."""
    bench = Bench()
    (found,) = bench.apply(stage(replace(lead(), id=text)))
    assert isinstance(found, Rejected)
    assert bench.org.writes == []


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


# A poisoned row


def poisoned(bench: Bench, value: str) -> Told:
    """Refuse every request with a row that holds *value*, without naming anything."""

    def told(asked: Asked) -> Response:
        """Judge one request, and the next one likewise."""
        bench.org.told.append(told)
        if value in json.dumps(list(asked.rows)):
            return refused(400, "JSON_PARSER_ERROR", "Unexpected character at [line:1, column:17]")
        return bench.org.perform(asked)

    return told


def test_a_poisoned_row_is_alone_refused_in_the_end() -> None:
    """A request that is refused whole wrote nothing: its rows go again in tens, then alone."""
    bench = Bench()
    bench.org.told.append(poisoned(bench, "poison"))
    waiting = {stage(lead(n), "poison" if n == 17 else "MQL").key: n for n in range(60)}
    outcomes: dict[int, Outcome] = {}
    rounds = 0
    while waiting and rounds < 5:
        rounds += 1
        todo = list(waiting.values())
        found = bench.apply(*(stage(lead(n), "poison" if n == 17 else "MQL") for n in todo))
        outcomes.update(zip(todo, found, strict=True))
        waiting = {stage(lead(n)).key: n for n in todo if isinstance(outcomes[n], Retry)}
    assert rounds == 3
    the(outcomes.pop(17), Rejected)
    assert outcomes == {n: Done(lead(n).id) for n in range(60) if n != 17}
    assert len(bench.org.writes) == 1 + 6 + 10


def test_a_field_that_vanished_meanwhile_is_looked_at_again() -> None:
    """Describe is cached, so a field may be hidden since: read anew it tells which command it is that cannot go."""
    bench = Bench()
    both = (fields(lead(1), Hot__c="true"), fields(lead(2), Score__c="3"))
    bench.apply(both[1])
    bench.org.fields["Lead"] = tuple(one for one in bench.org.fields["Lead"] if one["name"] != "Hot__c")
    words = "No such column 'Hot__c' on sobject of type Lead"
    bench.org.told.append(whole(refused(400, "INVALID_FIELD", words)))
    assert [type(one) for one in bench.apply(*both)] == [Retry, Retry]
    hidden, other = bench.apply(*both)
    assert isinstance(hidden, Rejected)
    assert 'no field "Hot__c"' in hidden.reason
    assert other == Done(lead(2).id)


def test_a_field_that_is_refused_though_it_is_shown_is_refused_the_second_time() -> None:
    """It must not go round for ever, and must not hold up who does not write it."""
    bench = Bench()
    both = (fields(lead(1), Hot__c="true"), fields(lead(2), Score__c="3"))
    words = "No such column 'Hot__c' on sobject of type Lead"
    bench.org.told += [whole(refused(400, "INVALID_FIELD", words))] * 2
    bench.apply(*both)
    hidden, other = bench.apply(*both)
    assert isinstance(hidden, Rejected)
    assert words in hidden.reason
    assert isinstance(other, Retry)
    assert bench.apply(both[1]) == (Done(lead(2).id),)


def test_an_owner_is_a_field_like_any_other() -> None:
    """A playbook may make the task's owner the record's; an inactive one is refused in Salesforce's words."""
    bench = Bench()
    words = "operation performed with inactive user [005000000000007] as owner of lead"
    bench.org.told.append(but(bench.org, p0=failed("INVALID_CROSS_REFERENCE_KEY", words, "OwnerId")))
    bad, good = bench.apply(fields(lead(1), OwnerId=user(7)), fields(lead(2), OwnerId=user(8)))
    assert isinstance(bad, Rejected)
    assert "inactive" in bad.reason
    assert good == Done(lead(2).id)


def test_nothing_is_nothing() -> None:
    """No command, no request."""
    bench = Bench()
    assert bench.writes.apply([], yes) == ()
    assert bench.writes.probe([]) == ()
    assert to18(lead().id) == lead().id
    assert bench.org.writes == []
