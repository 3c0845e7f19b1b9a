"""A configuration in the making: what was read so far, and the sheet that problems are noted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path as FilePath
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.adapters import registry
from connector.agreement import Agreement, Owners, Playbook
from connector.config.models import Document
from connector.config.nouns import Home, System
from connector.config.reading import Sheet
from connector.criteria.parse import Scope
from connector.mapping.spec import FieldSpec, SystemMapping
from connector.model import SALES_ACTIVITY
from connector.problems import Path, Problem

LARGEST_LIST: Final = 4 * 1024 * 1024
UTC: Final = ZoneInfo("UTC")


@dataclass(slots=True)
class Draft:
    """
    What the builders fill in, in the order of the attributes.

    Attributes:
        sheet: Raw tables and problems.
        document: The options; mended where they were wrong.
        folder: Where relative paths start.
        now: By our clock, for what lies in the future.
    """

    sheet: Sheet
    document: Document
    folder: FilePath
    now: datetime
    timezone: ZoneInfo = UTC
    fields: dict[str, FieldSpec] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)
    home: Home | None = None
    mappings: dict[str, SystemMapping] = field(default_factory=dict)
    agreement: Agreement | None = None
    playbooks: tuple[Playbook, ...] = ()
    owners: Owners | None = None

    def wrong(self, path: Path, message: str, hint: str = "") -> None:
        """Note what cannot stay."""
        self.sheet.note(Problem(path, message, hint))

    def doubtful(self, path: Path, message: str, hint: str = "") -> None:
        """Note what can stay but is probably not meant."""
        self.sheet.note(Problem(path, message, hint, warning=True))

    def take(self, problems: Sequence[Problem]) -> None:
        """Note what another parser found."""
        for problem in problems:
            self.sheet.note(problem)

    def module(self, system: str) -> registry.AdapterModule | None:
        """Return the adapter module of *system*; None when the system or its kind is unknown."""
        kind = self.kinds.get(system)
        return registry.module(kind) if kind is not None else None

    def score_names(self) -> frozenset[str]:
        """Return the names of the scores that rules give points to."""
        agreement = self.document.agreement
        return frozenset(rule.score for rule in agreement.rule) if agreement is not None else frozenset()

    def scope(self) -> Scope:
        """Return what criteria may name."""
        engagements: dict[str, frozenset[str]] = {}
        for mapping in self.mappings.values():
            for one in mapping.engagements:
                own = {"kind"} if one.type == SALES_ACTIVITY else set()
                engagements[one.type] = engagements.get(one.type, frozenset()) | frozenset(one.attributes) | own
        return Scope(self.fields, engagements, self.score_names(), self.read_list)

    def read_list(self, name: str) -> tuple[str, ...]:
        """
        Return the entries of a list file, one a line; what follows a # is a remark.

        Raises:
            OSError: It cannot be read, or is no list for a person to keep.
            UnicodeDecodeError: It is not UTF-8.
        """
        with (self.folder / name).open("rb") as file:
            content = file.read(LARGEST_LIST + 1)
        if len(content) > LARGEST_LIST:
            raise OSError(f"{name} has more than {LARGEST_LIST:,} bytes")
        lines = content.decode("utf-8-sig").splitlines()
        return tuple(entry for line in lines if (entry := line.partition("#")[0].strip()))


def zone(name: str) -> ZoneInfo | None:
    """Return the time zone called *name*; None when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def several(names: Mapping[str, object] | Sequence[str]) -> str:
    """Return *names* as a list for a sentence."""
    return ", ".join(names) if names else "none"
