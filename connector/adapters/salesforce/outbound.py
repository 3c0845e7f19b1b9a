"""
Salesforce's Outbound Messages: which rows changed; what they say of them is not taken for true, the rows are read.

A message is a SOAP call with up to a hundred Notifications, sent at least once, in any order, and repeated for 24 hours
until it is answered with an Ack. It is not signed: whom it comes from is told by its organization's id, and by a secret
in the address that only the org's admins see. Its fields are those of when it was made; its SessionId is a password
for the org. Neither is kept: what goes into the store is the ids of notifications and rows alone.
Source: developer.salesforce.com, "Understanding Outbound Messaging", read 2026-11-24.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from connector.adapters.incoming import Arrived, Forged, Genuine, Incoming, Posted, Read, Reply
from connector.adapters.salesforce.ids import to18
from connector.adapters.salesforce.records import person
from connector.adapters.salesforce.soap import Message, Notice, message_of
from connector.model import CrmRef
from connector.signatures.scheme import Request, Scheme

SECRET_AT: Final = "?secret"  # noqa: S105 - the name of a parameter
"""Where the secret stands: an Outbound Message can be given an address, and no header."""
_ACK: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    b'<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    b"</soapenv:Body></soapenv:Envelope>"
)


class OutboundMessages(Incoming):
    """What an org tells of leads and contacts that are mapped."""

    kept = frozenset[str]()
    reply = Reply(200, _ACK, "text/xml; charset=utf-8")

    def __init__(self, system: str, organization: str, scheme: Scheme | None, objects: frozenset[str]) -> None:
        """
        Hear of *objects* alone, and from one org alone.

        Args:
            system: The admin's name.
            organization: Id of the org, of 15 or 18 characters.
            scheme: How the secret in the address is looked at; None where there is none.
            objects: Our words for the objects of people that are mapped.
        """
        self._system = system
        self._organization = to18(organization).encode()
        self._scheme = scheme
        self._objects = objects
        self.signed = scheme is not None

    @override
    def verify(self, posted: Posted) -> Genuine | Forged:
        if self._scheme is not None:
            # Before anything is parsed: a stranger's XML never reaches the parser.
            reason = self._scheme.refusal(Request(posted.headers, posted.body, posted.target, posted.at))
            if reason:
                return Forged(reason)
        message = message_of(posted.body)
        if message.organization and not hmac.compare_digest(message.organization.encode(), self._organization):
            return Forged("it comes from another organization")
        if not message.organization and self._scheme is None:
            return Forged(f"nothing says whom it comes from: {message.problem}")
        ids = {notice.id for notice in message.notices}
        # A repeated one may come in other company: only one that stands alone lends the delivery its id.
        return Genuine(ids.pop() if len(ids) == 1 else "", _kept(message, posted.body))

    @override
    def asked_for(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> bool:
        del content_type, headers
        message = _message(body)
        return bool(message.problem) or bool(self._hints(message))

    @override
    def read(self, arrived: Arrived) -> Read:
        message = _message(arrived.body)
        return Read(problems=(message.problem,)) if message.problem else Read(hints=self._hints(message))

    def _hints(self, message: Message) -> tuple[CrmRef, ...]:
        """Return the people that a message is about, each once; their ids say what they are."""
        found = (person(self._system, notice.row) for notice in message.notices)
        return tuple(dict.fromkeys(ref for ref in found if ref is not None and ref.object in self._objects))


def _kept(message: Message, body: bytes) -> bytes:
    """Return what is kept of a message: the same bytes for the same notifications, and nothing that is secret."""
    if message.problem:
        facts: object = {"problem": message.problem, "sha256": hashlib.sha256(body).hexdigest()}
    else:
        facts = {"notifications": sorted({(notice.id, notice.row) for notice in message.notices})}
    return json.dumps(facts, sort_keys=True).encode()


def _message(body: bytes) -> Message:
    """Return the message in *body*, as Salesforce sends it or as it was kept."""
    if not body.startswith(b"{"):
        return message_of(body)
    try:
        facts = json.loads(body)
        if "problem" in facts:
            return Message(problem=str(facts["problem"]))
        return Message(notices=tuple(Notice(str(id_), to18(str(row))) for id_, row in facts["notifications"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return Message(problem="the body is no XML")
