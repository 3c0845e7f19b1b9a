"""What a webhook system sends: verified by its scheme, understood by its mapping."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import override

from connector.adapters.incoming import Arrived, Forged, Genuine, Incoming, Posted, Read, Reply
from connector.mapping.envelopes import CLOUD_EVENT_HEADERS
from connector.mapping.payloads import PayloadReader
from connector.mapping.spec import FieldSpec, SystemMapping
from connector.signatures.scheme import Request, Scheme


def verified(scheme: Scheme, posted: Posted) -> Genuine | Forged:
    """Return what *scheme* makes of a request."""
    request = Request(posted.headers, posted.body, posted.target, posted.at)
    reason = scheme.refusal(request)
    return Forged(reason) if reason else Genuine(scheme.identity(request))


class Payloads(Incoming):
    """JSON or forms of any shape, told apart by the mapping."""

    kept = CLOUD_EVENT_HEADERS
    reply = Reply()

    def __init__(self, scheme: Scheme, mapping: SystemMapping, fields: Mapping[str, FieldSpec]) -> None:
        """Compile the mapping."""
        self._scheme = scheme
        self._reader = PayloadReader(mapping, fields)
        self.signed = scheme.signed

    @override
    def verify(self, posted: Posted) -> Genuine | Forged:
        return verified(self._scheme, posted)

    @override
    def asked_for(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> bool:
        return self._reader.asked_for(body, content_type, headers)

    @override
    def read(self, arrived: Arrived) -> Read:
        return self._reader.read(arrived)
