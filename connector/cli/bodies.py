"""What would be posted to systems that take webhooks, as `plan` shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress

from connector.adapters.base import Adapter, Showing
from connector.store.base import Effect


def bodies(adapters: Mapping[str, Adapter], effects: tuple[Effect, ...]) -> dict[int, str]:
    """Return the JSON that each of *effects* would be posted as, by its id; systems with an API are left out."""
    found: dict[int, str] = {}
    for effect in effects:
        adapter: object = adapters.get(effect.command.ref.system)
        if isinstance(adapter, Showing):
            found[effect.id] = adapter.shown(effect.command)
    return found


def as_json(body: str) -> object:
    """Return a body as JSON can hold it; one that is none (no adapter of ours makes such) as its text."""
    with suppress(ValueError):
        return json.loads(body)
    return body
