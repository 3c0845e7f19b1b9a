"""A simulated Salesforce org: requests in, answers out, and the people who work in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from threading import RLock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote_plus

from connector.sandbox.exchange import ConnectionCut, Request, Response
from connector.sandbox.instants import instant, millis, span_ms, utc_now
from connector.sandbox.people import held_back, moved
from connector.sandbox.salesforce import loading, people_here, routes
from connector.sandbox.salesforce.bulk import Jobs
from connector.sandbox.salesforce.calls import Call, Desk, Reply
from connector.sandbox.salesforce.database import Database
from connector.sandbox.salesforce.describing import Described
from connector.sandbox.salesforce.errors import HTML_TYPE, JSON_TYPE, PageRefusal, Refusal, no_json
from connector.sandbox.salesforce.faults import Fault, FaultKind, Faults, refusal_of
from connector.sandbox.salesforce.limits import Limits
from connector.sandbox.salesforce.paging import Cursors
from connector.sandbox.salesforce.rep import Rep
from connector.sandbox.salesforce.state import Manner, State, ValidationRule
from connector.sandbox.salesforce.tokens import Sessions

if TYPE_CHECKING:
    from connector.sandbox.journal import Journal
    from connector.sandbox.people import Engagement, Person
    from connector.sandbox.salesforce.locks import Locks

NO_LATENCY: Final = (timedelta(), timedelta())
CLIENTS: Final[Mapping[str, str]] = MappingProxyType({"demo": "demo"})
TOKEN_PATH: Final = "/services/oauth2/token"  # noqa: S105 -- a path
LONGEST_TARGET: Final = 16_384
"""Bytes of a URI; with the headers together as well (help article 000386264)."""
Clock = Callable[[], datetime]
ALWAYS: Final = MappingProxyType({
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Robots-Tag": "none",
    "Cache-Control": "no-cache,must-revalidate,max-age=0,no-store,private",
    "Server": "sfdcedge",
    "X-SFDC-Edge-Cache": "none",
})


class Org:
    """
    One org, safe to use from several threads.

    Args:
        people: A sequence has its instants moved so that the newest engagement is a minute ago; any other
            iterable is taken as it is, one person at a time. Each becomes one unconverted lead.
        seed: Same seed, same people, same requests at the same instants: same answers.
        clock: The instant; the machine's clock if not given.
        limits: ``real`` refuses calls beyond those of the day, ``off`` lets all through (the gauge counts on).
        faults: What goes wrong; more can be added later to ``org.faults``.
        hold_newer_than: Engagement younger than this stays out until :meth:`release`.
        bare: Leave out the custom fields of the connector's set-up step.
        account_engagement: Add the fields of that package.
        manner: How the org behaves where real ones differ; can be changed later, but for ``null_ne``.
        latency: Least and greatest time of an answer, handed to the transport.
        clients: Consumer keys that get tokens, with their secrets.
    """

    def __init__(  # noqa: PLR0913 -- each is a property of the org that a test or a demo sets by name
        self,
        people: Iterable[Person] = (),
        *,
        seed: int = 0,
        clock: Clock = utc_now,
        limits: Literal["real", "off"] = "real",
        faults: Faults | None = None,
        hold_newer_than: timedelta | None = None,
        bare: bool = False,
        account_engagement: bool = False,
        manner: Manner | None = None,
        latency: tuple[timedelta, timedelta] = NO_LATENCY,
        clients: Mapping[str, str] = CLIENTS,
    ) -> None:
        """Open an org with *people* in it."""
        manner = manner or Manner()
        db = Database(clock, seed=seed, null_ne=manner.null_ne, bare=bare, account_engagement=account_engagement)
        self.state = State(clock, seed, db, manner)
        people_here.settle(self.state)
        furniture = self.state.furniture
        self.sessions = Sessions(clients, furniture.organization, furniture.api_user, self.state.chance.of("tokens"))
        opened_ms = people_here.opened_ms(self.state)
        self._desk = Desk(self.state, Limits(on=limits == "real"), Cursors(seed), Described(opened_ms), Jobs(seed))
        self._lock = RLock()
        self._latency = latency
        self._held: dict[str, tuple[Engagement, ...]] = {}
        self.faults = faults or Faults(seed=seed)
        self.rep = Rep(self.state, self._lock)
        self._load(people, hold_newer_than)

    def _load(self, people: Iterable[Person], hold: timedelta | None) -> None:
        """Fill the org, holding back what is younger than *hold*."""
        now = self.state.clock()
        if isinstance(people, Sequence):
            people = moved(people, now)
        if hold is not None:
            people, self._held = held_back(people, now - hold)
        loading.load(self.state, people, millis(now))

    @property
    def db(self) -> Database:
        """Return the records and the schema, for a test to look into or to prepare; not safe while serving."""
        return self.state.db

    @property
    def manner(self) -> Manner:
        """Return how the org behaves where real ones differ."""
        return self.state.manner

    @property
    def locks(self) -> Locks:
        """Return the rows that are held."""
        return self.state.locks

    @property
    def limits(self) -> Limits:
        """Return the counter of calls, to be read or set by a test."""
        return self._desk.limits

    @property
    def api_calls(self) -> int:
        """Return how many calls there have been, refused ones included, tokens and versions left out."""
        return self._desk.limits.calls

    @property
    def journal(self) -> Journal:
        """Return the journal of every applied write; what the org was opened with is not in it."""
        with self._lock:
            self.state.now_ms()
            return self.state.journal

    def lead_id(self, person_id: str) -> str:
        """Return the id of the lead that a person of the file became."""
        return self.state.person_ids[person_id]

    def values(self, sobject: str, record_id: str) -> Mapping[str, Any]:
        """Return every field of a record, also of a deleted one, for judging; empty when it never was."""
        with self._lock:
            self.state.now_ms()
            return self.state.db.get(sobject, record_id) or {}

    def ids(self, sobject: str) -> list[str]:
        """Return the ids of all records that are not deleted, oldest first."""
        with self._lock:
            self.state.now_ms()
            found = list(self.state.db.ids(sobject))
            return [each for each in found if not (self.state.db.get(sobject, each) or {}).get("IsDeleted")]

    def forbid(self, sobject: str, broken: Callable[[Mapping[str, Any]], bool], message: str, field: str = "") -> None:
        """Add a validation rule: a write that leaves a record *broken* is refused with *message*."""
        self.state.rules.append(ValidationRule(sobject, broken, message, field))

    def hold_row(self, record_id: str, span: timedelta = timedelta(days=1), times: int | None = None) -> None:
        """Hold a row for so long, or until so many writes were refused; a held parent refuses its tasks too."""
        self.state.locks.hold(record_id, self.state.now_ms() + span_ms(span), times)

    def lose_cursors(self) -> None:
        """Forget every result that is still being read."""
        self._desk.cursors.lose()

    def engage(
        self,
        person_id: str,
        kind: str,
        at: datetime | None = None,
        attributes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Let a person do something now or at an earlier instant; it shows only as Salesforce would show it."""
        with self._lock:
            now_ms = self.state.now_ms()
            loading.engage(self.state, person_id, kind, at or self.state.clock(), attributes, now_ms)

    def release(self) -> int:
        """Let everything that was held back happen now; return how many engagements that were."""
        with self._lock:
            now_ms = self.state.now_ms()
            held, self._held = self._held, {}
            waiting = sorted(((e, p) for p, each in held.items() for e in each), key=lambda pair: pair[0].at)
            for done, person in waiting:
                loading.engage(self.state, person, done.type, instant(now_ms), done.attributes, now_ms)
            return len(waiting)

    def handle(self, request: Request) -> Response:
        """
        Answer one request.

        Raises:
            ConnectionCut: A fault ends the connection without an answer; the write may have been applied.
        """
        with self._lock:
            now_ms = self.state.now_ms()
            delay = timedelta(milliseconds=self.state.chance.span_ms("latency", self._latency))
            try:
                self._admit(request, now_ms)
            except Refusal as refusal:
                return self._refused(request, refusal, now_ms, delay)
            fault = self.faults.pick(request, now_ms)
            return self._struck(request, fault, now_ms, delay) if fault else self._answer(request, now_ms, delay)

    def _admit(self, request: Request, now_ms: int) -> None:
        """Refuse a request that is too long, has no session, no JSON type, or is beyond the limits."""
        target = len(request.path) + sum(
            len(name) + len(_encoded(value)) + 2 for name, values in request.query.items() for value in values
        )
        if target > LONGEST_TARGET:
            raise PageRefusal(414, HTML_TYPE, "<html><body><h1>URI Too Long</h1></body></html>")
        if target + sum(len(name) + len(value) + 4 for name, value in request.headers.items()) > LONGEST_TARGET:
            raise PageRefusal(431, HTML_TYPE, "<html><body><h1>Request Header Fields Too Large</h1></body></html>")
        if request.path in {TOKEN_PATH, routes.ROOT}:
            return
        typed = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method in {"POST", "PATCH"} and typed != "application/json":
            raise no_json()
        self.sessions.admit(request, now_ms)
        self._desk.limits.check(now_ms)

    def _struck(self, request: Request, fault: Fault, now_ms: int, delay: timedelta) -> Response:
        """Answer a request that a fault strikes."""
        if fault.kind is FaultKind.LATENCY:
            return self._answer(request, now_ms, delay + fault.after)
        if fault.kind is FaultKind.LATE:
            due = now_ms + span_ms(fault.after)
            self.state.agenda.at(due, lambda due_ms: self._unheard(request, due_ms))
            raise ConnectionCut
        if fault.kind is FaultKind.TRUNCATED:
            whole = self._answer(request, now_ms, delay)
            return Response(whole.status, whole.headers, whole.body, whole.delay, cut=len(whole.body) // 2)
        if fault.kind is FaultKind.ANSWER and fault.elements:
            return self._answer(request, now_ms, delay, fault)
        if fault.applied:
            self._unheard(request, now_ms)
        if fault.kind is FaultKind.ANSWER:
            return self._refused(request, refusal_of(fault), now_ms, delay)
        raise ConnectionCut(fault.after)

    def _unheard(self, request: Request, at_ms: int) -> None:
        """Carry a request out whose answer nobody gets."""
        self._answer(request, at_ms, timedelta())

    def _answer(self, request: Request, now_ms: int, delay: timedelta, fault: Fault | None = None) -> Response:
        """Carry a request out and return its answer."""
        try:
            if request.path == TOKEN_PATH:
                reply = Reply(200, self.sessions.answer(request, now_ms))
            elif request.path == routes.ROOT:
                reply = Reply(200, routes.versions())
            else:
                reply = routes.answer(Call(self._desk, request, now_ms, "", fault=fault))
        except Refusal as refusal:
            return self._refused(request, refusal, now_ms, delay)
        if reply.text is not None:
            return self._response(request, reply, (reply.content_type, reply.text.encode()), now_ms, delay)
        body = b"" if reply.body is None else json.dumps(reply.body, separators=(",", ":")).encode()
        return self._response(request, reply, (JSON_TYPE, body), now_ms, delay)

    def _refused(self, request: Request, refusal: Refusal, now_ms: int, delay: timedelta) -> Response:
        """Return the answer of a refusal."""
        reply = Reply(refusal.status, None, refusal.headers)
        return self._response(request, reply, refusal.content(), now_ms, delay)

    def _response(
        self, request: Request, reply: Reply, content: tuple[str, bytes], now_ms: int, delay: timedelta
    ) -> Response:
        """Return an answer with the headers Salesforce sends."""
        headers = {"Date": format_datetime(instant(now_ms), usegmt=True), **ALWAYS}
        request_id = f"{self.state.chance.of('requests').getrandbits(128):032x}"
        headers |= {"X-SFDC-Request-Id": request_id, "X-Request-Id": request_id}
        if request.path not in {TOKEN_PATH, routes.ROOT}:
            headers["Sforce-Limit-Info"] = self._desk.limits.header(now_ms, self.state.chance.of("gauge"))
        if content[1]:
            headers |= {"Content-Type": content[0], "Vary": "Accept-Encoding"}
        return Response(reply.status, {**headers, **reply.headers}, content[1], delay)


def _encoded(value: str) -> str:
    """Return a query's value about as long as it was sent."""
    return quote_plus(value)
