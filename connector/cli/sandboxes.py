"""`connector sandbox`: a simulated CRM on this machine."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Literal

from connector.cli.exits import Exit
from connector.cli.say import err, told
from connector.sandbox import hubspot as portal
from connector.sandbox import salesforce as org


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
    """Serve a portal until SIGINT or SIGTERM."""
    return _served(
        port,
        lambda: portal.run(port, people, seed=seed, log_path=log, limits=limits, latency=_span(latency), bare=bare),
    )


@told
def salesforce(  # noqa: PLR0913 - a sandbox has these switches
    port: int,
    people: Path | None,
    *,
    seed: int,
    log: Path | None,
    limits: Literal["real", "off"],
    latency: int,
    bare: bool,
) -> Exit:
    """Serve an org until SIGINT or SIGTERM."""
    return _served(
        port, lambda: org.run(port, people, seed=seed, log_path=log, limits=limits, latency=_span(latency), bare=bare)
    )


def _span(milliseconds: int) -> timedelta:
    """Return the option's milliseconds as a span."""
    return timedelta(milliseconds=milliseconds)


def _served(port: int, run: Callable[[], None]) -> Exit:
    """Serve; say it plainly when the port is taken."""
    try:
        run()
    except OSError as refused:
        if refused.errno != errno.EADDRINUSE:
            raise
        err(f"--port {port}: another program listens there. Name another port, or 0 for any free one.")
        return Exit.FAILED
    return Exit.DONE
