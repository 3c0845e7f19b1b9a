"""Short names for contents: equal digests mean that nothing mapped has changed."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from connector.mapping.fields import Reading
from connector.model import Record

_SIZE: Final = 16


def digest_of(reading: Reading, marks: Mapping[str, tuple[str, int]]) -> str:
    """
    Return the digest of the facts in *reading* and *marks*: 32 hex digits, the same in every process and version.

    What our own results show in the CRM (`written`) is left out, so an echo of our write changes nothing.
    """
    # Readings come with their fields in alphabetical order, and sorting what is sorted costs next to nothing.
    values = dict(sorted(reading.values.items()))
    stage = reading.stage.value if reading.stage is not None else ""
    company = reading.company
    at = (company.system, company.object, company.id) if company is not None else ()
    facts = f"{values!r}{reading.raw_stage!r}{stage}{(reading.owner_id, at, reading.email, *sorted(marks.items()))!r}"
    return blake2b(facts.encode("utf-8", "replace"), digest_size=_SIZE).hexdigest()


def key_of(*parts: str | int) -> str:
    """Return a key made of *parts*, 32 hex digits; no two different sequences of parts have the same text."""
    return blake2b(repr(parts).encode("utf-8", "replace"), digest_size=_SIZE).hexdigest()


def digest_of_raw(record: Record) -> str:
    """Return the digest of a raw row, however odd: any depth, any size, broken text; keys in any order."""
    digest = blake2b(digest_size=_SIZE)
    waiting: list[object] = [record.raw]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            digest.update(b"{%d" % len(node))
            for name in sorted(node, key=repr, reverse=True):
                waiting += (node[name], name)
        elif isinstance(node, list | tuple):
            digest.update(b"[%d" % len(node))
            waiting += reversed(node)
        elif isinstance(node, int) and not isinstance(node, bool):
            digest.update(b"i%x;" % node)
        else:
            # The name of the type keeps "1", 1.0 and true apart; repr of a single value neither nests nor raises.
            digest.update(f"{type(node).__name__}:{node!r};".encode("utf-8", "backslashreplace"))
    return digest.hexdigest()
