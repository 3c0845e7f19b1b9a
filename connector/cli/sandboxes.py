"""`connector sandbox`: a simulated CRM on this machine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from connector.cli.exits import Exit
from connector.cli.say import err, told
from connector.sandbox.hubspot import run
from connector.sandbox.people import BadPeopleFile


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
    except (BadPeopleFile, OSError) as refused:
        err(str(refused))
        return Exit.FAILED
    return Exit.DONE
