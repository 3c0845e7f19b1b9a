"""What the tests of the configuration share: the example, its variables, and a file made of a text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from connector.config.load import Loaded, load

ROOT: Final = Path(__file__).parents[2]
EXAMPLE: Final = ROOT / "config.example.toml"
EXAMPLES: Final = tuple(sorted((ROOT / "examples").glob("*/config.toml")))
NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ENVIRON: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(
        ("HUBSPOT_TOKEN", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET", "WEBSITE_SECRET", "BOOKING_SECRET"),
        "made-up-and-long-enough-for-a-signature",
    )
)


def loaded(path: Path, **variables: str) -> Loaded:
    """Return the configuration at *path*, read with the made-up secrets and *variables*."""
    return load(path, {**ENVIRON, **variables}, NOW)


def from_text(folder: Path, text: str | bytes, **variables: str) -> Loaded:
    """Return the configuration that *text* is."""
    path = folder / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return loaded(path, **variables)


def words(found: Loaded) -> list[str]:
    """Return the messages of *found*, without places and hints."""
    return [one.message for one in found.problems]
