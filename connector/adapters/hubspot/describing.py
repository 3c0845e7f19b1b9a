"""What the portal looks like: properties with options, owners, account, lists, key tier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from connector.adapters.base import AdapterDown, FieldSchema, Option, Owner, Schema, Wanted
from connector.adapters.hubspot.lists import Lists
from connector.adapters.hubspot.payload import NOTHING, Json, listed, next_page, table, text
from connector.adapters.hubspot.tasks import KeyField, Keys
from connector.adapters.hubspot.vocabulary import (
    API_VERSION,
    CONTACT,
    FIELD_TYPES,
    KEY_PROPERTY,
    LIST_MEMBER,
    MULTIPLE,
    PLURALS,
    TASK,
)
from connector.adapters.hubspot.wire import Call, ScopesMissing, Wire
from connector.commands import Rank

Part = TypeVar("Part")
_HINT: Final = (
    f'Give tasks a property "{KEY_PROPERTY}" with unique values (the connector makes it when its credentials may '
    "create properties): then HubSpot itself refuses a second task."
)
_NO_FIELDS: Final[Mapping[str, FieldSchema]] = MappingProxyType({})
_NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})
_NO_OWNERS: Final[tuple[Owner, ...]] = ()
_OWNERS_PAGE: Final = "100"


@dataclass(frozen=True, slots=True)
class Describer:
    """Reads what one portal looks like."""

    wire: Wire
    wanted: Wanted
    keys: Keys
    lists: Lists

    def describe(self) -> Schema:
        """Do what the port says of `describe`; parts that the credentials may not see are empty, their scopes named."""
        missing: dict[str, None] = {}
        account = self._allowed(missing, self._account, NOTHING)
        fields = {name: self._allowed(missing, self._reading(name), _NO_FIELDS) for name in self._objects()}
        owners = self._allowed(missing, self._owners, _NO_OWNERS)
        if self.wanted.lists:
            names = self._allowed(missing, self.lists.known, _NO_NAMES)
            fields[LIST_MEMBER] = {
                name: FieldSchema(name, label, "list", writable=False) for name, label in names.items()
            }
        unique = self._tier(fields.get(TASK, {}))
        return Schema(
            fields=fields,
            owners=owners,
            as_of=self.wire.clock(),
            portal=text(account.get("portalId")),
            timezone=text(account.get("timeZone")),
            task_tier="A" if unique else "B",
            tier_hint="" if unique or not self.wanted.tasks else _HINT,
            missing_scopes=tuple(missing),
            budget=self._usage(),
        )

    def _objects(self) -> tuple[str, ...]:
        """Return the objects whose properties matter to the configuration."""
        own = (*self.wanted.objects, *self.wanted.fields, *self.wanted.writes, *self.wanted.stage_fields)
        names = dict.fromkeys((CONTACT, *own, *((TASK,) if self.wanted.tasks else ())))
        return tuple(name for name in names if name in PLURALS)

    def _allowed(self, missing: dict[str, None], read: Callable[[], Part], otherwise: Part) -> Part:
        """Return what *read* reads, *otherwise* when scopes are missing for it, which are then remembered."""
        try:
            return read()
        except ScopesMissing as refused:
            missing.update(dict.fromkeys(refused.names or (refused.reason,)))
            return otherwise

    def _account(self) -> Json:
        """Return id and time zone of the account."""
        return self.wire.known(Call("GET", f"/account-info/{API_VERSION}/details"), Rank.READ).body

    def _reading(self, name: str) -> Callable[[], Mapping[str, FieldSchema]]:
        """Return the reading of one object's properties."""
        return lambda: properties(self.wire, name)

    def _owners(self) -> tuple[Owner, ...]:
        """Return active and archived owners."""
        return tuple(each for archived in ("false", "true") for each in self._owners_of(archived))

    def _owners_of(self, archived: str) -> Iterator[Owner]:
        """Return the owners, page by page."""
        after = ""
        while True:
            query = [("limit", _OWNERS_PAGE), ("archived", archived), *((("after", after),) if after else ())]
            answer = self.wire.known(Call("GET", f"/crm/owners/{API_VERSION}", query=tuple(query)), Rank.READ)
            yield from (_owner(table(each)) for each in listed(answer.body.get("results")))
            after = next_page(answer.body)
            if not after:
                return

    def _tier(self, tasks: Mapping[str, FieldSchema]) -> bool:
        """Say whether tasks have a unique key, and let the writer know what was found."""
        if not self.wanted.tasks:
            return False
        held = tasks.get(KEY_PROPERTY)
        kind = KeyField.NONE if held is None else KeyField.UNIQUE if held.unique else KeyField.PLAIN
        if tasks:
            self.keys.learn(kind)
        return kind is KeyField.UNIQUE

    def _usage(self) -> str:
        """Return a sentence on the day's calls; only private apps are told, others get nothing."""
        path = f"/account-info/{API_VERSION}/api-usage/daily/private-apps"
        try:
            answer = self.wire.read(Call("GET", path), Rank.READ)
        except AdapterDown:
            return ""
        for each in map(table, listed(answer.body.get("results"))):
            used, limit = each.get("currentUsage"), each.get("usageLimit")
            if isinstance(used, int) and isinstance(limit, int):
                return f"{used:,} of {limit:,} API calls of the day are used by the whole account."
        return ""


def properties(wire: Wire, name: str) -> Mapping[str, FieldSchema]:
    """
    Return the properties of object *name*, by name.

    Raises:
        AdapterDown: They cannot be read now.
    """
    answer = wire.known(Call("GET", f"/crm/properties/{API_VERSION}/{PLURALS[name]}"), Rank.READ)
    found = (_field(table(each)) for each in listed(answer.body.get("results")))
    return {each.name: each for each in found if each.name}


def _field(each: Json) -> FieldSchema:
    """Return one property; `type` decides the value, only a checkbox says that an enumeration holds several."""
    kind = FIELD_TYPES.get(text(each.get("type")), "text")
    options = [table(one) for one in listed(each.get("options"))]
    options.sort(key=_order)
    return FieldSchema(
        name=text(each.get("name")),
        label=text(each.get("label")),
        type="list" if kind == "choice" and text(each.get("fieldType")) in MULTIPLE else kind,
        writable=table(each.get("modificationMetadata")).get("readOnlyValue") is not True,
        # Owner ids are an enumeration without options: those stand for "anything".
        options=tuple(Option(text(one.get("value")), text(one.get("label"))) for one in options)
        if kind == "choice"
        else (),
        unique=each.get("hasUniqueValue") is True,
    )


def _order(option: Json) -> int:
    """Return where an option stands; those without a place come first, as HubSpot shows them."""
    place = option.get("displayOrder")
    return place if isinstance(place, int) else -1


def _owner(each: Json) -> Owner:
    """Return one owner; `id` is what owner fields take, not `userId`, which differs in old accounts."""
    name = f"{text(each.get('firstName'))} {text(each.get('lastName'))}".strip()
    email = text(each.get("email")).lower()
    return Owner(
        id=text(each.get("id")),
        email=email,
        name=name or email,
        active=each.get("archived") is not True,
        queue=text(each.get("type")) == "QUEUE",
    )
