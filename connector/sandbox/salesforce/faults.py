"""What goes wrong in a Salesforce org: refusals of whole requests, in JSON or HTML, and of single records."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from connector.sandbox import faults
from connector.sandbox.faults import FaultKind
from connector.sandbox.salesforce.errors import HTML_TYPE, PageRefusal, Refusal, Said, bad_request, session_invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Fault", "FaultKind", "Faults", "refusal_of", "said_of"]

CODES: Final[Mapping[int, tuple[str, str]]] = MappingProxyType({
    400: ("UNKNOWN_EXCEPTION", "An unexpected error occurred"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    404: ("NOT_FOUND", "The requested resource does not exist"),
    500: ("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support"),
    502: ("SERVER_UNAVAILABLE", "Bad gateway"),
    503: ("SERVER_UNAVAILABLE", "The server is temporarily unavailable. Please try again later."),
})
TEXTS: Final[Mapping[str, str]] = MappingProxyType({
    "UNABLE_TO_LOCK_ROW": "unable to obtain exclusive access to this record or 1 records: 001000000000001AAA",
    "DUPLICATES_DETECTED": "Use one of these records?",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A rule of this org does not allow this value.",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "LeadTrigger: execution of BeforeUpdate caused by: System.DmlException",
    "QUERY_TIMEOUT": "Your query request was running for too long.",
})
PAGE: Final = (
    "<html><head><title>Error {status}</title></head><body><h1>We are down for maintenance.</h1></body></html>"
)


@dataclass(frozen=True, slots=True)
class Fault(faults.Fault):
    """
    One thing that goes wrong.

    Attributes:
        code: Error code of an ANSWER; the usual one of its status when empty.
        message: Words of an ANSWER; the usual ones of its code when empty.
        html: Whether an ANSWER is a page for people instead of JSON.
        elements: Places (from 0) of the records in a collection that are refused with *code*, while the request
            itself goes well; empty: the whole request is refused.
    """

    code: str = ""
    message: str = ""
    html: bool = False
    elements: tuple[int, ...] = ()


class Faults(faults.Faults[Fault]):
    """The faults that wait for requests to an org."""


def said_of(fault: Fault) -> Said:
    """Return the error that a fault stands for."""
    code, usual = CODES.get(fault.status, CODES[500])
    code = fault.code or code
    words = TEXTS.get(code, usual)
    return Said(code, fault.message or words, () if fault.elements else None)


def refusal_of(fault: Fault) -> Refusal:
    """Return the answer of an ANSWER fault."""
    if fault.html:
        return PageRefusal(fault.status, HTML_TYPE, PAGE.format(status=fault.status))
    if fault.status == 401 and not fault.code:  # noqa: PLR2004 -- Unauthorized has a body of its own
        return session_invalid()
    said = said_of(fault)
    return bad_request(said.code, said.message, fault.status)
