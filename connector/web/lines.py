"""A connection that must say what it wants in time: uvicorn itself waits for ever for the end of a request's head."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

_LATE: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Line(H11Protocol):
    """One connection."""

    within = timedelta(seconds=10)
    """How long a sender may take from its first byte, or from connecting, to the end of a request's head."""
    _late: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._hurry()

    @override
    def data_received(self, data: bytes) -> None:
        """Take a part; a head that is whole needs no hurry, its body is waited for by who reads it."""
        if self._late is None and not self._busy():
            self._hurry()
        super().data_received(data)
        if self._busy():
            self._calm()

    @override
    def on_response_complete(self) -> None:
        """Go on; what came already may be the beginning of the next head."""
        super().on_response_complete()
        if not self._busy() and self.conn.trailing_data[0]:
            self._hurry()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._calm()
        super().connection_lost(exc)

    def _busy(self) -> bool:
        """Tell whether a request is being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _hurry(self) -> None:
        """Let the head be late some time from now."""
        self._calm()
        self._late = self.loop.call_later(self.within.total_seconds(), self._give_up)

    def _calm(self) -> None:
        """Nothing is late any more."""
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        """Send who is late away."""
        self._late = None
        if not self._busy() and not self.transport.is_closing():
            self.transport.write(_LATE)
            self.transport.close()


def lines(within: timedelta) -> type[Line]:
    """Return the class of connections whose heads must be there *within* a time."""
    return type("Line", (Line,), {"within": within})
