"""Which of a vendor's fields the mapping of a system needs, by object: what an adapter is asked to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from connector.mapping.paths import steps
from connector.mapping.spec import EngagementMapping, SystemMapping
from connector.mapping.vocabulary import MEMBERSHIP, NO_WORDS, Vocabulary, singular


def wanted_fields(mapping: SystemMapping, words: Vocabulary = NO_WORDS) -> Mapping[str, tuple[str, ...]]:
    """
    Return the vendor's field names that *mapping* reads, by object, each once and in the order of the file.

    Of a nested path it is the first step, or the whole path where the vendor reads over relations. Fields that results
    are written to are among them, because what stands there decides whether anything is to be written.
    """
    found: dict[str, dict[str, None]] = {}
    for one in mapping.objects:
        paths = [column.path for column in one.columns]
        paths += [when.path for column in one.columns for when in column.when]
        paths += [one.stage.field] if one.stage is not None else []
        paths += [one.owner or words.owner, *one.write.values()]
        paths += [twin.field for twin in one.twins]
        _note(found, one.object, paths, whole=words.relations)
    for engagement in mapping.engagements:
        on = _row(engagement)
        paths = [*_of_row(engagement, on, words), *(when.path for when in engagement.when)]
        _note(found, on, paths, whole=words.relations)
    return MappingProxyType({name: tuple(fields) for name, fields in found.items()})


def _row(mapping: EngagementMapping) -> str:
    """Return the object whose rows tell of this engagement."""
    return MEMBERSHIP if mapping.list else singular(mapping.object or mapping.on)


def _of_row(mapping: EngagementMapping, on: str, words: Vocabulary) -> Iterable[str]:
    """Return the paths that reading *mapping* looks at, but for its conditions."""
    spoken = words.rows.get(on) if mapping.object else None
    if spoken is not None:
        yield from (*spoken.at, *spoken.done_at, spoken.doer, spoken.proof, spoken.outcome)
    yield from (mapping.counter, mapping.stamp, mapping.at, *mapping.attributes.values())


def _note(found: dict[str, dict[str, None]], on: str, paths: Iterable[str], *, whole: bool) -> None:
    """Add each of *paths* that is not empty, *whole* or by its first step."""
    fields = found.setdefault(on, {})
    for path in paths:
        if path:
            fields.setdefault(path if whole else steps(path)[0])
