"""`connector healthcheck`: asks the running daemon itself, and its heartbeat in the store where it cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import requests

from connector import store as stores
from connector.assemble import wall_clock
from connector.cli.exits import Exit
from connector.cli.knocking import near
from connector.cli.say import err, settled, told
from connector.schedule import HEARTBEAT

ALIVE: Final = timedelta(seconds=60)
"""A heart that has not beaten for so long has stopped; it beats every 3 s."""
_PATIENCE: Final = 3.0
"""Seconds: less than the five that the image's HEALTHCHECK allows."""


@told
def healthcheck(file: Path | None) -> Exit:
    """Exit 0 when the daemon says that it is well, or, without a door of its own, when its heart beats."""
    config = settled(file, online=False)
    where = near(config)
    if where:
        return _asked(where)
    store = stores.open_store(config.store_url, read_only=True)
    with store.reading() as look:
        beat = look.note(HEARTBEAT)
    if beat and wall_clock() - datetime.fromisoformat(beat) <= ALIVE:
        return Exit.DONE
    err(f"the daemon {said(beat or None)}")
    return Exit.FAILED


def said(beat: str | None) -> str:
    """Return in words whether `connector run` is at work, by the instant of its last heartbeat."""
    if not beat:
        return "has never run on this store"
    age = wall_clock() - datetime.fromisoformat(beat)
    seconds = f"{int(age.total_seconds()):,} s"
    return f"runs (heartbeat {seconds} ago)" if age <= ALIVE else f"does not run (last heartbeat {seconds} ago)"


def _asked(where: str) -> Exit:
    """Ask /healthz of the daemon that listens at *where*; no proxy of the environment is asked on the way."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(f"{where}/healthz", timeout=_PATIENCE, allow_redirects=False)
        except requests.RequestException as error:
            err(f"the daemon does not answer at {where}/healthz ({type(error).__name__})")
            return Exit.FAILED
    if answer.status_code == requests.codes.ok:
        return Exit.DONE
    err(f"the daemon is not well: {_facts(answer)}")
    return Exit.FAILED


def _facts(answer: requests.Response) -> str:
    """Return what an answer says is wrong, in one line."""
    try:
        facts: Any = answer.json()
    except ValueError:
        facts = None
    if not isinstance(facts, Mapping):
        return f"HTTP {answer.status_code}; something else may listen there"
    return ", ".join(f"{name} {value}" for name, value in facts.items() if name != "well") or "no reason was given"
