"""`connector sandbox`: a simulated CRM on this machine."""

from __future__ import annotations

import errno
from datetime import timedelta
from pathlib import Path
from typing import Literal

from connector.cli.exits import Exit
from connector.cli.say import err, told
from connector.sandbox.hubspot import run


@told
def hubspot(  # noqa: PLR0913 - a sandbox has these switches
    port: int,
    people: Path | None,
    *,
    seed: int,
    log: Path | None,
    limits: Literal["real", "off"],
    latency: int,
    bare: bool,
) -> Exit:
    """Serve until SIGINT or SIGTERM."""
    try:
        run(
            port,
            people,
            seed=seed,
            log_path=log,
            limits=limits,
            latency=timedelta(milliseconds=latency),
            bare=bare,
        )
    except OSError as refused:
        if refused.errno != errno.EADDRINUSE:
            raise
        err(f"--port {port}: another program listens there. Name another port, or 0 for any free one.")
        return Exit.FAILED
    return Exit.DONE
