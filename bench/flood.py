"""
A server that is killed in the middle of a flood: every event that was answered 2xx is in its store.

Ten times: a server in a process of its own, 64 connections posting as fast as they are answered, SIGKILL after a random
part of a second, then the database is opened as a process would that starts next. A kill that met no flood counts for
nothing: each must break connections that were waiting, and have taken events before.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.knocking import knock
from bench.rows import Row, note, printed

NAME: Final = "flood_lost"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How often the server is killed, over how many connections, within how many seconds, and which server."""

    kills: int = 10
    connections: int = 64
    longest: float = 0.8
    events: int = 12_000
    seed: int = 7
    door: str = "bench.door:Ours"


def measured(sizes: Sizes, folder: Path) -> Row:
    """Return how many answered events all those stores lack."""
    chance = random.Random(sizes.seed)
    lost = 0
    sound = True
    for turn in range(sizes.kills):
        file = folder / f"{turn}.db"
        lacking, taken, broken = _killed(file, turn, sizes, 0.2 + chance.random() * (sizes.longest - 0.2))
        lost += lacking
        sound &= taken > 0 and broken > 0
        note(f"{NAME}: {taken:,} answered before the kill, {broken} waiting at it, {lacking} of them lost")
    return Row(NAME, lost, sound)


def _killed(file: Path, turn: int, sizes: Sizes, after: float) -> tuple[int, int, int]:
    """Flood a server and kill it *after* seconds; return lost events, answered ones, and connections it broke."""
    command = [sys.executable, "-m", "bench.flood", sizes.door, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = server.stdout.readline().strip() if server.stdout else ""
            timer = threading.Timer(after, os.kill, (server.pid, signal.SIGKILL))
            ids = [f"msg_{turn}_{number:06}" for number in range(sizes.events)]
            knocks = knock(url, ids, sizes.connections, begun=timer.start)
            timer.join()
        finally:
            server.kill()
    with contextlib.closing(sqlite3.connect(file)) as database:
        stored = {event_id for (event_id,) in database.execute("SELECT event_id FROM inbox")}
        (whole,) = database.execute("PRAGMA integrity_check").fetchone()
    if whole != "ok":
        raise SystemExit(f"{NAME}: the database is damaged: {whole}")
    return len(set(knocks.taken) - stored), len(knocks.taken), knocks.broken


def _serve(door: str, file: Path) -> None:
    """Say where the server answers, and serve until killed."""
    module, _, name = door.partition(":")
    served = getattr(importlib.import_module(module), name)(file)
    sys.stdout.write(served.url() + "\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _serve(sys.argv[1], Path(sys.argv[2]))
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as made_folder:
        raise SystemExit(printed([measured(Sizes(), Path(made_folder))]))
