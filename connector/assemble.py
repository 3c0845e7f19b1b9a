"""Put an engine together from a configuration: the one place that knows every part."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.adapters import registry
from connector.adapters.base import Adapter, Clock, Schema
from connector.adapters.incoming import Incoming
from connector.budget import Budget
from connector.config.nouns import Config
from connector.decide import Judge
from connector.engine import Engine, with_epoch
from connector.events import Listener, unheard
from connector.mapping.compiled import compile_mapping
from connector.mapping.vocabulary import NO_WORDS, VOCABULARIES
from connector.schemas import Directory
from connector.steady import steady_clock
from connector.store import open_store
from connector.store.base import Store

_NO_TRANSPORTS: Final[Mapping[str, object]] = MappingProxyType({})


def wall_clock() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


def assemble(  # noqa: PLR0913 - everything that comes from outside is handed in here
    config: Config,
    *,
    store: Store | None = None,
    clock: Clock = wall_clock,
    tell: Listener = unheard,
    transports: Mapping[str, object] = _NO_TRANSPORTS,
    chance: random.Random | None = None,
    stopping: Callable[[], bool] = lambda: False,
    steady: Clock | None = None,
) -> Engine:
    """
    Return an engine that may read; see `ready` for one that may write.

    Args:
        config: What the admin decided.
        store: Opened from the configuration when left out.
        clock: The only source of instants.
        tell: Takes every event.
        transports: Stand-ins for the network, by system name.
        chance: The only source of randomness.
        stopping: Says whether the process is about to stop.
        steady: Tells spans; the machine's own when left out, and the clock itself where that is a stand-in.

    Raises:
        StoreBroken: The store cannot be opened.
        StoreTooNew: It was written by a newer program.
    """
    opened = store or open_store(config.store_url)
    spans = steady or (steady_clock() if clock is wall_clock else clock)
    adapters, budgets = connected(config, clock, transports, spans)
    owner_fields = {name: VOCABULARIES.get(one.kind, NO_WORDS).owner for name, one in config.systems.items()}
    readers = {
        name: compile_mapping(mapping, config.fields, VOCABULARIES.get(config.systems[name].kind, NO_WORDS))
        for name, mapping in config.mappings.items()
    }
    return Engine(
        config=config,
        store=opened,
        adapters=MappingProxyType(adapters),
        budgets=MappingProxyType(budgets),
        readers=MappingProxyType(readers),
        owner_fields=MappingProxyType(owner_fields),
        judge=Judge(config.agreement, config.playbooks, config.fields, config.timezone),
        clock=clock,
        steady=spans,
        directory=Directory(opened, adapters, clock, lambda name, found: _day_of(budgets[name], found)),
        chance=chance or random.Random(),  # noqa: S311 - spreads retries, guards nothing
        tell=tell,
        stopping=stopping,
        incoming=MappingProxyType(received(config)),
    )


def received(config: Config) -> dict[str, Incoming]:
    """Return how to take what each system sends by itself; left out are those that say nothing to verify it with."""
    found: dict[str, Incoming] = {}
    for name, system in config.systems.items():
        receiving = registry.receiving(system.kind)
        if receiving is None:
            continue
        url = str(getattr(getattr(config, "web", None), "public_url", ""))
        incoming = receiving.incoming(name, system.options, config.mappings[name], config.fields, url)
        if incoming is not None:
            found[name] = incoming
    return found


def _day_of(budget: Budget, schema: Schema) -> None:
    """Let the budget's day end at the account's midnight, where the vendor tells its zone."""
    with suppress(ZoneInfoNotFoundError, ValueError):
        budget.day_in(ZoneInfo(schema.timezone))


def connected(
    config: Config,
    clock: Clock = wall_clock,
    transports: Mapping[str, object] = _NO_TRANSPORTS,
    spans: Clock | None = None,
) -> tuple[dict[str, Adapter], dict[str, Budget]]:
    """Return the adapter and the budget of each configured system; nothing is sent yet."""
    adapters: dict[str, Adapter] = {}
    budgets: dict[str, Budget] = {}
    for name, system in config.systems.items():
        module = registry.module(system.kind)
        budgets[name] = module.budget(system.options, spans or clock)
        tools = registry.Tools(clock, budgets[name], transports.get(name))
        adapters[name] = module.build(name, system.options, system.wanted, tools)
    return adapters, budgets


def ready(engine: Engine) -> Engine:
    """Return *engine* with its schema upgraded and a number of its own, so that its steps may write."""
    engine.store.upgrade()
    return with_epoch(engine, engine.config.delivery.quiet)
