"""The simulated CRMs of a demo: one for each configured system, with the same people in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol

from connector.assemble import wall_clock
from connector.config.nouns import Config, System
from connector.model import CrmRef, Stage
from connector.sandbox.hubspot import NO_LAG, Portal
from connector.sandbox.journal import Journal
from connector.sandbox.people import Person
from connector.sandbox.salesforce import Org
from connector.sandbox.server import serve
from connector.secrets import Secret

SECOND_ACT: Final = timedelta(days=1)
"""Engagement of the last day is kept back until the base has been synced."""
SIMULATED: Final = ("hubspot", "salesforce")
"""Kinds of system that a demo can stand in for."""
_CLIENT: Final = "demo"


class Simulated(Protocol):
    """A simulated CRM, as far as a demo looks at it."""

    @property
    def journal(self) -> Journal:
        """Return the journal of every applied write."""

    def release(self) -> int:
        """Let everything that was held back happen now."""


@dataclass(frozen=True, slots=True)
class Stand:
    """
    The simulated CRMs, each on a port of its own.

    Attributes:
        config: The configuration that leads to them, with a store of its own.
        crms: By system name.
        urls: Where each listens.
    """

    config: Config
    crms: Mapping[str, Simulated]
    urls: Mapping[str, str]

    def release(self) -> None:
        """Let what was held back happen everywhere."""
        for crm in self.crms.values():
            crm.release()

    def row(self, person: Person, system: str = "") -> CrmRef:
        """Return the row that somebody of the people file became in *system*, the tasks' home unless said."""
        name = system or self.config.home.tasks
        crm = self.crms[name]
        if isinstance(crm, Portal):
            return CrmRef(name, "contact", crm.contact_id(person.id))
        if isinstance(crm, Org):
            return CrmRef(name, "lead", crm.lead_id(person.id))
        raise KeyError(name)

    def tasks(self) -> Mapping[str, Sequence[str]]:
        """Return the tasks that were made, by the row they hang on, from the CRM's own journal."""
        return self.crms[self.config.home.tasks].journal.tasks_by_contact()

    def stage(self, person: Person, system: str) -> Stage | None:
        """Return the stage that a CRM shows for somebody, in our words; None for none that is mapped."""
        ref, crm = self.row(person, system), self.crms[system]
        mapping = self.config.mappings[system].of(ref.object)
        if mapping is None or mapping.stage is None:
            return None
        values: Mapping[str, Any] = {}
        if isinstance(crm, Portal):
            values = crm.values("contacts", ref.id)
        elif isinstance(crm, Org):
            values = crm.values("Lead", ref.id)
        shown = values.get(mapping.stage.field)
        return next((stage for stage, theirs in mapping.stage.values.items() if shown in theirs), None)


@contextmanager
def standing(config: Config, people: Sequence[Person], folder: Path) -> Iterator[Stand]:
    """Open a simulated CRM for each system of *config*, filled with *people*; they end with the context."""
    crms = {name: _opened(system, people) for name, system in config.systems.items() if system.kind in SIMULATED}
    with ExitStack() as stack:
        urls = {name: stack.enter_context(serve(crm)).url for name, crm in crms.items()}
        yield Stand(_pointed_at(config, urls, folder), MappingProxyType(crms), MappingProxyType(urls))


def _opened(system: System, people: Sequence[Person]) -> Portal | Org:
    """Return a simulated CRM of the system's kind."""
    if system.kind == "hubspot":
        return Portal(people, hold_newer_than=SECOND_ACT, index_lag=NO_LAG)
    return Org(people, hold_newer_than=SECOND_ACT)


def _pointed_at(config: Config, urls: Mapping[str, str], folder: Path) -> Config:
    """Return *config* with its systems at the sandboxes and a store of its own."""
    systems = {name: _at(one, urls[name]) if name in urls else one for name, one in config.systems.items()}
    # The sample's instants move with the clock, so the agreement is in force whatever day it is.
    agreement = replace(config.agreement, effective=min(config.agreement.effective, wall_clock()))
    return replace(config, systems=systems, agreement=agreement, store_url=f"sqlite:///{folder}/demo.db")


def _at(system: System, url: str) -> System:
    """Return *system* with its address, and with credentials that a sandbox takes."""
    told: dict[str, object] = {"base_url": url}
    if system.kind == "salesforce":
        told |= {"client_id": Secret(_CLIENT), "client_secret": Secret(_CLIENT), "private_key": None, "username": ""}
    return replace(system, options=system.options.model_copy(update=told))
