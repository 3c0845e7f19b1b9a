"""The reference adapter as a subject of the suite."""

from __future__ import annotations

from connector.adapters.base import Adapter, Wanted
from connector.adapters.memory import STAGE_FIELD, Crm, MemoryAdapter, Trouble
from connector.model import CrmRef

from tests.clock import VirtualClock


class MemorySubject:
    """The reference adapter."""

    person = "contact"
    stream = "contacts"
    parents = "companies"
    many = 230
    name_field = "name"
    stage_field = STAGE_FIELD
    stages = ("lead", "mql")
    result_field = "points"
    secret = "pat-eu1-5ecre7-0000-1111-2222-333344445555"

    def __init__(self, adapter: type[MemoryAdapter] = MemoryAdapter) -> None:
        """Begin with an empty CRM; a mutant comes as *adapter*."""
        self.clock = VirtualClock()
        self.crm = Crm(self.clock)
        self._adapter = adapter
        self.adapter = self.again()

    def again(self) -> Adapter:
        """Return another adapter to the same CRM."""
        wanted = Wanted({"contact": ("name",)}, ("company", "contact"), writes={"contact": ("points",)}, tasks=True)
        return self._adapter(self.crm, wanted)

    def never(self) -> CrmRef:
        """Return the name of a contact who never was."""
        return CrmRef(self.crm.system, "contact", "999999999")

    def contact(self, name: str) -> CrmRef:
        """Make a contact by hand."""
        return self.crm.add(name=name, stage="lead")

    def buyer(self, name: str) -> CrmRef:
        """Make a contact, who may have deals."""
        return self.contact(name)

    def change(self, ref: CrmRef, name: str, value: str) -> None:
        """Change a field by hand."""
        self.crm.change(ref, **{name: value})

    def value(self, ref: CrmRef, name: str) -> str:
        """Return what the CRM holds."""
        return self.crm.rows[ref].values.get(name, "")

    def delete(self, ref: CrmRef) -> None:
        """Delete a contact by hand."""
        self.crm.delete(ref)

    def merge(self, winner: CrmRef, loser: CrmRef) -> CrmRef:
        """Merge two contacts by hand."""
        return self.crm.merge(winner, loser)

    def become(self, ref: CrmRef) -> CrmRef:
        """Let a contact be taken in by a new one."""
        return self.crm.merge(self.contact("Zoe"), ref)

    def open_deal(self, ref: CrmRef) -> None:
        """Open a deal by hand."""
        self.crm.rows[ref].open_deals += 1

    def tasks(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the subjects of the contact's tasks."""
        return tuple(made.subject for _, made in self.crm.tasks.values() if made.ref == ref)

    def make_by_hand(self) -> None:
        """Leave nothing to an admin: this adapter makes its fields itself."""

    def trouble(self, kind: Trouble, *, write: bool) -> None:  # noqa: ARG002 - this CRM's requests are all alike
        """Let the next request end so."""
        self.crm.troubles.append(kind)

    def requests(self) -> int:
        """Return how many requests have left so far."""
        return self.crm.requests

    def writes(self) -> int:
        """Return how many writes were performed."""
        return self.crm.writes
