"""
Addresses that are none of the public Internet's, and so are not posted to unless the admin has listed them.

Networks from the IANA special-purpose registries (https://www.iana.org/assignments/iana-ipv4-special-registry and
…/iana-ipv6-special-registry, read 2026-11-24), and the metadata addresses of clouds that lie outside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

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


def networks(written: Sequence[str]) -> Iterator[Network]:
    """
    Yield what *written* lists, "10.1.0.0/16" or one address.

    Raises:
        ValueError: One of them is neither.
    """
    for one in written:
        yield ip_network(one.strip())
