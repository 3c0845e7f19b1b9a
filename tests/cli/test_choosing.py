"""What the filters of `connector outbox` mean, asked in this process, so that they can be broken on purpose."""

from __future__ import annotations

import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

from connector.cli import waiting
from connector.cli.choosing import Asked, chosen
from connector.cli.exits import Exit
from connector.store.base import Effect, Quarantined, Settlement, State

from tests.broken import Mutant, surviving
from tests.store.made import DAY, NOW, contact, fields, person, stage, task
from tests.world import World

PARKED = (State.PARKED,)


def a_world(folder: Path) -> World:
    """Return a world whose store holds parked writes of two people, one later, and a row that could not be mapped."""
    world = World(folder, changes={'"sqlite:///unused.db"': f'"sqlite:///{folder}/world.db"'})
    with world.store.writing() as tx:
        one, other = person(tx, 901), person(tx, 902)
        late = replace(fields(other, "late", 902), created_at=NOW + DAY)
        ids = tx.enqueue([stage(one, "stage", 901), task(other, "task", 902), late])
        tx.claim("hubspot", 9, NOW + DAY, 9)
        tx.send(ids, 9, NOW)
        tx.settle([Settlement(id_, 9, State.PARKED, f"{id_} refused") for id_ in ids], NOW)
        tx.quarantine([Quarantined(contact(903), "employees: no number", "d", NOW, NOW)])
    return world


def named(world: World, asked: Asked) -> list[str]:
    """Return the keys of the writes that are meant."""
    with world.store.reading() as look:
        found: tuple[Effect, ...] = chosen(world.config, look, asked, PARKED, NOW).effects(look)
    return [one.command.key for one in found]


def test_each_filter_counts(tmp_path: Path) -> None:
    """Each of them alone leaves out what it does not name."""
    world = a_world(tmp_path)
    assert named(world, Asked()) == ["task", "stage", "late"]
    assert named(world, Asked(system="salesforce")) == []
    assert named(world, Asked(kind="stage")) == ["stage"]
    assert named(world, Asked(person="902")) == ["task", "late"]
    assert named(world, Asked(reason="1 REFUSED")) == ["stage"]
    assert named(world, Asked(since="1 minute")) == ["task", "stage", "late"]
    assert named(world, Asked(since=(NOW + DAY).isoformat())) == ["late"]
    assert named(world, Asked(states=("done",))) == []
    with world.store.reading() as look:
        for asked, count in ((Asked(reason="EMPLOYEES"), 1), (Asked(reason="born"), 0), (Asked(kind="task"), 0)):
            assert len(chosen(world.config, look, asked, PARKED, NOW).records(look)) == count


def test_nobody_who_was_not_asked_has_agreed(tmp_path: Path) -> None:
    """Without a terminal only --yes changes anything; a drop of everything has to be said."""
    world = a_world(tmp_path)
    file = tmp_path / "config.toml"
    before, sys.stdin = sys.stdin, StringIO("y\n")
    try:
        assert waiting.drop(file, Asked(), "", quarantine=False, yes=True) == Exit.USAGE
        assert waiting.drop(file, Asked(kind="task"), "", quarantine=False, yes=False) == Exit.USAGE
        assert waiting.retry(file, Asked(person="nobody@buyer.example"), quarantine=False, yes=True) == Exit.USAGE
        assert waiting.retry(file, Asked(kind="stages"), quarantine=False, yes=True) == Exit.USAGE
        assert named(world, Asked()) == ["task", "stage", "late"]
        assert waiting.drop(file, Asked(kind="task"), "left", quarantine=False, yes=True) == Exit.DONE
        assert named(world, Asked(states=("dropped",))) == ["task"]
        assert waiting.retry(file, Asked(), quarantine=False, yes=True) == Exit.DONE
        assert named(world, Asked(states=("pending",))) == ["stage", "late"]
    finally:
        sys.stdin = before


CHOOSING, WAITING = "connector.cli.choosing", "connector.cli.waiting"
FILTERS = "tests.cli.test_choosing:test_each_filter_counts"
AGREED = "tests.cli.test_choosing:test_nobody_who_was_not_asked_has_agreed"
MUTANTS = (
    Mutant(CHOOSING, "                system=self.system,\n", "", FILTERS),
    Mutant(CHOOSING, "                kind=self.kind,\n", "", FILTERS),
    Mutant(CHOOSING, "                reason=self.reason,\n", "", FILTERS),
    Mutant(CHOOSING, "                since=self.since,\n", "", FILTERS),
    Mutant(CHOOSING, "person_id=person,\n", "", FILTERS),
    Mutant(CHOOSING, "return self.reason.lower() in problem.lower()", "return True", FILTERS),
    Mutant(CHOOSING, "if self.ids or self.people is not None or self.kind is not None:", "if self.ids:", FILTERS),
    Mutant(CHOOSING, "tuple(State(one) for one in asked.states) or tuple(usual)", "tuple(usual)", FILTERS),
    Mutant(CHOOSING, "if people == ():", "if people is False:", AGREED),
    Mutant(CHOOSING, "        return None\n    sys.stderr", "        return True\n    sys.stderr", AGREED),
    Mutant(WAITING, "if not asked.narrowed:", "if asked is None:", AGREED),
    Mutant(WAITING, "tx.drop(ids, wall_clock(), note)", "tx.retry(ids, wall_clock())", AGREED),
)


def test_every_mutant_is_noticed() -> None:
    """Each wrong line makes its test fail."""
    assert surviving(MUTANTS) == []
