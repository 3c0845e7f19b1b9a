"""
Requests of every known sender with one thing changed in each: none may be believed, and all hear the same.

Changed are bodies, signatures, instants, ids, addresses and the time of arrival, where the sender's secret stands for
them. `python -m bench.forgeries [COUNT]`; the short form stands in tests/signatures.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.signatures.doorstep import REFUSED, Doorstep
from tests.signatures.forging import forged, same


def main(arguments: Sequence[str]) -> int:
    """Try so many; 1 when any was believed, or was told anything else than all the others."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_tried(Doorstep(Path(folder)), int(arguments[0]) if arguments else 100_000))


async def _tried(door: Doorstep, count: int) -> int:
    """Try so many in one loop."""
    chance = random.Random(2)
    believed = told = tried = 0
    began = time.monotonic()
    while tried < count:
        sender, request = forged(chance)
        if same(sender, request):
            continue
        tried += 1
        said = await door.knock(sender, request)
        believed += not sender.scheme.refusal(request)
        told += said != REFUSED
    took = time.monotonic() - began
    print(f"{tried:,} forged requests, {believed} believed, {told} told anything else than the rest, {took:.1f} s")
    return int(bool(believed or told))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
