"""
The wire: one request of the exchange, with its token, its place in the budget, and the tries it may have.

Reads are tried three times without sleeping; a write is sent once, and again only when its token was refused, which
certainly performed nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from connector.adapters.base import AdapterDown, Meter, Permit
from connector.adapters.registry import Tools
from connector.adapters.salesforce.errors import Fate, errors_of, fate, renewable, told
from connector.adapters.salesforce.exchange import Exchange, Gone, NotSent
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.payload import REQUEST_ID, TEXT_KEPT, Answer, Call, Lost, clean
from connector.adapters.salesforce.quota import FIRST_PAUSE, Usage
from connector.adapters.salesforce.tokens import Login, Tokens
from connector.adapters.salesforce.vocabulary import NETWORK_WAIT, ROOT
from connector.budget import BURST
from connector.commands import Rank

__all__ = ["Answer", "Call", "Lost", "Refused", "Wire"]

Part = TypeVar("Part")
_TRIES: Final = 3
_LONGEST_URI: Final = 12_000
"""Bytes of a query in its path, quoted; Salesforce ends at 16,384 with the headers."""
_IN_ONE: Final = 5
"""Queries in one composite call."""
_OK: Final = range(200, 300)
_UNCHANGED: Final = 304


class Refused(AdapterDown):
    """A read that had to succeed was refused for what it asks; carries what Salesforce answered."""

    def __init__(self, reason: str, answer: Answer) -> None:
        """Keep the answer."""
        super().__init__(reason, "network", NETWORK_WAIT)
        self.answer = answer


class _Fleeting(Exception):  # noqa: N818 - says what happened, never leaves this module
    """A read failed in a way that the next try may not."""


class _Busy(_Fleeting):
    """Salesforce has too much to do: how long to wait is the budget's to say."""


class Wire:
    """The one session of one system; safe for threads."""

    def __init__(self, options: Options, tools: Tools) -> None:
        """Put the parts together; nothing is sent."""
        self._exchange = Exchange(options, tools)
        self._meter: Meter = tools.meter
        self._tokens = Tokens(options, tools.clock, self._exchange.ask)
        self._read = options.read_timeout
        self._longest = 2 * (options.connect_timeout + options.read_timeout)
        self.clock = tools.clock
        self.version = options.api_version

    def usage(self) -> Usage | None:
        """Return what the org's gauge said last, None before it said anything."""
        return self._exchange.usage

    def pay(self, rank: Rank) -> None:
        """
        Take one request out of the budget.

        Raises:
            AdapterDown: There is none now; kind "budget".
        """
        wait = self._meter.ask(BURST, rank)
        if wait is not None:
            raise AdapterDown("our share of Salesforce's API requests is used up for now", "budget", wait)

    def read(self, call: Call, rank: Rank) -> Answer:
        """
        Send a request that changes nothing; return its answer, 2xx or one that refuses this request alone.

        Raises:
            AdapterDown: It cannot be had now.
        """
        return self._tried(lambda: self._sorted(self._paid(call, rank)))

    def known(self, call: Call, rank: Rank) -> Answer:
        """
        Send a request that changes nothing and that must succeed.

        Raises:
            Refused: Salesforce refuses it in its own words.
            AdapterDown: It cannot be had now.
        """
        answer = self.read(call, rank)
        if answer.status not in _OK:
            raise Refused(self.said(answer), answer)
        return answer

    def query(self, soql: str, rank: Rank, *, all_rows: bool = False) -> Answer:
        """
        Run one query; return its first page, or the refusal of the query itself.

        Args:
            soql: At most 100,000 characters; a long one travels inside a composite call, whose limit is the body's.
            rank: Of the budget.
            all_rows: Whether deleted, merged and archived rows are wanted too.

        Raises:
            AdapterDown: It cannot be had now.
        """
        if len(quote(soql)) > _LONGEST_URI:
            return self.query_many((soql,), rank, all_rows=all_rows)[0]
        return self.read(Call("GET", _query_path(all_rows=all_rows), {"q": soql}), rank)

    def query_many(self, soqls: Sequence[str], rank: Rank, *, all_rows: bool = False) -> tuple[Answer, ...]:
        """
        Run several queries, five in one call that counts as one; return their first pages in order.

        Raises:
            AdapterDown: One of them cannot be had now.
        """
        found: list[Answer] = []
        for begin in range(0, len(soqls), _IN_ONE):
            call = self._composite(soqls[begin : begin + _IN_ONE], all_rows=all_rows)
            found += self._tried(lambda call=call: self._unwrapped(call, rank))  # type: ignore[misc]
        return tuple(found)

    def every(self, soql: str, rank: Rank, *, all_rows: bool = False) -> list[Mapping[str, Any]]:
        """
        Return all rows of a query whose answer is small.

        Raises:
            Refused: Salesforce refuses the query in its own words.
            AdapterDown: It cannot be had now.
        """
        return self.rows(self.query(soql, rank, all_rows=all_rows), rank)

    def rows(self, answer: Answer, rank: Rank) -> list[Mapping[str, Any]]:
        """
        Return all rows of the query whose first page is *answer*.

        Raises:
            Refused: Salesforce refused the query, or a page of it, in its own words.
            AdapterDown: A page cannot be had now.
        """
        found: list[Mapping[str, Any]] = []
        while True:
            if answer.status not in _OK or not isinstance(answer.body, dict):
                raise Refused(self.said(answer), answer)
            found += answer.body.get("records") or ()
            following = answer.body.get("nextRecordsUrl")
            if answer.body.get("done") is not False or not isinstance(following, str):
                return found
            answer = self.read(Call("GET", following), rank)

    def write(self, call: Call, permit: Permit) -> Answer | Lost | None:
        """
        Send a write once; return its answer whatever the status, `Lost`, or None when the permit was refused.

        The budget was paid before, so that the permit is the last act. A refused token performed nothing: the same
        request with all its headers then goes once more under a new one, and the permit is asked again.

        Raises:
            AdapterDown: No token can be had, and this request has not left; an earlier one of the same batch may have.
        """
        login = self._tokens.current()
        if not permit():
            return None
        answer = self._sent_or_lost(call, login)
        if isinstance(answer, Lost) or not renewable(answer.status, errors_of(answer)):
            return self._judged(answer, login)
        try:
            login = self._tokens.renewed(login, self.said(answer))
        except AdapterDown as error:
            return Lost(error.reason, performed=False)
        if not permit():
            return None
        again = self._sent_or_lost(call, login)
        return self._judged(again, login)

    def said(self, answer: Answer) -> str:
        """Return Salesforce's words about a failure with the request id and what can be done, one line, no secrets."""
        request_id = answer.headers.get(REQUEST_ID, "")
        words = told(errors_of(answer)) if answer.status not in _OK else ""
        suffix = f" (request {request_id})" if request_id else ""
        return clean(f"Salesforce {answer.status}: {words or 'no words'}{suffix}", *self._tokens.secrets())

    def _tried(self, attempt: Callable[[], Part]) -> Part:
        """Try a read three times, as long as twice the time-outs have not passed."""
        until = self.clock() + self._longest

        def enough(state: RetryCallState) -> bool:
            """Say whether the last try was the last."""
            return state.attempt_number >= _TRIES or self.clock() >= until

        tries = Retrying(stop=enough, retry=retry_if_exception_type(_Fleeting), reraise=True, sleep=_at_once)
        failed: list[_Fleeting] = []

        def noted() -> Part:
            """Try once; keep how it failed."""
            try:
                return attempt()
            except _Fleeting as error:
                failed.append(error)
                raise

        try:
            return tries(noted)
        except _Fleeting as error:
            raise AdapterDown(str(error), "network", NETWORK_WAIT) from None
        except AdapterDown as down:
            if down.kind != "budget" or not failed or isinstance(failed[-1], _Busy):
                raise
            # Used up by trying in vain: whoever waits for the budget would only try in vain again.
            raise AdapterDown(str(failed[-1]), "network", NETWORK_WAIT) from None

    def _paid(self, call: Call, rank: Rank) -> Answer:
        """Pay, send a read, and once more under a new token when its token was refused."""
        self.pay(rank)
        login = self._tokens.current()
        try:
            answer = self._exchange.send(call, login, self._read)
            if renewable(answer.status, errors_of(answer)):
                login = self._tokens.renewed(login, self.said(answer))
                answer = self._exchange.send(call, login, self._read)
        except (NotSent, Gone) as error:
            raise _Fleeting(str(error)) from None
        return cast("Answer", self._judged(answer, login))

    def _judged(self, answer: Answer | Lost, login: Login) -> Answer | Lost:
        """Tell the tokens what the answer to the newest one says about it."""
        if isinstance(answer, Lost):
            return answer
        if answer.status != 401:  # noqa: PLR2004 - any answer of another status was given to a valid token
            self._tokens.accepted(login)
        elif renewable(answer.status, errors_of(answer)):
            self._tokens.refused(login, self.said(answer))
        return answer

    def _sorted(self, answer: Answer) -> Answer:
        """
        Return an answer to a read that concerns this request alone.

        Raises:
            _Fleeting: The next try may succeed.
            AdapterDown: It concerns the whole system.
        """
        if answer.status in _OK or answer.status == _UNCHANGED:
            return answer
        match fate(answer.status, errors_of(answer)):
            case Fate.BUSY:
                # The meter has learned of a "too many" and names the wait.
                raise _Busy(self.said(answer))
            case Fate.RETRY | Fate.UNKNOWN:
                raise _Fleeting(self.said(answer))
            case Fate.FATAL_CREDENTIALS:
                raise AdapterDown(self.said(answer), "credentials")
            case Fate.FATAL_SCOPES:
                raise AdapterDown(self.said(answer), "scopes")
            case Fate.QUOTA:
                raise AdapterDown(self.said(answer), "paused", FIRST_PAUSE)
            case _:
                return answer

    def _composite(self, soqls: Sequence[str], *, all_rows: bool) -> Call:
        """Return the call that runs up to five queries."""
        path = f"{ROOT}/v{self.version}{_query_path(all_rows=all_rows)}"
        parts = [
            {"method": "GET", "url": f"{path}?q={quote(soql, safe='')}", "referenceId": f"q{at}"}
            for at, soql in enumerate(soqls)
        ]
        return Call("POST", "/composite", body={"allOrNone": False, "compositeRequest": parts})

    def _unwrapped(self, call: Call, rank: Rank) -> tuple[Answer, ...]:
        """Send a composite call; return the answers within, by their reference."""
        whole = self._sorted(self._paid(call, rank))
        wanted = [each["referenceId"] for each in cast("dict[str, Any]", call.body)["compositeRequest"]]
        if whole.status not in _OK:
            return (whole,) * len(wanted)
        rows = whole.body.get("compositeResponse") if isinstance(whole.body, dict) else None
        by_name = {row.get("referenceId"): row for row in rows or () if isinstance(row, dict)}
        if not all(name in by_name for name in wanted):
            raise _Fleeting("Salesforce's composite answer lacks some of the queries that were asked")
        return tuple(self._sorted(_part(by_name[name], whole)) for name in wanted)

    def _sent_or_lost(self, call: Call, login: Login) -> Answer | Lost:
        """Send a write; triggers run inside, so it may take twice as long as a read."""
        try:
            return self._exchange.send(call, login, 2 * self._read)
        except NotSent as error:
            return Lost(str(error), performed=False)
        except Gone as error:
            return Lost(str(error), performed=None)


def _query_path(*, all_rows: bool) -> str:
    """Return the resource that runs a query."""
    return "/queryAll" if all_rows else "/query"


def _part(row: Mapping[str, Any], whole: Answer) -> Answer:
    """Return one answer out of a composite one, with the outer headers beside its own."""
    own = {str(name).lower(): str(value) for name, value in (row.get("httpHeaders") or {}).items()}
    body = row.get("body")
    status = row.get("httpStatusCode")
    text = json.dumps(body)[:TEXT_KEPT] if body is not None else ""
    return Answer(status if isinstance(status, int) else 0, body, text, {**whole.headers, **own}, whole.date)


def _at_once(_wait: float) -> None:
    """Do not wait between tries: what has to wait says so instead."""
