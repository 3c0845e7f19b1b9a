"""
The wire: one held ApiClient of `hubspot-api-client`, date-based paths, raw JSON, our own time-outs, budget, retries.

The client's traps are met here: its group of the fewest modules is imported, and only when a HubSpot system is built;
no retry and no redirect of urllib3's; a refusal whose body is no UTF-8; answers read to their end within the deadline.
Reads are tried three times without sleeping; a write is sent once, and what is not certain is said to be lost.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

import urllib3
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    SSLError,
)

from connector.adapters.base import AdapterDown, Meter, Permit
from connector.adapters.http import Meaning, http_date, meaning, retry_after, user_agent, words
from connector.adapters.hubspot.options import Options
from connector.adapters.hubspot.payload import Answer, parsed, said, scopes, text
from connector.adapters.hubspot.vocabulary import AWAY_WAIT, LOCKED_WAIT, MISSING_SCOPES, NETWORK_WAIT, STATUSES
from connector.adapters.registry import Tools
from connector.budget import BURST
from connector.commands import Rank

_GROUP: Final = "hubspot.crm.owners"
"""All groups generate the same ApiClient; this one brings the fewest modules beside it (216; contacts 249)."""
_TRIES: Final = 3
_CHUNK: Final = 65_536
_LARGEST: Final = 128 * 1024 * 1024
_WAITS: Final = MappingProxyType({423: LOCKED_WAIT, 477: AWAY_WAIT})
_TOO_MANY: Final = 429
_SECOND: Final = timedelta(seconds=1)
_BURST_WAIT: Final = timedelta(seconds=10)
_DAY_WAIT: Final = timedelta(minutes=15)
_ASKED: Final = MappingProxyType({"Accept": "application/json", "Accept-Encoding": "gzip"})


@dataclass(frozen=True, slots=True)
class Call:
    """
    One request.

    Attributes:
        method: GET or POST.
        path: With names in braces for what stands in *ids*.
        ids: Quoted into the path.
        query: In order; a name may come twice.
        body: JSON; None for none.
        bucket: Of the budget.
    """

    method: str
    path: str
    ids: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    query: tuple[tuple[str, str], ...] = ()
    body: dict[str, object] | None = None
    bucket: str = BURST


class ScopesMissing(AdapterDown):
    """The credentials may not do this; carries the scopes of which any one would do."""

    def __init__(self, reason: str, names: tuple[str, ...]) -> None:
        """Keep the names for `describe`."""
        super().__init__(reason, "scopes")
        self.names = names


class NotSent(Exception):  # noqa: N818 - says what happened, never leaves the package
    """No byte of the request has left."""


class Lost(Exception):  # noqa: N818 - says what happened, never leaves the package
    """The request may have been performed; there is no answer to tell."""


class _Fleeting(Exception):  # noqa: N818 - says what happened, never leaves this module
    """A read failed in a way that the next try may not."""


class _TooMany(_Fleeting):
    """The vendor's limit was hit: how long to wait is the budget's to say."""


class Wire:
    """The one connection pool of one system; safe for threads."""

    def __init__(self, options: Options, tools: Tools) -> None:
        """Import the client and hold it; nothing is sent."""
        group: Any = import_module(_GROUP)
        settings = group.Configuration(host=options.base_url)
        settings.access_token = options.token.reveal()
        settings.connection_pool_maxsize = options.connections
        settings.retries = urllib3.Retry(0, redirect=0, raise_on_redirect=False, raise_on_status=False)
        self._client: Any = group.ApiClient(configuration=settings)
        self._client.user_agent = user_agent()
        if tools.transport is not None:
            self._client.rest_client.pool_manager = tools.transport
        self._refusal: type[Exception] = group.ApiException
        self._secret = options.token
        self._timeouts = (options.connect_timeout.total_seconds(), options.read_timeout.total_seconds())
        self._longest = options.connect_timeout + options.read_timeout
        self._meter: Meter = tools.meter
        self.clock = tools.clock

    def pay(self, rank: Rank, bucket: str = BURST) -> None:
        """
        Take one request out of the budget.

        Raises:
            AdapterDown: There is none now; kind "budget".
        """
        wait = self._meter.ask(bucket, rank)
        if wait is not None:
            raise AdapterDown("our share of HubSpot's API limits is used up for now", "budget", wait)

    def read(self, call: Call, rank: Rank, *, paid: bool = False) -> Answer:
        """
        Send a request that changes nothing; return its answer, 2xx or one that refuses this request alone (404, 400).

        Raises:
            AdapterDown: It cannot be had now.
        """
        tries = Retrying(
            stop=stop_after_attempt(_TRIES),
            retry=retry_if_exception_type(_Fleeting),
            reraise=True,
            sleep=_at_once,
        )
        failed: list[_Fleeting] = []
        try:
            return tries(self._noted, failed, call, rank, [paid])
        except _Fleeting as error:
            raise AdapterDown(str(error), "network", NETWORK_WAIT) from None
        except AdapterDown as down:
            if down.kind != "budget" or not failed or isinstance(failed[-1], _TooMany):
                raise
            # Used up by trying in vain: whoever waits for the budget would only try in vain again.
            raise AdapterDown(str(failed[-1]), "network", NETWORK_WAIT) from None

    def _noted(self, failed: list[_Fleeting], *asked: Any) -> Answer:  # noqa: ANN401 - passed on to _try
        """Try once; keep in *failed* how it failed."""
        try:
            return self._try(*asked)
        except _Fleeting as error:
            failed.append(error)
            raise

    def known(self, call: Call, rank: Rank, *, paid: bool = False) -> Answer:
        """
        Send a request that changes nothing and that must succeed.

        Raises:
            AdapterDown: It cannot be had now, or HubSpot refuses it in its own words.
        """
        answer = self.read(call, rank, paid=paid)
        if meaning(answer.status, STATUSES) != Meaning.DONE:
            raise AdapterDown(self.said(answer), "network", NETWORK_WAIT)
        return answer

    def write(self, call: Call, permit: Permit) -> Answer | None:
        """
        Send a write once; return its answer, whatever its status, or None when the permit was refused.

        The budget was paid before, so that the permit is the last act.

        Raises:
            NotSent: No byte has left.
            Lost: It may have been performed.
        """
        if not permit():
            return None
        return self._send(call)

    def secret(self) -> str:
        """Return the token, only to be cut out of what is shown."""
        return self._secret.reveal()

    def said(self, answer: Answer) -> str:
        """Return the vendor's words about a failure, without the token."""
        return said(answer.body, answer.status, self._secret.reveal())

    def down(self, answer: Answer) -> AdapterDown:
        """Return what an answer says that concerns the whole system rather than one request."""
        reason = self.said(answer)
        match meaning(answer.status, STATUSES):
            case Meaning.CREDENTIALS:
                return AdapterDown(reason, "credentials")
            case Meaning.SCOPES if text(answer.body.get("category")) == MISSING_SCOPES:
                return ScopesMissing(reason, scopes(answer.body))
            case Meaning.SCOPES:
                return AdapterDown(reason, "credentials")
            case Meaning.AWAY | Meaning.BUSY:
                return AdapterDown(reason, "paused", wait_of(answer))
            case _:
                return AdapterDown(reason, "network", NETWORK_WAIT)

    def _try(self, call: Call, rank: Rank, paid: list[bool]) -> Answer:
        """Pay (unless the first try was *paid*, which is used up), send, and sort the answer of a read."""
        if not (paid and paid.pop()):
            self.pay(rank, call.bucket)
        try:
            answer = self._send(call)
        except (NotSent, Lost) as error:
            raise _Fleeting(str(error)) from None
        match meaning(answer.status, STATUSES):
            case Meaning.DONE | Meaning.REFUSED:
                return answer
            case Meaning.AMBIGUOUS:
                raise _Fleeting(self.said(answer))
            case Meaning.BUSY if answer.status == _TOO_MANY:
                # The meter has just learned of it and will name the wait.
                raise _TooMany(self.said(answer))
            case _:
                raise self.down(answer)

    def _send(self, call: Call) -> Answer:
        """Send one request over the held client; return its answer whatever the status."""
        started = self.clock()
        try:
            response = self._client.call_api(
                call.path,
                call.method,
                dict(call.ids),
                list(call.query),
                dict(_ASKED),
                body=call.body,
                post_params=[],
                files={},
                auth_settings=["oauth2"],
                _preload_content=False,
                _request_timeout=self._timeouts,
            )
            status, headers = response.status, _lower(response.headers)
            content = self._content(response, started)
        except self._refusal as error:
            status, headers, content = _refused(error)
        except UnicodeDecodeError as error:
            # The client decodes the body of every refusal as UTF-8; a proxy's page in another encoding ends here.
            if not isinstance(error.__context__, self._refusal):
                raise
            status, headers, content = _refused(error.__context__)
        except HTTPError as error:
            reason = words(_reason(error), self._secret.reveal())
            raise (NotSent(reason) if _before_any_byte(error) else Lost(reason)) from None
        self._meter.learned(status, headers, call.bucket)
        return self._answer(status, headers, content)

    def _content(self, response: Any, started: datetime) -> bytes:  # noqa: ANN401 - urllib3's, or what stands in for it
        """Read an answer to its end, but not for ever: the read time-out alone allows a byte each twenty seconds."""
        parts: list[bytes] = []
        size = 0
        # Not `stream`, which waits for a whole chunk however slowly it drips in.
        while part := response.read1(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > _LARGEST or self.clock() - started > self._longest:
                response.close()
                raise Lost(f"the answer did not end within {self._longest.total_seconds():g} s and {_LARGEST:,} bytes")
        return b"".join(parts)

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> Answer:
        """Return the answer taken apart; one of 2xx that cannot be read counts as none."""
        at = http_date(headers.get("date", "")) or self.clock()
        body = parsed(content)
        if body is None and meaning(status, STATUSES) == Meaning.DONE:
            raise Lost(f"HubSpot {status}: the answer is not readable JSON ({len(content):,} bytes)")
        if body is None:
            body = {"message": content[:_CHUNK].decode(errors="replace")}
        return Answer(status, body, headers, at)


def wait_of(answer: Answer) -> timedelta:
    """Return how long an answer that says "later" asks us to wait, else what is usual for it."""
    named = retry_after(answer.headers, answer.at)
    if named is not None:
        return named
    if answer.status in _WAITS:
        return _WAITS[answer.status]
    if text(answer.body.get("policyName")) == "DAILY":
        return _DAY_WAIT
    return _BURST_WAIT if text(answer.body.get("policyName")) else _SECOND


def _reason(error: HTTPError) -> str:
    """Return what a person needs of *error*: the host, and what happened without the names of Python's classes."""
    if isinstance(error, MaxRetryError) and error.reason is not None:
        host, port = getattr(error.pool, "host", ""), getattr(error.pool, "port", "")
        where = f"{host}:{port}: " if host else ""
        return where + str(error.reason).rsplit("): ", maxsplit=1)[-1]
    return str(error).rsplit("): ", maxsplit=1)[-1] or type(error).__name__


def _before_any_byte(error: HTTPError) -> bool:
    """Say whether *error* came up while the connection was still being made."""
    reason = error.reason if isinstance(error, MaxRetryError) else error
    if isinstance(reason, SSLError):
        return any(isinstance(each, ssl.SSLCertVerificationError) for each in reason.args)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError | LocationValueError)


def _refused(error: Any) -> tuple[int, Mapping[str, str], bytes]:  # noqa: ANN401 - of the generated, untyped client
    """Return status, headers and body of the client's exception for an answer that is not 2xx."""
    body = error.body
    return error.status, _lower(error.headers or {}), body.encode() if isinstance(body, str) else bytes(body or b"")


def _lower(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return *headers* by lower-case name: old answers spell them otherwise."""
    return {name.lower(): value for name, value in headers.items()}


def _at_once(_wait: float) -> None:
    """Do not wait between tries: what has to wait says so instead."""
