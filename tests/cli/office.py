"""An admin's desk for tests of the commands: real processes, a sandbox on loopback, a folder with configuration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from connector.sandbox.hubspot import NO_LAG, Person, Portal, Server, serve
from connector.sandbox.journal import Entry

from tests.canaries import TOKEN
from tests.cli import warm
from tests.world import AGREEMENT, somebody

COMMAND: Final = str(Path(sys.executable).with_name("connector"))
PATIENCE: Final = 30.0

TEXT: Final = (
    AGREEMENT
    .replace('"sqlite:///unused.db"', '"sqlite:///connector.db"')
    .replace("effective = 2026-10-01", "effective = 2020-01-01")
    .replace(
        'token = { env = "HUBSPOT_TOKEN" }',
        'token = { env = "HUBSPOT_TOKEN" }\napi_share = "100%"\nsearch_per_second = 100',
    )
)
"""The small agreement, in force on any day, and with limits that cost no test a second."""
AT_ONCE: Final = {"[delivery]\n": "[first_sync]\nstage_changes = true\ntasks = true\n[delivery]\n"}
"""Change by which evidence from before the first sync counts too."""


def now() -> datetime:
    """Return the instant: these tests run processes, which know no other."""
    return datetime.now(UTC)


@dataclass
class Office:
    """
    A portal that is served, and a folder to run commands in.

    Attributes:
        folder: Where the commands run.
        people: Whom the portal is opened with.
        changes: Text of the agreement → text that stands there instead.
        portal: The simulated CRM, to look at and to act in.
        server: What listens.
        environ: What every command gets beside the process's own.
    """

    folder: Path
    people: Iterable[Person] = ()
    changes: Mapping[str, str] = field(default_factory=dict)
    portal: Portal = field(init=False)
    server: Server = field(init=False)
    environ: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Open the portal and write the configuration."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.people = tuple(self.people)
        self.environ = {"HUBSPOT_TOKEN": TOKEN, "COLUMNS": "100"}
        self.open(bare=False)
        self.write(self.changes)

    def open(self, *, bare: bool) -> None:
        """Open a portal with the people, anew; *bare* leaves out the fields of ours."""
        self.portal = Portal(iter(self.people), seed=1, limits="off", index_lag=NO_LAG, token=TOKEN, bare=bare)
        self.serve(0)

    def serve(self, port: int) -> None:
        """Let the portal listen on *port*, any free one for 0."""
        self.server = serve(self.portal, port).start()
        self.environ["CONNECTOR_SYSTEMS__HUBSPOT__BASE_URL"] = self.server.url

    @property
    def port(self) -> int:
        """Return where the portal listens."""
        return int(self.server.url.rsplit(":", 1)[-1])

    def close(self) -> None:
        """Close the portal."""
        self.server.stop()

    def write(self, changes: Mapping[str, str]) -> None:
        """Write the agreement with *changes*."""
        text = TEXT
        for before, after in changes.items():
            if before not in text:
                message = f"the agreement has no {before!r}"
                raise ValueError(message)
            text = text.replace(before, after)
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    def variables(self, extra: Mapping[str, str | None]) -> dict[str, str]:
        """Return a process's environment: nothing of ours that is set outside, and *extra*, where None unsets."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CONNECTOR_", "HUBSPOT_"))}
        given = {**kept, **self.environ, **extra}
        return {name: value for name, value in given.items() if value is not None}

    def run(self, *words: str, **extra: str | None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, in a process that was spared the imports."""
        return warm.run(words, self.folder, self.variables(extra), PATIENCE)

    def run_cold(self, *words: str, **extra: str | None) -> subprocess.CompletedProcess[str]:
        """Run the installed program to its end, as a shell does."""
        return subprocess.run(
            [COMMAND, *words],
            cwd=self.folder,
            env=self.variables(extra),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def start(self, *words: str, **extra: str | None) -> subprocess.Popen[str]:
        """Start a command and go on; its stderr goes to `log`."""
        with self.log.open("a", encoding="utf-8") as log:
            return subprocess.Popen(
                [COMMAND, *words],
                cwd=self.folder,
                env=self.variables(extra),
                stdout=subprocess.DEVNULL,
                stderr=log,
                text=True,
            )

    @property
    def log(self) -> Path:
        """Return the file that stderr of started commands goes to."""
        return self.folder / "stderr.log"

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """Return what the daemon has logged, of one name if given."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [one for one in found if not name or one["event"] == name]

    def ask(self, *words: str) -> Any:  # noqa: ANN401 - whatever the command's JSON is
        """Run a command with --json and return what it printed; it must not fail."""
        done = self.run(*words, "--json")
        if done.returncode not in {0, 4, 5}:
            message = f"{words} ended with {done.returncode}: {done.stderr}"
            raise RuntimeError(message)
        return json.loads(done.stdout)

    def engage(self, name: str, form: str = "Demo request") -> None:
        """Let somebody fill in a form now."""
        time.sleep(0.01)
        self.portal.engage(name, "form_submitted", now(), {"form": form})

    def view(self, name: str, times: int) -> None:
        """Let somebody view pages now."""
        for _ in range(times):
            time.sleep(0.002)
            self.portal.engage(name, "page_viewed", now())

    def stage(self, name: str) -> str:
        """Return the stage that the CRM shows."""
        return self.portal.values("contacts", self.portal.contact_id(name)).get("lifecyclestage", "")

    def tasks(self, name: str) -> list[str]:
        """Return the ids of the tasks that the connector made for somebody."""
        return self.portal.journal.tasks_by_contact().get(self.portal.contact_id(name), [])

    def writes(self) -> list[Entry]:
        """Return every write that came over the API."""
        return [one for one in self.portal.journal if one.actor == "api"]


def leads(*names: str) -> tuple[Person, ...]:
    """Return leads without any engagement."""
    return tuple(somebody(name) for name in names)


def until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """
    Wait until *true* holds.

    Raises:
        TimeoutError: It did not within *patience* seconds.
    """
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            message = "it did not come true"
            raise TimeoutError(message)
        time.sleep(0.05)
