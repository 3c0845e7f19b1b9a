"""
The journey of `test_crash` with two CRMs: killed at every request to either and every commit, it always ends the same.

Tier A and tier B alike: one task in Salesforce, one stage in both, nothing lost.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connector.sandbox.carried import Carried
from connector.sandbox.inprocess import InProcess
from connector.store import open_store
from connector.store.base import State

from tests.killing import Fate, Killed, MortalCarrier, MortalPool, MortalStore
from tests.pair import Pair
from tests.world import somebody

MINUTE = timedelta(minutes=1)


class Journey:
    """Ann asks for a demo in HubSpot, Ben reads; sales works in Salesforce."""

    def __init__(self, folder: Path, *, unique: bool) -> None:
        """Open the pair and load the base, alive."""
        folder.mkdir()
        people = [somebody("ann", company="Acme"), somebody("ben", company="Acme")]
        # An org without the key field has none for our results either.
        bare = {} if unique else {'[mapping.salesforce.lead.write]\ntotal = "Connector_Score__c"\n': ""}
        self.pair = Pair(folder, people, changes={"[delivery]": "[delivery]\nworkers = 1", **bare}, unique=unique)
        self.pair.sync()
        self.pair.later(5 * MINUTE)
        self.pair.engage("ann")
        self.pair.engage("ben", "page_viewed", times=4)

    def walk(self, fate: Fate) -> None:
        """Do one pass of a process that may die on the way."""
        pair = self.pair
        store = open_store(pair.config.store_url)
        pair.store = MortalStore(store, fate)
        try:
            org, portal = MortalCarrier(Carried(pair.org), fate), MortalPool(InProcess(pair.portal), fate)
            pair.engine = pair.start(org, portal)
            pair.sync()
        finally:
            store.close()
            pair.store = open_store(pair.config.store_url)

    def recover(self) -> None:
        """Start again, alive, and let the quiet time of unknown writes pass."""
        for _ in range(3):
            self.pair.engine = self.pair.start()
            self.pair.sync()
            self.pair.later(MINUTE)

    def judge(self) -> None:
        """The CRMs' own journals say it once."""
        pair = self.pair
        assert pair.stages("ann") == ("sql", "sql")
        assert pair.stages("ben") == ("mql", "mql")
        assert len(pair.tasks("ann")) == 1
        assert pair.tasks("ben") == []
        for journal, name in ((pair.org.journal, pair.org.lead_id("ann")), (pair.portal.journal, "")):
            contact = name or pair.portal.contact_id("ann")
            assert len([one for actor, one in journal.stages_set()[contact] if actor == "api"]) == 1
        assert {one.state for one in pair.effects()} <= {State.DONE, State.DROPPED}


def dies_everywhere(
    folder: Path, *, unique: bool = False, first: float = 0.0, last: float = 1.0, step: int = 1
) -> None:
    """Every request and every commit is a place to die, before and after it."""
    alive = Journey(folder / "alive", unique=unique)
    counted = Fate()
    alive.walk(counted)
    alive.judge()
    assert counted.passed > 60
    for at in range(1 + int(counted.passed * first), int(counted.passed * last) + 1)[::step]:
        journey = Journey(folder / str(at), unique=unique)
        with pytest.raises(Killed):
            journey.walk(Fate(at))
        journey.recover()
        try:
            journey.judge()
        except AssertionError as wrong:
            message = f"killed at point {at} of {counted.passed}"
            raise AssertionError(message) from wrong


def dies_while_writing(folder: Path) -> None:
    """The second half of the journey, last point first: where writes leave; for mutants of the protocol."""
    dies_everywhere(folder, first=0.5, step=-1)


def test_killed_at_every_point_it_ends_the_same(tmp_path: Path) -> None:
    """Where the task's key is unique in the org (tier A)."""
    dies_everywhere(tmp_path, unique=True)


def test_without_a_unique_key_it_ends_the_same(tmp_path: Path) -> None:
    """Where tasks are found only through the lead (tier B)."""
    dies_everywhere(tmp_path)
