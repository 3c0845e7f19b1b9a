"""
Whether the daemon is alive and ready, from what it wrote down itself: a heartbeat that is in the store was written.

Alive means that the loop beats; a container that is not alive is to be started anew. Ready means that webhooks are
taken and judged. A CRM that is away is named, but makes nothing unready: what arrives meanwhile is kept and judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from connector.engine import Engine
from connector.store.base import StoreBroken, StoreBusy
from connector.web.office import State

ALIVE: Final = timedelta(seconds=60)
"""Age of the heartbeat above which the loop does not beat any more; it beats every 3 seconds."""


def alive(engine: Engine, heartbeat: str) -> State:
    """Return whether the loop has beaten lately; *heartbeat* names the note."""
    facts = _heart(engine, heartbeat)
    return State(facts.get("store") == "ok" and facts.get("heart") == "beats", facts)


def ready(engine: Engine, heartbeat: str, fits: Callable[[], bool]) -> State:
    """Return whether deliveries can be stored and judged; *fits* tells whether the CRM has what the file names."""
    facts = dict(_heart(engine, heartbeat))
    facts["configuration"] = "fits" if fits() else "not looked at yet, or the CRM lacks something; see the log"
    facts["systems"] = {name: _system(engine, name) for name in engine.config.systems}
    well = facts.get("store") == "ok" and facts.get("heart") == "beats" and fits()
    return State(well, facts)


def _heart(engine: Engine, heartbeat: str) -> Mapping[str, object]:
    """Return whether the store can be read, and how old the heartbeat in it is."""
    try:
        with engine.store.reading() as look:
            beat = look.note(heartbeat)
    except (StoreBroken, StoreBusy) as error:
        return {"store": str(error)}
    if not beat:
        return {"store": "ok", "heart": "has never beaten"}
    age = engine.clock() - datetime.fromisoformat(beat)
    seconds = round(age.total_seconds(), 1)
    return {"store": "ok", "heart": "beats" if age <= ALIVE else "is still", "heartbeat_age_seconds": seconds}


def _system(engine: Engine, name: str) -> Mapping[str, object]:
    """Return where one system stands: down since when and why, and when it was last read to the end."""
    state = engine.health.get(name)
    with engine.store.reading() as look:
        looks = [one.looked_at for one in look.cursors() if one.system == name and one.loaded]
    age = round((engine.clock() - min(looks)).total_seconds(), 1) if looks else None
    down = state is not None and state.down_since is not None
    return {
        "down_since": state.down_since if state is not None else None,
        "reason": state.kind if down and state is not None else "",
        "seconds_since_last_look": age,
    }
