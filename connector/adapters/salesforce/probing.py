"""Telling whether values that may have been written are there: by queryAll, compared as Salesforce shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.adapters.salesforce.describing import FieldInfo
from connector.adapters.salesforce.following import WRITTEN, Follower
from connector.adapters.salesforce.ids import is_id, to18
from connector.adapters.salesforce.objects import DELETED, ID
from connector.adapters.salesforce.values import row_of, same
from connector.adapters.salesforce.vocabulary import SOBJECTS
from connector.commands import Absent, Found, Probed, Rank, SetFields, SetStage
from connector.model import CrmRef


@dataclass(frozen=True, slots=True)
class Held:
    """
    A row as it is.

    Attributes:
        object: Our word for what it is.
        row: Salesforce's fields.
        known: What describe says of them.
    """

    object: str
    row: Mapping[str, Any]
    known: Mapping[str, FieldInfo]


def wanted_values(command: SetStage | SetFields) -> Mapping[str, str]:
    """Return what a command wants to stand in which field."""
    return {command.field: command.value} if isinstance(command, SetStage) else command.values


def probe_values(follower: Follower, commands: Sequence[SetStage | SetFields], rank: Rank) -> Mapping[str, Probed]:
    """
    Return for each command whether its values are there, on the record or on the one it was merged into.

    A record that is gone, and a field that can no longer be seen, count as absent: saying it again is harmless, and
    what Salesforce says then is for an admin to read.

    Raises:
        AdapterDown: It cannot be read now.
    """
    as_of = follower.wire.clock()
    places = {one.key: one.ref for one in commands if one.ref.object in WRITTEN and is_id(one.ref.id)}
    rows = _rows(follower, commands, places, rank)
    lost = [ref for key, ref in places.items() if key not in rows]
    if lost:
        moved = follower.elsewhere(lost, rank)
        places = {key: moved[ref] for key, ref in places.items() if key not in rows and ref in moved}
        rows |= _rows(follower, commands, places, rank)
    return {
        one.key: Found(to18(rows[one.key].row[ID])) if one.key in rows and _holds(one, rows[one.key]) else Absent(as_of)
        for one in commands
    }


def _rows(
    follower: Follower, commands: Sequence[SetStage | SetFields], places: Mapping[str, CrmRef], rank: Rank
) -> dict[str, Held]:
    """Return the living rows at *places*, by command key, with the fields of that object's commands."""
    found: dict[str, Held] = {}
    for name in sorted({place.object for place in places.values()}):
        ids = {key: to18(place.id) for key, place in places.items() if place.object == name}
        names = sorted({field for one in commands if one.key in ids for field in wanted_values(one)})
        by_id = {
            to18(row[ID]): row
            for row in follower.rows(SOBJECTS[name], ID, list(ids.values()), names, rank)
            if row.get(DELETED) is not True
        }
        known = follower.describes.of(SOBJECTS[name], rank)
        found.update({key: Held(name, by_id[place], known) for key, place in ids.items() if place in by_id})
    return found


def _holds(command: SetStage | SetFields, held: Held) -> bool:
    """Say whether a row has all that *command* wanted; what cannot stand there or cannot be seen is not there."""
    row = row_of(SOBJECTS[held.object], wanted_values(command), held.known)
    return not row.wrong and all(same(held.row.get(name), value) for name, value in row.values.items())
