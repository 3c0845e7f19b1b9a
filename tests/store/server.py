"""
A PostgreSQL server of the tests' own: made in a temporary folder, reached by a socket in it, gone with the session.

`TEST_DATABASE_URL` names another server instead, whose user may create databases. Without either nothing is skipped:
the tests fail and say what is missing.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

_HOMES: Final = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/pgsql-17", "/usr/pgsql-16")
_SETTINGS: Final = (
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=32MB",
    "logging_collector=off",
)
_numbers: Final = count(1)


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs; LookupError says what to install."""
    found = shutil.which(name)
    places = sorted(place for home in _HOMES for place in Path(home).glob(f"**/bin/{name}"))
    if places:
        return str(places[-1])
    if found is None:
        message = f"{name} is missing: install PostgreSQL (Debian: postgresql), or set TEST_DATABASE_URL"
        raise LookupError(message)
    return found


def _as_somebody() -> dict[str, Any]:
    """Return the user as whom the server runs: it refuses to be root."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    message = "PostgreSQL does not run as root and there is no user postgres or nobody"
    raise LookupError(message)


class Server:
    """
    One server.

    Attributes:
        url: Its maintenance database.
    """

    def __init__(self, url: URL, folder: Path | None = None) -> None:
        """Know where it is, and where its files lie when it is ours."""
        self.url = url
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        if self._folder is None:
            return
        command = [program("postgres"), "-D", str(self._folder / "data"), "-k", str(self._folder)]
        command += [part for one in _SETTINGS for part in ("-c", one)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", env=_ENVIRON, **_as_somebody())
        for _ in range(400):
            with suppress(psycopg.OperationalError):
                psycopg.connect(dsn(self.url), connect_timeout=2).close()
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.025)
        raise RuntimeError((self._folder / "log").read_text(encoding="utf-8", errors="replace"))

    def stop(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            # SIGQUIT: the immediate shutdown of all of its processes, without a checkpoint.
            self._process.send_signal(3)
            self._process.wait(30)
            self._process = None

    def run(self, statement: str, *names: str) -> None:
        """Run one statement with *names* in the places of its {}, outside any transaction."""
        with psycopg.connect(dsn(self.url), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @contextmanager
    def database(self, options: str = "") -> Iterator[URL]:
        """Lend a new, empty database."""
        name = f"connector_test_{os.getpid()}_{next(_numbers)}"
        self.run(f"CREATE DATABASE {{}} {options}", name)
        try:
            yield self.url.set(database=name)
        finally:
            self.run("DROP DATABASE {} WITH (FORCE)", name)


_ENVIRON: Final = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def dsn(url: URL) -> str:
    """Return an address as the driver itself takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def address(url: URL) -> str:
    """Return an address as it stands in a configuration."""
    return dsn(url)


@contextmanager
def own_server() -> Iterator[Server]:
    """Make a server, start it, and take it away again."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    somebody = _as_somebody()
    try:
        if somebody:
            os.chown(folder, somebody["user"], somebody["group"])
        command = [program("initdb"), "-D", str(folder / "data"), "-U", "tests", "--auth=trust", "--no-sync"]
        made = subprocess.run(
            [*command, "--encoding=UTF8", "--locale=C.UTF-8"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_ENVIRON,
            **somebody,
        )
        if made.returncode:
            raise RuntimeError(made.stderr)
        server = Server(make_url(f"postgresql://tests@/postgres?host={folder}"), folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def a_server() -> Iterator[Server]:
    """Lend the server that `TEST_DATABASE_URL` names, or one of our own."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield Server(make_url(named))
        return
    with own_server() as server:
        yield server
