"""
The envelope of an Outbound Message, read without trusting it: ids alone are taken out, all else is passed over.

The parser knows no document types, so that no entity can be declared, fetched or multiplied, and it keeps no more of a
text than an id is long. Source: developer.salesforce.com, "Understanding Outbound Messaging", read 2026-11-24.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from connector.adapters.salesforce.ids import to18

MOST_NOTIFICATIONS: Final = 100
"""Of one message; the vendor's own limit."""
DEEPEST: Final = 16
"""Levels of elements; a message of Salesforce's has six."""
MOST_ELEMENTS: Final = 50_000
"""Of one message: a hundred rows with five hundred fields each."""
_LONGEST: Final = 64
"""Characters that are kept of a text; an id has eighteen."""

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_OUTBOUND: Final = "http://soap.sforce.com/2005/09/outbound"
_NOTIFICATIONS: Final = (f"{_SOAP}}}Envelope", f"{_SOAP}}}Body", f"{_OUTBOUND}}}notifications")
_ORGANIZATION: Final = (*_NOTIFICATIONS, f"{_OUTBOUND}}}OrganizationId")
_NOTIFICATION: Final = (*_NOTIFICATIONS, f"{_OUTBOUND}}}Notification")
_NOTICE_ID: Final = (*_NOTIFICATION, f"{_OUTBOUND}}}Id")
_ROW: Final = (*_NOTIFICATION, f"{_OUTBOUND}}}sObject")
_ROW_ID: Final = "Id"


@dataclass(frozen=True, slots=True)
class Notice:
    """One Notification: its own id, and that of the row that it is about, each in 18 characters."""

    id: str
    row: str


@dataclass(frozen=True, slots=True)
class Message:
    """
    What an Outbound Message says.

    Attributes:
        organization: Of the sender, in 18 characters; empty where the message does not get so far.
        notices: In the order of the message; none where there is a problem.
        problem: Why it cannot be read, a sentence without anything of the message; empty when it can.
    """

    organization: str = ""
    notices: tuple[Notice, ...] = ()
    problem: str = ""


def message_of(body: bytes) -> Message:
    """Return what *body* says; never raises."""
    reading = _Reading()
    # Naming the encoding here keeps the document from choosing one, and with it a decoder.
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat's own spelling of "this is all"
    except _Unreadable as reason:
        return Message(reading.organization, problem=str(reason))
    except expat.ExpatError as error:
        return Message(reading.organization, problem=f"the body is no XML (line {error.lineno}, {_meaning(error)})")
    if not reading.organization or not reading.notices:
        lacking = "Notification" if reading.organization else "OrganizationId"
        return Message(reading.organization, problem=f"the body is no Outbound Message: it has no {lacking}")
    return Message(reading.organization, tuple(reading.notices))


class _Unreadable(Exception):  # noqa: N818 - the name says the state of the message
    """The message is none of Salesforce's; the text says why."""


@dataclass(slots=True)
class _Reading:
    """A message on its way through the parser; lives only while one is read."""

    organization: str = ""
    notices: list[Notice] = field(default_factory=list)
    _path: tuple[str, ...] = ()
    _kept: str | None = None
    _notice: str = ""
    _row: str = ""
    _elements: int = 0

    def doctype(self, *_declared: object) -> None:
        """Refuse a document type, before anything in it is looked at."""
        raise _Unreadable("the body declares a document type, which Salesforce never does")

    def start(self, name: str, _attributes: object) -> None:
        """Go one element down."""
        self._elements += 1
        if len(self._path) >= DEEPEST or self._elements > MOST_ELEMENTS:
            raise _Unreadable("the body nests too deep, or has too many elements")
        self._path = (*self._path, name)
        self._kept = "" if self._wanted() else None
        if self._path == _NOTIFICATION:
            self._notice = self._row = ""

    def end(self, _name: str) -> None:
        """Come back from an element, with what was in it."""
        path, self._path = self._path, self._path[:-1]
        if path == _NOTIFICATION:
            self._close()
        if self._kept is None:
            return
        text, self._kept = self._kept.strip(), None
        if path == _ORGANIZATION:
            if self.organization:
                raise _Unreadable("the body names more than one organization")
            self.organization = self._id(text, "OrganizationId")
        elif path == _NOTICE_ID:
            self._notice = self._once(self._notice, text, "Id of a Notification")
        else:
            self._row = self._once(self._row, text, "Id of an sObject")

    def text(self, part: str) -> None:
        """Keep what stands in an element that is wanted."""
        if self._kept is not None:
            self._kept = (self._kept + part)[:_LONGEST]

    def _wanted(self) -> bool:
        """Tell whether the text of the element that has just begun is an id that is looked for."""
        path = self._path
        if path[:-1] == _ROW:
            return path[-1].rpartition("}")[2] == _ROW_ID
        return path in {_ORGANIZATION, _NOTICE_ID}

    def _close(self) -> None:
        """Note what a Notification said."""
        if not self._notice or not self._row:
            raise _Unreadable("a Notification has no Id, or its sObject has none")
        if len(self.notices) >= MOST_NOTIFICATIONS:
            raise _Unreadable(f"the body has more than {MOST_NOTIFICATIONS} Notifications")
        self.notices.append(Notice(self._notice, self._row))

    def _once(self, before: str, text: str, what: str) -> str:
        """Return an id that may stand in its place but once."""
        if before:
            raise _Unreadable(f"there are two of what can be but one: {what}")
        return self._id(text, what)

    def _id(self, text: str, what: str) -> str:
        """Return an id in its long form."""
        try:
            return to18(text)
        except ValueError:
            raise _Unreadable(f"no Salesforce id, or one with a wrong checksum: {what}") from None


def _meaning(error: expat.ExpatError) -> str:
    """Return the parser's words for what is wrong."""
    return expat.ErrorString(error.code) or "not well-formed"
