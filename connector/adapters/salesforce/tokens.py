"""
Access tokens: client credentials, or a signed request (JWT bearer); nothing is kept on disk.

Salesforce tells no lifetime: a token ends some time after its last use, or when an admin revokes it. So one is held
until it is refused, then renewed once, by one thread while the others wait. What is refused again, or for good, opens a
circuit: no token is asked for until a pause has passed, because each attempt counts against the org's login limits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from connector.adapters.base import AdapterDown, Clock
from connector.adapters.http import unsafe_base
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.payload import clean
from connector.adapters.salesforce.vocabulary import NETWORK_WAIT
from connector.secrets import Secret

PATH: Final = "/services/oauth2/token"
_BEARER_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE: Final = timedelta(minutes=3)
"""Of a signed request; Salesforce takes no longer ones than a few minutes."""
_MOST: Final = 6
_SPAN: Final = timedelta(minutes=1)
"""So many tokens may be asked for within that span, whatever happens."""
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(minutes=15)
_SERVER: Final = 500
_OK: Final = 200
_PASSING: Final = frozenset({"server_error", "temporarily_unavailable"})
_HINTS: Final[tuple[tuple[str, str], ...]] = (
    ("no client credentials user", "Name a run-as user in the app's client credentials flow."),
    ("invalid_client", "Check client_id and client_secret: the app's consumer key and secret."),
    ("app_not_found", "Install the External Client App in this org, or check base_url."),
    ("hasn't approved", "Pre-authorise the integration user for the app (permission set)."),
    ("invalid assertion", "The certificate in the app and private_key belong together; check username too."),
    ("audience", "For a sandbox org set audience to https://test.salesforce.com."),
    ("inactive", "The user is inactive: activate the integration user."),
    ("", "Check client_id, its secret or key, and the app's run-as user."),
)
"""What an admin can do, by what is found in the refusal; the last is for all others."""


@dataclass(frozen=True, slots=True)
class Login:
    """One token and where it is good; never printed."""

    token: Secret
    instance_url: str


@dataclass(frozen=True, slots=True)
class Given:
    """The token endpoint's answer: status, JSON where it is some, and text."""

    status: int
    body: Any
    text: str


class Ask(Protocol):
    """Sends a form to the token endpoint."""

    def __call__(self, form: Mapping[str, str]) -> Given:
        """
        Return what the endpoint answers.

        Raises:
            AdapterDown: There is no answer.
        """


class Tokens:
    """The one token of one system; safe for threads."""

    def __init__(self, options: Options, clock: Clock, ask: Ask) -> None:
        """Hold none yet; a private key brings the signing library in."""
        self._options = options
        self._clock = clock
        self._ask = ask
        self._jwt: Any = import_module("jwt") if options.private_key is not None else None
        self._lock = threading.Lock()
        self._held: Login | None = None
        self._asked: deque[datetime] = deque()
        self._doubted = False
        self._closed_until: datetime | None = None
        self._pause = _FIRST_PAUSE
        self._why = ""

    def current(self) -> Login:
        """
        Return the held token; one is asked for when there is none.

        Raises:
            AdapterDown: None can be had; kind "credentials" when Salesforce refuses ours.
        """
        with self._lock:
            self._refuse_while_closed()
            if self._held is None:
                self._held = self._new()
            return self._held

    def renewed(self, stale: Login, why: str) -> Login:
        """
        Return a token other than *stale*, which Salesforce refused with the words *why*.

        Raises:
            AdapterDown: As for current; also when the token before it was refused in the same way, however new.
        """
        with self._lock:
            self._refuse_while_closed()
            if self._held is not None and self._held is not stale:
                return self._held
            if self._doubted:
                raise self._open(why)
            self._doubted = True
            self._held = None
            self._held = self._new()
            return self._held

    def refused(self, login: Login, why: str) -> AdapterDown:
        """Take it that *login*, the newest, was refused for good; return what to raise."""
        with self._lock:
            if self._held is not None and self._held is not login:
                return AdapterDown(why, "credentials")
            return self._open(why)

    def accepted(self, login: Login) -> None:
        """Take it that *login* was good for an answer: when it ends one day, it is renewed."""
        if self._doubted or self._why:
            with self._lock:
                if self._held is login:
                    self._doubted, self._why, self._pause = False, "", _FIRST_PAUSE

    def secrets(self) -> tuple[str, ...]:
        """Return what must never be shown, only to be cut out of what is."""
        held = self._held
        named = (self._options.client_secret, self._options.private_key, held.token if held else None)
        return (self._options.client_id.reveal(), *(one.reveal() for one in named if one is not None))

    def _refuse_while_closed(self) -> None:
        """Ask for nothing while the circuit is open."""
        if self._closed_until is not None and self._clock() < self._closed_until:
            raise AdapterDown(self._why, "credentials")

    def _open(self, why: str) -> AdapterDown:
        """Open the circuit, longer each time, and forget the token; the next one must prove itself at once."""
        self._held, self._why, self._doubted = None, why, True
        self._closed_until = self._clock() + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return AdapterDown(why, "credentials")

    def _new(self) -> Login:
        """Ask for a token, once."""
        now = self._clock()
        while self._asked and self._asked[0] <= now - _SPAN:
            self._asked.popleft()
        if len(self._asked) >= _MOST:
            raise AdapterDown(f"{_MOST} tokens were asked for within a minute", "paused", _SPAN)
        self._asked.append(now)
        given = self._ask(self._form(now))
        body = given.body if isinstance(given.body, dict) else {}
        if given.status == _OK:
            return self._login(body)
        said = clean(_words(given, body), *self.secrets())
        error = body.get("error")
        if given.status >= _SERVER or not error or error in _PASSING:
            raise AdapterDown(f"no token: {said}", "network", NETWORK_WAIT)
        if "rate" in str(body.get("error_description", "")).lower().split():
            raise AdapterDown(f"no token: {said}", "paused", _SPAN)
        hint = next(words for part, words in _HINTS if part in said.lower())
        raise self._open(f"no token: {said} {hint}")

    def _login(self, body: Mapping[str, Any]) -> Login:
        """Return the token of an answer, and the instance it names now: an org can move from one token to the next."""
        token, instance = body.get("access_token"), str(body.get("instance_url") or "").rstrip("/")
        if not isinstance(token, str) or not token:
            raise AdapterDown("the token endpoint's answer holds no access_token", "network", NETWORK_WAIT)
        base = urlsplit(self._options.base_url)
        parts = urlsplit(instance)
        if unsafe_base(instance) or parts.path or (base.scheme == "https" and parts.scheme != "https"):
            raise AdapterDown("the token endpoint's answer names no usable instance_url", "network", NETWORK_WAIT)
        return Login(Secret(token), instance)

    def _form(self, now: datetime) -> Mapping[str, str]:
        """Return what is posted."""
        options = self._options
        if options.private_key is None:
            secret = options.client_secret.reveal() if options.client_secret is not None else ""
            return {
                "grant_type": "client_credentials",
                "client_id": options.client_id.reveal(),
                "client_secret": secret,
            }
        claims = {
            "iss": options.client_id.reveal(),
            "sub": options.username,
            "aud": options.audience,
            "exp": int((now + _LIFE).timestamp()),
        }
        try:
            signed = self._jwt.encode(claims, options.private_key.reveal(), algorithm="RS256")
        except (self._jwt.PyJWTError, ValueError, TypeError):
            # The library's words may hold parts of the key.
            raise self._open("private_key cannot be used: it is no RSA private key in PEM without a password") from None
        return {"grant_type": _BEARER_GRANT, "assertion": signed}


def _words(given: Given, body: Mapping[str, Any]) -> str:
    """Return a refusal in Salesforce's words."""
    told = ": ".join(str(one) for one in (body.get("error"), body.get("error_description")) if one)
    return f"Salesforce {given.status}: {told or given.text[:200] or 'no words'}."
