"""
How long one waits for the command line: `connector version` to its end, `connector run` to its first heartbeat.

The heartbeat stands in the store and is looked for from outside, as `connector healthcheck` does; the store exists and
holds a base that was synced before, and the portal answers.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.schedule import HEARTBEAT
from connector.store.base import Store
from connector.sync import sync

from bench.apart import Apart
from bench.engines import CONFIG, configuration, environment, real_wait, started
from bench.rows import Row, note, printed

COMMAND: Final = str(Path(sys.executable).with_name("connector"))
_PATIENCE: Final = 30.0
_LOOK_EVERY: Final = 0.01


@dataclass(frozen=True, slots=True)
class Sizes:
    """How often each is started, and how many people the store knows."""

    versions: int = 11
    runs: int = 3
    base: int = 2_000


def version(times: int) -> Row:
    """Time `connector version`, the first start left out: it may have to compile."""
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        done = subprocess.run([COMMAND, "version"], check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
        if not done.stdout.startswith(b"connector "):
            return Row("version_seconds", taken[-1], sound=False)
    spread = f"{min(taken[1:]):.3f} to {max(taken[1:]):.3f} s"
    note(f"version_seconds: {spread}")
    return Row("version_seconds", round(statistics.median(taken[1:]), 3))


def run_ready(times: int, base: int, folder: Path) -> Row:
    """Time `connector run` on a store that has been synced."""
    with Apart("bench.portal:Neighbour", base) as portal:
        url = portal.ask("url")
        engine = started(configuration(folder, url))
        sync(engine, real_wait)
        taken = [_to_first_beat(engine.store, folder, url) for _ in range(times)]
        engine.store.close()
    note(f"run_ready_seconds: {min(taken):.2f} to {max(taken):.2f} s")
    return Row("run_ready_seconds", round(statistics.median(taken), 3), max(taken) < _PATIENCE)


def _to_first_beat(store: Store, folder: Path, url: str) -> float:
    """Start the daemon, wait for a heartbeat that was not there before, end it; return the seconds it took."""
    before = _beat(store)
    said = folder / "daemon.log"
    began = time.perf_counter()
    with said.open("wb") as log:
        daemon = subprocess.Popen(
            [COMMAND, "run", "--config", str(CONFIG)], env={**os.environ, **environment(folder, url)}, stderr=log
        )
    try:
        while _beat(store) == before and time.perf_counter() - began < _PATIENCE and daemon.poll() is None:
            time.sleep(_LOOK_EVERY)
        taken = time.perf_counter() - began
        if daemon.poll() is None and taken < _PATIENCE:
            return taken
        note(f"run_ready_seconds: the daemon (exit {daemon.returncode}) said:\n{said.read_text(encoding='utf-8')}")
        return _PATIENCE
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(timeout=_PATIENCE)


def _beat(store: Store) -> str:
    """Return the last heartbeat in the store."""
    with store.reading() as look:
        return look.note(HEARTBEAT)


def measured(sizes: Sizes, folder: Path) -> list[Row]:
    """Return both rows."""
    return [version(sizes.versions), run_ready(sizes.runs, sizes.base, folder)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as made_folder:
        raise SystemExit(printed(measured(Sizes(), Path(made_folder))))
