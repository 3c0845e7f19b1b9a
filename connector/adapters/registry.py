"""Which adapter a `kind` names: our own, and whatever an installed package offers under `connector.adapters`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Final, Protocol, cast

from pydantic import BaseModel

from connector.adapters.base import Adapter, Clock, Meter, Wanted
from connector.adapters.incoming import ReceivingModule
from connector.budget import Budget

GROUP: Final = "connector.adapters"
OWN: Final[Mapping[str, str]] = MappingProxyType({
    "hubspot": "connector.adapters.hubspot",
    "salesforce": "connector.adapters.salesforce",
    "webhook": "connector.adapters.webhook",
})


class AdapterModule(Protocol):
    """What an adapter's module must have, by these names."""

    Options: type[BaseModel]
    """Options of `[systems.NAME]` beside `kind`; unknown keys are refused."""
    OBJECTS: frozenset[str]
    """Objects that `[mapping.NAME.OBJECT]` may name."""
    ACTIVITIES: frozenset[str]
    """Values of `object` in `[[mapping.NAME.engagement]]`, in the plural: "meetings"."""

    def budget(self, options: BaseModel, clock: Clock) -> Budget:
        """Return the budget with which a system of this kind begins; nothing is asked."""

    def build(self, name: str, options: BaseModel, wanted: Wanted, tools: Tools) -> Adapter:
        """Make the adapter; sends nothing."""


@dataclass(frozen=True, slots=True)
class Tools:
    """
    What an adapter is given from outside.

    Attributes:
        clock: The only source of time.
        meter: The system's budget.
        transport: Stands in for the HTTP pool in tests and rehearsals; None for the real network.
    """

    clock: Clock
    meter: Meter
    transport: object | None = None


def kinds() -> tuple[str, ...]:
    """Return every kind that can be configured, ours first."""
    return (*OWN, *sorted(point.name for point in entry_points(group=GROUP) if point.name not in OWN))


def module(kind: str) -> AdapterModule:
    """
    Return the adapter module for *kind*, imported only now.

    Raises:
        KeyError: No such kind; `kinds()` has those there are.
    """
    if kind in OWN:
        return cast("AdapterModule", import_module(OWN[kind]))
    for point in entry_points(group=GROUP):
        if point.name == kind:
            return cast("AdapterModule", point.load())
    raise KeyError(kind)


def receiving(kind: str) -> ReceivingModule | None:
    """Return the adapter module for *kind* where it can take what its systems send by themselves, else None."""
    found = module(kind)
    return cast("ReceivingModule", found) if hasattr(found, "incoming") else None
