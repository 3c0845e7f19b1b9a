"""
Peak memory of a connector process that loads a portal's contacts for the first time and then takes 2,000 changes.

The portal is another process. The base is loaded once small and once ten times as large, each into a store of its own.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.apart import Apart
from bench.rows import Row, note, printed


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many contacts the small and the large portal have, and how many change afterwards."""

    small: int = 20_000
    large: int = 200_000
    changed: int = 2_000


def peak(base: int, changed: int, folder: Path) -> tuple[float, bool]:
    """Return the peak in MB, and whether everybody was loaded and everything that changed was taken."""
    folder.mkdir()
    with (
        Apart("bench.portal:Neighbour", base) as portal,
        Apart("bench.loading:Loader", folder, portal.ask("url")) as it,
    ):
        first = it.ask("sync")
        portal.ask("busy", 0, changed, changed // 10)
        it.ask("later")
        second = it.ask("sync")
    seconds = f"{first.seconds:.0f} s ({first.cpu:.0f} s of processor)"
    note(f"rss: {base} contacts in {seconds}, {first.peak_mb:.1f} MB; after changes {second.peak_mb:.1f} MB")
    return second.peak_mb, first.evaluated == base and second.evaluated >= changed


def measured(sizes: Sizes, folder: Path) -> list[Row]:
    """Return both rows."""
    small, small_sound = peak(sizes.small, sizes.changed, folder / "small")
    large, large_sound = peak(sizes.large, sizes.changed, folder / "large")
    return [
        Row("rss_mb_200000", round(large, 1), large_sound),
        Row("rss_slope_mb", round(large - small, 1), small_sound and large_sound),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as made_folder:
        raise SystemExit(printed(measured(Sizes(), Path(made_folder))))
