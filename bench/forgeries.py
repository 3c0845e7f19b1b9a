"""
Requests of every known sender with one thing changed in each: none may be believed.

`python -m bench.forgeries [COUNT]`; the short form stands in tests/signatures.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence

from tests.signatures.test_schemes import believed, forged, same


def main(arguments: Sequence[str]) -> int:
    """Try so many; 1 when any was believed."""
    count = int(arguments[0]) if arguments else 100_000
    chance = random.Random(2)
    accepted = [one for one in (forged(chance) for _ in range(count)) if believed(*one) and not same(*one)]
    print(f"{count:,} forged requests, {len(accepted)} believed")
    return int(bool(accepted))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
