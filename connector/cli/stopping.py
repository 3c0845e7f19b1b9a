"""Ctrl-C and SIGTERM during one pass: it ends between two requests, with everything accounted for."""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from types import FrameType, TracebackType
from typing import Final, Self

_LOOKS: Final = 0.1
"""Seconds between two looks of a wait at whether the end was asked for."""


class Stop:
    """While it lasts, the first signal asks for the end, and the second one breaks off."""

    def __init__(self) -> None:
        """Take the signals as they were."""
        self._asked = False
        self._before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def __enter__(self) -> Self:
        """Listen."""
        for number in self._before:
            signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put back what was there."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        """Note the wish, and nothing more: a lock taken here may be held by whom the signal interrupted."""
        del number, frame
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def asked(self) -> bool:
        """Tell whether the end was asked for."""
        return self._asked

    def wait(self, pause: timedelta) -> None:
        """Sleep, but not beyond the wish to end."""
        until = time.monotonic() + pause.total_seconds()
        while not self._asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _LOOKS))
