"""`python -m bench`: every benchmark in its short form; with names, only those, and kept after `--keep` alone."""

from __future__ import annotations

import sys

from bench.run import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
