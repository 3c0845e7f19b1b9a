"""A system that cannot be read as a home: people known from a CRM are told of, once, whatever happens on the way."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from typing_extensions import override

from connector.adapters.memory import Trouble
from connector.assemble import assemble, ready
from connector.engine import Engine
from connector.sandbox.inprocess import InProcess
from connector.store.base import Effect, State

from tests.adapters.subject_webhook import Receiver
from tests.world import World, somebody

MINUTE = timedelta(minutes=1)
HOME = {
    '[home]\nstages = ["hubspot"]\ntasks = "hubspot"': """[systems.sales]
kind = "webhook"
send_to = "https://hooks.acme.example/services/T000/B000/5ecre7path"
secret = { env = "HUBSPOT_TOKEN" }
[home]
stages = ["hubspot", "sales"]
tasks = "sales"
[mapping.sales.person.stage]
field = "status"
mql = "marketing"
sql = "sales"
[mapping.sales.person.write]
engagement = "points\"""",
    "open_deal = true": 'stage = "customer"',
}


class Told(World):
    """A portal, and a receiver that is told of its people."""

    @override
    def start(self, pool: object | None = None) -> Engine:
        """Return a new engine, as a new process would have."""
        if not hasattr(self, "receiver"):
            self.receiver = Unsigned(self.clock)
        return ready(
            assemble(
                self.config,
                store=self.store,
                clock=self.clock,
                tell=self.events.append,
                transports={"hubspot": pool or InProcess(self.portal), "sales": self.receiver},
                chance=random.Random(1),
            )
        )

    def told(self, kind: str) -> list[Mapping[str, Any]]:
        """Return what the receiver has had of one kind, each message once."""
        return [one["data"] for one in self.receiver.had.values() if one["type"] == kind]

    def waiting(self) -> list[Effect]:
        """Return what is not yet there and not given up."""
        over = {State.DONE, State.DROPPED, State.PARKED}
        return [one for one in self.effects() if one.command.ref.system == "sales" and one.state not in over]


class Unsigned(Receiver):
    """A receiver that takes everything; signatures are looked at elsewhere."""

    @override
    def _take(self, request: Any) -> None:
        """Keep what is new."""
        found = json.loads(request.body)
        known = self.had.setdefault(request.headers["webhook-id"], found)
        assert known == found, "another body under an id that was there before"


def opened(folder: Path) -> Told:
    """Return a world in which Ann's and Bea's first pass is over."""
    world = Told(folder, [somebody("ann"), somebody("bea")], HOME)
    world.sync()
    world.later(MINUTE)
    return world


def test_a_person_of_another_system_gets_one_task_by_webhook(tmp_path: Path) -> None:
    """Stage, result and task arrive under our number of them, with who they are; a further pass says nothing."""
    world = opened(tmp_path)
    world.engage("ann")
    world.sync()
    (task,) = world.told("task.created")
    assert task["person"]["email"] == "ann@buyer.example"
    assert [one["system"] for one in task["person"]["records"]] == ["hubspot"]
    assert task["task"]["owner"] == "ann@acme.example"
    assert task["task"]["subject"].startswith("Call Ann Test")
    assert task["reasons"]
    assert task["evidence"]
    assert [(one["stage"], one["value"]) for one in world.told("lifecycle.stage_changed")] == [("sql", "sales")]
    sent = world.receiver.requests
    for _ in range(3):
        world.later(timedelta(hours=5))
        world.sync()
    assert world.receiver.requests == sent
    assert world.stage("ann") == "salesqualifiedlead"


def test_results_are_told_when_they_change(tmp_path: Path) -> None:
    """What was told last is remembered, though nobody can look it up there."""
    world = opened(tmp_path)
    world.engage("ann", "page_viewed", times=2)
    world.sync()
    world.engage("ann", "page_viewed", times=2)
    world.sync()
    world.engage("ann", form="Newsletter")
    world.sync()
    assert [one["fields"]["points"] for one in world.told("lifecycle.fields_changed")] == ["10", "20"]


def test_what_was_lost_is_posted_again_and_arrives_once(tmp_path: Path) -> None:
    """Every answer is lost for a while: unknown, then again under the same id with the same body."""
    world = opened(tmp_path)
    world.engage("ann")
    world.receiver.troubles += [Trouble.LOST_PERFORMED, Trouble.LOST_UNPERFORMED] * 3
    for _ in range(40):
        world.sync()
        world.later(timedelta(hours=1))
    assert world.receiver.troubles == []
    assert len(world.told("task.created")) == len(world.told("lifecycle.stage_changed")) == 1
    assert world.waiting() == []
    assert len(world.receiver.arrived) > len(world.receiver.had)


def test_a_receiver_that_always_refuses_is_given_up_after_ten_attempts(tmp_path: Path) -> None:
    """Each attempt waits for its turn in the schedule; then the write is parked with the receiver's words."""
    world = opened(tmp_path)
    world.engage("ann")
    world.receiver.answers += [(422, {})] * 1000
    started = world.clock()
    for _ in range(60):
        world.sync()
        world.later(timedelta(hours=2))
        if not world.waiting():
            break
    parked = [one for one in world.effects() if one.state == State.PARKED]
    assert {one.attempts for one in parked} == {10}
    assert all("answered 422" in one.reason and one.reason.endswith("(tried 10 times)") for one in parked)
    assert timedelta(hours=75) < world.clock() - started < timedelta(hours=120)
    assert len(world.receiver.arrived) == 10 * len(parked)
    assert world.stage("ann") == "salesqualifiedlead"


def test_a_receiver_that_wants_nothing_more_gets_nothing_more(tmp_path: Path) -> None:
    """After a 410 nothing is posted; after a restart what waited goes, and no attempt was counted."""
    world = opened(tmp_path)
    world.engage("ann")
    world.receiver.answers.append((410, {}))
    done = world.sync()
    assert done.down["sales"].kind == "gone"
    for _ in range(5):
        world.later(timedelta(hours=1))
        world.sync()
    assert world.receiver.requests == 1
    assert {one.attempts for one in world.waiting()} == {0}
    world.engine = world.start()
    world.sync()
    assert len(world.told("task.created")) == 1
    assert world.waiting() == []


def test_a_merge_makes_no_second_task(tmp_path: Path) -> None:
    """Two people with a task each become one, who gets no third."""
    world = opened(tmp_path)
    world.engage("ann")
    world.engage("bea")
    world.sync()
    assert len(world.told("task.created")) == 2
    world.portal.rep.merge(world.portal.contact_id("ann"), world.portal.contact_id("bea"))
    for _ in range(3):
        world.later(timedelta(days=1))
        world.sync()
    assert len(world.told("task.created")) == 2


def test_who_was_deleted_is_told_of_no_more(tmp_path: Path) -> None:
    """Our row over there is no sign of life."""
    world = opened(tmp_path)
    world.engage("ann", "page_viewed", times=5)
    world.sync()
    told = len(world.receiver.had)
    assert told
    world.engage("ann")
    world.portal.rep.archive_contact(world.portal.contact_id("ann"))
    for _ in range(3):
        world.later(timedelta(days=20))
        world.sync()
    assert len(world.receiver.had) == told


def test_a_task_that_arrived_does_not_silence_the_next_for_ever(tmp_path: Path) -> None:
    """Nobody tells whether a task over there is done; it counts as open until it has arrived."""
    again = {
        **HOME,
        'on = { stage = "sql" }': 'on = { engagement = "form_submitted", within = "2 days" }\nagain_after = "1 day"',
    }
    world = Told(tmp_path, [somebody("ann")], again)
    world.sync()
    world.later(MINUTE)
    for _ in range(2):
        world.engage("ann")
        world.sync()
        world.later(timedelta(days=4))
        world.sync()
    assert len(world.told("task.created")) == 2
