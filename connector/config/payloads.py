"""What only systems that send by themselves may say in `[mapping…]`, and what they may not."""

from __future__ import annotations

from typing import Final

from connector.config.draft import Draft, several
from connector.mapping.paths import BadPath, steps
from connector.mapping.queries import check
from connector.mapping.senders import is_address
from connector.mapping.spec import EngagementMapping, SystemMapping
from connector.mapping.vocabulary import PAYLOADS
from connector.problems import Path

_PERSON_KEYS: Final = ("id", "at", "each")
_ENGAGEMENT_KEYS: Final = ("each", "id", "withdraws")


def takes_payloads(draft: Draft, system: str) -> bool:
    """Tell whether the rows of *system* are what it sends by itself."""
    module = draft.module(system)
    return module is not None and PAYLOADS in module.ACTIVITIES


def check_path(draft: Draft, path: Path, written: str) -> None:
    """Check a path into a vendor's record; into a payload it may be a JMESPath query."""
    try:
        if takes_payloads(draft, str(path[1])):
            check(written)
        else:
            steps(written)
    except BadPath as error:
        draft.wrong(path, f"{error}.")


def check_payloads(draft: Draft, mapping: SystemMapping) -> None:
    """Check what a mapping says of payloads, or that it says nothing of them."""
    for one in mapping.objects:
        for key in _PERSON_KEYS:
            if getattr(one, key) and not mapping.payloads:
                _out_of_place(draft, ("mapping", mapping.system, one.object, key))
    for engagement in mapping.engagements:
        path: Path = ("mapping", mapping.system, "engagement", engagement.index)
        for key in _ENGAGEMENT_KEYS:
            if getattr(engagement, key) and not mapping.payloads:
                _out_of_place(draft, (*path, key))
        if mapping.payloads:
            _source(draft, path, engagement)
            _names_one(draft, path, engagement)
            _withdraws(draft, path, engagement, mapping)


def _out_of_place(draft: Draft, path: Path) -> None:
    """Note an option of payloads where rows are read whole."""
    draft.wrong(path, f'"{path[-1]}" is for what a webhook brings; {path[1]} is read row by row.', "Leave it out.")


def _source(draft: Draft, path: Path, one: EngagementMapping) -> None:
    """What arrives is a happening itself; there is no row whose number could grow."""
    for key in ("counter", "stamp", "list"):
        if getattr(one, key):
            hint = "Leave it out: each delivery for which `when` holds is one."
            draft.wrong((*path, key), f"what {one.system} sends has no {key}.", hint)


def _names_one(draft: Draft, path: Path, one: EngagementMapping) -> None:
    """A happening names its person by an address, by an id, or by both, and by no more."""
    ids = [name for name in one.person if not is_address(name, draft.fields)]
    addresses = [name for name in one.person if is_address(name, draft.fields)]
    for names, what in ((ids, "the sender's id"), (addresses, "the address")):
        if len(names) > 1:
            hint = "Leave one, and map the others in [mapping.SYSTEM.person]."
            draft.wrong((*path, "person"), f"{several(names)} would all be {what} of the person.", hint)


def _withdraws(draft: Draft, path: Path, one: EngagementMapping, mapping: SystemMapping) -> None:
    """What takes back needs to say which, and there has to be something to take back."""
    if not one.withdraws:
        return
    if not one.id:
        draft.wrong((*path, "withdraws"), "nothing says which happening is taken back.", 'Add id = "payload.uid".')
    if not any(other.type == one.type and other.id and not other.withdraws for other in mapping.engagements):
        message = (
            f'no other mapping of {one.system} gives "{one.type}" with an `id`, so that nothing is ever taken back.'
        )
        draft.wrong((*path, "withdraws"), message, "Give the mapping of what happened the same type, and its `id`.")
