"""Who can get a task, against the owners and queues that the CRM has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from connector.adapters.base import Schema
from connector.config.nouns import Config, System
from connector.config.online_words import advice
from connector.owners import QUEUE, ROUND_ROBIN, Directory, Rep, members, named, pool_of
from connector.problems import Path, Problem, did_you_mean

_LISTED: Final = 12


def owners(config: Config, system: System, schema: Schema) -> Iterator[Problem]:
    """Whoever can get a task is an active owner, or a queue for tasks, in the system that tasks are written to."""
    if system.name != config.home.tasks:
        return
    known = Directory.of(schema.owners).by_name
    yield from _owner(config.owners.fallback, ("owners", "fallback"), known, system)
    for own, names in config.owners.pools.items():
        for index, name in enumerate(names):
            yield from _owner(name, ("owners", own, index), known, system)
    for number, playbook in enumerate(config.playbooks):
        for index, step in enumerate(playbook.owner):
            path: Path = ("task", number, "owner", index)
            if step.startswith(ROUND_ROBIN):
                pool = [known.get(one) for one in members(step, config.owners)]
                if not any(one is not None and one.active for one in pool):
                    message = f'nobody of the pool "{pool_of(step)}" can take a task in {system.name}.'
                    yield Problem(path, message, "Tasks go on to the next in the chain.", warning=True)
            elif "@" in step or named(step).startswith(QUEUE):
                yield from _owner(named(step), path, known, system)


def _owner(name: str, path: Path, known: Mapping[str, Rep], system: System) -> Iterator[Problem]:
    """Check one owner; the fallback must be there, of the others one may be away."""
    found = known.get(name)
    if found is None and name.startswith(QUEUE):
        queues = [one for one in known if one.startswith(QUEUE)]
        listed = ", ".join(f'"{one}"' for one in sorted(queues)[:_LISTED]) or "none"
        hint = f"{did_you_mean(name, queues) or f'Queues: {listed}.'} {advice(system.kind).queue}".strip()
        yield Problem(path, f'{system.name} has no "{name}" that takes tasks.', hint)
    elif found is None:
        active = [one for one, owner in known.items() if owner.active and not one.startswith(QUEUE)]
        hint = did_you_mean(name, active) or f"Owners: {', '.join(sorted(active)[:_LISTED]) or 'none'}."
        yield Problem(path, f'{system.name} has no owner "{name}".', hint)
    elif not found.active:
        must = path == ("owners", "fallback")
        hint = "Name somebody who is active." if must else "They are passed over until they are active again."
        yield Problem(path, f'"{name}" is not active in {system.name}.', hint, warning=not must)
