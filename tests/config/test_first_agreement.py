"""The how-to keeps its word: its pieces make a file that loads, and its commands run in the order of the page."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from connector.config.load import render

from tests.config.support import ROOT, from_text

PAGE: Final = (ROOT / "docs" / "how-to" / "first-agreement.md").read_text(encoding="utf-8")
CONNECTOR: Final = Path(sys.executable).with_name("connector")
PORT: Final = "8700"
_PATIENCE: Final = 20.0


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language, in the order of the page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command of the page with the output that stands below it."""
    for block in blocks("console"):
        for part in block.split("$ ")[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


@pytest.fixture
def port() -> str:
    """Return a port that is free, in place of the one on the page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def test_there_are_only_blocks_that_are_executed_or_compared() -> None:
    """Another language would be printed and never checked."""
    assert set(re.findall(r"^```(\w+)$", PAGE, re.MULTILINE)) == {"toml", "console", "text"}


def test_the_message_on_the_page_is_the_one_that_is_given(tmp_path: Path) -> None:
    """Word for word, carets included."""
    (shown,) = blocks("text")
    text = "\n".join(blocks("toml")).replace('tasks = "hubspot"', 'tasks = "hubspo"')
    found = from_text(tmp_path, text)
    (problem,) = found.problems
    assert render(problem, found.lines) == shown.rstrip("\n")


def test_every_command_runs_and_prints_what_the_page_shows(tmp_path: Path, port: str) -> None:
    """In a fresh folder, with nothing but the file that the page writes."""
    (tmp_path / "config.toml").write_text("\n".join(blocks("toml")), encoding="utf-8")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("CONNECTOR_", "HUBSPOT_"))}
    sandbox: subprocess.Popen[bytes] | None = None
    try:
        for command, shown in commands():
            name, *arguments = command.replace(PORT, port).split()
            if name == "export":
                variable, _, value = arguments[0].partition("=")
                environ[variable] = value
            elif arguments[0] == "sandbox":
                with (tmp_path / "sandbox.log").open("wb") as log:
                    sandbox = subprocess.Popen(
                        [CONNECTOR, *arguments], cwd=tmp_path, env=environ, stdout=log, stderr=log
                    )
                _listening(int(port))
            else:
                done = subprocess.run(
                    [CONNECTOR, *arguments], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
                assert done.stdout.startswith(shown.rstrip("\n")), command
    finally:
        if sandbox is not None:
            sandbox.terminate()
            sandbox.wait(_PATIENCE)


def _listening(port: int) -> None:
    """Wait until the sandbox takes connections."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the sandbox did not start")
