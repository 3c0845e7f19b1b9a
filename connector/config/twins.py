"""From `same_as` in `[mapping.SYSTEM.OBJECT]` to the rows of other systems that a record names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connector.config.draft import Draft, several
from connector.mapping.paths import BadPath, steps
from connector.mapping.spec import Twin
from connector.mapping.vocabulary import NO_WORDS, VOCABULARIES
from connector.problems import Path, did_you_mean


def build_twins(draft: Draft, system: str, name: str, told: Mapping[str, Mapping[str, str]]) -> tuple[Twin, ...]:
    """Return the twins that rows of object *name* may name: those the admin wrote, else those the vendor keeps."""
    if not told:
        return tuple(_by_itself(draft, system, name))
    here: Path = ("mapping", system, name, "same_as")
    return tuple(twin for other, objects in told.items() for twin in _written(draft, here, system, other, objects))


def _written(draft: Draft, here: Path, system: str, other: str, objects: Mapping[str, str]) -> Iterable[Twin]:
    """Check and return what the admin wrote about one other system."""
    systems = draft.document.systems
    if other not in systems or other == system:
        hint = did_you_mean(other, systems) or f"Other systems: {several([one for one in systems if one != system])}."
        draft.wrong((*here, other), f'no other system "{other}" is configured.', hint)
        return
    mapped = (draft.document.mapping[other].__pydantic_extra__ or {}) if other in draft.document.mapping else {}
    for theirs, field in objects.items():
        if theirs not in mapped:
            hint = did_you_mean(theirs, mapped) or f"Mapped from {other}: {several(mapped) or 'nothing'}."
            draft.wrong((*here, other, theirs), f'{other} has no mapped object "{theirs}".', hint)
        try:
            steps(field)
        except BadPath as bad:
            draft.wrong((*here, other, theirs), f"{bad}.", "Write the name of the field that holds the id.")
            continue
        yield Twin(other, systems[other].kind, theirs, field)


def _by_itself(draft: Draft, system: str, name: str) -> Iterable[Twin]:
    """Return the ids that the vendor keeps without being told, where they can only mean one configured system."""
    systems = draft.document.systems
    if system not in systems:
        return
    words = VOCABULARIES.get(systems[system].kind, NO_WORDS)
    for kind, objects in words.twins.get(name, {}).items():
        others = [one for one, told in systems.items() if told.kind == kind]
        if len(others) == 1 and others[0] in draft.document.mapping:
            mapped = draft.document.mapping[others[0]].__pydantic_extra__ or {}
            yield from (Twin(others[0], kind, theirs, field) for theirs, field in objects.items() if theirs in mapped)
