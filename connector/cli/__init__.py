"""The command line: what an admin and an operator type, and every sentence they read there."""

from __future__ import annotations

import gc
from typing import Final

_COLLECT_AFTER: Final = (10_000, 20, 20)


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    from connector.cli.app import app  # noqa: PLC0415 - `connector version` must not wait for what it does not need

    collect_seldom()
    app()


def collect_seldom() -> None:
    """
    Let Python look for cycles less often: our rows make none.

    As it comes, each look at the whole heap costs as much as fifty changed contacts, an eighth of all processor time.
    """
    gc.set_threshold(*_COLLECT_AFTER)
