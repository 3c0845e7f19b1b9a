"""
Configurations and what an admin is told about them: `golden/NAME.toml` in, `golden/NAME.txt` out.

To renew all outputs after a message was changed on purpose, then read the difference as an admin would::

    python -m tests.config.golden_cases

A line `#environment NAME=value` at the top of a case sets a variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from connector.config.load import load, render

FOLDER: Final = Path(__file__).parent / "golden"
NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_PREFIX: Final = b"#environment "


def environ_of(case: Path) -> Mapping[str, str]:
    """Return the variables that a case is read with."""
    found = {"HUBSPOT_TOKEN": "made-up"}
    for line in case.read_bytes().splitlines():
        if line.startswith(_PREFIX):
            name, _, value = line.removeprefix(_PREFIX).decode().partition("=")
            found[name] = value
    return found


def told(case: Path) -> str:
    """Return everything that is said about a case: problems with their lines, then the facts."""
    loaded = load(case, environ_of(case), NOW)
    said = [("warning: " if one.warning else "") + render(one, loaded.lines) for one in loaded.problems]
    verdict = "valid" if loaded.config is not None else "not valid"
    return "\n".join((*said, loaded.facts, verdict)).replace(str(FOLDER), "…") + "\n"


def main() -> None:
    """Write the output of every case."""
    for case in sorted(FOLDER.glob("*.toml")):
        case.with_suffix(".txt").write_text(told(case), encoding="utf-8")


if __name__ == "__main__":
    main()
