"""The refusals of the API, with the vendor's words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_TYPE: Final = "application/json;charset=UTF-8"
HTML_TYPE: Final = "text/html; charset=UTF-8"
GONE_TEXT: Final = "entity is deleted"


@dataclass(frozen=True, slots=True)
class Said:
    """One error: its code, its words, and the fields it is about (None where the API sends no such key)."""

    code: str
    message: str
    fields: tuple[str, ...] | None = None

    def body(self) -> dict[str, object]:
        """Return the entry of an answer that refuses a whole request."""
        body: dict[str, object] = {"message": self.message, "errorCode": self.code}
        return body if self.fields is None else {**body, "fields": list(self.fields)}

    def element(self) -> dict[str, object]:
        """Return the entry of one refused record inside an answer that is 200."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


class Refusal(Exception):  # noqa: N818 -- an answer of the API, not an error of the sandbox
    """A request, or one record of a collection, that Salesforce refuses."""

    def __init__(self, status: int, *said: Said, headers: Mapping[str, str] | None = None) -> None:
        """Take the status and the errors."""
        super().__init__("; ".join(each.message for each in said))
        self.status = status
        self.said = said
        self.headers = dict(headers or {})

    def content(self) -> tuple[str, bytes]:
        """Return content type and bytes of the answer."""
        return JSON_TYPE, json.dumps([each.body() for each in self.said], separators=(",", ":")).encode()


class PageRefusal(Refusal):
    """A refusal whose body is not the usual list: the token endpoint's object, XML, or a page for people."""

    def __init__(self, status: int, content_type: str, text: str, headers: Mapping[str, str] | None = None) -> None:
        """Take the whole body."""
        super().__init__(status, headers=headers)
        self._content = (content_type, text.encode())

    @override
    def content(self) -> tuple[str, bytes]:
        """Return content type and bytes as they were given."""
        return self._content


def refused(code: str, message: str, *fields: str, status: int = 400) -> Refusal:
    """Return the refusal of a record's values."""
    return Refusal(status, Said(code, message, fields))


def bad_request(code: str, message: str, status: int = 400) -> Refusal:
    """Return a refusal of the request itself, which names no fields."""
    return Refusal(status, Said(code, message))


def session_invalid() -> Refusal:
    """Return the answer to a token that is unknown, revoked or idle for too long."""
    return bad_request("INVALID_SESSION_ID", "Session expired or invalid", 401)


def no_json() -> Refusal:
    """Return the XML answer to a body without a JSON Content-Type."""
    code = "LOGIN_OAUTH_INVALID_TOKEN"
    text = f"<response><faultcode>{code}(db=1703,api={code})</faultcode><error>Failed: Invalid Token</error></response>"
    return PageRefusal(401, HTML_TYPE, text, {"Sfdc-OAuth-Error": "1703"})


def no_token(error: str, description: str) -> Refusal:
    """Return a refusal of the token endpoint: an object, not a list."""
    text = json.dumps({"error": error, "error_description": description}, separators=(",", ":"))
    return PageRefusal(400, JSON_TYPE, text)


def not_found() -> Refusal:
    """Return the answer to an id or path that is not there."""
    return bad_request("NOT_FOUND", "The requested resource does not exist", 404)


def deleted() -> Refusal:
    """Return the answer to a write on a record in the recycle bin."""
    return refused("ENTITY_IS_DELETED", GONE_TEXT, status=404)


def converted() -> Refusal:
    """Return the answer to a write on, or a tie to, a converted lead."""
    return refused("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")


def locked(record_id: str) -> Refusal:
    """Return the answer to a write on a row that somebody else holds."""
    message = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    return refused("UNABLE_TO_LOCK_ROW", message)


def rolled_back() -> Said:
    """Return what stands at the innocent records of a collection that had to succeed whole."""
    message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    return Said("ALL_OR_NONE_OPERATION_ROLLED_BACK", message, ())
