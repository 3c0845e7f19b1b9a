"""
Two CRMs and a rep who does anything in either: everything comes to rest, and nobody is written to twice.

A state machine over both sandboxes. The judge is their own journals: after some passes left alone no write follows,
whatever the two systems were made to show.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from tests.pair import STAGES, STATUSES, Pair
from tests.world import somebody

PEOPLE = ("ann", "ben")
PERSON = st.sampled_from(PEOPLE)
FORWARD = ("", "subscriber", "lead", "mql", "sql", "opportunity", "customer")
REACHED: Counter[str] = Counter()
"""How often the states that matter were reached, over all runs."""


class PingPong(RuleBasedStateMachine):
    """People engage, reps move them in both CRMs, leads are converted, time passes, passes are made."""

    def __init__(self) -> None:
        """Begin with a base that has been synced."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        people = [somebody(name, company="Acme") for name in PEOPLE]
        self.pair = Pair(Path(self.folder.name), people, changes={"[delivery]": "[delivery]\nworkers = 1"})
        self.pair.sync()
        self.pair.later(timedelta(minutes=5))
        self.asked: Counter[str] = Counter()
        self.converted: set[str] = set()

    @rule(name=PERSON)
    def asks_for_a_demo(self, name: str) -> None:
        """Somebody fills in the form."""
        self.pair.engage(name)
        self.asked[name] += 1

    @rule(name=PERSON, status=st.sampled_from(tuple(STATUSES)))
    def a_rep_moves_in_salesforce(self, name: str, status: str) -> None:
        """A rep sets the lead's status, forward or back."""
        if name not in self.converted:
            self.pair.org.rep.set_stage(self.pair.org.lead_id(name), status)
            REACHED["moved in salesforce"] += 1

    @rule(name=PERSON, stage=st.sampled_from(("", *STAGES)))
    def somebody_moves_in_hubspot(self, name: str, stage: str) -> None:
        """Marketing sets the contact's stage, forward or back."""
        contact = self.pair.portal.contact_id(name)
        self.pair.portal.rep.set_stage(contact, "")
        if stage:
            self.pair.portal.rep.set_stage(contact, stage)
        REACHED["moved in hubspot"] += 1

    @rule(name=PERSON)
    def a_rep_converts(self, name: str) -> None:
        """The lead becomes a contact."""
        if name not in self.converted:
            self.pair.org.rep.convert(self.pair.org.lead_id(name))
            self.converted.add(name)
            REACHED["converted"] += 1

    @rule(span=st.sampled_from([timedelta(seconds=5), timedelta(minutes=10), timedelta(hours=2), timedelta(days=40)]))
    def time_passes(self, span: timedelta) -> None:
        """Nothing happens for a while."""
        self.pair.later(span)

    @rule()
    def a_pass(self) -> None:
        """The connector does its work."""
        self.pair.sync()

    @rule()
    def everything_comes_to_rest(self) -> None:
        """Left alone for some passes, both CRMs are silent from then on."""
        self.pair.settle(3)
        before = self.pair.writes()
        for _ in range(3):
            self.pair.later(timedelta(minutes=5))
            assert self.pair.sync().delivered == 0
        assert self.pair.writes() == before
        REACHED["at rest"] += 1

    @invariant()
    def one_task_an_episode(self) -> None:
        """Nobody has more tasks than they asked, on lead and contact together."""
        made = len(self.pair.org.journal.of("Task", "create", "api"))
        REACHED["task"] += made > 0
        assert made <= sum(self.asked.values())

    @invariant()
    def a_written_stage_is_never_back_or_beyond(self) -> None:
        """Each stage that the connector wrote is MQL or SQL, and forward of what stood there."""
        for name in PEOPLE:
            moves = self.pair.portal.journal.stages_set().get(self.pair.portal.contact_id(name), [])
            self._judge([(actor, STAGES.get(value, value)) for actor, value in moves])
            moves = self.pair.org.journal.stages_set().get(self.pair.org.lead_id(name), [])
            self._judge([(actor, STATUSES.get(value, value)) for actor, value in moves])

    def _judge(self, moves: list[tuple[str, str]]) -> None:
        """Hold one record's moves to the rule; a rejected one may come back only by newer engagement."""
        stood = "lead"
        for actor, stage in moves:
            if actor == "api":
                REACHED["written"] += 1
                assert stage in {"mql", "sql"}, moves
                assert stood == "disqualified" or FORWARD.index(stage) > FORWARD.index(stood), moves
            stood = stage

    @override
    def teardown(self) -> None:
        """Leave nothing behind."""
        self.pair.store.close()
        self.folder.cleanup()


def test_two_systems_come_to_rest() -> None:
    """The machine runs, and it reached what matters."""
    REACHED.clear()
    run = PingPong.TestCase
    run.settings = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run("runTest").runTest()
    for state in ("moved in salesforce", "moved in hubspot", "converted", "written", "task", "at rest"):
        assert REACHED[state] > 5, (state, REACHED)
