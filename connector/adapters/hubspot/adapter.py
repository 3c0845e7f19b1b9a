"""The adapter: the port's methods, each handed to the module that does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Final, cast

from connector.adapters.apart import Apart
from connector.adapters.base import Abilities, Fetched, Page, Permit, Schema, Stream, Wanted
from connector.adapters.hubspot.changes import Reader
from connector.adapters.hubspot.deleted import Bin
from connector.adapters.hubspot.describing import Describer
from connector.adapters.hubspot.lists import Lists
from connector.adapters.hubspot.options import Options
from connector.adapters.hubspot.preparing import Preparer
from connector.adapters.hubspot.probing import probe_values
from connector.adapters.hubspot.reading import fetch
from connector.adapters.hubspot.records import kinds
from connector.adapters.hubspot.tasks import Keys, Tasks
from connector.adapters.hubspot.vocabulary import ACTIVITY_OBJECTS, COMPANY, CONTACT, LIST_MEMBER, PAGE, PLURALS
from connector.adapters.hubspot.wire import Wire
from connector.adapters.hubspot.writing import Writer
from connector.adapters.registry import Tools
from connector.commands import Command, CreateTask, Kind, Outcome, Probed, Rank, SetFields, SetStage, kind_of
from connector.model import CrmRef

ABILITIES: Final = Abilities(
    batch=MappingProxyType({Kind.TASK: PAGE, Kind.STAGE: PAGE, Kind.FIELDS: PAGE}),
    forward_only=True,
    html_tasks=True,
    unique_task_key=True,
    webhooks=True,
)
_LISTS: Final = "lists"
_DELETED: Final = "deleted_contacts"


class HubSpot:
    """One portal; every method may be called from any thread."""

    def __init__(self, name: str, options: Options, wanted: Wanted, tools: Tools) -> None:
        """Put the parts together; nothing is sent."""
        self.name = name
        self.abilities = ABILITIES
        self._wanted = wanted
        self._wire = Wire(options, tools)
        self._kinds = kinds(name, wanted)
        self._lists = Lists(self._wire, name, wanted.lists)
        keys, apart = Keys(self._wire), Apart(PAGE)
        self._tasks = Tasks(self._wire, apart, keys, self._kinds[CONTACT])
        self._writer = Writer(self._wire, apart)
        self._describer = Describer(self._wire, wanted, keys, self._lists)
        self._preparer = Preparer(self._wire, wanted, keys)
        self._lookback = options.lookback

    def streams(self) -> tuple[Stream, ...]:
        """Return the streams that are wanted: companies before the contacts that belong to them."""
        objects = set(self._wanted.objects)
        found = [Stream(PLURALS[COMPANY], COMPANY)] if COMPANY in objects else []
        found.append(Stream(PLURALS[CONTACT], CONTACT))
        found += [Stream(PLURALS[name], name) for name in ACTIVITY_OBJECTS if name in objects]
        found += [Stream(_LISTS, LIST_MEMBER)] if self._wanted.lists else []
        found.append(Stream(_DELETED, CONTACT, timedelta(days=1)))
        return tuple(found)

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the next page of *stream*; see the port."""
        if stream == _LISTS:
            return self._lists.pull(cursor)
        if stream == _DELETED:
            return Bin(self._wire, self._kinds[CONTACT]).pull(cursor)
        kind = next(each for name, each in self._kinds.items() if PLURALS[name] == stream)
        lookback = self._lookback if kind.name in ACTIVITY_OBJECTS else None
        return Reader(self._wire, kind, lookback).pull(cursor)

    def fetch(self, refs: Sequence[CrmRef], rank: Rank = Rank.READ, also: frozenset[str] = frozenset()) -> Fetched:
        """Read rows of one object from the primary store; see the port."""
        if not refs:
            return Fetched({})
        return fetch(self._wire, self._kinds[refs[0].object], refs, rank, also)

    def apply(self, commands: Sequence[Command], permit: Permit) -> tuple[Outcome, ...]:
        """Make *commands* of one kind true; see the port."""
        if not commands:
            return ()
        outcomes: Mapping[str, Outcome]
        match kind_of(commands[0]):
            case Kind.TASK:
                outcomes = self._tasks.create(cast("Sequence[CreateTask]", commands), permit)
            case Kind.STAGE:
                outcomes = self._writer.stages(cast("Sequence[SetStage]", commands), permit)
            case Kind.FIELDS:
                outcomes = self._writer.fields(cast("Sequence[SetFields]", commands), permit)
        return tuple(outcomes[one.key] for one in commands)

    def probe(self, commands: Sequence[Command]) -> tuple[Probed, ...]:
        """Tell whether the effects of *commands* of one kind are there; see the port."""
        if not commands:
            return ()
        if kind_of(commands[0]) == Kind.TASK:
            probed = self._tasks.probe(cast("Sequence[CreateTask]", commands))
        else:
            probed = probe_values(self._wire, self._kinds, cast("Sequence[SetStage | SetFields]", commands))
        return tuple(probed[one.key] for one in commands)

    def describe(self) -> Schema:
        """Read what the portal looks like; see the port."""
        return self._describer.describe()

    def prepare(self, *, dry: bool) -> tuple[str, ...]:
        """Make the properties of our own; see the port."""
        return self._preparer.prepare(dry=dry)
