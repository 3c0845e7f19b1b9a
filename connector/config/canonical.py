"""
The agreement as one text that is the same whenever the agreement is: its canonical JSON, and the hash of that.

Order of keys, spacing and the way spans are written in the file play no part; everything that can change a verdict or
what a rep reads does. Long lists stand in it whole, so that the agreement can be read back years later; of the built-in
list only its name, which an upgrade must not turn into another agreement.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final

from connector.agreement import Agreement
from connector.criteria import freemail
from connector.criteria.lists import FREE_MAIL

SCHEMA: Final = 1
"""Number of this form; grows when the same agreement would give another text."""
_DERIVED: Final = frozenset({"hash", "canonical", "label"})
"""Worked out from the rest: a label counts the entries of a list, for people to read."""
_BUILT_IN: Final = "built-in"


def canonical(agreement: Agreement) -> str:
    """Return *agreement* as canonical JSON."""
    return json.dumps(
        {"schema": SCHEMA, "agreement": _plain(agreement)}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def digest(text: str) -> str:
    """Return the SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:  # noqa: PLR0911 - one for each kind of value
    """Return *value* in terms of JSON; nouns carry the name of their kind, spans are seconds."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        table = {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in _DERIVED}
        return {"is": type(value).__name__, **table}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, frozenset):
        return _entries(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        # 20 and 20.0 are the same points.
        return int(value)
    return value


def _entries(values: frozenset[object]) -> object:
    """Return a set in a fixed order; the built-in list by its name."""
    if values == freemail.domains():
        return {_BUILT_IN: FREE_MAIL}
    return sorted((_plain(one) for one in values), key=lambda one: json.dumps(one, sort_keys=True))
