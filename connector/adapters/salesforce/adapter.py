"""The adapter: the port's methods, each handed to the module that does it."""

from __future__ import annotations

from collections.abc import Sequence

from connector.adapters.base import Fetched, Page, Permit, Schema, Stream, Wanted
from connector.adapters.registry import Tools
from connector.adapters.salesforce.describing import Describer, Describes
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.preparing import Preparer
from connector.adapters.salesforce.reading import Reads
from connector.adapters.salesforce.vocabulary import ABILITIES
from connector.adapters.salesforce.wire import Wire
from connector.adapters.salesforce.writing import Writes
from connector.commands import Command, Outcome, Probed, Rank
from connector.model import CrmRef


class Salesforce:
    """One org; every method may be called from any thread."""

    def __init__(self, name: str, options: Options, wanted: Wanted, tools: Tools) -> None:
        """Put the parts together; nothing is sent."""
        self.name = name
        self.abilities = ABILITIES
        wire = Wire(options, tools)
        describes = Describes(wire)
        key = options.task_key_field
        self._reads = Reads(
            wire, describes, name, wanted, bulk_threshold=options.bulk_threshold, lookback=options.lookback
        )
        self._writes = Writes(wire, describes, name, wanted, task_key_field=key)
        self._describer = Describer(wire, describes, wanted, key)
        self._preparer = Preparer(describes, wanted, key)

    def streams(self) -> tuple[Stream, ...]:
        """Return the streams that are wanted; see the port."""
        return self._reads.streams()

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the next page of *stream*; see the port."""
        return self._reads.pull(stream, cursor)

    def fetch(self, refs: Sequence[CrmRef], rank: Rank = Rank.READ, also: frozenset[str] = frozenset()) -> Fetched:
        """Read rows of one object as they are now; see the port."""
        return self._reads.fetch(refs, rank, also)

    def apply(self, commands: Sequence[Command], permit: Permit) -> tuple[Outcome, ...]:
        """Make *commands* of one kind true; see the port."""
        return self._writes.apply(commands, permit)

    def probe(self, commands: Sequence[Command]) -> tuple[Probed, ...]:
        """Tell whether the effects of *commands* of one kind are there; see the port."""
        return self._writes.probe(commands)

    def describe(self) -> Schema:
        """Read what the org looks like to our user; see the port."""
        return self._describer.describe()

    def prepare(self, *, dry: bool) -> tuple[str, ...]:
        """Name the fields that an admin has to make; nothing is made, *dry* or not."""
        del dry
        return self._preparer.prepare()
