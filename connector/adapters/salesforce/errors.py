"""
What Salesforce's refusals mean, as data.

Codes from the REST API's list of status codes and error responses (https://developer.salesforce.com/docs/atlas.en-us.
api_rest.meta/api_rest/errorcodes.htm) and from answers seen in public, read on 2026-11-23. A code counts more than the
HTTP status: REQUEST_LIMIT_EXCEEDED comes as 403, which otherwise means a missing permission. A gateway's 502 and 504
count as "nobody knows", because it may have passed a write on before it gave up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from connector.adapters.salesforce.ids import is_id
from connector.adapters.salesforce.payload import Answer, clean
from connector.commands import Outcome, Rejected, Retry, Unknown


class Fate(StrEnum):
    """What a refusal says about what was asked."""

    RETRY = "retry"
    """Not performed, may be accepted soon."""
    REJECT = "reject"
    """Not performed, and never will be as it stands."""
    UNKNOWN = "unknown"
    """Performed or not: nobody knows."""
    FATAL_CREDENTIALS = "credentials"
    """The token or the app is refused; a person has to mend it."""
    FATAL_SCOPES = "scopes"
    """A permission, the API or its version is missing; a person has to mend it."""
    QUOTA = "quota"
    """A limit of the whole org is reached: stay away for minutes."""
    BUSY = "busy"
    """Too much at the same time: stay away for seconds."""
    EXISTS = "exists"
    """The unique value is there already."""
    GONE = "gone"
    """The record is deleted."""
    CONVERTED = "converted"
    """The lead was converted; its contact lives on."""
    RESTART = "restart"
    """The cursor of a query is lost: begin again at the last known place."""
    SHRINK = "shrink"
    """Too much was asked for in one request."""


@dataclass(frozen=True, slots=True)
class VendorError:
    """One error in Salesforce's words; code and fields may be empty."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


LIMIT: Final = "REQUEST_LIMIT_EXCEEDED"
SESSION: Final = "INVALID_SESSION_ID"
LOCKED: Final = "UNABLE_TO_LOCK_ROW"
_WRONG_SESSION: Final = "not valid for use with the rest api"

CODES: Final[Mapping[str, Fate]] = MappingProxyType({
    SESSION: Fate.FATAL_CREDENTIALS,
    "INVALID_AUTH_HEADER": Fate.FATAL_CREDENTIALS,
    "LOGIN_OAUTH_INVALID_TOKEN": Fate.FATAL_CREDENTIALS,
    LIMIT: Fate.QUOTA,  # its concurrent variant is BUSY
    LOCKED: Fate.RETRY,
    "SERVER_UNAVAILABLE": Fate.RETRY,
    "UNKNOWN_EXCEPTION": Fate.UNKNOWN,
    "QUERY_TIMEOUT": Fate.SHRINK,
    "QUERY_TOO_COMPLICATED": Fate.SHRINK,
    "EXCEEDED_MAX_SEMIJOIN_SUBSELECTS": Fate.SHRINK,
    "EXCEEDED_ID_LIMIT": Fate.SHRINK,
    "OPERATION_TOO_LARGE": Fate.SHRINK,
    "INVALID_QUERY_LOCATOR": Fate.RESTART,
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Fate.REJECT,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Fate.REJECT,
    "STRING_TOO_LONG": Fate.REJECT,
    "REQUIRED_FIELD_MISSING": Fate.REJECT,
    "INVALID_EMAIL_ADDRESS": Fate.REJECT,
    "INVALID_TYPE_ON_FIELD_IN_RECORD": Fate.REJECT,
    "FIELD_INTEGRITY_EXCEPTION": Fate.REJECT,
    "INVALID_CROSS_REFERENCE_KEY": Fate.REJECT,
    "INACTIVE_OWNER_OR_USER": Fate.REJECT,
    "MALFORMED_ID": Fate.REJECT,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": Fate.REJECT,
    "INSUFFICIENT_ACCESS_OR_READONLY": Fate.REJECT,
    "INVALID_FIELD_FOR_INSERT_UPDATE": Fate.REJECT,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Fate.REJECT,  # RETRY when a lock hides in its message
    "ENTITY_IS_DELETED": Fate.GONE,
    "CANNOT_UPDATE_CONVERTED_LEAD": Fate.CONVERTED,
    "DUPLICATES_DETECTED": Fate.REJECT,
    "DUPLICATE_VALUE": Fate.EXISTS,
    "INVALID_FIELD": Fate.REJECT,
    "MALFORMED_QUERY": Fate.REJECT,
    "INVALID_TYPE": Fate.REJECT,
    "NOT_FOUND": Fate.REJECT,
    "API_DISABLED_FOR_ORG": Fate.FATAL_SCOPES,
    "API_CURRENTLY_DISABLED": Fate.FATAL_SCOPES,
    "FUNCTIONALITY_NOT_ENABLED": Fate.FATAL_SCOPES,
    "INSUFFICIENT_ACCESS": Fate.FATAL_SCOPES,
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": Fate.RETRY,
    "PROCESSING_HALTED": Fate.RETRY,
    "UNSUPPORTED_API_VERSION": Fate.FATAL_SCOPES,
    "JSON_PARSER_ERROR": Fate.REJECT,
    "TXN_SECURITY_METERING_ERROR": Fate.QUOTA,
    "STORAGE_LIMIT_EXCEEDED": Fate.QUOTA,
    "LIMIT_EXCEEDED": Fate.QUOTA,
})
"""A code that is not listed is judged by the HTTP status."""
STATUSES: Final[Mapping[int, Fate]] = MappingProxyType({
    401: Fate.FATAL_CREDENTIALS,
    403: Fate.FATAL_SCOPES,
    408: Fate.UNKNOWN,
    410: Fate.FATAL_SCOPES,
    414: Fate.SHRINK,
    429: Fate.BUSY,
    431: Fate.SHRINK,
    503: Fate.RETRY,
})
"""Other statuses of 4xx are REJECT, as is the 300 of several matches; 5xx and redirects are UNKNOWN."""
HINTS: Final[Mapping[str, str]] = MappingProxyType({
    SESSION: "Check that the app's client credentials or key are right and its run-as user is active.",
    LIMIT: "The org's requests of 24 hours are used up; see Setup > System Overview.",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A validation rule of the org refuses it: mend the record, or let the rule "
    "except the integration user.",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "Add the value to the picklist (and to the record type), or map "
    "another one.",
    "REQUIRED_FIELD_MISSING": "The record lacks a field that the org demands; fill it there.",
    "INSUFFICIENT_ACCESS_OR_READONLY": "Give the integration user edit access to the record and its object.",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "Give the integration user access to the record it refers to.",
    "INSUFFICIENT_ACCESS": "Give the integration user's permission set access to it.",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "Make the field editable for the integration user (field-level security).",
    "INVALID_FIELD": "Check the field's name, and that the integration user may see it (field-level security).",
    "INVALID_TYPE": "Give the integration user read access to the object.",
    "INVALID_CROSS_REFERENCE_KEY": "An owner or record it refers to is inactive, deleted or not visible to the "
    "integration user.",
    "INACTIVE_OWNER_OR_USER": "The owner no longer works in the org; name somebody active in the configuration.",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "A trigger or flow of the org failed; its author can see why in the "
    "debug log.",
    "DUPLICATES_DETECTED": "A duplicate rule refuses it: merge the records, or let the rule except the integration "
    "user.",
    "API_DISABLED_FOR_ORG": "Salesforce's edition lacks API access, or the user lacks the permission API Enabled.",
    "STORAGE_LIMIT_EXCEEDED": "The org's data storage is full.",
    "UNSUPPORTED_API_VERSION": "Set api_version to one that the org offers.",
})
"""What an admin can do, by code."""
_WAITS: Final[Mapping[Fate, timedelta]] = MappingProxyType({
    Fate.RETRY: timedelta(seconds=5),
    Fate.BUSY: timedelta(seconds=15),
    Fate.QUOTA: timedelta(minutes=15),
    Fate.FATAL_CREDENTIALS: timedelta(minutes=15),
    Fate.FATAL_SCOPES: timedelta(minutes=15),
    Fate.CONVERTED: timedelta(seconds=5),
    Fate.SHRINK: timedelta(minutes=1),
    Fate.RESTART: timedelta(seconds=5),
})
"""How long a write of that fate waits; fates that are missing here are no matter of waiting."""
_TAGS: Final = re.compile(
    r"<(faultcode|exceptionCode|errorCode|faultstring|exceptionMessage|message|title)\b[^>]*>(.*?)</\1>",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP: Final = re.compile(r"<[^>]*>")
_CODE_TAGS: Final = frozenset({"faultcode", "exceptioncode", "errorcode"})
_OK: Final = range(200, 300)
_MULTIPLE: Final = 300
_CLIENT: Final = range(400, 500)


def errors_of(answer: Answer) -> tuple[VendorError, ...]:
    """
    Return the errors of an answer that is not 2xx, whatever its shape.

    Shapes: a list of {message, errorCode, fields}; an object with error and error_description (token endpoint); a list
    of texts (300); XML; HTML, of which the title is kept; plain text; nothing.
    """
    body = answer.body
    if isinstance(body, list):
        return tuple(_one(each) for each in body)
    if isinstance(body, dict):
        return (_one(body),)
    return _marked(answer.text)


def element_errors(element: Mapping[str, Any]) -> tuple[VendorError, ...]:
    """Return the errors of one element of a collection's answer; `statusCode` and `errorCode` are both seen there."""
    found = element.get("errors")
    errors = found if isinstance(found, list) else [found] if found else []
    return tuple(_one(each) for each in errors)


def fate(status: int, errors: Sequence[VendorError]) -> Fate:
    """Return what *errors*, which came with *status* (that of the whole answer for an element), mean for one write."""
    fates = [found for found in map(_fate_of, errors) if found is not None]
    if fates:
        # What will never be accepted is not tried again because something else about it was busy.
        return Fate.REJECT if Fate.REJECT in fates else fates[0]
    if status in STATUSES:
        return STATUSES[status]
    if status in _CLIENT or status in _OK or status == _MULTIPLE:
        return Fate.REJECT
    return Fate.UNKNOWN


def renewable(status: int, errors: Sequence[VendorError]) -> bool:
    """Say whether a new token can mend this: a session that expired or was revoked, not one of the wrong kind."""
    return status == 401 and any(  # noqa: PLR2004 - the status is the statement
        one.code == SESSION and _WRONG_SESSION not in one.message.lower() for one in errors
    )


def hint(error: VendorError) -> str:
    """Return what an admin can do about *error*; empty when nothing."""
    return HINTS.get(error.code, "")


def told(errors: Sequence[VendorError]) -> str:
    """Return *errors* in Salesforce's words, each followed by what an admin can do."""
    return " ".join(_sentence(one) for one in errors)


def outcome(of: Fate, words: str, request_id: str) -> Outcome:
    """Return the outcome of a write of fate *of*; *words* are those of `told`, the request id is put after them."""
    reason = clean(f"{words} (request {request_id})" if request_id else words)
    if of in _WAITS:
        return Retry(reason, _WAITS[of])
    return Unknown(reason) if of is Fate.UNKNOWN else Rejected(reason, request_id)


def _fate_of(error: VendorError) -> Fate | None:
    """Return what one error means, None when its code is not known."""
    if error.code == LIMIT and "concurrent" in error.message.lower():
        return Fate.BUSY
    if error.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" and LOCKED in error.message:
        return Fate.RETRY
    return CODES.get(error.code)


def _one(each: Any) -> VendorError:  # noqa: ANN401 - whatever JSON holds in the place of an error
    """Return one error of a JSON body."""
    if not isinstance(each, dict):
        return VendorError("", str(each))
    code = each.get("errorCode") or each.get("statusCode") or each.get("error") or ""
    message = each.get("message") or each.get("error_description") or each.get("errorMessage") or ""
    fields = each.get("fields")
    twins = sorted(set(_ids(each.get("duplicateResult") or each.get("duplicateResut"))))
    suffix = f" (the same as {', '.join(twins)})" if twins else ""
    return VendorError(
        str(code), f"{message}{suffix}", tuple(str(one) for one in fields) if isinstance(fields, list) else ()
    )


def _ids(part: Any) -> Iterator[str]:  # noqa: ANN401 - any depth of JSON
    """Return the record ids anywhere within *part*."""
    if isinstance(part, dict):
        own = part.get("Id") or part.get("id")
        if isinstance(own, str) and is_id(own):
            yield own
        for each in part.values():
            yield from _ids(each)
    elif isinstance(part, list):
        for each in part:
            yield from _ids(each)


def _marked(text: str) -> tuple[VendorError, ...]:
    """Return the error in XML, HTML or plain text; none for nothing."""
    if not text.strip():
        return ()
    found = {tag.lower(): " ".join(_MARKUP.sub(" ", inner).split()) for tag, inner in _TAGS.findall(text)}
    code = next((found[tag] for tag in found if tag in _CODE_TAGS), "")
    said = next((found[tag] for tag in found if tag not in _CODE_TAGS), "")
    if not found:
        said = " ".join(_MARKUP.sub(" ", text).split())
    return (VendorError(code.rpartition(":")[2], said),)


def _sentence(error: VendorError) -> str:
    """Return one error as a sentence or two."""
    about = f" [{', '.join(error.fields)}]" if error.fields else ""
    words = f"{error.code}: {error.message}" if error.code and error.message else error.code or error.message
    ended = f"{words.strip()}{about}"
    ended += "" if ended.endswith((".", "!", "?")) else "."
    return f"{ended} {hint(error)}".strip()
