"""An Outbound Message through the whole, from door to task; and what an admin sees of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
import requests

from connector.adapters.salesforce import Options
from connector.assemble import assemble, ready
from connector.cli import knocking, webhooks
from connector.cli.exits import Exit
from connector.cli.serving import Front
from connector.config.load import load
from connector.config.nouns import Web
from connector.sandbox.carried import Carried
from connector.sandbox.hubspot import NO_LAG, Portal
from connector.sandbox.inprocess import InProcess
from connector.sandbox.salesforce import Org
from connector.schedule import Loop, run
from connector.store import open_store
from connector.store.base import Post

from tests.pair import ENVIRON, Pair
from tests.webhooks.outbound import ADDRESS, CONTACT, LEAD, ORG, SECRET, envelope, notice_id
from tests.world import somebody

SAMPLE: Final = Path(__file__).parents[2] / "examples" / "webhooks" / "salesforce" / "lead.xml"
CLIENT: Final = 'client_secret = { env = "SALESFORCE_CLIENT_SECRET" }\n'
LISTENS: Final = f'organization_id = "{ORG}"\nwebhook_secret = {{ env = "MESSAGES" }}\n'
CHANGES: Final = {
    'company = "Company"\n': 'company = "Company"\njob_title = "Title"\n',
    'company = { type = "text" }\n': 'company = { type = "text" }\njob_title = { type = "text" }\n',
    "\n[agreement.mql]": """
[[agreement.rule]]
score = "intent"
name = "Decides"
when = { field = "job_title", has_word = ["director"] }
points = 40
[agreement.mql]""",
}
_PATIENCE: Final = 20.0


@dataclass
class Live:
    """A daemon at work before an org whose lead Ann is known, and the way to its door."""

    org: Org
    loop: Loop
    url: str

    def post(self, body: bytes, target: str = ADDRESS) -> requests.Response:
        """Send a message."""
        return requests.post(self.url + target, data=body, headers={"content-type": "text/xml"}, timeout=_PATIENCE)

    def tasks(self, name: str = "ann") -> int:
        """Return how many tasks somebody's lead has, once there is one or patience ends."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            made = self.org.journal.tasks_by_contact().get(self.org.lead_id(name), [])
            if made:
                return len(made)
            time.sleep(0.01)
        return 0

    def settled(self) -> None:
        """Wait until no delivery is left to be taken."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with self.loop.engine.store.reading() as look:
                if not look.deliveries_waiting().get(Post.NEW):
                    return
            time.sleep(0.01)


@contextmanager
def living(folder: Path) -> Iterator[Live]:
    """Run a daemon under the real clock, since it waits for real, until its first pass is over."""
    config = Pair(folder, changes=CHANGES).config
    people = [somebody("ann"), somebody("ben")]
    org = Org(iter(people), limits="off")
    options = config.systems["salesforce"].options.model_copy(
        update={"organization_id": org.state.furniture.organization, "webhook_secret": _secret(folder)}
    )
    systems = {**config.systems, "salesforce": replace(config.systems["salesforce"], options=options)}
    config = replace(config, systems=systems, web=Web(("127.0.0.1", 0)), store_url=f"sqlite:///{folder}/live.db")
    portal = Portal(iter([]), limits="off", index_lag=NO_LAG)
    transports = {"hubspot": InProcess(portal), "salesforce": Carried(org)}
    engine = ready(assemble(config, store=open_store(config.store_url), transports=transports))
    front = Front(config, engine.store, lambda _name, _facts: None)
    passed = threading.Event()
    loop = Loop(engine, on_pass=lambda _done: passed.set())
    front.serve_for(loop)
    daemon = threading.Thread(target=run, args=(loop,), daemon=True)
    daemon.start()
    try:
        assert passed.wait(_PATIENCE)
        yield Live(org, loop, front.url)
    finally:
        loop.end()
        daemon.join(_PATIENCE)
        front.close()
        engine.store.close()


def _secret(folder: Path) -> object:
    """Return the secret as the configuration holds it."""
    config = written(folder)
    loaded = load(config, {**ENVIRON, "MESSAGES": SECRET})
    assert loaded.config is not None
    options = loaded.config.systems["salesforce"].options
    assert isinstance(options, Options)
    return options.webhook_secret


def written(folder: Path, lines: str = LISTENS) -> Path:
    """Write a configuration whose Salesforce has *lines* as well; return the file."""
    target = folder / "hooked"
    target.mkdir(exist_ok=True)
    Pair(target)
    config = target / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(CLIENT, CLIENT + lines), encoding="utf-8")
    return config


def test_a_message_makes_its_lead_be_read_and_the_task_be_there(tmp_path: Path) -> None:
    """Long before the schedule, by what the org says and not the message, and once however often it comes."""
    with living(tmp_path) as live:
        org_id = live.org.state.furniture.organization
        lead, other = live.org.lead_id("ann"), live.org.lead_id("ben")
        live.org.rep.set_values(lead, {"Title": "Director of Sales"})
        forged = "<sf:Title>Director</sf:Title></sObject>"
        body = envelope(((lead, notice_id(1)), (other, notice_id(2))), org=org_id)
        body = body.replace(b"</sObject>", forged.encode())
        assert live.post(body, "/webhooks/salesforce?secret=no").status_code == 401
        answer = live.post(body)
        assert (answer.status_code, b"<Ack>true</Ack>" in answer.content) == (200, True)
        assert live.tasks() == 1
        live.settled()
        assert live.post(body).status_code == 200
        live.settled()
        assert live.tasks() == 1
        assert live.org.journal.tasks_by_contact().get(other) is None


def test_a_sample_goes_to_the_door_with_the_secret_and_the_org_of_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`connector webhook send`; a system that takes no messages says what it lacks."""
    for name, value in {**ENVIRON, "MESSAGES": SECRET}.items():
        monkeypatch.setenv(name, value)
    with living(tmp_path) as live:
        org_id = live.org.state.furniture.organization
        config = written(tmp_path, LISTENS.replace(ORG, org_id))
        done = knocking.send(config, "salesforce", SAMPLE, (), live.url, "", as_json=True)
        assert (done, json.loads(capsys.readouterr().out)["status"]) == (Exit.DONE, 200)
        assert knocking.send(config, "salesforce", SAMPLE, (), live.url, "", as_json=False) == Exit.DONE
        assert "acknowledged" in capsys.readouterr().out
        wrong = written(tmp_path, LISTENS)
        assert knocking.send(wrong, "salesforce", SAMPLE, (), live.url, "", as_json=False) == Exit.FAILED
        assert "401" in capsys.readouterr().out
        bare = written(tmp_path, "")
        assert knocking.send(bare, "salesforce", SAMPLE, (), live.url, "", as_json=False) == Exit.FAILED
        assert "no organization_id" in capsys.readouterr().err


def test_a_sample_is_shown_as_what_it_would_have_us_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`connector webhook test`; nothing is stored and nobody is asked."""
    for name, value in {**ENVIRON, "MESSAGES": SECRET}.items():
        monkeypatch.setenv(name, value)
    assert webhooks.test(written(tmp_path), "salesforce", SAMPLE, (), as_json=False) == Exit.DONE
    assert f"read again  lead {LEAD}" in capsys.readouterr().out
    assert CONTACT not in SAMPLE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("lines", "secret", "found"),
    [
        (LISTENS, SECRET, ""),
        (f'organization_id = "{ORG[:15]}"\nwebhook_secret = {{ env = "MESSAGES" }}\n', SECRET, ""),
        (f'organization_id = "{ORG}"\n', SECRET, "warning: Outbound Messages are not signed"),
        (LISTENS, "short", "warning: the secret is shorter than 24 bytes"),
        ('webhook_secret = { env = "MESSAGES" }\n', SECRET, "error: webhook_secret says nothing without the org"),
        (f'organization_id = "{LEAD}"\n', SECRET, "is no id of an organization"),
        (f'organization_id = "{ORG[:-1]}X"\n', SECRET, "is no id of an organization"),
        ("", SECRET, ""),
    ],
)
def test_a_configuration_says_whom_it_would_believe(tmp_path: Path, lines: str, secret: str, found: str) -> None:
    """The org alone is a doubt, the secret alone is a mistake, another id than an org's is one as well."""
    loaded = load(written(tmp_path, lines), {**ENVIRON, "MESSAGES": secret})
    told = [
        f"{'warning' if one.warning else 'error'}: {one.message}"
        for one in loaded.problems
        if "salesforce" in one.path and "systems" in one.path
    ]
    assert [one for one in told if found and found in one] == told
    assert bool(told) == bool(found)
