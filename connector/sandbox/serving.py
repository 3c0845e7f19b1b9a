"""Serving a sandbox from the command line: until it is told to stop."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def until_told() -> Iterator[threading.Event]:
    """Give what SIGINT and SIGTERM set while this lasts; what they did before is put back."""
    stop = threading.Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        """Note that it is time to stop."""
        stop.set()

    before = {each: signal.signal(each, told) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
