"""The properties of our own, made where the portal lacks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connector.adapters.base import AdapterDown, Wanted
from connector.adapters.http import Meaning, meaning
from connector.adapters.hubspot.describing import properties
from connector.adapters.hubspot.payload import Answer, listed, table, text
from connector.adapters.hubspot.tasks import KeyField, Keys
from connector.adapters.hubspot.vocabulary import (
    API_VERSION,
    COMPANY,
    CONTACT,
    KEY_PROPERTY,
    NETWORK_WAIT,
    PLURALS,
    STATUSES,
    TASK,
)
from connector.adapters.hubspot.wire import Call, Lost, NotSent, Wire
from connector.commands import Rank

_TYPES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "number": ("number", "number"),
    "instant": ("datetime", "date"),
    "text": ("string", "text"),
})
_GROUPS: Final[Mapping[str, str]] = MappingProxyType({
    CONTACT: "contactinformation",
    COMPANY: "companyinformation",
    TASK: "task",
})
"""Where a property goes when the portal still has its own groups; else into the first group there is."""
_EXISTS: Final = 409


@dataclass(frozen=True, slots=True)
class Preparer:
    """Makes the properties that the configuration writes to and the portal lacks."""

    wire: Wire
    wanted: Wanted
    keys: Keys

    def prepare(self, *, dry: bool) -> tuple[str, ...]:
        """Do what the port says of `prepare`; running it twice makes nothing twice."""
        return tuple(self._missing(dry=dry))

    def _missing(self, *, dry: bool) -> Iterator[str]:
        """Make, or only name, what is missing."""
        for name, fields in self.wanted.writes.items():
            known = properties(self.wire, name)
            types = self.wanted.write_types.get(name, {})
            for one in fields:
                if one not in known:
                    kind, widget = _TYPES[types.get(one, "text")]
                    if not dry:
                        self._make(name, one, kind, widget)
                    yield f'the {name} property "{one}" ({kind})'
        if self.wanted.tasks and KEY_PROPERTY not in properties(self.wire, TASK):
            yield self._key(dry=dry)

    def _key(self, *, dry: bool) -> str:
        """Make the key property, unique if HubSpot lets it be; that tasks may have one is proven nowhere."""
        if dry:
            return f'the task property "{KEY_PROPERTY}" with unique values'
        answer = self._define(TASK, KEY_PROPERTY, "string", "text", unique=True)
        if meaning(answer.status, STATUSES) == Meaning.DONE:
            self.keys.learn(KeyField.UNIQUE)
            return f'the task property "{KEY_PROPERTY}" with unique values'
        self._make(TASK, KEY_PROPERTY, "string", "text")
        self.keys.learn(KeyField.PLAIN)
        return f'the task property "{KEY_PROPERTY}", not unique: {self.wire.said(answer)}'

    def _make(self, name: str, field: str, kind: str, widget: str) -> None:
        """
        Define a property that may be there already.

        Raises:
            AdapterDown: HubSpot refuses it.
        """
        answer = self._define(name, field, kind, widget)
        if meaning(answer.status, STATUSES) != Meaning.DONE and answer.status != _EXISTS:
            raise self.wire.down(answer)

    def _define(self, name: str, field: str, kind: str, widget: str, *, unique: bool = False) -> Answer:
        """
        Send one definition.

        Raises:
            AdapterDown: No answer, or the credentials may not do it. Asking again finds what was made.
        """
        body: dict[str, object] = {
            "name": field,
            "label": field.replace("_", " ").capitalize(),
            "groupName": self._group(name),
            "type": kind,
            "fieldType": widget,
            "description": "Written by the lifecycle connector.",
        }
        body |= {"hasUniqueValue": True} if unique else {}
        self.wire.pay(Rank.READ)
        try:
            answer = self.wire.write(Call("POST", f"/crm/properties/{API_VERSION}/{PLURALS[name]}", body=body), _always)
        except (NotSent, Lost) as error:
            raise AdapterDown(str(error), "network", NETWORK_WAIT) from None
        if answer is None or meaning(answer.status, STATUSES) not in {Meaning.DONE, Meaning.REFUSED}:
            raise self.wire.down(answer) if answer is not None else AdapterDown("not sent", "network", NETWORK_WAIT)
        return answer

    def _group(self, name: str) -> str:
        """Return the group that a property of object *name* goes into."""
        answer = self.wire.known(Call("GET", f"/crm/properties/{API_VERSION}/{PLURALS[name]}/groups"), Rank.READ)
        groups = [text(table(each).get("name")) for each in listed(answer.body.get("results"))]
        return _GROUPS[name] if _GROUPS.get(name) in groups or not groups else groups[0]


def _always() -> bool:
    """Let a definition go: it is asked for by a person who waits for it."""
    return True
