"""What `connector init` writes for Salesforce runs as it is: compared with a simulated org, then synced."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from connector.assemble import assemble, connected, ready
from connector.config.load import load_or_raise
from connector.config.online import check_online
from connector.config.template import template
from connector.sandbox.carried import Carried
from connector.sandbox.hubspot import NO_LAG, Portal, load
from connector.sandbox.hubspot.command import SAMPLE
from connector.sandbox.inprocess import InProcess
from connector.sandbox.salesforce import Org
from connector.sync import sync

from tests.clock import VirtualClock
from tests.config.support import NOW

ENVIRON = {
    "HUBSPOT_TOKEN": "t",
    "SALESFORCE_CLIENT_ID": "demo",
    "SALESFORCE_CLIENT_SECRET": "demo",
    "CONNECTOR_FIRST_SYNC__STAGE_CHANGES": "true",
    "CONNECTOR_FIRST_SYNC__TASKS": "true",
}


@pytest.mark.parametrize("crm", ["salesforce", "both"])
def test_the_systems_have_everything_that_is_written_and_one_pass_gives_each_sql_one_task(
    crm: str, tmp_path: Path
) -> None:
    """Nothing is missing, refused or held; the second pass is silent."""
    file = tmp_path / "config.toml"
    file.write_text(template(crm), encoding="utf-8")
    config = load_or_raise(file, {**ENVIRON, "CONNECTOR_STORE__URL": f"sqlite:///{tmp_path}/init.db"})
    clock = VirtualClock(NOW)
    org = Org(load(SAMPLE), clock=clock, seed=1, limits="off")
    portal = Portal(load(SAMPLE), clock=clock, seed=1, limits="off", index_lag=NO_LAG)
    there = {"salesforce": Carried(org), "hubspot": InProcess(portal)}
    transports = {name: there[name] for name in config.systems}

    adapters, _ = connected(config, clock, transports)
    schemas = {name: adapter.describe() for name, adapter in adapters.items()}
    assert check_online(config, schemas) == ()
    assert [adapter.prepare(dry=True) for adapter in adapters.values()] == [()] * len(adapters)

    engine = ready(assemble(config, clock=clock, transports=transports, chance=random.Random(1)))
    first = sync(engine, clock.sleep)
    assert (first.rejected, first.unknown, first.quarantined, dict(first.held), first.down) == (0, 0, 0, {}, {})
    made = {who: len(tasks) for who, tasks in org.journal.tasks_by_contact().items()}
    tasks = [org.values("Task", one) for ones in org.journal.tasks_by_contact().values() for one in ones]
    assert made
    assert set(made.values()) == {1}
    assert Counter(str(one["OwnerId"])[:3] for one in tasks) == {"005": len(tasks)}
    stages = Counter(org.values("Lead", str(one["WhoId"]))["Status"] for one in tasks)
    assert stages == {"Sales Qualified": len(tasks)}

    clock.advance(timedelta(minutes=5))
    second = sync(engine, clock.sleep)
    assert (second.delivered, second.rejected, second.waiting) == (0, 0, 0)
