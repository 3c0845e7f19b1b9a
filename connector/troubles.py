"""
What a system refuses, by reason: an alert when it begins and one when it ends, however many writes it concerns.

A parked write goes again when its record or the mapping is another one (`Writing.unpark`), or by a person's word; that
nobody need read the same refusal at each pass, only what is new about the reasons is told.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from connector.engine import Engine
from connector.events import Trouble
from connector.store.base import Refusals

_NOTE: Final = "refusals told"
_NUMBER: Final = re.compile(r"[0-9]+")
_MOST: Final = 50
"""Reasons of one system that are told apart: beyond, what differs in them is no reason but a value."""


def look_for_troubles(engine: Engine) -> None:
    """Tell which refusals are new since the last look, and which have ended; a restart tells nothing again."""
    with engine.store.reading() as look:
        groups = grouped(look.refusals())
        told: dict[str, list[object]] = json.loads(look.note(_NOTE) or "{}")
    # By fingerprint: the words may hold what the vendor repeated of a person, and are kept with the writes alone.
    now = {hashlib.sha256(repr(shape).encode()).hexdigest()[:16]: one for shape, one in groups.items()}
    if told.keys() == now.keys():
        return
    kept = {name: told.get(name, [one.system, one.effect_id]) for name, one in now.items()}
    with engine.store.writing() as tx:
        tx.save_note(_NOTE, json.dumps(kept))
    for name, one in now.items():
        if name not in told:
            engine.tell(Trouble(one.system, one.effect_id, one.count, one.reason))
    for name, (system, effect_id) in told.items():
        if name not in now:
            engine.tell(Trouble(str(system), int(str(effect_id))))


def grouped(refusals: Iterable[Refusals]) -> dict[tuple[str, str], Refusals]:
    """Return them by system and shape, the first of each with all their counts: what differs by numbers is one."""
    groups: dict[tuple[str, str], Refusals] = {}
    kinds: Counter[str] = Counter()
    for one in refusals:
        key = one.system, _NUMBER.sub("…", one.reason)
        if key not in groups and kinds[one.system] >= _MOST:
            key = one.system, ""
        if key not in groups:
            kinds[one.system] += 1
            groups[key] = one
        else:
            first = groups[key]
            groups[key] = replace(first, count=first.count + one.count)
    return groups
