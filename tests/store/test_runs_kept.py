"""The list of runs does not grow for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.store import open_store
from connector.store.base import Run
from connector.store.runs import KEPT

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_only_the_last_runs_are_kept(tmp_path: Path) -> None:
    """A daemon that passes every five minutes for years keeps a week of them."""
    store = open_store(f"sqlite:///{tmp_path}/runs.db")
    store.upgrade()
    with store.writing() as tx:
        ids = [tx.start_run(Run(NOW + number * timedelta(minutes=5), "run")) for number in range(KEPT + 25)]
    with store.reading() as look:
        kept = [run.id for run in look.runs(limit=10 * KEPT)]
    store.close()
    assert kept == ids[: -KEPT - 1 : -1]
