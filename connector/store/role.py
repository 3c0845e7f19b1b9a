"""The sync role: one process at a time, by a lock that the system releases when the process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector.store.base import StoreBroken, StoreBusy


@contextmanager
def held_role(database: Path) -> Iterator[None]:
    """Hold the lock file beside *database* while the block runs; StoreBusy names the process that has it."""
    path = database.with_name(database.name + ".lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        message = f"The lock file {path} cannot be opened ({error.strerror}). Give this user the right to write it."
        raise StoreBroken(message) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(_busy(path, os.pread(handle, 20, 0))) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _busy(path: Path, holder: bytes) -> str:
    """Return who holds the role; the file stays behind when its process dies, so it proves nothing by itself."""
    pid = holder.decode("ascii", "replace").strip() or "unknown"
    return f"Another connector process (pid {pid}) is syncing with this database and holds {path}. Try again later."
