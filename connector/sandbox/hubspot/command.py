"""What ``connector sandbox hubspot`` does: serve a portal until it is told to stop."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Literal

from connector.sandbox.hubspot.portal import Portal
from connector.sandbox.hubspot.unproven import UNPROVEN
from connector.sandbox.journal import ExchangeLog
from connector.sandbox.people import load
from connector.sandbox.server import serve
from connector.sandbox.serving import until_told

SAMPLE = Path(__file__).parent.parent / "sample.jsonl"
"""The people of a portal that is told of none."""
PORT = 8700


def run(  # noqa: PLR0913 -- the options of the command
    port: int = PORT,
    people_path: Path | None = None,
    *,
    seed: int = 0,
    log_path: Path | None = None,
    limits: Literal["real", "off"] = "real",
    latency: timedelta = timedelta(),
    bare: bool = False,
    hold_newer_than: timedelta | None = None,
) -> None:
    """
    Serve a portal with the people of a file on a loopback port until SIGINT or SIGTERM.

    Its URL and what is unproven about it go to stderr.

    Raises:
        BadPeopleFile: A line of the people file is no person.
        OSError: A file cannot be read or written, or the port is taken.
    """
    people = load(people_path or SAMPLE)
    portal = Portal(
        people, seed=seed, limits=limits, bare=bare, latency=(latency, latency), hold_newer_than=hold_newer_than
    )
    log = ExchangeLog(log_path) if log_path else None
    server = serve(portal, port, log=log)
    try:
        with until_told() as stop, server:
            sys.stderr.write(f"HubSpot sandbox with {len(people)} people on {server.url}\n{_warning()}")
            sys.stderr.flush()
            stop.wait()
    finally:
        if log:
            log.close()


def _warning() -> str:
    """Return what an admin should know before trusting a rehearsal."""
    return "Not proven on a live portal:\n" + "".join(f"  - {each}\n" for each in UNPROVEN)
