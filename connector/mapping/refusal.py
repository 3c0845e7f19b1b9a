"""Why a raw value cannot be read, and how any raw value is shown in a message without harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TEXT_LIMIT: Final = 65_536
"""Characters; the longest text HubSpot itself takes (developers.hubspot.com, properties guide, read 2026-11)."""

_SHOWN: Final = 60
_LARGEST_SHOWN_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value cannot be read: the value and the fault, without place, ``"many" is not a whole number``."""

    reason: str


def shown(raw: object) -> str:
    """Return a raw value as it can stand in a message: short, printable, in quotes when it is text."""
    if isinstance(raw, str):
        head = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in raw[:_SHOWN])
        return f'"{head}"' if len(raw) <= _SHOWN else f'"{head}…" ({len(raw):,} characters)'
    if isinstance(raw, Mapping):
        return "a nested object"
    return "a list" if isinstance(raw, list | tuple) else _shown_single(raw)


def _shown_single(raw: object) -> str:
    """Return a single value that is no text as JSON writes it."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        return str(raw) if raw.bit_length() <= _LARGEST_SHOWN_BITS else f"a number of {raw.bit_length():,} bits"
    if isinstance(raw, float):
        return repr(raw)
    return "nothing" if raw is None else f"a value of type {type(raw).__name__}"
