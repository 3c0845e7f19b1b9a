"""The connector of the benchmarks: the product's own engine on a store of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from connector.adapters.base import Clock
from connector.assemble import assemble, ready, wall_clock
from connector.config.load import load
from connector.config.nouns import Config
from connector.engine import Engine

CONFIG: Final = Path(__file__).with_name("config.toml")
UNHINDERED: Final[Mapping[str, str]] = MappingProxyType({
    "CONNECTOR_SYSTEMS__HUBSPOT__API_SHARE": "100%",
    "CONNECTOR_SYSTEMS__HUBSPOT__PER_10_SECONDS": "10000",
    "CONNECTOR_SYSTEMS__HUBSPOT__SEARCH_PER_SECOND": "100",
})
"""For figures about work and not about waiting: limits that nobody reaches."""
_NO_TRANSPORTS: Final[Mapping[str, object]] = MappingProxyType({})


def real_wait(pause: timedelta) -> None:
    """Sleep."""
    time.sleep(pause.total_seconds())


def environment(folder: Path, url: str = "", settings: Mapping[str, str] = UNHINDERED) -> dict[str, str]:
    """Return the environment that fits the benchmarks' configuration to a folder and a portal."""
    made = {"HUBSPOT_TOKEN": "bench", "CONNECTOR_STORE__URL": f"sqlite:///{folder}/bench.db", **settings}
    return {**made, "CONNECTOR_SYSTEMS__HUBSPOT__BASE_URL": url} if url else made


def configuration(folder: Path, url: str = "", settings: Mapping[str, str] = UNHINDERED) -> Config:
    """Return the benchmarks' configuration."""
    loaded = load(CONFIG, environment(folder, url, settings))
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
