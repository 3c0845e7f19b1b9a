"""
HubSpot's own notifications: which rows changed; what they say is not taken for true, the rows are read instead.

A body is a list of up to 100 events, in any order, some of them twice. One app may be installed in several portals and
has one address: events of other portals are none of ours. What should name a row and does not is put aside. Two
spellings are in use, that of legacy apps ("contact.propertyChange") and that of project apps ("object.propertyChange"
with an objectTypeId). Source: developers.hubspot.com, "Webhooks API", read 2026-11-23.
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
_CHANGES: Final = frozenset({"propertyChange", "creation", "deletion", "restore"})
_ASSOCIATION: Final = "associationChange"
_MERGE: Final = "merge"
_MERGED: Final = ("newObjectId", "primaryObjectId", "mergedObjectIds")
_FORGET: Final = "privacyDeletion"
_ID: Final = "objectId"
_LONGEST: Final = 19
"""Digits of an id: HubSpot's are 64-bit numbers."""
_MOST_SAID: Final = 5
"""Problems of one body that are named: a hundred would say no more."""


class Notifications(Incoming):
    """What a HubSpot portal tells of contacts and companies that are mapped."""

    signed = True
    kept = frozenset[str]()
    reply = Reply()

    def __init__(self, system: str, scheme: Scheme, objects: frozenset[str], portal: int | None = None) -> None:
        """Hear of *objects* alone, and of *portal* alone where it is known."""
        self._system = system
        self._scheme = scheme
        self._objects = objects
        self._portal = None if portal is None else str(portal)

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
        problems: list[str] = []
        for place, event in enumerate(events, 1):
            for named in self._meant(event):
                if isinstance(named, str):
                    problems.append(f"event {place}: {named}")
                else:
                    (forget if _erases(event) else hints)[named] = None
        if problems:
            return Read(problems=tuple(problems[:_MOST_SAID]))
        return Read(hints=tuple(ref for ref in hints if ref not in forget), forget=tuple(forget))

    def _meant(self, event: Mapping[str, Any]) -> Iterator[CrmRef | str]:
        """Yield the rows that an event is about, or a sentence where it should name one and does not."""
        if self._portal is not None and str(event.get("portalId", self._portal)) != self._portal:
            return
        spelt, _, what = _word(event, "subscriptionType").partition(".")
        name = _OBJECTS.get(_word(event, "objectTypeId")) if spelt == "object" else spelt
        if what == _ASSOCIATION:
            named = _associated(event, name)
        elif what == _MERGE:
            named = [(name, key, one) for key in _MERGED for one in _listed(event.get(key))]
            named = named or [(name, _MERGED[0], None)]
        elif what in _CHANGES or what == _FORGET:
            named = [(name, _ID, event.get(_ID))]
        else:
            return
        for object_, key, one in named:
            if object_ in self._objects:
                id_ = _number(one)
                yield CrmRef(self._system, str(object_), id_) if id_ else f"a {what} of a {object_} has no {key}"


def _events(body: bytes) -> list[Mapping[str, Any]] | None:
    """Return the events of a body, None when it has none to tell."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    rows = found if isinstance(found, list) else [found]
    return rows if rows and all(isinstance(row, dict) for row in rows) else None


def _associated(event: Mapping[str, Any], name: str | None) -> list[tuple[str | None, str, object]]:
    """
    Return both ends of an association, each with its object, its key and its id.

    `associationType` ("CONTACT_TO_COMPANY") says what stands at the far end; an end that is no object of ours is left
    out by the caller.
    """
    far = _word(event, "associationType").partition("_TO_")[2].lower()
    ends: list[tuple[str | None, str, object]] = [(name, "fromObjectId", event.get("fromObjectId"))]
    return [*ends, (far, "toObjectId", event.get("toObjectId"))] if far else ends


def _erases(event: Mapping[str, Any]) -> bool:
    """Tell whether the person of an event is to be forgotten."""
    return _word(event, "subscriptionType").endswith(f".{_FORGET}")


def _word(event: Mapping[str, Any], key: str) -> str:
    """Return a text of an event; "" for anything else."""
    given = event.get(key)
    return given if isinstance(given, str) else ""


def _number(given: object) -> str:
    """Return an id as text, "" for what is none."""
    text = str(given)
    return text if text.isascii() and text.isdigit() and len(text) <= _LONGEST else ""


def _listed(given: object) -> list[object]:
    """Return a list as it is, nothing for null, and anything else as a list of one."""
    if given is None:
        return []
    return given if isinstance(given, list) else [given]
