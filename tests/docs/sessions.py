"""What a page shows and what really came out: commands of a session, and their comparison with days masked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from connector.config.template import template

from tests.docs.pages import ROOT, Block

ANYTHING: Final = "…"
_MONTHS: Final = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAYS: Final = (
    re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:\+00:00|Z)?)?"),
    re.compile(rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\b\d{{1,2}} (?:{_MONTHS})\b(?: \d\d:\d\d)?"),
)


class Answer(NamedTuple):
    """What came of one command: its exit code, what the terminal shows, and what went to standard output."""

    code: int
    shown: str
    data: str


def masked(text: str) -> str:
    """Return *text* with one word for every day and instant: the sample moves with the calendar."""
    for pattern in _DAYS:
        text = pattern.sub("DAY", text)
    return text


def commands(block: Block) -> list[tuple[str, str]]:
    """Return the commands of a session, each with the output that is shown below it."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def differs(shown: str, real: str) -> bool:
    """Tell whether *real* is not what is shown; `…` alone on a line stands for lines, within one for any text."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == ANYTHING else ".*".join(map(re.escape, line.split(ANYTHING))) + r"\n"
        for line in masked(shown).splitlines()
    )
    return re.fullmatch(pattern, masked(real)) is None


def run(folder: Path, typed: Sequence[str], *, bare: bool = False, crm: str = "hubspot") -> list[Answer]:
    """Return what came of commands that are typed in *folder*, where config.toml is what `init` writes for *crm*."""
    (folder / "config.toml").write_text(template(crm), encoding="utf-8")
    ours = ("CONNECTOR_", "HUBSPOT_", "SALESFORCE_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.docs.shell"],
        input=json.dumps({"crm": crm, "bare": bare, "commands": list(typed)}),
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [Answer(*one) for one in json.loads(done.stdout)]


def contains(real: str, shown: str) -> bool:
    """Tell whether *shown* stands in the real output, however that is indented and wrapped."""
    return " ".join(masked(shown).split()) in " ".join(masked(real).split())
