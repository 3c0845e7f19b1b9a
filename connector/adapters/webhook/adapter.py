"""
The adapter to a system that takes signed POSTs: each command is one Standard Webhooks message.

Nothing can be read there. What was lost on the way is posted again under the same id, by which a receiver that keeps to
the specification knows what it has had. A receiver that answers 410 gets nothing more from this process.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Final, NoReturn, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter
from urllib3.exceptions import HTTPError

from connector.adapters.base import (
    Abilities,
    AdapterDown,
    Fetched,
    FieldSchema,
    Owner,
    Page,
    Permit,
    Schema,
    Stream,
    Wanted,
)
from connector.adapters.http import retry_after, words
from connector.adapters.registry import Tools
from connector.adapters.webhook.guard import Forbidden, Guard, Guarded, NotReached, session
from connector.adapters.webhook.posting import (
    GONE,
    REFUSED_SIGNATURE,
    SCHEDULE,
    SLOWER,
    headers,
    text_of,
)
from connector.adapters.webhook.sending_options import SendingOptions, allowed, signing_secret, template_of, url_of
from connector.budget import BURST, TOO_MANY
from connector.commands import (
    Absent,
    Command,
    CreateTask,
    Done,
    Kind,
    Outcome,
    Probed,
    Rank,
    Retry,
    Unknown,
    kind_of,
)
from connector.model import PERSON, CrmRef
from connector.owners import QUEUE
from connector.signatures.standard import key_of

ABILITIES: Final = Abilities(
    # One request each: what one of them comes to says nothing of the next, and no time-out makes another late.
    MappingProxyType(dict.fromkeys(Kind, 1)),
    unique_task_key=True,
    webhooks=True,
    reads=False,
    retry_schedule=SCHEDULE,
)
_RANKS: Final = MappingProxyType({Kind.TASK: Rank.TASK, Kind.STAGE: Rank.STAGE, Kind.FIELDS: Rank.FIELDS})
_AWAY: Final = timedelta(seconds=30)
_HEARD: Final = 2_048
"""Bytes of an answer that are read, for its words; what an answer says decides nothing."""
_TELLING: Final = 8
"""Characters from which on a path or a query is taken for a secret."""
_OK: Final = range(200, 300)
_REDIRECT: Final = range(300, 400)
_CONNECTIONS: Final = 16


class Webhook:
    """One address that is posted to; every method may be called from any thread."""

    def __init__(self, name: str, options: SendingOptions, wanted: Wanted, tools: Tools) -> None:
        """Put the parts together; nothing is sent."""
        self.name = name
        self.abilities = ABILITIES
        self._options = options
        self._wanted = wanted
        self._clock = tools.clock
        self._meter = tools.meter
        self._host = urlsplit(url_of(options)).hostname or ""
        self._secret = signing_secret(options)
        self._guard = Guard(allowed(options))
        own = Guarded(self._guard, _CONNECTIONS) if tools.transport is None else None
        self._session = session(own or cast("BaseAdapter", tools.transport))
        self._times = (options.connect_timeout.total_seconds(), options.read_timeout.total_seconds())
        self._ended = ""

    def streams(self) -> tuple[Stream, ...]:
        """Return none: what such a system tells, it tells by itself."""
        return ()

    def pull(self, stream: str, cursor: str | None) -> Page:
        """See `fetch`."""
        del stream, cursor
        self._unreadable()

    def fetch(self, refs: Sequence[CrmRef], rank: Rank = Rank.READ, also: frozenset[str] = frozenset()) -> Fetched:
        """
        Refuse; `abilities.reads` says that nobody asks.

        Raises:
            AdapterDown: Always.
        """
        del refs, rank, also
        self._unreadable()

    def apply(self, commands: Sequence[Command], permit: Permit) -> tuple[Outcome, ...]:
        """
        Post *commands*, each by itself and once.

        Raises:
            AdapterDown: No byte of the first has left; or the receiver wants nothing more, or nothing under this
                secret, and says so before it has taken anything.
        """
        outcomes: list[Outcome] = []
        for command in commands:
            try:
                outcomes.append(self._posted(command, permit))
            except AdapterDown as down:
                if not outcomes:
                    raise
                left = len(commands) - len(outcomes)
                return (*outcomes, *[Retry(down.reason, down.after or _AWAY, sent=False)] * left)
        return tuple(outcomes)

    def probe(self, commands: Sequence[Command]) -> tuple[Probed, ...]:
        """Say that each may go again under its key; see `Abilities.reads`."""
        return tuple(Absent(self._clock()) for _ in commands)

    def describe(self) -> Schema:
        """Return what the configuration says of the receiver; nothing is asked."""
        wanted = self._wanted
        names = dict.fromkeys((*wanted.fields.get(PERSON, ()), *wanted.writes.get(PERSON, ())))
        fields = {name: FieldSchema(name, name, "text") for name in names}
        # The account is where it is posted to; the path may be a secret.
        return Schema(
            {PERSON: fields},
            tuple(map(_owner, wanted.owners)),
            self._clock(),
            portal=self._host,
            task_tier="A",
            budget=f"at most {self._options.posts_per_10_seconds} posts in ten seconds",
        )

    def prepare(self, *, dry: bool) -> tuple[str, ...]:
        """Make nothing: a receiver takes whatever fields there are."""
        del dry
        return ()

    def shown(self, command: Command) -> str:
        """Return the body that would be posted."""
        return text_of(command, template_of(self._options, kind_of(command)))

    def reaches(self) -> None:
        """See `Reaching`; a system that nothing is sent to reaches nobody and needs not."""
        parts = urlsplit(url_of(self._options))
        plain = parts.scheme == "http"
        if not parts.hostname:
            return
        try:
            self._guard.addresses(parts.hostname, parts.port or (80 if plain else 443), plain=plain)
        except NotReached as error:
            raise self._down(error) from None

    def _down(self, error: NotReached) -> AdapterDown:
        """Return what it means that no connection could be made."""
        if isinstance(error, Forbidden):
            return AdapterDown(self._clean(f"{error}. List it in allow_addresses if it is yours"), "setup")
        return AdapterDown(self._clean(str(error)), "network", _AWAY)

    def _unreadable(self) -> NoReturn:
        """Refuse to read."""
        raise AdapterDown(f"{self.name} is a webhook, which cannot be read", "setup")

    def _posted(self, command: Command, permit: Permit) -> Outcome:
        """Post one command and say what its answer means."""
        if self._options.send_to is None:
            raise AdapterDown("no send_to says where to post", "setup")
        if self._ended:
            raise AdapterDown(self._ended, "gone")
        wait = self._meter.ask(BURST, _RANKS[kind_of(command)])
        if wait is not None:
            raise AdapterDown("enough was posted for now", "budget", wait)
        body = self.shown(command).encode()
        secret = key_of(self._secret.reveal()) if self._secret is not None else None
        signed = headers(command.key, body, self._clock(), secret)
        if not permit():
            return Retry("not sent: the time for it was over", timedelta(), sent=False)
        try:
            answer = self._session.post(
                url_of(self._options),
                data=body,
                headers=signed,
                allow_redirects=False,
                stream=True,
                timeout=self._times,
            )
        except NotReached as error:
            raise self._down(error) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            return Unknown(self._clean(f"no answer from {self._host}: {_innermost(error)}"))
        with answer:
            return self._outcome(command, answer, self._heard(answer))

    def _outcome(self, command: Command, answer: requests.Response, said: str) -> Outcome:
        """Say what an answer means for *command*."""
        status = answer.status_code
        reason = f"{self._host} answered {status}{': ' + said if said else ''}"
        found = {name.lower(): value for name, value in answer.headers.items()}
        after = retry_after(found, self._clock())
        self._learn(status, after)
        if status in _OK:
            return Done(command.key if isinstance(command, CreateTask) else command.ref.id)
        if status == GONE:
            self._ended = f"{reason}. It wants nothing more: nothing is posted until the connector starts anew"
            raise AdapterDown(self._ended, "gone")
        if status == REFUSED_SIGNATURE:
            raise AdapterDown(reason, "credentials")
        if status in _REDIRECT:
            reason = f"{reason}. Redirects are not followed: put the address it leads to into send_to"
        return Retry(reason, after or timedelta(seconds=1))

    def _learn(self, status: int, after: timedelta | None) -> None:
        """Let the meter post less where the receiver asks for less."""
        told = {"retry-after": str(int(after.total_seconds()))} if after else {}
        self._meter.learned(TOO_MANY if status in SLOWER else status, told, BURST)

    def _heard(self, answer: requests.Response) -> str:
        """Return the first words of an answer, fit for a log."""
        raw = answer.raw
        try:
            if isinstance(raw, urllib3.HTTPResponse):
                content = raw.read1(_HEARD, decode_content=False)
            else:
                content = io.BytesIO(answer.content).read(_HEARD)
        except (requests.RequestException, HTTPError, OSError):
            return ""
        return self._clean(content.decode("utf-8", "replace"))

    def _clean(self, text: str) -> str:
        """Return *text* without secret, address and path."""
        url = url_of(self._options)
        parts = urlsplit(url)
        secret = self._secret.reveal() if self._secret is not None else ""
        # Slack's and Teams' addresses are secrets from the path on; a short path is none, and may be any word.
        hidden = (one for one in (parts.query, parts.path.strip("/")) if len(one) >= _TELLING)
        return words(text, secret, url, *hidden)


def _innermost(error: Exception) -> str:
    """Return what a person needs of *error*."""
    while error.args and isinstance(error.args[0], Exception):
        error = error.args[0]
    return str(error).rsplit("): ", maxsplit=1)[-1] or type(error).__name__


def _owner(named: str) -> Owner:
    """Return somebody who gets tasks as a directory would have them."""
    if named.startswith(QUEUE):
        return Owner(named, "", named.removeprefix(QUEUE).strip(), queue=True)
    return Owner(named, named, named)
