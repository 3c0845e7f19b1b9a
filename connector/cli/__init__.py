"""The command line: what an admin and an operator type, and every sentence they read there."""

from __future__ import annotations


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    from connector.cli.app import app  # noqa: PLC0415 - `connector version` must not wait for what it does not need

    app()
