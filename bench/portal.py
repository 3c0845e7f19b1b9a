"""The simulated HubSpot of the benchmarks, served on a loopback port."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from connector.sandbox.hubspot import NO_LAG, Fault, FaultKind, Portal
from connector.sandbox.hubspot.limits import BURST
from connector.sandbox.server import serve

from bench import crowd
from bench.shifted import PAUSE, SETTLED, ShiftedClock

_PLENTY: Final = 1_000_000
"""A burst that nobody reaches; the headers say it too, so that the connector does not slow itself down."""


class Neighbour:
    """A portal with the crowd in it, to be made in a process of its own (see `Apart`)."""

    def __init__(self, count: int, limits: Literal["real", "off"] = "off", latency: timedelta = timedelta()) -> None:
        """Fill it and begin to serve."""
        self._clock = ShiftedClock()
        self._portal = Portal(
            crowd.people(count, self._clock()),
            seed=1,
            clock=self._clock,
            limits=limits,
            index_lag=NO_LAG,
            latency=(latency, latency),
        )
        if limits == "off":
            self._portal.limits.calls.most = _PLENTY
        self._server = serve(self._portal, clock=self._clock).start()

    def url(self) -> str:
        """Return where it is."""
        return self._server.url

    def busy(self, first: int, count: int, qualified: int) -> None:
        """
        Let *count* people, from the *first* on, do something one after the other between two passes.

        The first *qualified* of them ask for a demo and become SQL by that, the others only view a page. The clock is
        set ahead by PAUSE and SETTLED.
        """
        for number in range(first, first + count):
            self._clock.advance(PAUSE / count)
            if number < first + qualified:
                self._portal.engage(crowd.name(number), "form_submitted", attributes={"form": "Demo request"})
            else:
                self._portal.engage(crowd.name(number), "page_viewed")
        self._clock.advance(SETTLED)

    def be_real(self, round_trip: timedelta) -> None:
        """Enforce HubSpot's limits from now on, and take *round_trip* for every answer."""
        limits = self._portal.limits
        limits.on, limits.calls.most, limits.used_today, limits.refused = True, BURST, 0, 0
        for window in (limits.calls, limits.searches, limits.associations):
            window.begun.clear()
        self._portal.faults.add(Fault(FaultKind.LATENCY, times=None, after=round_trip))

    def calls(self) -> tuple[int, int]:
        """Return the requests (since limits are real), and how many of them were answered 429."""
        return self._portal.api_calls, self._portal.limits.refused

    def tasks(self) -> int:
        """Return how many tasks were made, by the portal's own journal."""
        return sum(len(made) for made in self._portal.journal.tasks_by_contact().values())
