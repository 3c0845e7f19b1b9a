"""The connector of the benchmarks: the product's own engine on a store of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from connector.adapters.base import Clock
from connector.assemble import assemble, ready, wall_clock
from connector.config.load import load
from connector.config.nouns import Config
from connector.engine import Engine

_HERE: Final = Path(__file__).parent
CONFIG: Final = _HERE / "config.toml"
UNHINDERED: Final[Mapping[str, str]] = MappingProxyType({
    "CONNECTOR_SYSTEMS__HUBSPOT__API_SHARE": "100%",
    "CONNECTOR_SYSTEMS__HUBSPOT__PER_10_SECONDS": "10000",
    "CONNECTOR_SYSTEMS__HUBSPOT__SEARCH_PER_SECOND": "100",
})
"""For figures about work and not about waiting: limits that nobody reaches."""
_NO_TRANSPORTS: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Crm:
    """
    A vendor as the benchmarks have it.

    Attributes:
        name: Of the system in the configuration.
        config: The agreement.
        credentials: What its sandbox takes.
        unhindered: Settings with limits that nobody reaches.
    """

    name: str
    config: Path
    credentials: Mapping[str, str]
    unhindered: Mapping[str, str]


CRMS: Final[Mapping[str, Crm]] = MappingProxyType({
    "hubspot": Crm("hubspot", CONFIG, {"HUBSPOT_TOKEN": "bench"}, UNHINDERED),
    "salesforce": Crm(
        "salesforce",
        _HERE / "salesforce.toml",
        {"SALESFORCE_CLIENT_ID": "demo", "SALESFORCE_CLIENT_SECRET": "demo"},
        {"CONNECTOR_SYSTEMS__SALESFORCE__API_SHARE": "100%"},
    ),
})


def real_wait(pause: timedelta) -> None:
    """Sleep."""
    time.sleep(pause.total_seconds())


def environment(
    folder: Path, url: str = "", settings: Mapping[str, str] | None = None, crm: str = "hubspot"
) -> dict[str, str]:
    """Return the environment that fits the benchmarks' configuration to a folder and a vendor."""
    vendor = CRMS[crm]
    limits = vendor.unhindered if settings is None else settings
    made = {**vendor.credentials, "CONNECTOR_STORE__URL": f"sqlite:///{folder}/bench.db", **limits}
    return {**made, f"CONNECTOR_SYSTEMS__{crm.upper()}__BASE_URL": url} if url else made


def configuration(
    folder: Path, url: str = "", settings: Mapping[str, str] | None = None, crm: str = "hubspot"
) -> Config:
    """Return the benchmarks' configuration for a vendor; unhindered when nothing else is set."""
    loaded = load(CRMS[crm].config, environment(folder, url, settings, crm))
    if loaded.config is None:
        raise SystemExit([f"{problem.path}: {problem.message}" for problem in loaded.problems])
    return replace(loaded.config, store_url=f"sqlite:///{folder}/bench.db")


def started(
    config: Config,
    clock: Clock = wall_clock,
    transports: Mapping[str, object] = _NO_TRANSPORTS,
    stopping: Callable[[], bool] = lambda: False,
) -> Engine:
    """Return an engine that may write, with what it reads of the CRM once a day already read."""
    made = assemble(config, clock=clock, transports=transports, chance=random.Random(1), stopping=stopping)
    engine = ready(made)
    for name in engine.adapters:
        engine.directory.schema(name)
    return engine
