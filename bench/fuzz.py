"""
Every parser of foreign bytes with input that its sender would never send: none may raise, and none may take a second.

Inputs are the payloads of `examples/webhooks` and the example configuration, changed byte by byte and value by value.
`python -m bench.fuzz [SECONDS]`; the short form stands in tests/test_bench_fuzz.py.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from connector.adapters.hubspot.notifications import Notifications
from connector.adapters.incoming import Arrived, Posted
from connector.adapters.salesforce.outbound import OutboundMessages
from connector.config.load import load
from connector.mapping.payloads import PayloadReader
from connector.signatures.hubspot import HubSpotV3
from connector.signatures.scheme import Request

from tests.signatures.forging import forged

ROOT: Final = Path(__file__).parent.parent
EXAMPLES: Final = ROOT / "examples" / "webhooks"
NOW: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
SLOW: Final = 1.0
"""Seconds that one input may take."""
_TYPES: Final = (
    "application/json",
    "application/x-www-form-urlencoded",
    "application/cloudevents+json",
    "text/xml",
    "",
)
_TOKENS: Final = (
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b"\\ud800", b"\\u0000", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"null"),
    *(b"NaN", b"1e999", b"-0", b"9" * 400, b"<", b"</", b"&amp;", b"&x;", b"<!DOCTYPE a [", b"<![CDATA[", b"%", b"%zz"),
    *(b"[" * 3_000, b'{"a":' * 3_000, b"a[" * 500, b"=", b"&", b".", b"\r\n", b"[[", b'"""', b"'''", b"2026-02-30"),
)
_ODD: Final[tuple[object, ...]] = (
    *(None, True, 0, -1, 10**400, 1.5, "", " ", "\x00", "\ud800", "x" * 9_000, [], {}, [[]], {"": None}, "é@ü.example"),
    *("9999-12-31T23:59:59Z", "0000-00-00", 253402300800000, -(10**15), "ann@buyer.example", ["a", 1, None]),
)

Parser = Callable[[bytes, random.Random], None]


@dataclass(slots=True)
class Found:
    """What a run found: inputs tried by parser, and for each failure the parser, what happened and the input."""

    tried: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, str, bytes]] = field(default_factory=list)


def run(parsers: Mapping[str, tuple[Parser, Sequence[bytes]]], seed: int, seconds: float, most: int) -> Found:
    """Try each parser in turn until *seconds* have passed or each had *most* inputs."""
    chance = random.Random(seed)
    found = Found(dict.fromkeys(parsers, 0))
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and min(found.tried.values()) < most:
        for name, (parser, samples) in parsers.items():
            given = changed(chance, samples)
            found.tried[name] += 1
            began = time.perf_counter()
            try:
                parser(given, chance)
            except Exception as failure:  # noqa: BLE001 - whatever it is, it is what was looked for
                found.failures.append((name, f"{type(failure).__name__}: {failure}"[:200], given))
            if time.perf_counter() - began > SLOW:
                found.failures.append((name, f"took longer than {SLOW:g} s", given))
    return found


def changed(chance: random.Random, samples: Sequence[bytes]) -> bytes:
    """Return one of *samples* with a few changes, by value where it is JSON and by byte anywhere."""
    given = chance.choice(samples)
    if chance.random() < 0.5:
        given = _by_value(chance, given)
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        at, to = sorted((chance.randrange(len(given) + 1), chance.randrange(len(given) + 1)))
        other = chance.choice(samples)
        match chance.randrange(5):
            case 0:
                given = given[:at] + chance.choice(_TOKENS) + given[at:]
            case 1:
                given = given[:at] + given[to:]
            case 2:
                given = given[:to] + given[at:to][:2_000] + given[to:]
            case 3:
                given = given[:at] + other[chance.randrange(len(other) + 1) :]
            case _:
                given = given[:at] + bytes((chance.randrange(256),)) + given[at + 1 :]
    return given


def _by_value(chance: random.Random, given: bytes) -> bytes:
    """Return JSON with one value exchanged for an odd one; anything else as it is."""
    try:
        whole = json.loads(given)
    except ValueError:
        return given
    places: list[tuple[Any, Any]] = []
    left: list[Any] = [whole]
    while left:
        node = left.pop()
        inside = list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())
        places += [(node, key) for key, _ in inside]
        left += [value for _, value in inside]
    if places:
        node, key = chance.choice(places)
        node[key] = chance.choice(_ODD)
    return json.dumps(whole).encode("utf-8", "surrogatepass")


def parsers(folder: Path) -> dict[str, tuple[Parser, Sequence[bytes]]]:
    """Return every parser with what its sender really sends; *folder* is for files that a parser opens."""
    made: dict[str, tuple[Parser, Sequence[bytes]]] = {}
    for recipe in sorted(one for one in EXAMPLES.iterdir() if (one / "config.toml").exists()):
        made[f"mapping of {recipe.name}"] = (_mapped(recipe), _samples(recipe, "*.json", "*.form"))
    notices = Notifications("hubspot", HubSpotV3(["s" * 32], "https://hooks.acme.example"), frozenset({"contact"}))
    made["notifications of HubSpot"] = (_heard(notices), _samples(EXAMPLES / "hubspot", "*.json"))
    outbound = OutboundMessages("salesforce", "00D000000000001", None, frozenset({"lead", "contact"}))
    made["messages of Salesforce"] = (_heard(outbound), _samples(EXAMPLES / "salesforce", "*.xml"))
    made["signatures"] = (_signed, [b""])
    made["configuration"] = (_configured(folder), [(ROOT / "config.example.toml").read_bytes()])
    return made


def _samples(folder: Path, *patterns: str) -> Sequence[bytes]:
    """Return the payloads of a folder."""
    return [one.read_bytes() for pattern in patterns for one in sorted(folder.glob(pattern))]


def _mapped(recipe: Path) -> Parser:
    """Return the mapping of a recipe as a parser."""
    environ = {"HUBSPOT_TOKEN": "t", **{f"{name}_SECRET": "s" * 40 for name in _NAMES}}
    config = load(recipe / "config.toml", environ).config
    if config is None:
        raise SystemExit(f"{recipe.name} does not load")
    name = next(name for name, one in config.systems.items() if one.kind == "webhook")
    reader = PayloadReader(config.mappings[name], config.fields)

    def parse(given: bytes, chance: random.Random) -> None:
        """Ask whether it is asked for, and read it all the same."""
        kind = chance.choice(_TYPES)
        reader.asked_for(given, kind, {})
        reader.read(Arrived("id", given, kind, NOW, {}))

    return parse


_NAMES: Final = ("CALCOM", "CALENDLY", "MEETERGO", "TYPEFORM", "WEBFLOW", "SEGMENT", "BREVO", "MAILCHIMP", "SHOP")


def _heard(incoming: Any) -> Parser:  # noqa: ANN401 - what a CRM sends by itself, of either kind
    """Return what is made of a CRM's own messages as a parser."""

    def parse(given: bytes, chance: random.Random) -> None:
        """Verify, ask and read, whether it was believed or not."""
        kind = chance.choice(_TYPES)
        incoming.verify(Posted("/webhooks/crm", {"content-type": kind}, given, NOW))
        incoming.asked_for(given, kind, {})
        incoming.read(Arrived("id", given, kind, NOW, {}))

    return parse


def _signed(given: bytes, chance: random.Random) -> None:
    """Let a scheme look at a request of the corpus of forgeries with an odd body."""
    sender, request = forged(chance)
    odd = Request(request.headers, request.body + given, request.target, request.at)
    sender.scheme.refusal(odd)
    sender.scheme.identity(odd)


def _configured(folder: Path) -> Parser:
    """Return the loader of configurations as a parser; it never raises, it names every problem."""
    path = folder / "config.toml"

    def parse(given: bytes, _chance: random.Random) -> None:
        """Load it."""
        path.write_bytes(given)
        load(path, {}, NOW)

    return parse


def main(arguments: Sequence[str]) -> int:
    """Try for so many seconds; 1 when anything was found, each with its input."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = float(arguments[0]) if arguments else 60.0
        found = run(parsers(Path(folder)), time.time_ns(), seconds, sys.maxsize)
    for name, count in found.tried.items():
        print(f"{count:>9,}  {name}")
    for name, words, given in found.failures[:20]:
        print(f"FOUND in {name}: {words}\n    {given[:2_000]!r}")
    print(f"{sum(found.tried.values()):,} inputs, {len(found.failures)} found")
    return int(bool(found.failures))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
