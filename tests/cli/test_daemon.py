"""`connector run` as a container lives it: ready soon, outages, reloads, signals, and a kill in the middle."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from subprocess import Popen
from typing import Any

from connector.sandbox.hubspot import Fault, FaultKind
from connector.store import open_store
from connector.store.base import State

from tests.cli.conftest import Opened
from tests.cli.office import Office, leads, until

OFTEN = {"[delivery]\n": '[schedule]\nevery = "1 second"\n[delivery]\n'}


@contextmanager
def running(office: Office) -> Iterator[Popen[str]]:
    """Run the daemon while the block runs; it is ended for good, should the test not have done it."""
    daemon = office.start("run")
    try:
        yield daemon
    finally:
        if daemon.poll() is None:
            daemon.kill()
        daemon.wait()


def logged(office: Office, name: str, **facts: Any) -> bool:  # noqa: ANN401 - facts of a log line
    """Tell whether the daemon logged an event with these facts."""
    return any(all(one.get(key) == value for key, value in facts.items()) for one in office.events(name))


def logged_times(office: Office, name: str, times: int) -> bool:
    """Tell whether the daemon logged an event so many times."""
    return len(office.events(name)) == times


def under_way(office: Office) -> int:
    """Return how many writes are INFLIGHT in the store."""
    store = open_store(f"sqlite:///{office.folder}/connector.db", read_only=True)
    try:
        with store.reading() as look:
            return len(look.effects(states=(State.INFLIGHT,)))
    finally:
        store.close()


def test_the_daemon_is_ready_soon_gives_the_task_and_ends_cleanly(opened: Opened) -> None:
    """Ready within 2 s; engagement becomes one task; the heart beats; SIGTERM ends it with 0, nothing under way."""
    office = opened(leads("amy"), OFTEN)
    began = time.monotonic()
    with running(office) as daemon:
        until(lambda: office.events("ready"))
        assert time.monotonic() - began < 4, "twice the promise: the machine of a test is a busy one"
        until(lambda: office.events("pass"))
        assert office.run("healthcheck").returncode == 0
        assert office.run("sync").returncode == 75, "the role is taken"
        office.engage("amy")
        until(lambda: office.tasks("amy"))
        until(lambda: office.stage("amy") == "salesqualifiedlead")
        status = office.run("status")
        assert status.returncode == 0
        assert "daemon      runs (heartbeat" in status.stdout
        began = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(10) == 0
        assert time.monotonic() - began < 5
    assert under_way(office) == 0
    assert len(office.tasks("amy")) == 1
    assert logged(office, "stopped")
    names = {json.dumps(one) for one in office.events()}
    assert not any("amy" in one.lower() for one in names), "no name and no address reaches the log"


def test_sigterm_lets_the_write_under_way_get_its_answer(opened: Opened) -> None:
    """A write that has left is waited for and settled: nothing is INFLIGHT, and the next process makes no second."""
    office = opened(leads("amy"), OFTEN)
    with running(office) as daemon:
        until(lambda: office.events("pass"))
        office.portal.faults.add(
            Fault(FaultKind.LATENCY, method="POST", path="/tasks", after=timedelta(seconds=0.8), times=None)
        )
        office.engage("amy")
        until(lambda: office.tasks("amy"))
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(10) == 0
    assert under_way(office) == 0
    office.portal.faults.clear()
    assert office.run("sync").returncode == 0
    assert len(office.tasks("amy")) == 1


def test_hubspot_down_is_told_waited_for_and_survived(opened: Opened) -> None:
    """The daemon stays alive and healthy, status says since when and why, and it goes on by itself."""
    office = opened(leads("amy"), OFTEN)
    with running(office) as daemon:
        until(lambda: office.events("pass"))
        port = office.port
        office.close()
        until(lambda: logged(office, "down", kind="network"))
        until(lambda: "DOWN since" in office.run("status").stdout)
        assert "Connection refused" in office.run("status").stdout
        assert office.run("healthcheck").returncode == 0
        assert daemon.poll() is None
        office.engage("amy")
        office.serve(port)
        until(lambda: office.tasks("amy"))
        assert len(office.events("down")) == 1, "an outage is told when it begins"
        assert logged(office, "back")
        until(lambda: "hubspot: answers" in office.run("status").stdout)


def test_hubspot_down_at_the_start_does_not_end_the_daemon(opened: Opened) -> None:
    """It is ready, waits longer each time, and begins as soon as the portal answers."""
    office = opened(leads("amy"), {"[delivery]\n": '[schedule]\nevery = "1 hour"\n[delivery]\n'})
    port = office.port
    office.close()
    with running(office):
        until(lambda: len(office.events("pass")) > 1)
        assert all(one["down"] == ["hubspot"] for one in office.events("pass"))
        office.serve(port)
        until(lambda: logged(office, "pass", down=[]))


def test_sighup_takes_a_good_file_and_refuses_a_bad_one(opened: Opened) -> None:
    """A typo, a field the portal lacks and an edited agreement are refused with reasons; the old one stays at work."""
    office = opened(leads("amy", "ben"), OFTEN)
    with running(office) as daemon:
        until(lambda: office.events("pass"))
        bad = (
            ({"hold =": "hod ="}, 'Did you mean "hold"?'),
            ({'last_name = "lastname"': 'last_name = "lastnam"'}, 'Did you mean "lastname"?'),
            ({"points = 5": "points = 6"}, "version of its own"),
            ({"connector.db": "other.db"}, "restart instead"),
        )
        for number, (changes, said) in enumerate(bad, 1):
            office.write({**OFTEN, **changes})
            daemon.send_signal(signal.SIGHUP)
            until(partial(logged_times, office, "reload_refused", number))
            assert said in str(office.events("reload_refused")[-1])
            assert daemon.poll() is None
        office.engage("amy")
        until(lambda: office.tasks("amy"))
        office.write({**OFTEN, 'subject = "Call': 'subject = "Ring up', 'version = "v1"': 'version = "v2"'})
        daemon.send_signal(signal.SIGHUP)
        until(lambda: logged(office, "reloaded", agreement="v2"))
        until(lambda: office.ask("status")["last_run"]["evaluated"] == 0)
        office.engage("ben")
        until(lambda: office.tasks("ben"))
        task = office.portal.values("tasks", office.tasks("ben")[0])
        assert task["hs_task_subject"].startswith("Ring up Ben")


def test_a_kill_in_the_middle_and_a_new_start_give_one_task(opened: Opened) -> None:
    """Killed while the answer to the task is on its way, the next process finds the task and makes no second one."""
    office = opened(leads("amy"), OFTEN)
    with running(office) as daemon:
        until(lambda: office.events("pass"))
        office.portal.faults.add(
            Fault(FaultKind.STALL, method="POST", path="/tasks/batch", after=timedelta(seconds=20), applied=True)
        )
        office.engage("amy")
        until(lambda: office.tasks("amy"))
        daemon.kill()
        daemon.wait()
    assert under_way(office) == 1
    office.portal.faults.clear()
    with running(office):
        until(lambda: office.stage("amy") == "salesqualifiedlead")
        until(lambda: office.ask("status")["outbox"] == {"waiting": 0, "held": 0, "unknown": 0, "parked": 0})
    assert len(office.tasks("amy")) == 1


def test_what_the_portal_comes_to_lack_ends_a_start_with_78(opened: Opened) -> None:
    """A daemon that could only write nonsense does not begin."""
    office = opened(leads("amy"), {'mql = "marketingqualifiedlead"': 'mql = "marketinglead"'})
    with running(office) as daemon:
        assert daemon.wait(20) == 78
    assert '"marketinglead"' in office.log.read_text(encoding="utf-8")
    assert office.writes() == []
