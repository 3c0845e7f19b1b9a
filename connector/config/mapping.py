"""From `[fields]` and `[mapping…]` to the nouns of `connector.mapping.spec`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from connector.config.draft import Draft, several
from connector.config.mapping_models import RESULTS, ColumnTable, EngagementTable, ObjectTable, StageTable, WhenTable
from connector.config.payloads import check_path, check_payloads, takes_payloads
from connector.config.shapes import STAGES
from connector.config.twins import build_twins
from connector.mapping.converters import converter
from connector.mapping.refusal import Refusal
from connector.mapping.senders import ID
from connector.mapping.spec import (
    By,
    Column,
    EngagementMapping,
    FieldSpec,
    FieldType,
    ObjectMapping,
    StageColumn,
    SystemMapping,
    When,
)
from connector.mapping.vocabulary import PAYLOADS
from connector.model import SALES_ACTIVITY, Stage, Value
from connector.problems import Path, did_you_mean

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
RESERVED: Final = frozenset({"stage", "write", "owner", "same_as", "engagement", "top_reason", "id", "at", "each"})
_SOURCES: Final = ("counter", "stamp", "object", "list")
_ANY: Final = "any"


def build_fields(draft: Draft) -> None:
    """Read `[fields]`."""
    for name, table in draft.document.fields.items():
        path: Path = ("fields", name)
        if not NAME.fullmatch(name):
            draft.wrong(path, f'"{name}" is no name for a field.', "Use letters, digits and underscores: job_title.")
        elif name in RESERVED:
            draft.wrong(
                path, f'"{name}" means something else in [mapping].', f'Call the field "{name}_text", for example.'
            )
        kind = FieldType(table.type)
        if table.options and kind is not FieldType.CHOICE:
            draft.wrong(
                (*path, "options"),
                f"only a choice has options, and {name} is of type {kind}.",
                'Write type = "choice".',
            )
        for index, option in enumerate(table.options):
            if option in table.options[:index]:
                draft.wrong((*path, "options", index), f'the option "{option}" stands there twice.', "Leave one out.")
        draft.fields[name] = FieldSpec(name, kind, tuple(table.options), table.unit)


def build_mappings(draft: Draft) -> None:
    """Read `[mapping…]` of every system; a system without one is read nothing from."""
    for system, table in draft.document.mapping.items():
        path: Path = ("mapping", system)
        if system not in draft.document.systems:
            hint = did_you_mean(system, draft.document.systems) or f"Systems: {several(draft.document.systems)}."
            draft.wrong(path, f'no system "{system}" is configured.', hint)
        objects = tuple(_object(draft, system, name, one) for name, one in (table.__pydantic_extra__ or {}).items())
        engagements = tuple(_engagement(draft, system, index, one) for index, one in enumerate(table.engagement))
        found = SystemMapping(system, objects, engagements, payloads=takes_payloads(draft, system))
        check_payloads(draft, found)
        draft.mappings[system] = found
    for system in draft.document.systems:
        draft.mappings.setdefault(system, SystemMapping(system, (), payloads=takes_payloads(draft, system)))


def _object(draft: Draft, system: str, name: str, table: ObjectTable) -> ObjectMapping:
    """Read `[mapping.SYSTEM.OBJECT]`."""
    path: Path = ("mapping", system, name)
    module = draft.module(system)
    if module is not None and name not in module.OBJECTS:
        hint = did_you_mean(name, module.OBJECTS) or f"There are {several(sorted(module.OBJECTS))}."
        draft.wrong(path, f'{system} has no object "{name}".', hint)
    columns = tuple(
        column
        for field, tables in (table.__pydantic_extra__ or {}).items()
        for column in _columns(draft, (*path, field), field, tables)
    )
    stage = _stage(draft, (*path, "stage"), table.stage) if table.stage is not None else None
    known = (*sorted(draft.score_names()), *RESULTS)
    for result, target in table.write.items():
        here = (*path, "write", result)
        if result not in known:
            hint = did_you_mean(result, known) or f"Results: {several(known)}."
            draft.wrong(here, f'there is no result "{result}".', hint)
        check_path(draft, here, target)
    twins = build_twins(draft, system, name, table.same_as)
    for key, written in (("id", table.id), ("at", table.at), ("each", table.each)):
        if written:
            check_path(draft, (*path, key), written)
    return ObjectMapping(
        system=system,
        object=name,
        columns=columns,
        stage=stage,
        write=MappingProxyType(dict(table.write)),
        owner=table.owner,
        twins=twins,
        id=table.id,
        at=table.at,
        each=table.each,
    )


def _columns(draft: Draft, path: Path, field: str, tables: list[ColumnTable]) -> Iterable[Column]:
    """Read where *field* comes from."""
    spec = draft.fields.get(field)
    if spec is None:
        hint = did_you_mean(field, draft.fields) or f'Declare it: [fields] {field} = {{ type = "text" }}.'
        draft.wrong(path, f'no field "{field}" is declared.', hint)
        return
    for table in tables:
        check_path(draft, path, table.path)
        values = _values(draft, (*path, "values"), spec, table.values)
        default = _default(draft, (*path, "default"), spec, table.default)
        yield Column(field, table.path, default, values, _whens(draft, (*path, "when"), table.when))


def _values(draft: Draft, path: Path, spec: FieldSpec, values: Mapping[str, str]) -> Mapping[str, str]:
    """Check a translation of their values into ours."""
    convert = converter(spec, MappingProxyType({}))
    for theirs, ours in values.items():
        read = convert(ours)
        if isinstance(read, Refusal):
            draft.wrong((*path, theirs), f"{read.reason}.", f"{spec.name} is of type {spec.type}.")
    return MappingProxyType(dict(values))


def _default(draft: Draft, path: Path, spec: FieldSpec, given: Value) -> Value:
    """Return a default as a value of the field; an empty text is a value here: it makes the field known to be empty."""
    if given is None or (given == "" and spec.type in {FieldType.TEXT, FieldType.CHOICE, FieldType.EMAIL}):
        return given
    read = converter(spec, MappingProxyType({}))(given)
    if isinstance(read, Refusal):
        draft.wrong(path, f"{read.reason}.", f"{spec.name} is of type {spec.type}.")
        return None
    return read


def _stage(draft: Draft, path: Path, table: StageTable) -> StageColumn:
    """Read `[mapping.SYSTEM.OBJECT.stage]`; each of their values may mean one stage only."""
    check_path(draft, (*path, "field"), table.field)
    meaning: dict[str, str] = {}
    values: dict[Stage, tuple[str, ...]] = {}
    for name in STAGES:
        theirs: tuple[str, ...] = getattr(table, name)
        for value in theirs:
            if value in meaning:
                message = f'"{value}" means {meaning[value]} already.'
                draft.wrong((*path, name), message, "Let each of their values mean one stage.")
            meaning.setdefault(value, name)
        if theirs:
            values[Stage(name)] = theirs
    if not values:
        draft.wrong(path, "no value is mapped to any stage.", 'Write lead = "lead", for example.')
    return StageColumn(table.field, MappingProxyType(values))


def _engagement(draft: Draft, system: str, index: int, table: EngagementTable) -> EngagementMapping:
    """Read one `[[mapping.SYSTEM.engagement]]`."""
    path: Path = ("mapping", system, "engagement", index)
    given = {key: value for key in _SOURCES if (value := getattr(table, "list_" if key == "list" else key))}
    if not given and takes_payloads(draft, system):
        # A webhook has one kind of row, its events; naming it would say nothing.
        given = {"object": PAYLOADS}
    if len(given) != 1:
        found = f"{' and '.join(given)} are given." if given else "nothing says where it is read."
        draft.wrong(path, found, "Give exactly one of counter, stamp, object and list.")
    if not NAME.fullmatch(table.type) or table.type == _ANY:
        hint = "Use letters, digits and underscores: form_submitted."
        draft.wrong((*path, "type"), f'"{table.type}" is no name for engagement.', hint)
    _fits(draft, path, table, given)
    _engagement_paths(draft, path, table)
    return EngagementMapping(
        system=system,
        index=index,
        type=table.type,
        counter=given.get("counter", ""),
        stamp=given.get("stamp", ""),
        object=given.get("object", ""),
        list=given.get("list", ""),
        on=table.on,
        at=table.at,
        first_value=table.first_value,
        attributes=MappingProxyType(dict(table.attributes)),
        by=By(table.by),
        when=_whens(draft, (*path, "when"), table.when),
        once_per=table.once_per,
        person=MappingProxyType(dict(table.person)),
        each=table.each,
        id=table.id,
        withdraws=table.withdraws,
    )


def _engagement_paths(draft: Draft, path: Path, table: EngagementTable) -> None:
    """Check every path of an engagement, and that the person is named by fields there are."""
    for key in ("counter", "stamp", "at", "each", "id"):
        written = getattr(table, key)
        if written:
            check_path(draft, (*path, key), written)
    for name, value in table.attributes.items():
        check_path(draft, (*path, "attributes", name), value)
    for name, value in table.person.items():
        check_path(draft, (*path, "person", name), value)
        if name not in draft.fields and name != ID:
            hint = did_you_mean(name, draft.fields) or f"Fields: {several(draft.fields)}."
            draft.wrong((*path, "person", name), f'no field "{name}" is declared.', hint)


def _fits(draft: Draft, path: Path, table: EngagementTable, given: Mapping[str, str]) -> None:
    """Check what an engagement says against its source and the system."""
    module = draft.module(str(path[1]))
    activities = module.ACTIVITIES if module is not None else None
    objects = module.OBJECTS if module is not None else None
    rows = given.get("object", "")
    if rows and activities is not None and rows not in activities:
        hint = did_you_mean(rows, activities) or f"There are {several(sorted(activities))}."
        draft.wrong((*path, "object"), f'{path[1]} has no activity "{rows}".', hint)
    if "on" in table.model_fields_set and objects is not None and table.on not in objects:
        hint = did_you_mean(table.on, objects) or f"There are {several(sorted(objects))}."
        draft.wrong((*path, "on"), f'{path[1]} has no object "{table.on}".', hint)
    for key, sources in (("first_value", {"counter"}), ("by", {"object"}), ("on", {"counter", "stamp"})):
        if key in table.model_fields_set and given and not sources & set(given):
            draft.wrong((*path, key), f'"{key}" says nothing beside {next(iter(given))}.', "Leave it out.")
    if table.type == SALES_ACTIVITY and table.by != "rep":
        hint = 'Write object = "calls" and by = "rep", for example.'
        draft.wrong((*path, "by"), f'"{SALES_ACTIVITY}" is what a rep did.', hint)


def _whens(draft: Draft, path: Path, tables: list[WhenTable]) -> tuple[When, ...]:
    """Read conditions on the raw record."""
    for table in tables:
        check_path(draft, (*path, "path"), table.path)
        if not table.equals and not table.differs and table.is_set is None:
            draft.wrong(
                path, f'nothing is asked of "{table.path}".', 'Add equals = "…", differs = "…" or is_set = true.'
            )
    return tuple(When(one.path, one.equals, one.differs, one.is_set) for one in tables)
