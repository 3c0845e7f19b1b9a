"""
A shell for the documents' sessions, a process of its own: `export`, `echo $?`, `connector …` beside a served sandbox.

It reads one JSON object from standard input, `{"crm": …, "bare": …, "commands": […]}`, and prints a list of
`[exit code, what is shown, standard output alone]`, one for each command. The commands run in this process, one
after the other, in the current folder; only `connector run` gets a process of its own, which is asked to end once it
has said that it is ready. No limits are enforced or kept to: what the pages show does not depend on them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from typing_extensions import override

from connector.cli.app import app
from connector.sandbox.hubspot import Portal, load, serve
from connector.sandbox.hubspot.command import SAMPLE
from connector.sandbox.salesforce import Org

CONNECTOR: Final = Path(sys.executable).with_name("connector")
BASE_URL: Final = "CONNECTOR_SYSTEMS__HUBSPOT__BASE_URL"
SEARCHES: Final = "CONNECTOR_SYSTEMS__HUBSPOT__SEARCH_PER_SECOND"
_PATIENCE: Final = 30.0
_ORG: Final = {"SALESFORCE_CLIENT_ID": "demo", "SALESFORCE_CLIENT_SECRET": "demo"}
"""The only consumer whom the simulated org gives a token, whatever a page calls it."""


class Shell:
    """What a reader types, with the variables they have set so far."""

    def __init__(self, url: str, crm: str) -> None:
        """Begin with a token and the sandbox, whatever the page calls them."""
        self.url = url
        self.variables: dict[str, str] = {"HUBSPOT_TOKEN": "rehearsal", BASE_URL: url, SEARCHES: "100"}
        if crm == "salesforce":
            self.variables = {**_ORG, "CONNECTOR_SYSTEMS__SALESFORCE__BASE_URL": url}
        self.last = 0

    def run(self, command: str) -> tuple[int, str, str]:
        """Return exit code and output of one command."""
        words = shlex.split(command, comments=True)
        if words[0] == "export":
            for word in words[1:]:
                name, _, value = word.partition("=")
                self.variables[name] = self.url if name == BASE_URL else _ORG.get(name, value)
            return 0, "", ""
        if words == ["echo", "$?"]:
            return 0, f"{self.last}\n", ""
        if words[0] != "connector":
            return 127, f"{words[0]}: the documents' shell does not know this\n", ""
        if words[1:2] == ["run"]:
            return _daemon(words, self.variables)
        os.environ.update(self.variables)
        shown = io.StringIO()
        with contextlib.redirect_stdout(_Tee(shown)) as data, contextlib.redirect_stderr(shown):
            try:
                app(words[1:])
            except SystemExit as ended:
                self.last = int(ended.code or 0)
        return self.last, shown.getvalue(), data.getvalue()


class _Tee(io.StringIO):
    """Standard output, which the terminal shows as well."""

    def __init__(self, shown: io.StringIO) -> None:
        """Write to *shown*, too."""
        super().__init__()
        self.shown = shown

    @override
    def write(self, text: str, /) -> int:
        """Write to both."""
        self.shown.write(text)
        return super().write(text)


def _daemon(words: Sequence[str], variables: Mapping[str, str]) -> tuple[int, str, str]:
    """Run until ready, then ask to end."""
    said = io.StringIO()
    with subprocess.Popen(
        [CONNECTOR, *words[1:]],
        env={**os.environ, **variables},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        for line in process.stderr or ():
            said.write(line)
            if '"event": "ready"' in line:
                break
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=_PATIENCE)
    return process.returncode, said.getvalue() + rest, ""


def main() -> None:
    """Run what standard input asks for."""
    asked = json.load(sys.stdin)
    simulated = Org if asked["crm"] == "salesforce" else Portal
    with serve(simulated(load(SAMPLE), bare=asked["bare"], limits="off")) as server:
        shell = Shell(server.url, asked["crm"])
        answers = [shell.run(command) for command in asked["commands"]]
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
