"""
Commands in processes of their own that need not import everything again: forked from a server that has.

Each has its own memory, environment, folder, streams and exit code; only the second of importing is saved.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

MODULES: Final = (
    *("connector.cli.app", "connector.cli.check", "connector.cli.demonstrate", "connector.cli.explaining"),
    *("connector.cli.overview", "connector.cli.passes", "connector.cli.planning", "connector.cli.reports"),
    *("connector.cli.waiting", "connector.store.sqlite", "connector.adapters.hubspot.adapter", "hubspot.crm.owners"),
)
"""What the server imports before it forks; none of it starts a thread."""


def _main(words: Sequence[str], folder: str, environ: Mapping[str, str], streams: str) -> None:
    """Be the command: the process ends with its exit code."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(Path(streams) / name, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["connector", *words]
    import_module("connector.cli").main()


def run(
    words: Sequence[str], folder: Path, environ: Mapping[str, str], patience: float
) -> subprocess.CompletedProcess[str]:
    """
    Run a command to its end and return what it printed.

    Raises:
        TimeoutExpired: It took longer than *patience* seconds.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(list(MODULES))
    with TemporaryDirectory() as streams:
        process = context.Process(target=_main, args=(list(words), str(folder), dict(environ), streams))
        process.start()
        process.join(patience)
        if process.is_alive():
            process.kill()
            raise subprocess.TimeoutExpired(list(words), patience)
        code = process.exitcode
        out, err = ((Path(streams) / name).read_text(encoding="utf-8") for name in ("out", "err"))
        process.close()
    return subprocess.CompletedProcess(list(words), code if code is not None else -1, out, err)
