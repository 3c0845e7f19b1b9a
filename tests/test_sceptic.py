"""What an unbelieving reader tried: races, second thoughts of reps, latecomers; each could break a promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from connector.adapters.base import Adapter, AdapterDown, Fetched
from connector.deliver import deliver, probe
from connector.model import Actor, CrmRef
from connector.reconcile import reconcile
from connector.sandbox.hubspot import Fault, FaultKind
from connector.sandbox.inprocess import InProcess
from connector.store.base import State

from tests.world import World, somebody

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
TASKS = "/crm/objects/2026-03/tasks/batch/create"
NO_CHANGES: Mapping[str, str] = MappingProxyType({})


def synced(tmp_path: Path, *people: str, changes: Mapping[str, str] = NO_CHANGES, unique: bool = True) -> World:
    """Return a world whose base was there before us and has been synced."""
    world = World(tmp_path, [somebody(name) for name in people], changes, unique=unique)
    world.sync()
    world.later(5 * MINUTE)
    return world


class Meanwhile:
    """A pool behind whose back something happens once, between an answer and its being read."""

    def __init__(self, world: World, path: str, act: Callable[[], object]) -> None:
        """Wait for the first request to *path*."""
        self._pool = InProcess(world.portal)
        self._path = path
        self._act: Callable[[], object] | None = act

    def request(self, method: str, url: str, **rest: Any) -> Any:  # noqa: ANN401 - urllib3's own shape
        """Carry one request over."""
        answer = self._pool.request(method, url, **rest)
        if self._act is not None and self._path in url:
            act, self._act = self._act, None
            act()
        return answer

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the client asks of its pool
        """Hand everything else on."""
        return getattr(self._pool, name)


def release(world: World) -> None:
    """Let go what the brakes hold."""
    with world.store.writing() as tx:
        tx.release([one.id for one in world.effects() if one.state == State.HELD], world.clock())


def test_a_slow_second_probe_frees_nothing_that_went_again(tmp_path: Path) -> None:
    """Two threads probe one write; it went again after the first answer, and the second answer comes too late."""
    world = synced(tmp_path, "ann", changes={'quiet = "1 second"': 'quiet = "1 minute"'}, unique=False)
    world.engage("ann")
    world.portal.faults.add(Fault(FaultKind.RESET, method="POST", path=TASKS, applied=False, times=1))
    world.sync()
    world.later(MINUTE)
    other = world.engine

    def again_in_flight() -> None:
        """Another thread probes, frees and claims the write, and its request leaves."""
        probe(other, "hubspot")
        with world.store.writing() as tx:
            (mine,) = tx.claim("hubspot", 1, world.clock(), other.epoch)
            tx.send([mine.id], other.epoch, world.clock())

    slow = world.engine.adapters["hubspot"]

    class Slow:
        """Answers a probe only after another thread went on."""

        def probe(self, commands: Any) -> Any:  # noqa: ANN401 - the port's own
            """Ask first, let the other thread work, then answer."""
            answer = slow.probe(commands)
            again_in_flight()
            return answer

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of the port
            """Hand everything else on."""
            return getattr(slow, name)

    late: Adapter = Slow()
    probe(replace(world.engine, adapters={"hubspot": late}), "hubspot")
    states = [one.state for one in world.effects() if one.slot.startswith("task:")]
    assert states == [State.INFLIGHT]


def test_a_task_that_waits_is_dropped_when_a_rep_sets_the_person_back(tmp_path: Path) -> None:
    """The rep's no was read before the brake let the task go: it goes nowhere, and so does the stage."""
    world = synced(tmp_path, "ann", changes={'customer = "customer"': 'customer = "customer"\ndisqualified = "other"'})
    world.engage("ann")
    world.sync(stage_changes=0)
    world.portal.rep.set_stage(world.portal.contact_id("ann"), "other")
    world.later(MINUTE)
    world.sync()
    world.later(MINUTE)
    world.sync(stage_changes=100)
    assert world.stage("ann") == "other"
    assert world.tasks("ann") == []
    assert {one.state for one in world.effects() if one.slot != "fields"} == {State.DROPPED}


def test_a_page_read_before_our_write_is_no_word_of_a_rep(tmp_path: Path) -> None:
    """The page was on its way while our stage was written: the old stage in it is nobody's move."""
    world = synced(tmp_path, "ann", "ben")
    world.engage("ann")
    world.sync(stage_changes=0)
    world.later(MINUTE)
    world.portal.rep.set_values("contacts", world.portal.contact_id("ann"), {"firstname": "Anna"})
    world.later(SECOND)
    release(world)
    writer = world.engine
    world.engine = replace(
        world.start(Meanwhile(world, "contacts/search", lambda: deliver(writer, "hubspot"))), epoch=writer.epoch
    )
    release(world)
    with world.store.writing() as tx:
        tx.next_epoch()
    world.sync()
    assert world.stage("ann") == "salesqualifiedlead"
    for _ in range(2):
        world.later(2 * MINUTE)
        world.sync()
    with world.store.reading() as look:
        assert [one.target for one in look.transitions() if one.actor == Actor.CRM] == []
    assert len(world.tasks("ann")) == 1


def test_a_workflow_that_moves_forward_before_our_write_is_no_set_back(tmp_path: Path) -> None:
    """HubSpot's own workflow makes the lead MQL while our SQL waits: forward, and SQL and task still come."""
    world = synced(tmp_path, "ann")
    world.engage("ann")
    world.sync(stage_changes=0)
    world.portal.rep.set_stage(world.portal.contact_id("ann"), "marketingqualifiedlead")
    world.later(SECOND)
    release(world)
    for _ in range(3):
        world.later(MINUTE)
        world.sync(stage_changes=100)
    assert world.stage("ann") == "salesqualifiedlead"
    assert len(world.tasks("ann")) == 1


HANDS = """[[task]]
name = "hand-raiser"
on = { engagement = "form_submitted", within = "30 days" }
subject = "Answer {first_name}"
due = "4 business hours"
owner = ["fallback"]
[[task]]
name = "new-sql"
"""


def test_a_playbook_added_later_calls_nobody_for_what_was_true_before(tmp_path: Path) -> None:
    """What they did before the playbook was there gives no task."""
    world = synced(tmp_path, "ann")
    world.engage("ann", form="Question")
    world.sync()
    world.config = world.configured({'[[task]]\nname = "new-sql"\n': HANDS})
    world.engine = world.start()
    world.later(MINUTE)
    world.sync()
    world.engage("ann", "page_viewed")
    world.sync()
    assert world.tasks("ann") == []


def test_a_hand_raised_before_consent_was_seen_is_heard_once_it_is(tmp_path: Path) -> None:
    """The form comes before the consent that it gave: the task waits for the consent and is not lost."""
    world = synced(
        tmp_path,
        "ann",
        changes={
            '[[task]]\nname = "new-sql"\n': HANDS,
            "[agreement.mql]": '[agreement.require]\nfield = "consent"\nequals = "yes"\n[agreement.mql]',
            'last_name = { type = "text" }': 'last_name = { type = "text" }\nconsent = { type = "text" }',
            'last_name = "lastname"': 'last_name = "lastname"\nconsent = "hs_legal_basis"',
        },
    )
    world.engage("ann", form="Question")
    world.sync()
    assert world.tasks("ann") == []
    world.portal.rep.set_values("contacts", world.portal.contact_id("ann"), {"hs_legal_basis": "yes"})
    world.later(MINUTE)
    world.sync()
    assert len(world.tasks("ann")) == 1
    world.later(MINUTE)
    world.sync()
    assert len(world.tasks("ann")) == 1


def test_a_request_between_two_agreements_is_not_lost(tmp_path: Path) -> None:
    """Ann asks after the last look under v1 and before the first under v2: she gets stage and task."""
    world = synced(tmp_path, "ann")
    world.sync()
    world.later(MINUTE)
    world.engage("ann")
    world.config = world.configured({'version = "v1"': 'version = "v2"'})
    world.engine = world.start()
    world.later(MINUTE)
    world.sync()
    assert world.stage("ann") == "salesqualifiedlead"
    assert len(world.tasks("ann")) == 1


def test_a_daily_look_that_the_limits_end_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """The second part of the qualified cannot be read now: the next look begins there, or it would never end."""
    world = synced(tmp_path, "ann", "ben", "cem")
    for name in ("ann", "ben", "cem"):
        world.engage(name)
    world.sync()
    world.later(2 * DAY)
    real = world.engine.adapters["hubspot"]
    asked: list[list[str]] = []

    class Short:
        """Has room for one strong read, then none, then room again."""

        abilities = real.abilities

        def fetch(self, refs: Sequence[CrmRef], *rest: Any) -> Fetched:  # noqa: ANN401 - the port's own
            """Answer every read but the second."""
            asked.append([one.id for one in refs])
            if len(asked) == 2:
                raise AdapterDown("our share is used up", "budget", SECOND)
            return real.fetch(refs, *rest)

    engine = replace(world.engine, adapters={"hubspot": cast("Adapter", Short())})
    assert reconcile(engine, "hubspot", at_once=1) is not None
    assert reconcile(engine, "hubspot", at_once=1) is None
    assert len(asked) == 4
    assert asked[1] == asked[2]
