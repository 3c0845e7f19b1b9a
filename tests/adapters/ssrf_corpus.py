"""Addresses and tricks by which a webhook's address could lead to where it must not; each is one URL to post to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_V4: Final = """
0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.1.2.3 10.255.255.255 100.64.0.0 100.64.0.1 100.100.100.200
100.127.255.255 127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.255 168.63.129.16 169.254.0.1 169.254.169.254
169.254.170.2 169.254.255.255 172.16.0.0 172.16.0.1 172.20.10.5 172.31.255.255 192.0.0.0 192.0.0.1 192.0.0.8
192.0.0.170 192.0.0.192 192.0.2.1 192.0.2.255 192.88.99.1 192.168.0.0 192.168.0.1 192.168.1.254 192.168.255.255
198.18.0.0 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 224.0.0.251 233.252.0.1 239.255.255.250
239.255.255.255 240.0.0.1 250.1.2.3 255.255.255.254 255.255.255.255
"""
_V6: Final = """
:: ::1 ::2 ::127.0.0.1 ::10.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
::ffff:192.168.1.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 ::ffff:0:a00:1 64:ff9b::127.0.0.1 64:ff9b::7f00:1
64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b::8.8.8.8 64:ff9b:1::1 64:ff9b:1::a00:1 64:ff9b:1:ffff::1 100::1
100::ffff 2001::1 2001:0:7f00:1:0:0:80ff:fffe 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:0:53aa:64c:0:0:f5ff:fffe
2001:2::1 2001:5::1 2001:10::1 2001:20::1 2001:db8::1 2001:db8:ffff::1 2002:7f00:1:: 2002:7f00:1::1 2002:a00:1::1
2002:a9fe:a9fe::1 2002:c0a8:101::1 2002:808:808::1 3fff::1 3fff:fff::1 4000::1 5f00::1 8000::1 a000::1 fc00::1
fc00:1:2::3 fd00::1 fd00:ec2::254 fd20:ce::254 fd12:3456:789a::1 fdff:ffff::1 fe80::1 fe80::1%1 fe80::a00:1 febf::1
fec0::1 feff::1 ff00::1 ff01::1 ff02::1 ff02::fb ff05::2 ff0e::1 2a00:1450::5efe:a00:1 2a00:1450::200:5efe:7f00:1
1::1 200::1 400::1
"""
_SPELLINGS: Final = """
2130706433 0x7f000001 0x7F000001 017700000001 127.1 127.0.1 127.0.0.01 0177.0.0.1 0177.0.0.01 0x7f.0.0.1 0x7f.1
0x7f.0x0.0x0.0x1 0177.1 0 0.0 00.0.0.0 0x0 10.1 012.1 0xa.1 0x0a000001 167772161 192.168.257 0xc0.0xa8.1 3232235777
0xc0a80101 0300.0250.0.1 172.1048577 0xa9fea9fe 2852039166 0251.0376.0251.0376 169.16689662 0xa9.0xfe.43518 4294967295
0xffffffff 037777777777
"""
_NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "localhost": ("127.0.0.1",),
    "LOCALHOST": ("127.0.0.1",),
    "localhost.": ("127.0.0.1",),
    "localhost6": ("::1",),
    "app.localhost": ("127.0.0.1",),
    "ip6-localhost": ("::1",),
    "lvh.me": ("127.0.0.1",),
    "localtest.me": ("127.0.0.1",),
    "fbi.com": ("127.0.0.1",),
    "127.0.0.1.nip.io": ("127.0.0.1",),
    "7f000001.nip.io": ("127.0.0.1",),
    "10-0-0-1.sslip.io": ("10.0.0.1",),
    "169.254.169.254.nip.io": ("169.254.169.254",),
    "metadata.google.internal": ("169.254.169.254",),
    "metadata": ("169.254.169.254",),
    "instance-data.ec2.internal": ("169.254.169.254",),
    "kubernetes.default.svc": ("10.96.0.1",),
    "host.docker.internal": ("192.168.65.2",),
    "gateway.docker.internal": ("192.168.65.1",),
    "intranet": ("10.20.30.40",),
    "db.acme.example": ("10.0.5.7",),
    "printer.local": ("169.254.7.7",),
    "nat64.acme.example": ("64:ff9b::a9fe:a9fe",),
    "mapped.acme.example": ("::ffff:127.0.0.1",),
    "teredo.acme.example": ("2001:0:7f00:1:0:0:80ff:fffe",),
    "six.acme.example": ("2002:7f00:1::1",),
    "both.acme.example": ("93.184.215.14", "127.0.0.1"),
    "other-way-round.acme.example": ("127.0.0.1", "93.184.215.14"),
    "four-and-six.acme.example": ("93.184.215.14", "::1"),
    "many.acme.example": ("93.184.215.14", "1.1.1.1", "8.8.8.8", "192.168.0.1"),
    "scoped.acme.example": ("fe80::1%eth0",),
    "xn--bcher-kva.example": ("10.0.0.9",),
    "nothing.acme.example": (),
})
NAMES: Final = _NAMES
"""What the stand-in for the resolver answers; every other name has no address, a number is taken as the system does."""

URLS: Final[tuple[str, ...]] = (
    *(f"https://{one}/hook" for one in _V4.split()),
    *(f"https://[{one}]/hook" for one in _V6.split()),
    *(f"https://{one}/hook" for one in _SPELLINGS.split()),
    *(f"https://{one}/hook" for one in _NAMES),
    *(f"https://{one}:8443/hook" for one in ("127.0.0.1", "localhost", "[::1]", "10.0.0.1", "2130706433")),
    *(f"http://{one}/hook" for one in ("127.0.0.1", "169.254.169.254", "[::1]", "public.example", "93.184.215.14")),
    *(f"https://{one}/hook" for one in ("127.0.0.1:22", "127.0.0.1:6379", "[::1]:5432", "intranet:80", "0:25")),
    *(
        f"https://{one}/hook"
        for one in ("①②⑦.⓪.⓪.①", "127。0。0。1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "\uff11\uff12\uff17.0.0.1", "loc%61lhost")
    ),
    *(f"https://{one}" for one in ("public.example@127.0.0.1/", "public.example:443@localhost/", "a:b@[::1]/")),
    *(
        f"https://{one}"
        for one in ("127.0.0.1#@public.example/", "127.0.0.1?@public.example", "127.0.0.1\\@public.example/")
    ),
    *(
        "file:///etc/passwd",
        "gopher://127.0.0.1:25/_HELO",
        "ftp://127.0.0.1/",
        "unix:///run/docker.sock",
        "dict://0:11211/",
    ),
    *("https:///hook", "https://", "//127.0.0.1/hook", "https://%00/", "https://127.0.0.1%2f@public.example/"),
)
