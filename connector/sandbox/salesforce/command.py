"""What ``connector sandbox salesforce`` does: serve an org until it is told to stop."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Literal

from connector.sandbox.journal import ExchangeLog
from connector.sandbox.people import load
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.unproven import UNPROVEN
from connector.sandbox.server import serve
from connector.sandbox.serving import until_told

SAMPLE = Path(__file__).parent.parent / "sample.jsonl"
"""The people of an org that is told of none."""
PORT = 8800


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
    Serve an org with the people of a file on a loopback port until SIGINT or SIGTERM.

    Its URL, the consumer that gets tokens and what is unproven about it go to stderr.

    Raises:
        BadPeopleFile: A line of the people file is no person.
        OSError: A file cannot be read or written, or the port is taken.
    """
    people = load(people_path or SAMPLE)
    org = Org(people, seed=seed, limits=limits, bare=bare, latency=(latency, latency), hold_newer_than=hold_newer_than)
    log = ExchangeLog(log_path) if log_path else None
    server = serve(org, port, log=log)
    try:
        with until_told() as stop, server:
            sys.stderr.write(f"Salesforce sandbox with {len(people)} people on {server.url}\n{_warning()}")
            sys.stderr.flush()
            stop.wait()
    finally:
        if log:
            log.close()


def _warning() -> str:
    """Return who gets a token, and what an admin should know before trusting a rehearsal."""
    head = "Consumer key and secret: demo, demo\nNot proven on a live org:\n"
    return head + "".join(f"  - {each}\n" for each in UNPROVEN)
