"""
Associations, read in batches from the primary store, never from an index.

Records without any are left out of the results and reported in a 207, which is how most answers look. The endpoint has
a burst limit of its own (100 to 200 in ten seconds); with a thousand inputs a call we stay far below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from connector.adapters.hubspot.payload import listed, next_page, table, text
from connector.adapters.hubspot.vocabulary import API_VERSION, LINKS_PAGE, PLURALS
from connector.adapters.hubspot.wire import Call, Wire
from connector.commands import Rank


def linked(wire: Wire, source: str, target: str, keys: Iterable[str], rank: Rank) -> Mapping[str, tuple[str, ...]]:
    """
    Return the ids of the *target* rows that hang on each of *keys*; keys without any are not in it.

    Raises:
        AdapterDown: They cannot be had now.
    """
    path = f"/crm/associations/{API_VERSION}/{PLURALS[source]}/{PLURALS[target]}/batch/read"
    found: dict[str, dict[str, None]] = {}
    todo: list[dict[str, object]] = [{"id": key} for key in dict.fromkeys(keys)]
    while todo:
        now, todo = todo[:LINKS_PAGE], todo[LINKS_PAGE:]
        answer = wire.known(Call("POST", path, body={"inputs": now}), rank)
        for each in map(table, listed(answer.body.get("results"))):
            key = text(table(each.get("from")).get("id"))
            ties = found.setdefault(key, {})
            for tie in map(table, listed(each.get("to"))):
                # A number live in August 2026, text in the document.
                ties.setdefault(text(tie.get("toObjectId")) or text(tie.get("id")), None)
            after = next_page(each)
            if after:
                todo.append({"id": key, "after": after})
    return {key: tuple(one for one in ties if one) for key, ties in found.items() if ties}


def chunks(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Return *keys* in pieces of at most *size*."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
