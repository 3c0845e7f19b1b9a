"""
Whom we connect to: only addresses of the public Internet, and those that the admin has listed.

What counts is the address that a name resolves to, asked once, immediately before the connection is made to exactly
that address: how a host is spelled (decimal, octal, a name that points inwards, a name that answers differently the
second time) makes no difference. Nothing is taken from the environment, no proxy, no redirect.

Networks from the IANA special-purpose registries (https://www.iana.org/assignments/iana-ipv4-special-registry and
…/iana-ipv6-special-registry, read 2026-11-24), and the metadata addresses of clouds that lie outside them.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import Any, ClassVar, Final, NoReturn
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from connector.adapters.http import user_agent

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[tuple[Any, ...]]]
"""As `socket.getaddrinfo`: family, type, protocol, canonical name and the socket's address."""

_NAT64: Final = IPv6Network("64:ff9b::/96")
_TEREDO: Final = IPv6Network("2001::/32")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_WITH_IPV4_LAST: Final = (
    IPv6Network("::/96"),
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("::ffff:0:0:0/96"),
    _NAT64,
)
"""Networks whose last 32 bits are an IPv4 address."""
_GLOBAL: Final = IPv6Network("2000::/3")
_ISATAP: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})
_LOW: Final = 0xFFFF_FFFF
_REFUSED: Final[Mapping[Network, str]] = MappingProxyType({
    ip_network(network): name
    for network, name in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "a carrier's private"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's metadata"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "a 6to4 relay's"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "a test network's"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "an embedded IPv4"),
        ("::ffff:0:0/96", "a mapped IPv4"),
        ("::ffff:0:0:0/96", "a translated IPv4"),
        ("64:ff9b::/96", "a NAT64"),
        ("64:ff9b:1::/48", "a local NAT64"),
        ("100::/64", "discarded"),
        ("2001::/32", "a Teredo"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "a 6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "a segment router's"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
})


class NotReached(Exception):  # noqa: N818 - says what happened, never leaves the package
    """No connection was made, so no byte of the request has left; the reason is fit for an operator."""


class Forbidden(NotReached):
    """The address is none that we connect to; only a change of the configuration mends it."""


def why_refused(address: str, allowed: Sequence[Network] = (), *, plain: bool = False) -> str:
    """
    Say what is wrong with connecting to *address*; empty when nothing is.

    An address that carries another one in itself is refused even where it is listed, unless the inner one may be had.

    Args:
        address: As a resolver gives it, with or without a scope ("fe80::1%eth0").
        allowed: Networks that the admin has listed.
        plain: Whether nothing would encrypt what is sent: then the address has to be listed.
    """
    ip = ip_address(address.partition("%")[0])
    if any(ip in network for network in allowed):
        inner = _inner(ip)
        return why_refused(str(inner), allowed) if inner is not None and inner != ip else ""
    kind = _kind(ip)
    if kind:
        return f"{ip} is {_article(kind)} address"
    return f"{ip} is not listed, and plain http would show what is sent to everybody on the way" if plain else ""


def _article(kind: str) -> str:
    """Return *kind* with an article where it has none."""
    if kind.startswith(("a ", "an ")):
        return kind
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _kind(ip: Address) -> str:
    """Return what sort of address that we do not connect to *ip* is; empty for one of the public Internet."""
    for network, name in _REFUSED.items():
        if ip in network:
            return name
    if isinstance(ip, IPv6Address):
        if ip not in _GLOBAL:
            return "reserved"
        if int(ip) >> 32 & _LOW in _ISATAP:
            return "an ISATAP"
    return "" if ip.is_global else "reserved"


def _inner(ip: Address) -> IPv4Address | None:
    """Return the IPv4 address that *ip* leads to, None when it is only itself."""
    if not isinstance(ip, IPv6Address) or ip in {IPv6Address("::"), IPv6Address("::1")}:
        return None
    number = int(ip)
    if any(ip in network for network in _WITH_IPV4_LAST) or number >> 32 & _LOW in _ISATAP:
        return IPv4Address(number & _LOW)
    if ip in _SIX_TO_FOUR:
        return IPv4Address(number >> 80 & _LOW)
    return IPv4Address(~number & _LOW) if ip in _TEREDO else None


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


def networks(written: Sequence[str]) -> Iterator[Network]:
    """
    Yield what *written* lists, "10.1.0.0/16" or one address.

    Raises:
        ValueError: One of them is neither.
    """
    for one in written:
        yield ip_network(one.strip())
