"""
Whatever people, reps and bad luck do in whatever order: one task an episode, nobody overruled, nothing lost.

A state machine of the whole: the real engine against the simulated portal. The judge is the portal's own journal and
what the machine itself did, never the connector's word; and it is checked that the interesting states were reached.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from connector.sandbox.hubspot import Fault, FaultKind
from connector.sandbox.inprocess import InProcess
from connector.store import open_store

from tests.killing import Fate, Killed, MortalPool, MortalStore
from tests.world import World, somebody

PEOPLE = ("ann", "ben", "cem")
PERSON = st.sampled_from(PEOPLE)
ORDER = ("", "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")
REACHED: Counter[str] = Counter()
"""How often the states that matter were reached, over all runs."""


class AnyOrder(RuleBasedStateMachine):
    """People engage, reps move and close, processes die, answers get lost, time passes, and passes are made."""

    def __init__(self) -> None:
        """Begin with a base that has been synced."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        people = [somebody(name) for name in PEOPLE]
        self.world = World(
            Path(self.folder.name), people, changes={"[delivery]": "[delivery]\nworkers = 1"}, unique=False
        )
        self.world.sync()
        self.world.later(timedelta(minutes=5))
        self.asked: Counter[str] = Counter()
        self.moved_by_hand: set[str] = set()

    @rule(name=PERSON)
    def asks_for_a_demo(self, name: str) -> None:
        """Somebody fills in the form."""
        self.world.engage(name)
        self.asked[name] += 1

    @rule(name=PERSON, times=st.integers(1, 5))
    def reads_pages(self, name: str, times: int) -> None:
        """Somebody reads."""
        self.world.engage(name, "page_viewed", times=times)

    @rule(name=PERSON, stage=st.sampled_from(["", "lead", "opportunity"]))
    def a_rep_moves(self, name: str, stage: str) -> None:
        """A rep sets the stage, forward or back."""
        contact = self.world.portal.contact_id(name)
        self.world.portal.rep.set_stage(contact, "")
        if stage:
            self.world.portal.rep.set_stage(contact, stage)
        self.moved_by_hand.add(name)

    @rule(name=PERSON, how=st.sampled_from(["complete", "delete"]))
    def a_rep_closes_tasks(self, name: str, how: str) -> None:
        """A rep completes or deletes what lies on the list."""
        rep = self.world.portal.rep
        for task in self.world.portal.journal.tasks_by_contact().get(self.world.portal.contact_id(name), []):
            if self.world.portal.values("tasks", task):
                (rep.complete_task if how == "complete" else rep.delete_task)(task)

    @rule(span=st.sampled_from([timedelta(seconds=5), timedelta(minutes=10), timedelta(days=8)]))
    def time_passes(self, span: timedelta) -> None:
        """Nothing happens for a while."""
        self.world.later(span)

    @rule()
    def a_pass(self) -> None:
        """The connector does its work."""
        self.world.sync()

    @rule(kind=st.sampled_from(["tasks/batch/create", "contacts/batch/update"]), applied=st.booleans())
    def an_answer_will_get_lost(self, kind: str, *, applied: bool) -> None:
        """The next write of a kind breaks off, before or after it was applied."""
        self.world.portal.faults.clear()
        self.world.portal.faults.add(Fault(FaultKind.RESET, method="POST", path=kind, applied=applied))

    @rule(at=st.integers(1, 25))
    def a_pass_dies(self, at: int) -> None:
        """The process is killed at some point of a pass, and another one starts."""
        fate = Fate(at)
        world, store = self.world, self.world.store
        world.store = MortalStore(store, fate)
        with suppress(Killed):
            world.engine = world.start(MortalPool(InProcess(world.portal), fate))
            world.sync()
        REACHED["killed"] += fate.dead
        store.close()
        world.store = open_store(world.config.store_url)
        world.engine = world.start()

    @precondition(lambda self: bool(self.asked))
    @rule()
    def everything_settles(self) -> None:
        """Left alone for some passes, nothing is under way any more and the next pass is silent."""
        self.world.portal.faults.clear()
        for _ in range(4):
            self.world.sync()
            self.world.later(timedelta(minutes=2))
        before = len([one for one in self.world.portal.journal if one.actor == "api"])
        assert self.world.sync().delivered == 0
        assert len([one for one in self.world.portal.journal if one.actor == "api"]) == before
        for name in PEOPLE:
            if self.asked[name] and name not in self.moved_by_hand:
                REACHED["qualified"] += 1
                assert self.world.stage(name) == "salesqualifiedlead", name
                assert len(self.world.tasks(name)) >= 1, name

    @invariant()
    def one_task_an_episode(self) -> None:
        """No key stands on two tasks, and nobody has more tasks than they asked."""
        for name in PEOPLE:
            contact = self.world.portal.contact_id(name)
            made = self.world.portal.journal.tasks_by_contact().get(contact, [])
            REACHED["task"] += len(made) > 0
            REACHED["second task"] += len(made) > 1
            assert len(made) <= self.asked[name], name

    @invariant()
    def nobody_is_moved_back_or_beyond(self) -> None:
        """Each stage that the connector wrote is forward of what stood there, and never beyond SQL."""
        for name in PEOPLE:
            stood = "lead"
            for actor, value in self.world.portal.journal.stages_set().get(self.world.portal.contact_id(name), []):
                if actor == "api":
                    assert value in {"marketingqualifiedlead", "salesqualifiedlead"}, value
                    assert ORDER.index(value) > ORDER.index(stood), (stood, value)
                REACHED["moved by hand"] += actor == "rep"
                stood = value

    @override
    def teardown(self) -> None:
        """Leave nothing behind."""
        self.world.store.close()
        self.folder.cleanup()


def test_in_any_order() -> None:
    """The machine runs, and it reached what matters."""
    REACHED.clear()
    run = AnyOrder.TestCase
    run.settings = settings(
        max_examples=20,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run("runTest").runTest()
    for state in ("killed", "qualified", "task", "moved by hand"):
        assert REACHED[state] > 5, (state, REACHED)
