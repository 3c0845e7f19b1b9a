"""
HubSpot's own notifications: which rows changed; what they say is not taken for true, the rows are read instead.

A body is a list of up to 100 events, in any order, some of them twice. Two spellings are in use, that of legacy apps
("contact.propertyChange") and that of project apps ("object.propertyChange" with an objectTypeId). Source:
developers.hubspot.com, "Webhooks API", read 2026-11-23.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from typing_extensions import override

from connector.adapters.hubspot.vocabulary import COMPANY, CONTACT
from connector.adapters.incoming import Arrived, Forged, Genuine, Incoming, Posted, Read, Reply
from connector.model import CrmRef
from connector.signatures.scheme import Request, Scheme

_OBJECTS: Final[Mapping[str, str]] = MappingProxyType({"0-1": CONTACT, "0-2": COMPANY})
"""Our objects by HubSpot's objectTypeId."""
_CHANGES: Final = frozenset({"propertyChange", "creation", "deletion", "restore", "associationChange"})
_MERGE: Final = "merge"
_FORGET: Final = "privacyDeletion"
_ASSOCIATED: Final = ("fromObjectId", "toObjectId")


class Notifications(Incoming):
    """What a HubSpot portal tells of contacts and companies that are mapped."""

    signed = True
    kept = frozenset[str]()
    reply = Reply()

    def __init__(self, system: str, scheme: Scheme, objects: frozenset[str]) -> None:
        """Hear of *objects* alone."""
        self._system = system
        self._scheme = scheme
        self._objects = objects

    @override
    def verify(self, posted: Posted) -> Genuine | Forged:
        request = Request(posted.headers, posted.body, posted.target, posted.at)
        reason = self._scheme.refusal(request)
        return Forged(reason) if reason else Genuine(self._scheme.identity(request))

    @override
    def asked_for(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> bool:
        del content_type, headers
        events = _events(body)
        return events is None or any(True for event in events for _ in self._meant(event))

    @override
    def read(self, arrived: Arrived) -> Read:
        events = _events(arrived.body)
        if events is None:
            return Read(problems=("the body is no list of HubSpot's events",))
        hints: dict[CrmRef, None] = {}
        forget: dict[CrmRef, None] = {}
        for event in events:
            for ref, erased in self._meant(event):
                (forget if erased else hints)[ref] = None
        return Read(hints=tuple(ref for ref in hints if ref not in forget), forget=tuple(forget))

    def _meant(self, event: Mapping[str, Any]) -> Iterator[tuple[CrmRef, bool]]:
        """Yield the rows that an event is about, and whether their person is to be forgotten."""
        spelt, _, what = str(event.get("subscriptionType", "")).partition(".")
        name = _OBJECTS.get(str(event.get("objectTypeId", ""))) if spelt == "object" else spelt
        if name not in self._objects:
            return
        if what == _MERGE:
            ids = [event.get("newObjectId"), event.get("primaryObjectId"), *_listed(event.get("mergedObjectIds"))]
        elif what == "associationChange":
            ids = [event.get(_ASSOCIATED[0])]
        elif what in _CHANGES or what == _FORGET:
            ids = [event.get("objectId")]
        else:
            return
        for one in ids:
            if isinstance(one, int | str) and not isinstance(one, bool) and str(one).isascii() and str(one).isdigit():
                yield CrmRef(self._system, name, str(one)), what == _FORGET


def _events(body: bytes) -> list[Mapping[str, Any]] | None:
    """Return the events of a body, None when it has none to tell."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    rows = found if isinstance(found, list) else [found]
    return rows if rows and all(isinstance(row, dict) for row in rows) else None


def _listed(given: object) -> list[object]:
    """Return a list as it is, and nothing for anything else."""
    return given if isinstance(given, list) else []
