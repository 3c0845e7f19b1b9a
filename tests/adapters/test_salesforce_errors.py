"""The table of Salesforce's refusals, row by row; bodies of every shape; ids that are none."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.salesforce.errors import (
    CODES,
    HINTS,
    Fate,
    VendorError,
    element_errors,
    errors_of,
    fate,
    hint,
    outcome,
    renewable,
    told,
)
from connector.adapters.salesforce.ids import is_id, prefix, sobject_of, to18
from connector.adapters.salesforce.payload import Answer
from connector.commands import Done, Rejected, Retry, Unknown

from tests.clock import START

LOCK = "unable to obtain exclusive access to this record or 1 records: 00Qxx0000012345EAA"
ROWS: tuple[tuple[str, int, str, Fate], ...] = (
    ("INVALID_SESSION_ID", 401, "Session expired or invalid", Fate.FATAL_CREDENTIALS),
    ("INVALID_AUTH_HEADER", 401, "", Fate.FATAL_CREDENTIALS),
    ("LOGIN_OAUTH_INVALID_TOKEN", 401, "", Fate.FATAL_CREDENTIALS),
    ("QUERY_TOO_COMPLICATED", 400, "", Fate.SHRINK),
    ("EXCEEDED_ID_LIMIT", 400, "", Fate.SHRINK),
    ("INACTIVE_OWNER_OR_USER", 200, "operation performed with inactive user", Fate.REJECT),
    ("REQUEST_LIMIT_EXCEEDED", 403, "TotalRequests Limit exceeded.", Fate.QUOTA),
    ("REQUEST_LIMIT_EXCEEDED", 403, "ConcurrentPerOrgLongTxn Limit exceeded.", Fate.BUSY),
    ("UNABLE_TO_LOCK_ROW", 400, LOCK, Fate.RETRY),
    ("UNABLE_TO_LOCK_ROW", 200, LOCK, Fate.RETRY),
    ("SERVER_UNAVAILABLE", 503, "", Fate.RETRY),
    ("", 503, "", Fate.RETRY),
    ("", 502, "", Fate.UNKNOWN),
    ("", 504, "", Fate.UNKNOWN),
    ("UNKNOWN_EXCEPTION", 500, "An unexpected error occurred.", Fate.UNKNOWN),
    ("", 500, "", Fate.UNKNOWN),
    ("QUERY_TIMEOUT", 400, "", Fate.SHRINK),
    ("EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", 400, "", Fate.SHRINK),
    ("OPERATION_TOO_LARGE", 400, "", Fate.SHRINK),
    ("", 414, "", Fate.SHRINK),
    ("", 431, "", Fate.SHRINK),
    ("INVALID_QUERY_LOCATOR", 400, "", Fate.RESTART),
    ("FIELD_CUSTOM_VALIDATION_EXCEPTION", 400, "Not without a phone", Fate.REJECT),
    ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", 200, "bad value for restricted picklist field: X", Fate.REJECT),
    ("STRING_TOO_LONG", 400, "data value too large", Fate.REJECT),
    ("REQUIRED_FIELD_MISSING", 200, "Required fields are missing: [Name]", Fate.REJECT),
    ("INVALID_EMAIL_ADDRESS", 400, "", Fate.REJECT),
    ("INVALID_TYPE_ON_FIELD_IN_RECORD", 400, "", Fate.REJECT),
    ("FIELD_INTEGRITY_EXCEPTION", 400, "", Fate.REJECT),
    ("INVALID_CROSS_REFERENCE_KEY", 200, "invalid cross reference id", Fate.REJECT),
    ("MALFORMED_ID", 400, "", Fate.REJECT),
    ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", 400, "", Fate.REJECT),
    ("INSUFFICIENT_ACCESS_OR_READONLY", 200, "", Fate.REJECT),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", 400, "", Fate.REJECT),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", 200, "T: execution of BeforeUpdate", Fate.REJECT),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", 200, "T: first error: UNABLE_TO_LOCK_ROW, unable", Fate.RETRY),
    ("ENTITY_IS_DELETED", 404, "entity is deleted", Fate.GONE),
    ("CANNOT_UPDATE_CONVERTED_LEAD", 200, "cannot reference converted lead", Fate.CONVERTED),
    ("DUPLICATES_DETECTED", 400, "Use one of these records?", Fate.REJECT),
    ("DUPLICATE_VALUE", 200, "duplicate value found", Fate.EXISTS),
    ("INVALID_FIELD", 400, "", Fate.REJECT),
    ("MALFORMED_QUERY", 400, "", Fate.REJECT),
    ("INVALID_TYPE", 400, "", Fate.REJECT),
    ("NOT_FOUND", 404, "The requested resource does not exist", Fate.REJECT),
    ("API_DISABLED_FOR_ORG", 403, "", Fate.FATAL_SCOPES),
    ("API_CURRENTLY_DISABLED", 403, "", Fate.FATAL_SCOPES),
    ("FUNCTIONALITY_NOT_ENABLED", 403, "", Fate.FATAL_SCOPES),
    ("INSUFFICIENT_ACCESS", 403, "", Fate.FATAL_SCOPES),
    ("ALL_OR_NONE_OPERATION_ROLLED_BACK", 200, "", Fate.RETRY),
    ("PROCESSING_HALTED", 200, "", Fate.RETRY),
    ("UNSUPPORTED_API_VERSION", 500, "", Fate.FATAL_SCOPES),
    ("", 410, "", Fate.FATAL_SCOPES),
    ("JSON_PARSER_ERROR", 400, "", Fate.REJECT),
    ("TXN_SECURITY_METERING_ERROR", 403, "", Fate.QUOTA),
    ("STORAGE_LIMIT_EXCEEDED", 400, "", Fate.QUOTA),
    ("LIMIT_EXCEEDED", 400, "", Fate.QUOTA),
    ("NEVER_SEEN", 400, "", Fate.REJECT),
    ("NEVER_SEEN", 200, "", Fate.REJECT),
    ("NEVER_SEEN", 500, "", Fate.UNKNOWN),
    ("", 300, "", Fate.REJECT),
    ("", 302, "", Fate.UNKNOWN),
    ("", 401, "", Fate.FATAL_CREDENTIALS),
    ("", 403, "", Fate.FATAL_SCOPES),
    ("", 429, "", Fate.BUSY),
)


def answer(status: int, body: object = None, text: str = "") -> Answer:
    """Return an answer."""
    return Answer(status, body, text, {}, START)


@pytest.mark.parametrize(("code", "status", "message", "expected"), ROWS)
def test_a_refusal_has_its_fate(code: str, status: int, message: str, expected: Fate) -> None:
    """The code counts more than the status, and for some the message more than the code."""
    errors = [VendorError(code, message)] if code else []
    assert fate(status, errors) is expected


def test_every_code_of_the_table_has_a_row_here() -> None:
    """A code that is added without its test would be a guess; hints name codes that are known."""
    tested = {code for code, *_ in ROWS}
    assert set(CODES) <= tested
    assert set(HINTS) <= set(CODES)


def test_what_will_never_be_accepted_is_not_tried_again() -> None:
    """One permanent error among fleeting ones decides."""
    both = [VendorError("UNABLE_TO_LOCK_ROW", ""), VendorError("STRING_TOO_LONG", "")]
    assert fate(200, both) is Fate.REJECT
    assert fate(200, [both[0], VendorError("NEVER_SEEN", "")]) is Fate.RETRY


@pytest.mark.parametrize("of", list(Fate))
def test_a_fate_becomes_an_outcome(of: Fate) -> None:
    """Waiting, rejected for good with words and request id, or to be probed."""
    found = outcome(of, "CODE: words.", "r-1")
    expected: type = {Fate.UNKNOWN: Unknown}.get(of, Retry)
    if of in {Fate.REJECT, Fate.EXISTS, Fate.GONE}:
        expected = Rejected
        assert cast("Rejected", found).request_id == "r-1"
    assert type(found) is expected
    assert not isinstance(found, Done)
    assert "CODE: words. (request r-1)" in found.reason


@pytest.mark.parametrize(
    ("body", "text", "expected"),
    [
        ([{"message": "m", "errorCode": "C", "fields": ["F"]}], "", (VendorError("C", "m", ("F",)),)),
        ([{"message": "m", "errorCode": "C"}, {"message": "n"}], "", (VendorError("C", "m"), VendorError("", "n"))),
        ({"error": "invalid_grant", "error_description": "d"}, "", (VendorError("invalid_grant", "d"),)),
        (["/services/data/v62.0/sobjects/X/1"], "", (VendorError("", "/services/data/v62.0/sobjects/X/1"),)),
        ({}, "", (VendorError("", ""),)),
        ([], "", ()),
        ([None, 3], "", (VendorError("", "None"), VendorError("", "3"))),
        (None, "", ()),
        (None, "  \n", ()),
        (
            None,
            "<response><faultcode>sf:LOGIN_OAUTH_INVALID_TOKEN</faultcode><faultstring>no</faultstring></response>",
            (VendorError("LOGIN_OAUTH_INVALID_TOKEN", "no"),),
        ),
        (
            None,
            "<Errors><Error><errorCode>SERVER_UNAVAILABLE</errorCode><message>busy</message></Error></Errors>",
            (VendorError("SERVER_UNAVAILABLE", "busy"),),
        ),
        (
            None,
            "<html><head><TITLE>Down for\nMaintenance</TITLE></head></html>",
            (VendorError("", "Down for Maintenance"),),
        ),
        (None, "<h1>Bad <b>gateway</b></h1>", (VendorError("", "Bad gateway"),)),
        ("just text", "just text", (VendorError("", "just text"),)),
    ],
)
def test_every_shape_of_a_body_is_survived(body: object, text: str, expected: tuple[VendorError, ...]) -> None:
    """Lists, objects, texts, XML, HTML, nothing: each gives what words it has."""
    assert errors_of(answer(500, body, text)) == expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_body_breaks_the_reading(body: Any) -> None:  # noqa: ANN401 - any JSON
    """Whatever JSON a proxy invents, there is a fate and a sentence."""
    errors = errors_of(answer(500, body, str(body)))
    assert isinstance(fate(500, errors), Fate)
    assert isinstance(told(errors), str)
    assert isinstance(renewable(401, errors), bool)


@pytest.mark.parametrize("spelling", ["duplicateResut", "duplicateResult"])
@pytest.mark.parametrize("code", ["statusCode", "errorCode"])
def test_an_elements_errors_are_read_in_both_spellings(spelling: str, code: str) -> None:
    """A duplicate rule names the records that it found; the key has been misspelt for years."""
    twin = to18("00Q0000000abCDE")
    matches = {
        "allowSave": True,
        "matchResults": [{"matchRecords": [{"record": {"attributes": {"type": "Lead"}, "Id": twin}}]}],
    }
    element = {
        "success": False,
        "errors": [{code: "DUPLICATES_DETECTED", "message": "Use one?", "fields": [], spelling: matches}],
    }
    (error,) = element_errors(element)
    assert error == VendorError("DUPLICATES_DETECTED", f"Use one? (the same as {twin})")
    assert element_errors({"success": True, "errors": []}) == ()
    assert element_errors({}) == ()


def test_words_fields_and_hint_make_a_sentence() -> None:
    """Salesforce's own words first, then what an admin can do."""
    error = VendorError("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not without a phone", ("Phone",))
    assert told([error]) == (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION: Not without a phone [Phone]. A validation rule of the org refuses it: mend "
        "the record, or let the rule except the integration user."
    )
    assert hint(VendorError("NEVER_SEEN", "")) == ""


def test_only_an_expired_session_is_renewable() -> None:
    """A session of the wrong kind stays wrong, and the same code under another status is no sign of one."""
    expired = [VendorError("INVALID_SESSION_ID", "Session expired or invalid")]
    wrong = [VendorError("INVALID_SESSION_ID", "This session is not valid for use with the REST API")]
    assert renewable(401, expired)
    assert not renewable(401, wrong)
    assert not renewable(403, expired)
    assert not renewable(401, [])


@pytest.mark.parametrize(
    ("short", "whole"), [("001A0000006Vm9r", "001A0000006Vm9rIAC"), ("500000000000000", "500000000000000AAA")]
)
def test_an_id_gets_its_checksum(short: str, whole: str) -> None:
    """Fifteen characters become eighteen, eighteen stay."""
    assert to18(short) == to18(whole) == whole
    assert is_id(short)
    assert is_id(whole)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "001A0000006Vm9rIAD",
        "001a0000006Vm9rIAC",
        "001A0000006Vm9",
        "../../User/00500",
        "//evil.example/",
        "001A0000006Vm9r\n",
        "00Qäöü000000000",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    """A wrong checksum, a wrong length, a path, a host: none of them reaches a request."""
    assert not is_id(text)
    with pytest.raises(ValueError, match="Salesforce id"):
        to18(text)


@given(st.text("ABCabc0123456789xyzXYZ", min_size=15, max_size=15), st.integers(0, 14))
def test_a_checksum_notices_a_changed_case(short: str, at: int) -> None:
    """The eighteen characters tell two ids apart that differ in case alone."""
    other = short[:at] + short[at].swapcase() + short[at + 1 :]
    assert (to18(short)[15:] == to18(other)[15:]) == (short == other)


def test_a_prefix_tells_the_object() -> None:
    """Enough to know a lead from a contact; a custom object is unknown."""
    assert (prefix("00Qx"), sobject_of("00Q000000000001"), sobject_of("003000000000001")) == ("00Q", "Lead", "Contact")
    assert sobject_of("a0B000000000001") == ""
