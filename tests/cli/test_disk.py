"""A disk that is full or fails under a running daemon and under each command: nothing acknowledged is lost (R10)."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connector.signatures.signing import by_standard

from tests.cli.conftest import Opened
from tests.cli.office import COMMAND, Office, leads, now, until
from tests.cli.test_daemon import logged_times, running
from tests.cli.test_pulse import SECRET, free_port, listening

ROOM = 110 * 1024
"""Bytes up to which a failing disk takes files: more than the log of a test has, less than the store's journal."""


@dataclass
class House:
    """
    A daemon's door.

    Attributes:
        port: Where it listens.
        acknowledged: Ids of the deliveries that it took.
        tried: How many it was offered.
    """

    port: int
    acknowledged: list[str] = field(default_factory=list)
    tried: int = 0

    def post(self, who: str = "nobody") -> int:
        """Offer one delivery; return the status."""
        self.tried += 1
        id_ = f"msg_{self.tried}"
        event = {"event": "booked", "uid": id_, "topic": "Pricing", "attendee": {"email": f"{who}@buyer.example"}}
        body = json.dumps({**event, "padding": "x" * 2000}).encode()
        headers = {**by_standard(SECRET, body, id_, now()).headers, "content-type": "application/json"}
        status, _ = self._ask("POST", "/webhooks/website", body, headers)
        if status < 300:
            self.acknowledged.append(id_)
        return status

    def ready(self) -> tuple[int, str]:
        """Ask /readyz."""
        return self._ask("GET", "/readyz", b"", {})

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Send one request; return status and text of the answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """Lend *place* as a disk of 4 MiB; False where this user may mount none."""
    place.mkdir(parents=True, exist_ok=True)
    mounting = ["/bin/mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    there = os.getuid() == 0 and subprocess.run(mounting, capture_output=True, check=False).returncode == 0
    try:
        yield there
    finally:
        if there:
            subprocess.run(["/bin/umount", "-l", str(place)], check=True)


def fill(place: Path) -> Callable[[], None]:
    """Fill the disk at *place* to its last byte; return what makes the room again."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler.unlink


def fail(daemon: subprocess.Popen[str]) -> Callable[[], None]:
    """Let the system refuse whatever the daemon writes to its store; return what ends it."""
    endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
    return lambda: (resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, endless), None)[1]


def stored(file: Path) -> set[str]:
    """Return the ids of all deliveries, from a sound database."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {id_ for (id_,) in connection.execute("SELECT event_id FROM inbox")}


@pytest.mark.parametrize("way", ["full", "failing"])
def test_a_disk_that_takes_nothing_is_survived(opened: Opened, tmp_path: Path, way: str) -> None:
    """503 instead of an acknowledgement, not ready within 5 s, well within 10 s of the room; nothing taken is lost."""
    house = House(free_port())
    office = opened(leads("amy"), listening(house.port))
    with small_disk(tmp_path / "disk") as mounted:
        data = tmp_path / "disk"
        file = data / "connector.db"
        office.environ |= {"SITE": SECRET, "CONNECTOR_STORE__URL": f"sqlite:///{file}"}
        with running(office) as daemon:
            until(lambda: office.events("pass") and file.with_name("connector.db-wal").stat().st_size > ROOM)
            assert house.post() == 204
            mend = fill(data) if way == "full" and mounted else fail(daemon)
            until(lambda: house.post() == 503)
            refused = time.monotonic()
            until(lambda: house.ready()[0] == 503)
            assert time.monotonic() - refused <= 5
            assert "The database" in house.ready()[1]
            assert house.post() == 503
            office.engage("amy")
            time.sleep(1.5)
            assert daemon.poll() is None
            mend()
            mended = time.monotonic()
            until(lambda: house.ready()[0] == 200)
            assert house.post("amy") == 204
            assert time.monotonic() - mended <= 10
            until(lambda: office.tasks("amy"))
            assert logged_times(office, "store_stopped", 1)
            assert logged_times(office, "store_back", 1)
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(10) == 0
        assert stored(file) >= set(house.acknowledged)
        assert len(house.acknowledged) < house.tried
    assert len(office.tasks("amy")) == 1


def limited(office: Office, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command that can write to no file."""
    return subprocess.run(
        [COMMAND, *words],
        cwd=office.folder,
        env=office.variables({}),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )


@pytest.mark.parametrize("words", ["sync", "run", "status", "outbox retry --yes"])
def test_a_command_on_a_failing_disk_ends_with_a_sentence(opened: Opened, words: str) -> None:
    """Exit 1, the file, what is wrong and what to do; nothing is written to the CRM, and the store is sound."""
    office = opened(leads("amy"))
    assert office.run("sync").returncode == 0
    office.engage("amy")
    done = limited(office, *words.split())
    assert done.returncode == 1, done.stderr
    assert "The database connector.db could not be read or written by the system" in done.stderr
    assert "Traceback" not in done.stderr
    assert office.tasks("amy") == []
    stored(office.folder / "connector.db")
    assert office.run("sync").returncode == 0
    assert len(office.tasks("amy")) == 1


COMMANDS = ("status", "outbox list", "outbox retry --yes", "explain 1", "report funnel", "plan", "sync", "run")


def damage(file: Path) -> None:
    """Overwrite all but the first page."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * (file.stat().st_size - 4096))


def outgrow(file: Path) -> None:
    """Let the database be a newer program's."""
    with closing(sqlite3.connect(file)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(damage, "is damaged"), (outgrow, "written by a newer connector")],
    ids=["damaged", "newer"],
)
def test_a_store_that_cannot_be_used_is_said_by_every_command(
    opened: Opened, spoil: Callable[[Path], None], said: str
) -> None:
    """Exit 1 and one sentence that says what to do; the file is left as it was."""
    office = opened(leads("amy"))
    assert office.run("sync").returncode == 0
    file = office.folder / "connector.db"
    spoil(file)
    before = file.read_bytes()
    for words in COMMANDS:
        done = office.run(*words.split())
        assert done.returncode == 1, (words, done.stderr)
        assert said in done.stderr, words
        assert "Traceback" not in done.stderr
        assert done.stdout == "" or words == "run", words
    assert file.read_bytes() == before


def test_a_read_only_store_is_read_and_its_writers_say_so(opened: Opened, tmp_path: Path) -> None:
    """Each command works, or ends with 1 and a sentence with the file and the right that is missing."""
    office = opened(leads("amy"))
    with small_disk(tmp_path / "disk") as mounted:
        data = tmp_path / "disk"
        office.environ["CONNECTOR_STORE__URL"] = f"sqlite:///{data}/connector.db"
        assert office.run("sync").returncode == 0
        if mounted:
            subprocess.run(["/bin/mount", "-o", "remount,ro", str(data)], check=True)
        else:
            (data / "connector.db").chmod(0o400)
            data.chmod(0o500)
        for words in COMMANDS:
            done = office.run(*words.split())
            assert done.returncode in {0, 1}, (words, done.stderr)
            assert "Traceback" not in done.stderr
            if done.returncode:
                assert f"{data}/connector.db" in done.stderr, (words, done.stderr)
        assert office.run("sync").returncode == 1
        if not mounted:
            data.chmod(0o700)
