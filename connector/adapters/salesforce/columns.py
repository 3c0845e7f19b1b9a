"""
What is asked of each object: what is mapped and what we always need, as far as the org shows it to us.

A field that the integration user may not see is absent from describe, and naming it would refuse the whole query.
Mapped paths over a relationship (Account.Industry) are checked in the parent's describe too. Our own constant paths are
tried without that request first, and looked at only when Salesforce refuses a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from connector.adapters.base import AdapterDown, Wanted
from connector.adapters.salesforce.describing import Describes, FieldInfo
from connector.adapters.salesforce.objects import ALWAYS, ID, PRIVACY, WORDS
from connector.adapters.salesforce.soql import name_of
from connector.adapters.salesforce.vocabulary import PEOPLE, SOBJECTS
from connector.commands import Rank
from connector.model import CrmRef

COMPOUND: Final = frozenset({"address", "location", "base64"})
"""Types that stand for several fields or a file; a Bulk job refuses them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One object as it is read.

    Attributes:
        system: The admin's name of the system.
        name: Our word.
        sobject: Salesforce's.
        mapped: Paths from the configuration; whether they exist is for describe to say.
        own: Paths that we need whatever is mapped.
    """

    system: str
    name: str
    sobject: str
    mapped: tuple[str, ...] = ()
    own: tuple[str, ...] = (ID,)

    def ref(self, key: str) -> CrmRef:
        """Return the name of the row with the id *key*."""
        return CrmRef(self.system, self.name, key)


def kinds(system: str, wanted: Wanted) -> Mapping[str, Kind]:
    """Return every object that can be read, by our word for it."""
    found = {}
    for name, sobject in SOBJECTS.items():
        mapped = {*wanted.fields.get(name, ()), *wanted.writes.get(name, ()), wanted.stage_fields.get(name, "")}
        own = (*ALWAYS[name], *WORDS.get(name, ()), *(PRIVACY if name in PEOPLE else ()))
        found[name] = Kind(system, name, sobject, tuple(sorted(mapped - {"", *own})), own)
    return found


@dataclass(slots=True)
class Columns:
    """Finds the fields to select; remembers which objects' own paths were refused once."""

    describes: Describes
    doubted: set[str] = field(default_factory=set)

    def of(self, kind: Kind, rank: Rank) -> tuple[str, ...]:
        """
        Return the paths to select, those of our own first.

        Raises:
            AdapterDown: Kind "scopes" when the object is not visible at all.
        """
        fields = self.describes.of(kind.sobject, rank)
        if not fields:
            raise AdapterDown(
                f"Salesforce does not show {kind.sobject} to the integration user; give it read access by a permission"
                f" set, or take the object out of the mapping",
                "scopes",
            )
        careful = kind.sobject in self.doubted
        own = [path for path in kind.own if self._shown(fields, path, rank, deep=careful)]
        mapped = [path for path in kind.mapped if self._shown(fields, path, rank, deep=True)]
        return tuple(dict.fromkeys((ID, *own, *mapped)))

    def shows(self, kind: Kind, path: str, rank: Rank) -> bool:
        """Say whether one of our own paths can be selected, as far as that is known without a refusal."""
        fields = self.describes.of(kind.sobject, rank)
        return self._shown(fields, path, rank, deep=kind.sobject in self.doubted)

    def doubt(self, kind: Kind, rank: Rank) -> bool:
        """
        Look at *kind* and its parents anew after a field was refused; return whether something else is to be asked now.

        Our own paths are looked at down to their end from now on.
        """
        before = self.of(kind, rank)
        fields = self.describes.of(kind.sobject, rank)
        self.doubted.add(kind.sobject)
        firsts = {path.partition(".")[0] for path in before if "." in path}
        for each in (kind.sobject, *(target for first in sorted(firsts) for target in _targets(fields, first))):
            self.describes.forget(each)
        return self.of(kind, rank) != before

    def types(self, kind: Kind, paths: tuple[str, ...], rank: Rank) -> Mapping[str, str]:
        """Return Salesforce's type of each of *paths*; "string" where it cannot be told."""
        return {path: self._type(kind.sobject, path, rank) for path in paths}

    def _type(self, sobject: str, path: str, rank: Rank) -> str:
        """Return the type of one path."""
        fields = self.describes.of(sobject, rank)
        first, _, rest = path.partition(".")
        if not rest:
            return fields[first].type if first in fields else "string"
        targets = _targets(fields, first)
        return self._type(targets[0], rest, rank) if targets else "string"

    def _shown(self, fields: Mapping[str, FieldInfo], path: str, rank: Rank, *, deep: bool) -> bool:
        """Say whether *path* can be selected; of a relationship only its first step is looked at unless *deep*."""
        first, _, rest = path.partition(".")
        if not rest:
            return first in fields
        targets = _targets(fields, first)
        if not targets or not _is_name(rest):
            return False
        return not deep or any(self._shown(self.describes.of(each, rank), rest, rank, deep=True) for each in targets)


def _targets(fields: Mapping[str, FieldInfo], relationship: str) -> tuple[str, ...]:
    """Return the objects that a relationship leads to, none when there is no such relationship."""
    return next((each.reference_to for each in fields.values() if each.relationship == relationship), ())


def _is_name(path: str) -> bool:
    """Say whether *path* could stand in a query at all."""
    try:
        name_of(path)
    except ValueError:
        return False
    return True
