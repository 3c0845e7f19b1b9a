"""From `[systems…]` and `[home]` to the systems that the program talks to, and what is wanted of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from connector.adapters import registry
from connector.adapters.base import Wanted
from connector.config.declared import options_of
from connector.config.draft import Draft, several
from connector.config.mapping_models import RESULTS
from connector.config.nouns import Home, System
from connector.mapping.paths import BadPath, steps
from connector.mapping.spec import ObjectMapping, SystemMapping
from connector.mapping.vocabulary import singular
from connector.model import COMPANIES, Stage
from connector.problems import did_you_mean
from connector.secrets import ENVIRON, FOLDER

_CONTACT: Final = "contact"
_RESULT_TYPES: Final[Mapping[str, str]] = MappingProxyType({
    **dict.fromkeys(RESULTS, "text"),
    "total": "number",
    "qualified_at": "instant",
})
"""Every other result is a score."""
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")


def build_kinds(draft: Draft) -> None:
    """Read which adapter each system needs; everything else about it is read by these."""
    for name, table in draft.document.systems.items():
        if not _NAME.fullmatch(name):
            hint = "Use letters, digits, - and _, beginning with a letter."
            draft.wrong(("systems", name), f'"{name}" is no name for a system.', hint)
        if table.kind in registry.kinds():
            draft.kinds[name] = table.kind
        else:
            hint = did_you_mean(table.kind, registry.kinds()) or f"Kinds are {several(registry.kinds())}."
            draft.wrong(("systems", name, "kind"), f'there is no kind "{table.kind}".', hint)


def build_systems(draft: Draft, environ: Mapping[str, str]) -> None:
    """Read the options of each system by its adapter's own declarations; secrets are looked up in *environ*."""
    context = {ENVIRON: environ, FOLDER: draft.folder}
    for name, kind in draft.kinds.items():
        model = options_of(kind)
        options = (
            draft.sheet.read(model, ("systems", name), context, frozenset({"kind"})) if model is not None else None
        )
        if options is not None:
            tasks = draft.home is not None and draft.home.tasks == name
            wanted = wanted_of(draft.mappings[name], draft.module(name), tasks=tasks)
            draft.systems[name] = System(name, kind, options, wanted)


def build_home(draft: Draft) -> None:
    """Read `[home]`: the systems exist, and can hold every stage that the agreement gives."""
    table = draft.document.home
    if table is None:
        return
    named = [*((("home", "stages", index), name) for index, name in enumerate(table.stages))]
    for path, name in (*named, (("home", "tasks"), table.tasks)):
        if name not in draft.document.systems:
            hint = did_you_mean(name, draft.document.systems) or f"Systems: {several(draft.document.systems)}."
            draft.wrong(path, f'no system "{name}" is configured.', hint)
    for index, name in enumerate(table.stages):
        if name in table.stages[:index]:
            draft.wrong(("home", "stages", index), f'"{name}" stands there twice.', "Leave one out.")
        elif name in draft.document.systems:
            _stages_can_be_written(draft, name)
    draft.home = Home(tuple(table.stages), table.tasks)


def _stages_can_be_written(draft: Draft, system: str) -> None:
    """Check that the home *system* has a value for each stage we give."""
    agreement = draft.document.agreement
    asked = [
        stage
        for stage, given in ((Stage.MQL, agreement and agreement.mql), (Stage.SQL, agreement and agreement.sql))
        if given
    ]
    carriers = [one for one in draft.mappings[system].objects if one.stage is not None]
    if not carriers and asked:
        hint = f'Add [mapping.{system}.contact.stage] with field = "…" and their values for mql and sql.'
        draft.wrong(("home", "stages"), f"no object of {system} has a stage to write to.", hint)
    for one in carriers:
        for stage in asked:
            if one.stage is not None and stage not in one.stage.values:
                path = ("mapping", system, one.object, "stage")
                hint = f'Add {stage} = "…" with the value of {one.stage.field} that means it.'
                draft.wrong(path, f"no value is mapped to {stage}, which is to be written.", hint)


def wanted_of(mapping: SystemMapping, module: registry.AdapterModule | None, *, tasks: bool) -> Wanted:
    """Return what *mapping* needs from its system; fields without repetition, in the order of the file."""
    fields: dict[str, dict[str, None]] = {}
    objects: dict[str, None] = {}
    people = sorted(module.OBJECTS - COMPANIES) if module is not None else []
    if people == [_CONTACT]:
        # Where contacts are the only people there are, they are read whatever is mapped.
        objects[_CONTACT] = None
    for one in mapping.objects:
        objects[one.object] = None
        _add(fields, one.object, _object_paths(one))
    for found in mapping.engagements:
        name = singular(found.object) if found.object else found.on
        paths = (found.counter, found.stamp, found.at, *found.attributes.values(), *(one.path for one in found.when))
        if not found.list:
            objects[name] = None
            _add(fields, name, (*paths, *found.person.values()))
    return Wanted(
        fields=MappingProxyType({name: tuple(found) for name, found in fields.items()}),
        objects=tuple(objects),
        lists=tuple(dict.fromkeys(one.list for one in mapping.engagements if one.list)),
        stage_fields=MappingProxyType({
            one.object: one.stage.field for one in mapping.objects if one.stage is not None
        }),
        writes=MappingProxyType({
            one.object: tuple(dict.fromkeys(one.write.values())) for one in mapping.objects if one.write
        }),
        tasks=tasks,
        write_types=MappingProxyType({one.object: _types(one) for one in mapping.objects if one.write}),
    )


def _types(mapping: ObjectMapping) -> Mapping[str, str]:
    """Return what stands in the fields that results are written to."""
    return MappingProxyType({target: _RESULT_TYPES.get(result, "number") for result, target in mapping.write.items()})


def _object_paths(mapping: ObjectMapping) -> Iterable[str]:
    """Yield every path that an object's mapping reads; what is written is read too, to be compared before."""
    for column in mapping.columns:
        yield column.path
        yield from (one.path for one in column.when)
    if mapping.stage is not None:
        yield mapping.stage.field
    yield mapping.owner
    yield from mapping.write.values()
    yield from (twin.field for twin in mapping.twins)


def _add(fields: dict[str, dict[str, None]], name: str, paths: Iterable[str]) -> None:
    """Add the vendor's fields behind *paths* to those of the object *name*."""
    known = fields.setdefault(name, {})
    for path in paths:
        if not path:
            continue
        try:
            known[".".join(steps(path))] = None
        except BadPath:
            continue
