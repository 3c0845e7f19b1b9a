"""
Whom we connect to: only addresses of the public Internet, and those that the admin has listed.

What counts is the address that a name resolves to, asked once, immediately before the connection is made to exactly
that address: how a host is spelled (decimal, octal, a name that points inwards, a name that answers differently the
second time) makes no difference. Nothing is taken from the environment, no proxy, no redirect.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from connector.adapters.http import user_agent
from connector.adapters.webhook.addresses import Network, why_refused

Resolve = Callable[[str, int], Sequence[tuple[Any, ...]]]
"""As `socket.getaddrinfo`: family, type, protocol, canonical name and the socket's address."""


class NotReached(Exception):  # noqa: N818 - says what happened, never leaves the package
    """No connection was made, so no byte of the request has left; the reason is fit for an operator."""


class Forbidden(NotReached):
    """The address is none that we connect to; only a change of the configuration mends it."""


@dataclass(frozen=True, slots=True)
class Guard:
    """
    Makes connections, each to an address that was looked at.

    Attributes:
        allowed: Networks that the admin has listed.
        resolve: Asks for the addresses of a name.
    """

    allowed: tuple[Network, ...] = ()
    resolve: Resolve = lambda host, port: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)

    def addresses(self, host: str, port: int, *, plain: bool) -> list[tuple[Any, Any]]:
        """
        Return family and socket address of everything that *host* resolves to.

        Raises:
            Forbidden: One of them is none that we connect to: a name that leads inwards and outwards leads inwards.
            NotReached: It resolves to nothing.
        """
        try:
            found = [(family, address) for family, _, _, _, address in self.resolve(host.strip("[]"), port)]
        except (OSError, UnicodeError) as error:
            raise NotReached(f"{host} has no address: {_words(error)}") from None
        for _, address in found:
            reason = why_refused(str(address[0]), self.allowed, plain=plain)
            if reason:
                raise Forbidden(f"{host} is not connected to: {reason}")
        if not found:
            raise NotReached(f"{host} has no address")
        return found

    def connected(self, host: str, port: int, timeout: float | None, *, plain: bool) -> socket.socket:
        """
        Return a connection to one of the addresses of *host*, the first that answers; the name is asked once.

        Raises:
            NotReached: As `addresses`; or none of them answers.
        """
        reason = ""
        for family, address in self.addresses(host, port, plain=plain):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(timeout)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.connect(address)
            except OSError as error:
                sock.close()
                reason = _words(error)
            else:
                return sock
        raise NotReached(f"{host}:{port}: {reason}")


def _words(error: Exception) -> str:
    """Return what a person needs of *error*."""
    said = error.strerror if isinstance(error, OSError) else ""
    return said or str(error) or type(error).__name__


class _Plain(HTTPConnection):
    """A connection that nothing encrypts."""

    guard: ClassVar[Guard]

    @override
    def _new_conn(self) -> socket.socket:
        """Connect to an address that was looked at."""
        return self.guard.connected(self._dns_host, self.port or 80, _seconds(self.timeout), plain=True)


class _Secure(HTTPSConnection):
    """A connection under TLS; the certificate is checked against the name, whatever the address."""

    guard: ClassVar[Guard]

    @override
    def _new_conn(self) -> socket.socket:
        """Connect to an address that was looked at."""
        return self.guard.connected(self._dns_host, self.port or 443, _seconds(self.timeout), plain=False)

    @override
    def connect(self) -> None:
        """
        Connect and agree on keys; nothing of the request has left by then.

        Raises:
            NotReached: It cannot be had.
        """
        try:
            super().connect()
        except (OSError, HTTPError) as error:
            raise NotReached(f"{self.host}:{self.port}: no secure connection: {_words(error)}") from None


def _seconds(timeout: object) -> float | None:
    """Return a time-out as a socket takes it."""
    return float(timeout) if isinstance(timeout, int | float) else None


class Guarded(HTTPAdapter):
    """The transport of a session whose every connection is made by a `Guard`."""

    def __init__(self, guard: Guard, connections: int) -> None:
        """Connect to nothing yet."""
        plain = type("GuardedPlain", (_Plain,), {"guard": guard})
        secure = type("GuardedSecure", (_Secure,), {"guard": guard})
        self._pools = {
            "http": type("GuardedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("GuardedSecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        once = urllib3.Retry(0, redirect=0, read=False, raise_on_redirect=False, raise_on_status=False)
        super().__init__(pool_connections=1, pool_maxsize=connections, max_retries=once)

    @override
    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **rest: Any) -> None:
        """Let every pool make guarded connections."""
        super().init_poolmanager(connections, maxsize, block, **rest)
        self.poolmanager.pool_classes_by_scheme = self._pools

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **rest: Any) -> requests.Response:
        """
        Send one request.

        Raises:
            Forbidden: Its address holds a name or a password, which only hides where it leads.
        """
        parts = urlsplit(request.url or "")
        if parts.username is not None or parts.password is not None:
            raise Forbidden("the address holds a user name or a password")
        return super().send(request, *args, **rest)

    @override
    def proxy_manager_for(self, proxy: Any, **rest: Any) -> NoReturn:
        """
        Refuse: a proxy would connect for us.

        Raises:
            Forbidden: Always.
        """
        raise Forbidden("what is posted goes through no proxy")


def session(transport: BaseAdapter) -> requests.Session:
    """Return a session that speaks through *transport* only: no cookies, no proxy or password of the environment."""
    made = requests.Session()
    made.trust_env = False
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    made.headers.clear()
    made.headers.update({"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": user_agent()})
    made.adapters.clear()
    made.mount("https://", transport)
    made.mount("http://", transport)
    return made
