"""Who lives on: merged rows are followed to their winner, converted leads to their contact, through any chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.adapters.salesforce.asking import Asker
from connector.adapters.salesforce.columns import Kind
from connector.adapters.salesforce.records import Row, key_of, next_step, record
from connector.commands import Rank
from connector.model import CrmRef, Record

_LONGEST: Final = 10
"""Steps of a chain; each merge of a winner adds one, and a circle would have no end."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """
    What became of rows.

    Attributes:
        alive: Rows that live on as themselves, by id.
        moved: Id → the row under which it lives on now, with its kind.
        gone: Ids that live on nowhere.
    """

    alive: Mapping[str, Row]
    moved: Mapping[str, tuple[Kind, Row]]
    gone: tuple[str, ...]


def sort_out(asker: Asker, kinds: Mapping[str, Kind], kind: Kind, rows: Sequence[Row], rank: Rank) -> Sorted:
    """
    Return what became of *rows* of one object; *kinds* are the objects that are looked at, by our word.

    A lead whose contact is not looked at is gone. Winners and contacts are read together, one request for each step of
    the longest chain.

    Raises:
        AdapterDown: They cannot be had now.
    """
    known: dict[str, tuple[Kind, Row]] = {key_of(row): (kind, row) for row in rows}
    ends = {key: next_step(kind, row) for key, (_, row) in known.items()}
    for _ in range(_LONGEST):
        ends = {key: _onward(kinds, known, step) for key, step in ends.items()}
        missing = {step for step in ends.values() if step is not None and step[1] not in known}
        if not missing:
            break
        asked = {kinds[name]: sorted(key for own, key in missing if own == name) for name, _ in missing}
        found = asker.by_ids(asked, rank)
        for name, key in missing:
            if key in found:
                known[key] = (kinds[name], found[key])
        ends = {key: step if step is None or step[1] in known else None for key, step in ends.items()}
    last = {key: known[step[1]] for key, step in ends.items() if step is not None and _stays(known, step)}
    return Sorted(
        alive={key: row for key, (_, row) in last.items() if key_of(row) == key},
        moved={key: end for key, end in last.items() if key_of(end[1]) != key},
        gone=tuple(key for key in ends if key not in last),
    )


def _onward(
    kinds: Mapping[str, Kind], known: Mapping[str, tuple[Kind, Row]], step: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Return *step* led on as far as the known rows tell; None when it leads nowhere."""
    for _ in range(_LONGEST):
        if step is None or step[0] not in kinds:
            return None
        if step[1] not in known:
            return step
        following = next_step(*known[step[1]])
        if following == step:
            return step
        step = following
    return None


def _stays(known: Mapping[str, tuple[Kind, Row]], step: tuple[str, str]) -> bool:
    """Say whether a chain has ended at a row that is alive."""
    return step[1] in known and next_step(*known[step[1]]) == step


def as_records(kind: Kind, found: Sorted) -> tuple[tuple[Record, ...], tuple[CrmRef, ...]]:
    """Return what became of a page's rows as records, each once with all that it took in, and what is gone."""
    took: dict[str, list[CrmRef]] = {}
    shown: dict[str, tuple[Kind, Row]] = {key: (kind, row) for key, row in found.alive.items()}
    for key, (own, row) in found.moved.items():
        shown.setdefault(key_of(row), (own, row))
        took.setdefault(key_of(row), []).append(kind.ref(key))
    records = tuple(record(own, row, merged=took.get(key, ())) for key, (own, row) in shown.items())
    return records, tuple(kind.ref(key) for key in found.gone)
