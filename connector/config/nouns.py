"""The configuration as the rest of the program sees it: checked, resolved, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from connector.adapters.base import Wanted
from connector.agreement import Agreement, Brakes, Expectation, FirstSync, Hours, Owners, Playbook
from connector.mapping.spec import FieldSpec, SystemMapping
from connector.secrets import Secret


@dataclass(frozen=True, slots=True)
class System:
    """
    One configured system.

    Attributes:
        name: The admin's name for it.
        kind: Picks the adapter.
        options: The adapter's own options model, checked; secrets already resolved.
        wanted: What the mapping needs from it.
    """

    name: str
    kind: str
    options: BaseModel
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Home:
    """Where stages and tasks are written; between two humans the first system of *stages* wins."""

    stages: tuple[str, ...]
    tasks: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    How writes go out.

    Attributes:
        quiet: How long an unknown write rests before it is probed.
        workers: How many requests may be under way at once, per system.
    """

    quiet: timedelta
    workers: int


@dataclass(frozen=True, slots=True)
class Web:
    """
    The HTTP side of the daemon.

    Attributes:
        listen: Host and port; None where nothing is listened on.
        public_url: Where the world reaches us, without a path; empty where nobody said.
        token: Asked for by whoever reads the figures; None for readers on this machine alone.
        largest: Bytes of a body.
        waiting: Deliveries that may wait to be stored.
        per_second: Requests of one address in the long run.
    """

    listen: tuple[str, int] | None = None
    public_url: str = ""
    token: Secret | None = None
    largest: int = 1024 * 1024
    waiting: int = 10_000
    per_second: int = 500


@dataclass(frozen=True, slots=True)
class Log:
    """
    What `run` says on standard error.

    Attributes:
        level: debug, info, warning or error; less is left out.
        format: json, console, or auto: console where a terminal is.
        personal_data: redact or keep; secrets never appear.
    """

    level: str = "info"
    format: str = "auto"
    personal_data: str = "redact"


@dataclass(frozen=True, slots=True)
class Config:
    """
    Everything the admin decided.

    Attributes:
        path: The file; relative paths inside it start at its folder.
        timezone: Days, dates and `effective` are meant in it.
        language: Of tasks: en or de.
        hours: Business hours.
        store_url: sqlite:///FILE (relative to the working directory) or sqlite:////ABSOLUTE.
        every: Pause between two passes of `run`.
        systems: In the order of the file, by name.
        home: Where results go.
        fields: By name, in the order of the file.
        mappings: By system name.
        agreement: What was agreed.
        playbooks: In order; the first that matches wins.
        owners: Pools and fallback.
        first_sync: What old evidence may cause.
        brakes: What holds the excess.
        delivery: How writes go out.
        tests: The admin's own tests.
        web: The HTTP side of `run`.
        log: What `run` says.
    """

    path: Path
    timezone: ZoneInfo
    language: str
    hours: Hours
    store_url: str
    every: timedelta
    systems: Mapping[str, System]
    home: Home
    fields: Mapping[str, FieldSpec]
    mappings: Mapping[str, SystemMapping]
    agreement: Agreement
    playbooks: tuple[Playbook, ...]
    owners: Owners
    first_sync: FirstSync
    brakes: Brakes
    delivery: Delivery
    tests: tuple[Expectation, ...]
    web: Web = Web()
    log: Log = Log()

    @property
    def written_to(self) -> tuple[str, ...]:
        """The systems that stages, tasks or result fields go to."""
        results = {one.system for mapping in self.mappings.values() for one in mapping.objects if one.write}
        return tuple(name for name in self.systems if name in {*self.home.stages, self.home.tasks} or name in results)
