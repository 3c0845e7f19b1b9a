"""Killed at any point, the store keeps what it acknowledged, and of anything else all or nothing."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from connector.store import open_store

from tests.store.crash import pages_found

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.store.crash")
KILLS = 6


def _sound(file: Path) -> bool:
    """Return whether the database finds nothing wrong with itself."""
    with closing(sqlite3.connect(file)) as connection:
        answers = connection.execute("PRAGMA integrity_check").fetchall()
        return answers == [("ok",)] and not connection.execute("PRAGMA foreign_key_check").fetchall()


def test_killed_at_every_point_a_page_is_there_or_not(tmp_path: Path) -> None:
    """A page is saved by no process that was killed before its commit, and by the one that was killed after it."""
    file = tmp_path / "connector.db"
    done = subprocess.run(
        [*COMMAND, f"sqlite:///{file}", "each"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    found = [int(line) for line in done.stdout.split()]
    before, after = found.index(1), found[found.index(1) :]
    assert before > 15, "every statement of a page is a point"
    assert found[:before] == [0] * before
    assert after == [1, 2]
    assert _sound(file)


def test_killed_at_random_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """Whatever a killed process said it had saved is there, whole, and the next process goes on from it."""
    file = tmp_path / "connector.db"
    chance = random.Random(20261120)
    acknowledged = 0
    for _ in range(KILLS):
        with subprocess.Popen([*COMMAND, f"sqlite:///{file}"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            first = int(writer.stdout.readline())
            time.sleep(chance.uniform(0, 0.15))
            writer.kill()
            said = [first, *(int(line) for line in writer.stdout.read().split("\n")[:-1])]
        assert first >= acknowledged
        assert said == list(range(first, first + len(said)))
        acknowledged = said[-1] + 1
        store = open_store(f"sqlite:///{file}")
        with store.reading() as look:
            assert acknowledged <= pages_found(look) <= acknowledged + 1
        store.close()
    assert acknowledged > KILLS
    assert _sound(file)
