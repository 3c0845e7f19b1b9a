"""`connector healthcheck` and `connector webhook send` against a daemon that listens."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from connector.web.office import State

from tests.cli.office import Office, leads, until
from tests.cli.test_daemon import OFTEN, running
from tests.web.house import opened as opened_door
from tests.webhooks.hooked import RULE
from tests.webhooks.made import BOOKING

Opened = Callable[..., Office]
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


def listening(port: int) -> dict[str, str]:
    """Return changes by which the daemon listens on *port* and hears a website."""
    website = f'[web]\nlisten = "127.0.0.1:{port}"\n[systems.website]\nkind = "webhook"\nsecret = {{ env = "SITE" }}\n'
    fields = 'employees = { type = "integer" }\n'
    return {
        **OFTEN,
        "[home]": f"{website}[home]",
        fields: f'{fields}interests = {{ type = "list" }}\n',
        "[agreement]\n": f"{BOOKING}\n[agreement]\n",
        "\n[agreement.mql]": RULE,
    }


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        return int(made.getsockname()[1])


def test_the_daemon_is_asked_itself(opened: Opened) -> None:
    """0 while it answers that it is well, 1 with the address when nobody answers there."""
    port = free_port()
    office = opened(leads("amy"), listening(port))
    office.environ["SITE"] = SECRET
    with running(office) as daemon:
        until(lambda: office.events("pass"))
        assert office.run("healthcheck").returncode == 0
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(10) == 0
    done = office.run("healthcheck")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"does not answer at http://127.0.0.1:{port}/healthz" in done.stderr


def test_what_is_not_well_is_said(opened: Opened, tmp_path: Path) -> None:
    """The daemon's own words, one line, exit 1."""
    with opened_door(tmp_path) as house:
        house.states["healthy"] = State(well=False, facts={"store": "ok", "heart": "is still"})
        office = opened(leads("amy"), listening(house.address[1]))
        office.environ["SITE"] = SECRET
        done = office.run("healthcheck")
        assert (done.returncode, done.stdout) == (1, "")
        assert "is not well: store ok, heart is still" in done.stderr


def test_a_stranger_on_the_port_is_no_daemon(opened: Opened) -> None:
    """What answers, but not as we do, is said to be something else: the simulated CRM's own port."""
    office = opened(leads("amy"), {})
    office.write(listening(office.port))
    office.environ["SITE"] = SECRET
    done = office.run("healthcheck")
    assert done.returncode == 1
    assert "is not well" in done.stderr


def test_a_sample_that_is_sent_becomes_a_task(opened: Opened) -> None:
    """Signed as its sender would, stored, judged at once; sent again under its id nothing happens."""
    office = opened(leads("amy"), listening(free_port()))
    office.environ["SITE"] = SECRET
    booking = {"event": "booked", "uid": "b-1", "topic": "Pricing", "attendee": {"email": "amy@buyer.example"}}
    (office.folder / "booking.json").write_text(json.dumps(booking), encoding="utf-8")
    words = ("webhook", "send", "website", "booking.json", "--id", "msg_1")
    with running(office):
        until(lambda: office.events("pass"))
        done = office.run(*words)
        assert (done.returncode, done.stdout[:3]) == (0, "204"), done.stderr
        until(lambda: office.tasks("amy"))
        again = office.run(*words, "--json")
        assert (again.returncode, json.loads(again.stdout)["status"]) == (0, 200)
        forged = office.run("webhook", "send", "website", "booking.json", SITE="whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
        assert (forged.returncode, forged.stdout[:3]) == (1, "401")
    assert len(office.tasks("amy")) == 1
    nobody = office.run(*words)
    assert nobody.returncode == 69
    assert "does not answer" in nobody.stderr
