"""The demo's third act: somebody books a demo on the website, and the daemon hears of it by a signed webhook."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from connector.cli.knocking import Answer, post
from connector.cli.serving import Front
from connector.config.nouns import Config, Web
from connector.engine import Engine
from connector.evaluate import person_of
from connector.lifecycle import may_move
from connector.model import Engagement, Person, Stage
from connector.schedule import Loop, run
from connector.store.base import Dossier, Effect, State
from connector.sync import calls

WEBSITE: Final = "website"
_TYPE: Final = "meeting_booked"
_EMAIL: Final = "email"
_TITLE: Final = "Product demo, 30 minutes"
_MOST: Final = 2_000
"""People who are looked at to find one whom a booking makes SQL."""
_PATIENCE: Final = timedelta(seconds=10)
_LOOK_EVERY: Final = 0.005


@dataclass(frozen=True, slots=True)
class Booked:
    """
    What came of a booking.

    Attributes:
        name: Who booked.
        url: Where the webhook was posted.
        answer: What the daemon answered.
        task: The task that followed; None when none did.
        seconds: From the POST to the task's being in the CRM.
        calls: Requests to the CRM that it cost.
    """

    name: str
    url: str
    answer: Answer
    task: Effect | None
    seconds: float
    calls: int


def booked(engine: Engine, config: Config) -> Booked | None:
    """Run the daemon until a booked demo has become a task; None when a booking would make nobody SQL."""
    if WEBSITE not in engine.incoming:
        return None
    chosen = _who(engine)
    if chosen is None:
        return None
    front = Front(replace(config, web=Web(("127.0.0.1", 0))), engine.store, lambda _name, _facts: None)
    passed = threading.Event()
    loop = Loop(engine, on_pass=lambda _done: passed.set())
    front.serve_for(loop)
    daemon = threading.Thread(target=run, args=(loop,), name="daemon", daemon=True)
    daemon.start()
    try:
        passed.wait(_PATIENCE.total_seconds())
        return _post(engine, config, front.url, chosen)
    finally:
        loop.end()
        daemon.join(timeout=_PATIENCE.total_seconds())
        front.close()


def _who(engine: Engine) -> Person | None:
    """Return somebody who is not SQL yet and becomes it by booking a demo: of several who did most so far."""
    with engine.store.reading() as look:
        due = look.person_counts().get("people", 0)
        found = look.dossiers(range(1, min(due, _MOST) + 1))
    ready = [one for one in found if _would_qualify(engine, one)]
    best = max(ready, key=lambda one: (len(one.engagements), -one.standing.person_id), default=None)
    return person_of(engine, best) if best is not None else None


def _would_qualify(engine: Engine, dossier: Dossier) -> bool:
    """Tell whether a booking now makes somebody SQL who is not."""
    person = person_of(engine, dossier)
    if not person.fields.get(_EMAIL) or not may_move(dossier.standing.stage, Stage.SQL) or dossier.open_tasks:
        return False
    now = engine.clock()
    booking = Engagement("what if", _TYPE, now, attributes={"title": _TITLE}, system=WEBSITE)
    before = engine.judge.decide(person, dossier.engagements, now)
    after = engine.judge.decide(person, (*dossier.engagements, booking), now)
    return before.stage is not Stage.SQL and after.stage is Stage.SQL and not after.blocked


def _post(engine: Engine, config: Config, url: str, person: Person) -> Booked:
    """Post the booking and wait for its task."""
    email = str(person.fields[_EMAIL])
    payload = {
        "event": "booking.created",
        "data": {
            "uid": "demo-1",
            "title": _TITLE,
            "createdAt": engine.clock().isoformat(),
            "attendee": {"email": email},
        },
    }
    known = {one.id for one in _tasks(engine, person.id)}
    before = sum(calls(engine).values())
    began = time.monotonic()
    body = json.dumps(payload).encode()
    answer = post(config, WEBSITE, url, body, {"content-type": "application/json"}, "msg_demo_1")
    task: Effect | None = None
    while task is None and time.monotonic() - began < _PATIENCE.total_seconds():
        task = next((one for one in _tasks(engine, person.id) if one.id not in known), None)
        if task is None:
            time.sleep(_LOOK_EVERY)
    name = " ".join(str(person.fields[key]) for key in ("first_name", "last_name") if person.fields.get(key)) or email
    spent = time.monotonic() - began
    return Booked(name, f"{url}/webhooks/{WEBSITE}", answer, task, spent, sum(calls(engine).values()) - before)


def _tasks(engine: Engine, person_id: int) -> tuple[Effect, ...]:
    """Return the tasks of somebody that are in the CRM."""
    with engine.store.reading() as look:
        found = look.effects(states=(State.DONE,), person_id=person_id)
    return tuple(one for one in found if one.slot.startswith("task:"))
