"""The simulated Salesforce of the benchmarks: the crowd as leads, one long text on each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from connector.adapters.base import Clock
from connector.sandbox.instants import millis
from connector.sandbox.salesforce import Org
from connector.sandbox.salesforce.inputs import instant_text
from connector.sandbox.salesforce.loading import load
from connector.sandbox.salesforce.schema import Field
from connector.sandbox.salesforce.state import Manner
from connector.sandbox.server import serve

from bench import crowd
from bench.shifted import PAUSE, SETTLED, ShiftedClock

if TYPE_CHECKING:
    from connector.sandbox.exchange import Request, Response

SEEN: Final = "pi__last_activity__c"
ASKED: Final = "pi__conversion_date__c"
"""Fields in which Account Engagement says when somebody was active, and when they asked for something."""
_PLENTY: Final = 10_000_000
"""Requests of a day that nobody reaches; the gauge says it too, so that the connector does not slow itself down."""
_LONG: Final = 32_000
"""Length of a long text: with one in a query, a page has 1,000 rows instead of 2,000."""


def opened(count: int, clock: Clock) -> Org:
    """Return an org with the crowd in it; a Bulk job is done when it is next looked at."""
    org = Org(seed=1, clock=clock, limits="off", account_engagement=True, manner=Manner(bulk_time=timedelta()))
    org.limits.most = _PLENTY
    org.db.schema.define("Lead", Field("notes__c", "textarea", "Notes", length=_LONG))
    load(org.state, crowd.leads(count, clock()), millis(clock()))
    return org


def act(org: Org, number: int, field: str, at: datetime) -> None:
    """Let Account Engagement stamp one lead of the crowd."""
    org.rep.set_values(org.lead_id(crowd.name(number)), {field: instant_text(millis(at))})


def tasks(org: Org) -> int:
    """Return how many tasks were made, by the org's own journal."""
    return sum(len(made) for made in org.journal.tasks_by_contact().values())


class Neighbour:
    """An org with the crowd in it, to be made in a process of its own (see `Apart`)."""

    def __init__(self, count: int) -> None:
        """Fill it and begin to serve."""
        self._clock = ShiftedClock()
        self._org = opened(count, self._clock)
        self._jobs = 0
        self._server = serve(self, clock=self._clock).start()

    def handle(self, request: Request) -> Response:
        """Let the org answer, and count the Bulk jobs that are ordered."""
        self._jobs += request.method == "POST" and request.path.endswith("/jobs/query")
        return self._org.handle(request)

    def url(self) -> str:
        """Return where it is."""
        return self._server.url

    def wait(self, span: timedelta) -> None:
        """Let time pass in which nothing happens."""
        self._clock.advance(span)

    def busy(self, first: int, count: int, qualified: int) -> None:
        """
        Let *count* people, from the *first* on, do something one after the other between two passes.

        The first *qualified* of them ask for a demo and become SQL by that, the others are only seen. The clock is set
        ahead by PAUSE and SETTLED.
        """
        for number in range(first, first + count):
            self._clock.advance(PAUSE / count)
            act(self._org, number, ASKED if number < first + qualified else SEEN, self._clock())
        self._clock.advance(SETTLED)

    def calls(self) -> int:
        """Return the requests that the org has counted: all but those for tokens and for the list of versions."""
        return self._org.api_calls

    def jobs(self) -> int:
        """Return how many Bulk jobs were ordered."""
        return self._jobs

    def tasks(self) -> int:
        """Return how many tasks were made."""
        return tasks(self._org)
