"""What people see: bars on a terminal, plain text elsewhere, a clean end at Ctrl-C, and no fuss at `| head -1`."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.sandbox.hubspot import Fault, FaultKind

from tests.canaries import TOKEN
from tests.cli.conftest import Opened
from tests.cli.office import AT_ONCE, COMMAND, PATIENCE, Office, leads, until

COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7])(?:;\d+)*m")
CONTROL = {chr(number) for number in range(32)} - {"\n"} | {"\x7f", "\x9b"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give an office that was synced once."""
    made = Office(Path(tmp_path_factory.mktemp("terminal")), leads("amy", "ben"), AT_ONCE)
    made.engage("amy")
    assert made.run("sync").returncode == 0
    yield made
    made.close()


def on_a_terminal(office: Office, *words: str, **extra: str) -> tuple[int, str]:
    """Run a command with stderr on a terminal; return its exit code and what the terminal got."""
    ours, theirs = pty.openpty()
    environ = office.variables({"TERM": "xterm-256color", **extra})
    with subprocess.Popen(
        [COMMAND, *words], cwd=office.folder, env=environ, stdout=subprocess.DEVNULL, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:
                # Linux says EIO when the last process has closed the terminal's other end.
                break
            if not part:
                break
            seen += part
        os.close(ours)
        code = process.wait(PATIENCE)
    return code, seen.decode(errors="replace")


def test_on_a_terminal_bars_show_how_far_it_is(office: Office) -> None:
    """Reading, judging and writing have a bar each; with NO_COLOR they have no colour."""
    code, seen = on_a_terminal(office, "sync")
    assert code == 0
    for word in ("reading", "judging", "writing", "records", "people", "writes"):
        assert word in seen
    _, plain = on_a_terminal(office, "sync", NO_COLOR="1")
    assert "reading" in plain
    assert COLOUR.search(seen)
    assert not COLOUR.search(plain)


@pytest.mark.parametrize(
    "words", ["sync", "status", "explain amy@buyer.example", "plan", "report funnel", "-h", "sync -x"]
)
def test_without_a_terminal_there_are_no_control_characters(office: Office, words: str) -> None:
    """A log or a file gets text and line ends alone."""
    done = office.run(*words.split())
    assert not CONTROL & set(done.stdout + done.stderr)


def test_whoever_reads_only_the_first_line_takes_nothing_from_the_command(office: Office) -> None:
    """`| head -1`: no traceback, no word about a pipe, and the command ends as if all had been read."""
    for words in ("explain amy@buyer.example", "status --json"):
        done = subprocess.run(
            ["/bin/bash", "-c", f"set -o pipefail; '{COMMAND}' {words} | head -1"],
            cwd=office.folder,
            env=office.variables({}),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_sync_that_is_interrupted_ends_between_two_requests(opened: Opened, number: signal.Signals) -> None:
    """Ctrl-C is one sentence and exit 1; nothing is lost, and the next sync gives the one task."""
    office = opened(leads("amy"))
    assert office.run("sync").returncode == 0
    office.engage("amy")
    office.portal.faults.add(Fault(FaultKind.LATENCY, path="/search", after=timedelta(seconds=1)))
    struck = office.portal.faults.struck
    process = office.start("sync")
    until(lambda: struck)
    process.send_signal(number)
    assert process.wait(PATIENCE) == 1
    said = office.log.read_text(encoding="utf-8")
    assert "interrupted" in said
    assert "Traceback" not in said
    office.portal.faults.clear()
    assert office.run("sync").returncode == 0
    assert len(office.tasks("amy")) == 1


def test_a_sandbox_says_where_it_listens_and_ends_at_ctrl_c(opened: Opened, tmp_path: Path) -> None:
    """Its URL stands on stderr; the log has one exchange a line, without the token."""
    office = opened(leads("amy"))
    people = tmp_path / "people.jsonl"
    people.write_text('{"id": "p1", "properties": {"email": "ann@buyer.example"}}\n', encoding="utf-8")
    log = tmp_path / "exchanges.jsonl"
    sandbox = office.start("sandbox", "hubspot", "--port", "0", "--people", str(people), "--log", str(log))
    until(lambda: "http://127.0.0.1:" in office.log.read_text(encoding="utf-8"))
    url = office.log.read_text(encoding="utf-8").split("on ", 1)[1].split()[0]
    assert office.run("sync", CONNECTOR_SYSTEMS__HUBSPOT__BASE_URL=url).returncode == 0
    sandbox.send_signal(signal.SIGINT)
    assert sandbox.wait(PATIENCE) == 0
    exchanges = log.read_text(encoding="utf-8")
    assert exchanges.count("\n") > 3
    assert TOKEN not in exchanges
