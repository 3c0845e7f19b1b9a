"""A simulated HubSpot portal: requests in, answers out, and the people who work in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, Literal

from connector.sandbox.exchange import ConnectionCut, Request, Response
from connector.sandbox.hubspot import engagement, loading, routes
from connector.sandbox.hubspot.errors import Refusal, unauthorized
from connector.sandbox.hubspot.faults import Fault, FaultKind, Faults, refusal_of
from connector.sandbox.hubspot.limits import Limits
from connector.sandbox.hubspot.portal_state import Manner, State
from connector.sandbox.hubspot.rep import Rep
from connector.sandbox.instants import millis, span_ms, utc_now
from connector.sandbox.people import EMPTY, Engagement, held_back, moved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.sandbox.journal import Journal
    from connector.sandbox.people import Person

INDEX_LAG = (timedelta(seconds=1), timedelta(seconds=30))
"""How long search may not see a write: nothing after 2 to 5 s, all after 37 s (recorded February 2022)."""
NO_LAG = (timedelta(), timedelta())

Clock = Callable[[], datetime]


class Portal:
    """
    One portal, safe to use from several threads.

    Everything it does by itself happens lazily under the injected clock, before the next request or action.

    Args:
        people: A sequence has its instants moved so that the newest engagement is a minute ago; any other
            iterable is taken as it is, one person at a time.
        seed: Same seed, same people, same requests at the same instants: same answers, byte by byte.
        clock: The instant; the machine's clock if not given.
        limits: ``real`` refuses what HubSpot's limits refuse, ``off`` lets all through.
        faults: What goes wrong; more can be added later to ``portal.faults``.
        index_lag: Least and greatest delay of the search index; (0, 0) for none.
        hold_newer_than: Engagement younger than this stays out until :meth:`release`.
        bare: Leave out the custom properties of the connector's set-up step.
        unique_task_property: Whether tasks may have a unique property (unproven on a live portal).
        merged_in_batches: What a batch does with an id that was merged away.
        latency: Least and greatest time of an answer, handed to the transport.
        token: The only token that is taken; None takes any.
    """

    def __init__(  # noqa: PLR0913 -- each is a property of the portal that a test or a demo sets by name
        self,
        people: Iterable[Person] = (),
        *,
        seed: int = 0,
        clock: Clock = utc_now,
        limits: Literal["real", "off"] = "real",
        faults: Faults | None = None,
        index_lag: tuple[timedelta, timedelta] = INDEX_LAG,
        hold_newer_than: timedelta | None = None,
        bare: bool = False,
        unique_task_property: bool = True,
        merged_in_batches: Literal["dropped", "resolved"] = "dropped",
        latency: tuple[timedelta, timedelta] = NO_LAG,
        token: str | None = None,
    ) -> None:
        """Open a portal with *people* in it."""
        manner = Manner(index_lag, merged_in_batches, unique_task_property, bare)
        self._state = State(clock, seed, manner)
        self._limits = Limits(on=limits == "real")
        self._lock = RLock()
        self._latency = latency
        self._token = token
        self._held: dict[str, tuple[Engagement, ...]] = {}
        self.faults = faults or Faults(seed=seed)
        self.rep = Rep(self._state, self._lock)
        self._load(people, hold_newer_than)

    def _load(self, people: Iterable[Person], hold: timedelta | None) -> None:
        """Fill the portal, holding back what is younger than *hold*."""
        now = self._state.clock()
        if isinstance(people, Sequence):
            people = moved(people, now)
        if hold is not None:
            people, self._held = held_back(people, now - hold)
        loading.load(self._state, people, self._held, millis(now))

    @property
    def journal(self) -> Journal:
        """Return the journal of every applied write; what the portal was opened with is not in it."""
        with self._lock:
            self._state.now_ms()
            return self._state.journal

    @property
    def api_calls(self) -> int:
        """Return how many calls the day has seen, refused ones included."""
        return self._limits.used_today

    @property
    def limits(self) -> Limits:
        """Return the counters of the limits, to be read or set by a test."""
        return self._limits

    def contact_id(self, person_id: str) -> str:
        """Return the record id of the contact that a person of the file became (after merges: the present one)."""
        return str(self._state.person_ids[person_id])

    def values(self, object_type: str, record_id: str) -> Mapping[str, str]:
        """Return the stored values of a live or archived record, for judging; empty when it is gone for good."""
        with self._lock:
            self._state.now_ms()
            table = self._state.tables[object_type]
            key = table.now_under(int(record_id))
            row = table.live.get(key) or table.archived.get(key)
            return dict(row.values) if row else {}

    def ids(self, object_type: str) -> list[str]:
        """Return the ids of all live records of a type, ascending."""
        with self._lock:
            self._state.now_ms()
            return [str(key) for key in self._state.tables[object_type].order]

    def engage(
        self, person_id: str, kind: str, at: datetime | None = None, attributes: Mapping[str, str] = EMPTY
    ) -> None:
        """
        Let a person do something now or at an earlier instant.

        It shows only as HubSpot would show it: counters, dates, conversions, meetings, e-mails, lists.
        """
        with self._lock:
            now_ms = self._state.now_ms()
            done = Engagement(kind, at or self._state.clock(), attributes)
            engagement.engage(self._state, self._state.person_ids[person_id], done, now_ms)

    def release(self) -> int:
        """
        Let everything that was held back happen just before now, each change with an instant of its own.

        Returns:
            How many engagements happened.
        """
        with self._lock:
            now_ms = self._state.now_ms()
            held, self._held = self._held, {}
            waiting = sorted(((e, p) for p, each in held.items() for e in each), key=lambda pair: pair[0].at)
            for place, (done, person) in enumerate(waiting):
                at_ms = now_ms - len(waiting) + place
                engagement.engage_at(self._state, self._state.person_ids[person], done, at_ms)
            return len(waiting)

    def handle(self, request: Request) -> Response:
        """
        Answer one request.

        Raises:
            ConnectionCut: A fault ends the connection without an answer; the write may have been applied.
        """
        with self._lock:
            now_ms = self._state.now_ms()
            delay_ms = self._state.chance.span_ms("latency", self._latency)
            delay = timedelta(milliseconds=delay_ms)
            try:
                self._admit(request, now_ms)
            except Refusal as refusal:
                return self._refused(request, refusal, now_ms, delay)
            fault = self.faults.pick(request, now_ms)
            return self._struck(request, fault, now_ms, delay) if fault else self._answer(request, now_ms, delay)

    def _admit(self, request: Request, now_ms: int) -> None:
        """Refuse a request without a token, then one beyond the limits."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or (self._token is not None and token != self._token):
            raise unauthorized()
        self._limits.check(request.path, now_ms)

    def _struck(self, request: Request, fault: Fault, now_ms: int, delay: timedelta) -> Response:
        """Answer a request that a fault strikes."""
        if fault.kind is FaultKind.LATENCY:
            return self._answer(request, now_ms, delay + fault.after)
        if fault.kind is FaultKind.LATE:
            due = now_ms + span_ms(fault.after)
            self._state.agenda.at(due, lambda due_ms: self._unheard(request, due_ms))
            raise ConnectionCut
        if fault.kind is FaultKind.TRUNCATED:
            whole = self._answer(request, now_ms, delay)
            return Response(whole.status, whole.headers, whole.body, whole.delay, cut=len(whole.body) // 2)
        if fault.applied:
            self._unheard(request, now_ms)
        if fault.kind is FaultKind.ANSWER:
            return self._refused(request, refusal_of(fault), now_ms, delay)
        raise ConnectionCut(fault.after)

    def _unheard(self, request: Request, at_ms: int) -> None:
        """Carry a request out whose answer nobody gets."""
        self._answer(request, at_ms, timedelta())

    def _answer(self, request: Request, now_ms: int, delay: timedelta) -> Response:
        """Carry a request out and return its answer."""
        self._state.request_line = (request.method, request.path)
        try:
            status, body = routes.answer(self._state, self._limits, request, now_ms)
        except Refusal as refusal:
            return self._refused(request, refusal, now_ms, delay)
        return self._response(request, status, body, now_ms, delay)

    def _refused(self, request: Request, refusal: Refusal, now_ms: int, delay: timedelta) -> Response:
        """Return the answer of a refusal."""
        correlation = self._state.chance.correlation_id(now_ms)
        response = self._response(request, refusal.status, refusal.body(correlation), now_ms, delay, correlation)
        return Response(response.status, {**response.headers, **refusal.headers}, response.body, delay)

    def _response(  # noqa: PLR0913 -- all parts of an answer
        self,
        request: Request,
        status: int,
        body: Mapping[str, object] | None,
        now_ms: int,
        delay: timedelta,
        correlation: str | None = None,
    ) -> Response:
        """Return an answer with the headers HubSpot sends."""
        headers = self._limits.headers(request.path, now_ms)
        headers["X-HubSpot-Correlation-Id"] = correlation or self._state.chance.correlation_id(now_ms)
        if body is None:
            return Response(status, headers, b"", delay)
        headers["Content-Type"] = "application/json;charset=utf-8"
        return Response(status, headers, json.dumps(body, separators=(",", ":")).encode(), delay)
