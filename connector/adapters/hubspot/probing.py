"""Telling whether values that may have been written are there: by the strong read, compared as HubSpot shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.adapters.hubspot.payload import instant, text
from connector.adapters.hubspot.reading import fetch
from connector.adapters.hubspot.records import Kind
from connector.adapters.hubspot.wire import Wire
from connector.commands import Absent, Found, Probed, Rank, SetFields, SetStage
from connector.model import Record


def probe_values(
    wire: Wire, kinds: Mapping[str, Kind], commands: Sequence[SetStage | SetFields]
) -> Mapping[str, Probed]:
    """
    Return for each command whether its values are there, on the record or on the one it was merged into.

    Raises:
        AdapterDown: It cannot be read now.
    """
    as_of = wire.clock()
    probed: dict[str, Probed] = {}
    for name in dict.fromkeys(one.ref.object for one in commands):
        same = [one for one in commands if one.ref.object == name]
        properties = tuple(sorted({field for one in same for field in _values(one)}))
        rank = Rank.STAGE if isinstance(same[0], SetStage) else Rank.FIELDS
        refs = list(dict.fromkeys(one.ref for one in same))
        found = fetch(wire, replace(kinds[name], properties=properties), refs, rank, frozenset())
        for one in same:
            record = found.records.get(one.ref) or found.moved.get(one.ref)
            held = record is not None and _holds(record, _values(one))
            probed[one.key] = Found(record.ref.id) if record is not None and held else Absent(as_of)
    return probed


def _values(command: SetStage | SetFields) -> Mapping[str, str]:
    """Return what a command wants to stand in which field."""
    return {command.field: command.value} if isinstance(command, SetStage) else command.values


def _holds(record: Record, values: Mapping[str, str]) -> bool:
    """Say whether *record* has all of *values*."""
    return all(same(text(record.raw.get(name)), value) for name, value in values.items())


def same(held: str, written: str) -> bool:
    """Say whether HubSpot shows *held* for what was written: numbers and instants come back in its own form."""
    if held == written:
        return True
    try:
        return float(held) == float(written)
    except ValueError:
        at = instant(written)
        return at is not None and at == instant(held)
