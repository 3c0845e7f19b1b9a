"""Whatever people do in an org, and however the vendor answers, our picture of them becomes the org's."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from connector.model import CrmRef

from tests.adapters.org_read import Desk, ref

Deed = Callable[[random.Random, Desk, list[str]], None]


def _make(chance: random.Random, desk: Desk, alive: list[str]) -> None:
    """Make a lead."""
    alive.append(desk.lead(f"L{chance.random()}"))


def _change(chance: random.Random, desk: Desk, alive: list[str]) -> None:
    """Change a lead."""
    desk.rep.set_values(chance.choice(alive), {"LastName": f"M{chance.random()}"})


def _merge(chance: random.Random, desk: Desk, alive: list[str]) -> None:
    """Merge two leads."""
    winner, loser = chance.sample(alive, 2)
    desk.rep.merge(winner, loser)
    alive.remove(loser)


def _delete(chance: random.Random, desk: Desk, alive: list[str]) -> None:
    """Delete a lead."""
    one = chance.choice(alive)
    desk.rep.delete(one)
    alive.remove(one)


def _convert(chance: random.Random, desk: Desk, alive: list[str]) -> None:
    """Convert a lead."""
    one = chance.choice(alive)
    desk.rep.convert(one)
    alive.remove(one)


DEEDS: Final[tuple[Deed, ...]] = (_make, _make, _make, _change, _change, _merge, _delete, _convert)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_people_do_we_end_up_knowing_what_the_org_knows(seed: int) -> None:
    """After any mix of deeds, late commits and lost cursors, our picture of all people is the org's."""
    chance = random.Random(seed)
    desk = Desk(late_commit=timedelta(seconds=chance.choice((0, 20, 80))), null_ne=chance.random() < 0.5)
    known: dict[CrmRef, object] = {}
    alive: list[str] = [desk.lead(f"L{n}") for n in range(3)]
    for _ in range(60):
        if len(alive) > 2 or chance.random() < 0.5:
            deed = chance.choice(DEEDS) if len(alive) > 2 else _make
            desk.later(seconds=100)
            deed(chance, desk, alive)
        if chance.random() < 0.3:
            _learn(known, desk)
        if chance.random() < 0.1:
            desk.org.lose_cursors()
    desk.later(minutes=3)
    _learn(known, desk)
    desk.later(minutes=3)
    names = {"lead": "Lead", "contact": "Contact"}
    there = {
        ref(name, key): desk.org.values(sobject, key)["LastName"]
        for name, sobject in names.items()
        for key in desk.org.ids(sobject)
        if not desk.org.values(sobject, key).get("IsConverted")
    }
    assert known == there


def _learn(known: dict[CrmRef, object], desk: Desk) -> None:
    """Take in what the streams of people bring."""
    for stream in ("leads", "contacts"):
        for page in desk.pages(stream):
            for one in page.records:
                for merged in one.merged:
                    known.pop(merged, None)
                known[one.ref] = one.raw["LastName"]
            for gone in page.gone:
                known.pop(gone, None)
