"""
One request and its answer, through `simple-salesforce` in direct-session mode on our own session.

The client's one method that every call of it goes through is used, because its public ones drop the answer's headers,
lose ours at a renewal, and read CSV as JSON. Nothing is tried twice here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, Final, cast

import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import HTTPError

from connector.adapters.base import AdapterDown, Meter
from connector.adapters.http import http_date
from connector.adapters.registry import Tools
from connector.adapters.salesforce.errors import LIMIT, Fate, errors_of, fate
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.payload import JSON, Answer, Call, clean, decoded
from connector.adapters.salesforce.quota import DAY, Usage, usage
from connector.adapters.salesforce.session import Guard, certainly_not_sent, held, real, reason_of
from connector.adapters.salesforce.tokens import PATH, Given, Login
from connector.adapters.salesforce.vocabulary import NETWORK_WAIT, ROOT
from connector.budget import BURST, TOO_MANY

_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+")
_OK: Final = range(200, 300)


class NotSent(Exception):  # noqa: N818 - says what happened, never leaves the package
    """No byte of the request has left."""


class Gone(Exception):  # noqa: N818 - says what happened, never leaves the package
    """The request may have been performed; there is no answer to tell."""


@dataclass(frozen=True, slots=True)
class _Client:
    """The vendor's client of one token."""

    login: Login
    client: Any


class Exchange:
    """The one session of one system; safe for threads."""

    def __init__(self, options: Options, tools: Tools) -> None:
        """Import the client; nothing is sent."""
        self._vendor: Any = import_module("simple_salesforce")
        inner = cast("BaseAdapter", tools.transport) if tools.transport is not None else real(options.connections)
        self._guard = Guard(inner, tools.clock, options.connect_timeout, options.read_timeout)
        self._guard.admit(options.base_url)
        self._session = held(self._guard)
        self._base = options.base_url
        self._connect = options.connect_timeout.total_seconds()
        self._usual = options.read_timeout.total_seconds()
        self._meter: Meter = tools.meter
        self._clock = tools.clock
        self._version = options.api_version
        self._client: _Client | None = None
        self.usage: Usage | None = None

    def send(self, call: Call, login: Login, read: timedelta) -> Answer:
        """Send one request; return its answer whatever the status."""
        url = login.instance_url + self._path(call.path)
        seen: list[requests.Response] = []
        try:
            self._of(login).client._call_salesforce(  # noqa: SLF001 - see the module's docstring
                call.method,
                url,
                headers={"Content-Type": call.content_type, **call.headers},
                params=dict(call.params),
                data=_encoded(call),
                hooks={"response": lambda response, **_: seen.append(response)},
                allow_redirects=False,
                timeout=(self._connect, read.total_seconds()),
            )
        except self._vendor.SalesforceError:
            # The client makes an exception of every refusal; the answer itself was kept before.
            pass
        except (requests.RequestException, HTTPError) as error:
            reason = clean(reason_of(error), login.token.reveal())
            raise (NotSent(reason) if certainly_not_sent(error) else Gone(reason)) from None
        return self._answer(seen[-1])

    def _answer(self, response: requests.Response) -> Answer:
        """Return the answer taken apart, and let the meter learn; one of 2xx that cannot be read counts as none."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        body, text, readable = decoded(response.content, headers.get("content-type", JSON))
        date = http_date(headers.get("date", "")) or self._clock()
        answer = Answer(response.status_code, body, text, headers, date)
        self._learn(answer)
        if not readable and answer.status in _OK:
            raise Gone(f"Salesforce {answer.status}: the answer is not readable JSON ({len(response.content):,} bytes)")
        return answer

    def _learn(self, answer: Answer) -> None:
        """Let the meter learn from the headers, and from the body of a 403 that it says "too many"."""
        self.usage = usage(answer.headers) or self.usage
        if answer.status in _OK:
            self._meter.learned(answer.status, answer.headers, BURST)
            return
        errors = errors_of(answer)
        if any(one.code == LIMIT for one in errors):
            bucket = BURST if fate(answer.status, errors) is Fate.BUSY else DAY
            self._meter.learned(TOO_MANY, answer.headers, bucket)
        else:
            self._meter.learned(answer.status, answer.headers, BURST)

    def _path(self, path: str) -> str:
        """Return *path* below the version, unless it is whole already; refuse one that could lead elsewhere."""
        if not _PATH.fullmatch(path):
            raise NotSent(f"not a path of the API: {path[:80]!r}")
        whole = path == ROOT or path.startswith(f"{ROOT}/")
        return path if whole else f"{ROOT}/v{self._version}{path}"

    def ask(self, form: Mapping[str, str]) -> Given:
        """Post *form* to the token endpoint; see `tokens.Ask`."""
        try:
            response = self._session.post(
                self._base + PATH, data=dict(form), allow_redirects=False, timeout=(self._connect, self._usual)
            )
        except (requests.RequestException, HTTPError) as error:
            reason = clean(reason_of(error), *form.values())
            raise AdapterDown(f"no token: {reason}", "network", NETWORK_WAIT) from None
        body, text, _ = decoded(response.content, response.headers.get("Content-Type", JSON))
        return Given(response.status_code, body, text)

    def _of(self, login: Login) -> _Client:
        """Return the client of *login*; instance_url is followed wherever the newest token says."""
        found = self._client
        if found is not None and found.login is login:
            return found
        self._guard.admit(login.instance_url)
        made = self._vendor.Salesforce(
            session_id=login.token.reveal(),
            instance_url=login.instance_url,
            session=self._session,
            version=self._version,
        )
        # It asks for indented JSON, which is a third larger.
        made.headers.pop("X-PrettyPrint", None)
        self._client = found = _Client(login, made)
        return found


def _encoded(call: Call) -> bytes | None:
    """Return the body in bytes."""
    if call.body is None:
        return None
    text = call.body if isinstance(call.body, str) else json.dumps(call.body, allow_nan=False)
    return text.encode()
