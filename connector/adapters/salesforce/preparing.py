"""
The fields of our own that an org lacks, told to its admin; none is made here.

Salesforce makes fields by its Metadata and Tooling APIs only (CustomField of the Tooling API takes a POST:
https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm, read
on 2026-11-23). That asks for the right to customise the whole application, which an integration user should never
have, and a field made so is hidden from everybody until its field-level security is set. So the admin makes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connector.adapters.base import Wanted
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.vocabulary import SOBJECTS, TASK
from connector.commands import Rank

_TYPES: Final[Mapping[str, str]] = MappingProxyType({
    "number": "Number",
    "instant": "Date/Time",
    "text": "Text(255)",
})
_WHERE: Final = "an admin makes it in Setup > Object Manager, and lets the integration user see and edit it"


@dataclass(frozen=True, slots=True)
class Preparer:
    """Names the fields that the configuration writes to and the org lacks."""

    describes: Describes
    wanted: Wanted
    task_key_field: str

    def prepare(self) -> tuple[str, ...]:
        """
        Return one sentence for each field that is missing, whether or not the port asks for a dry run.

        Raises:
            AdapterDown: The org's fields cannot be read now.
        """
        return tuple(self._missing())

    def _missing(self) -> Iterator[str]:
        """Name what is missing, or hidden from our user, which looks the same."""
        for name, fields in self.wanted.writes.items():
            known = self.describes.info(SOBJECTS[name], Rank.READ, fresh=True).fields
            types = self.wanted.write_types.get(name, {})
            for one in fields:
                if one not in known:
                    kind = _TYPES[types.get(one, "text")]
                    yield f'not made, the {name} field "{one}" ({kind}): {_WHERE}'
        if self.wanted.tasks and self.task_key_field not in self.describes.info(SOBJECTS[TASK], Rank.READ).fields:
            yield (
                f'not made, the activity field "{self.task_key_field}" (Text(64), unique, External ID): {_WHERE}; '
                "without it tasks are found again by a reference in their text"
            )
