"""What an admin has to do in the CRM about a thing that is missing there, by kind of system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Advice:
    """
    The hints of one kind of system; `{object}` and `{field}` stand for what is looked for.

    Attributes:
        missing: A field that is read is not there.
        result: A field that we write to is not there yet.
        read_only: A field that we write to may not be written.
        rights: The credentials lack something.
        converts: A value of the stage field that exists and may not be written.
        queue: A queue is not there.
    """

    missing: str = "Look it up in the CRM's settings."
    result: str = "`connector setup --yes` makes it."
    read_only: str = ""
    rights: str = "Add these scopes where the token was made."
    converts: str = "Name a value that the API may write."
    queue: str = ""


_ELSEWHERE: Final = Advice()
_BY_KIND: Final[Mapping[str, Advice]] = MappingProxyType({
    "salesforce": Advice(
        missing=(
            "A field that field-level security hides from the integration user looks exactly like one that does not "
            "exist: Setup > Object Manager > {object} > Fields & Relationships > {field} > Set Field-Level Security, "
            "or Object Settings > {object} in its permission set."
        ),
        result=(
            "An admin makes it (`connector setup` says with which type), and lets the integration user see and edit "
            "it: a field that field-level security hides looks exactly like one that does not exist."
        ),
        read_only=(
            "Formulas and system fields are never written; on a field of your own give the integration user Edit "
            "Access (Object Settings > {object} in its permission set)."
        ),
        rights="Give them to the integration user in its permission set (Setup > Permission Sets > Object Settings).",
        converts=(
            "A lead gets this status only by being converted, and then goes on as its contact: leave it out here, and "
            "map the contact's own stage."
        ),
        queue="Task must be among the supported objects of the queue (Setup > Queues).",
    ),
})


def advice(kind: str) -> Advice:
    """Return the hints for a *kind* of system."""
    return _BY_KIND.get(kind, _ELSEWHERE)


def filled(hint: str, name: str, field: str) -> str:
    """Return *hint* about a field of our object *name*, which the vendor writes with spaces and capitals."""
    return hint.replace("{object}", name.replace("_", " ").title()).replace("{field}", field)
