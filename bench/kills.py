"""
Kill -9 at every point of a full cycle at which something leaves the process, again and again.

A simulated HubSpot lives in another process. For each kill two people do something that makes one of them MQL and one
SQL with a task; a child process syncs and is killed with SIGKILL at the n-th point (before or after a request, before
or after a commit; n runs through all of them, over and over), or, once those have had their turn, at an instant by
chance. A second child, with nothing but the store, ends the cycle. Judged by the portal's own journal: one task for who
became SQL, none for the other, both stages right.

`python -m bench.kills [KILLS]`
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from typing_extensions import override
from urllib3 import PoolManager

from connector.assemble import assemble, ready
from connector.config.load import load
from connector.sandbox.hubspot import NO_LAG, Portal
from connector.sandbox.server import serve
from connector.store import open_store
from connector.sync import sync

from bench.apart import Apart
from bench.engines import real_wait
from bench.rows import note
from tests.killing import Fate, MortalPool, MortalStore
from tests.world import AGREEMENT, somebody

_LONGEST: Final = 30.0
"""Seconds a child may take; one that takes longer hangs."""
_BY_CHANCE: Final = 0.25
"""Part of the kills that come at an instant by chance instead of at a point."""
_LOOK_EVERY: Final = 0.002
_QUIET: Final = timedelta(seconds=1)


class Neighbour:
    """The portal, to be made in a process of its own (see `Apart`)."""

    def __init__(self, people: int) -> None:
        """Open it with so many leads."""
        self._portal = Portal((somebody(_name(one)) for one in range(people)), limits="off", index_lag=NO_LAG)
        self._server = serve(self._portal).start()

    def url(self) -> str:
        """Return where it is."""
        return self._server.url

    def act(self, reader: int, asker: int) -> None:
        """Let one read enough for MQL, and another ask for a demo."""
        for _ in range(4):
            self._portal.engage(_name(reader), "page_viewed")
            time.sleep(0.002)
        self._portal.engage(_name(asker), "form_submitted", attributes={"form": "Demo request"})

    def seen(self, person: int) -> tuple[str, int]:
        """Return somebody's stage and how many tasks were ever made for them."""
        row = self._portal.contact_id(_name(person))
        made = self._portal.journal.tasks_by_contact().get(row, ())
        return self._portal.values("contacts", row).get("lifecyclestage", ""), len(made)


@dataclass
class SuddenFate(Fate):
    """Ends the process for real, as the kernel does when memory runs out."""

    @override
    def point(self) -> None:
        """Pass one point, or be killed at it."""
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class Tally:
    """What the kills came to."""

    kills: int = 0
    unhurt: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    hung: int = 0
    resumes: list[float] = field(default_factory=list)

    def sound(self) -> bool:
        """Tell whether nothing was lost, doubled, wrong or hung."""
        return not (self.lost or self.doubled or self.wrong or self.hung)


def _name(number: int) -> str:
    """Return the id of one of the crowd."""
    return f"p{number}"


def _cycle(folder: Path, url: str, fate: Fate) -> int:
    """Do one pass as a process of its own would; return how many points it passed."""
    loaded = load(folder / "config.toml", {"HUBSPOT_TOKEN": "t", "CONNECTOR_SYSTEMS__HUBSPOT__BASE_URL": url})
    if loaded.config is None:
        raise SystemExit([one.message for one in loaded.problems])
    store = MortalStore(open_store(f"sqlite:///{folder}/kills.db"), fate)
    pool = MortalPool(PoolManager(num_pools=2, maxsize=8), fate)
    engine = ready(assemble(loaded.config, store=store, transports={"hubspot": pool}))
    sync(engine, real_wait)
    return fate.passed


def _child(work: Callable[[], int], kill_after: float | None = None) -> tuple[bool, int, float]:
    """Do *work* in a forked process; return whether it lived, what it returned, and the seconds it took."""
    end, ours = os.pipe()
    began = time.perf_counter()
    pid = os.fork()
    if not pid:
        os.close(end)
        code = 1
        try:
            os.write(ours, str(work()).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(ours)
    status = _ended(pid, began, kill_after)
    said = os.read(end, 20).decode()
    os.close(end)
    return os.WIFEXITED(status) and not os.WEXITSTATUS(status), int(said or 0), time.perf_counter() - began


def _ended(pid: int, began: float, kill_after: float | None) -> int:
    """Wait for a child to end, kill it on the way if asked; return its status."""
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        spent = time.perf_counter() - began
        if found:
            return status
        if kill_after is not None and spent >= kill_after:
            os.kill(pid, signal.SIGKILL)
            kill_after = None
        elif spent > _LONGEST:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise TimeoutError
        else:
            time.sleep(_LOOK_EVERY)


def killed(kills: int, folder: Path, seed: int = 1) -> Tally:
    """Kill *kills* times and judge each."""
    text = AGREEMENT.replace("[delivery]\n", "[brakes]\ntasks_per_owner_per_day = 100000\n[delivery]\n")
    (folder / "config.toml").write_text(text, encoding="utf-8")
    chance = random.Random(seed)
    tally = Tally()
    with Apart("bench.kills:Neighbour", 2 * kills + 2) as portal:
        url = portal.ask("url")
        _child(partial(_cycle, folder, url, SuddenFate()))
        portal.ask("act", 0, 1)
        _, points, whole = _child(partial(_cycle, folder, url, SuddenFate()))
        note(f"kills: a cycle has {points} points and takes {whole:.2f} s")
        for number in range(kills):
            reader, asker = 2 * number + 2, 2 * number + 3
            portal.ask("act", reader, asker)
            by_chance = number >= points and chance.random() < _BY_CHANCE
            fate = SuddenFate(0 if by_chance else number % points + 1)
            try:
                lived, _, _ = _child(partial(_cycle, folder, url, fate), chance.random() * whole if by_chance else None)
                tally.kills += not lived
                tally.unhurt += lived
                _, _, spent = _child(partial(_cycle, folder, url, SuddenFate()))
                tally.resumes.append(spent)
            except TimeoutError:
                tally.hung += 1
            _judge(tally, portal.ask("seen", reader), portal.ask("seen", asker))
    return tally


def _judge(tally: Tally, reader: tuple[str, int], asker: tuple[str, int]) -> None:
    """Count what is not as it should be."""
    tally.lost += not asker[1]
    tally.doubled += max(asker[1] - 1, 0) + reader[1]
    tally.wrong += (reader[0] != "marketingqualifiedlead") + (asker[0] != "salesqualifiedlead")


def main(arguments: list[str]) -> int:
    """Print what the kills came to; 1 when anything was lost or doubled."""
    kills = int(arguments[0]) if arguments else 2_000
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as folder:
        tally = killed(kills, Path(folder))
    slowest: Mapping[str, float] = {
        "median": sorted(tally.resumes)[len(tally.resumes) // 2],
        "most": max(tally.resumes),
    }
    print(f"kills {tally.kills}, cycles that ended before their kill {tally.unhurt}")
    print(f"lost {tally.lost}, doubled {tally.doubled}, wrong stages {tally.wrong}, hung {tally.hung}")
    print(
        f"resumed in {slowest['median']:.2f} s (median), {slowest['most']:.2f} s at most, "
        f"a quiet time of {_QUIET.total_seconds():g} s included where a write was unclear"
    )
    return int(not tally.sound())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
