"""What a configuration says against what the CRM has: fields, types, stage values, owners, scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from connector.adapters.base import FieldSchema, Option, Schema
from connector.config.load import locate
from connector.config.nouns import Config, System
from connector.config.online_owners import owners
from connector.config.online_words import advice, filled
from connector.mapping.paths import BadPath, steps
from connector.mapping.spec import EngagementMapping, FieldType, ObjectMapping, When
from connector.mapping.vocabulary import NO_WORDS, VOCABULARIES, singular
from connector.problems import Path, Problem, did_you_mean

_LISTED: Final = 12
_NUMBERS: Final = frozenset({"integer", "decimal"})
_FITS: Final[Mapping[FieldType, frozenset[str]]] = {
    FieldType.INTEGER: _NUMBERS | {"text", "choice"},
    FieldType.DECIMAL: _NUMBERS | {"text", "choice"},
    FieldType.BOOLEAN: frozenset({"boolean", "text", "choice"}),
    FieldType.DATE: frozenset({"date", "instant", "text"}),
    FieldType.INSTANT: frozenset({"instant", "text"}),
    FieldType.EMAIL: frozenset({"text"}),
}
"""Vendor types that a field of ours can be read from; what is not named here can be read from all."""
_OF_EACH_PARENT: Final = frozenset({("salesforce", "campaign_member", "Status")})
"""Choices that each parent row has of its own (every campaign its member statuses), which no description lists."""
_OWN_SYNC: Final = ("hubspot", "salesforce")
"""HubSpot's own Salesforce sync writes between these kinds of systems."""


def check_online(config: Config, schemas: Mapping[str, Schema]) -> tuple[Problem, ...]:
    """
    Return what of *config* the CRMs do not have, each with its place; systems without a schema are left out.

    Fields of our own that we write to may be missing: `prepare` makes them.
    """
    found: list[Problem] = []
    for name, schema in schemas.items():
        system = config.systems.get(name)
        if system is not None:
            for check in _CHECKS:
                found.extend(check(config, system, schema))
    found.extend(_own_sync(config, schemas))
    return locate(tuple(found), config.path)


def _account(config: Config, system: System, schema: Schema) -> Iterator[Problem]:
    """The account whose webhooks are taken is the one that the token is for, or every one of them would be dropped."""
    del config
    told = getattr(system.options, "portal_id", None)
    if told is not None and schema.portal and str(told) != schema.portal:
        message = f"the token of {system.name} is for portal {schema.portal}, and webhooks are taken of {told} alone."
        yield Problem(("systems", system.name, "portal_id"), message, f"Write portal_id = {schema.portal}.")


def _mapped_fields(config: Config, system: System, schema: Schema) -> Iterator[Problem]:
    """Every field that is read exists, and can hold what ours is."""
    for mapping in config.mappings[system.name].objects:
        fields = schema.fields.get(mapping.object)
        if not fields:
            continue
        yield from _columns(config, system, mapping, fields)
        base: Path = ("mapping", system.name, mapping.object)
        if mapping.owner:
            yield from _known(system, mapping.object, fields, mapping.owner, (*base, "owner"))


def _columns(
    config: Config, system: System, mapping: ObjectMapping, fields: Mapping[str, FieldSchema]
) -> Iterator[Problem]:
    """Check the columns of one object."""
    for column in mapping.columns:
        path: Path = ("mapping", system.name, mapping.object, column.field)
        yield from _known(system, mapping.object, fields, column.path, path)
        for when in column.when:
            yield from _known(system, mapping.object, fields, when.path, path)
            yield from _asked(system, mapping.object, fields, when, path)
        theirs = fields.get(_name(column.path))
        ours = config.fields[column.field].type
        if theirs is not None and theirs.type not in _FITS.get(ours, frozenset({theirs.type})):
            message = f'"{column.path}" is of type {theirs.type} in {system.name}, and {column.field} is {ours}.'
            yield Problem(path, message, f"Give {column.field} another type, or map another field.")
        if theirs is not None and theirs.options:
            yield from _values(path, system, column.path, theirs.options, column.values)


def _values(
    path: Path, system: System, field: str, options: tuple[Option, ...], values: Mapping[str, str]
) -> Iterator[Problem]:
    """Every value of theirs that is translated is one of the field's options."""
    known = [one.value for one in options]
    for theirs in values:
        if theirs not in known:
            yield _no_option((*path, "values", theirs), system, field, theirs, options)


def _engagement_fields(config: Config, system: System, schema: Schema) -> Iterator[Problem]:
    """Every field that engagement is read from exists."""
    for one in config.mappings[system.name].engagements:
        if one.list:
            continue
        name = singular(one.object) if one.object else one.on
        fields = schema.fields.get(name)
        if fields:
            path: Path = ("mapping", system.name, "engagement", one.index)
            for key, field in _paths(one):
                yield from _known(system, name, fields, field, (*path, *key))
            for when in one.when:
                yield from _asked(system, name, fields, when, (*path, "when"))


def _asked(system: System, name: str, fields: Mapping[str, FieldSchema], when: When, path: Path) -> Iterator[Problem]:
    """Every value that a condition asks for is one of the field's options; old rows may have others, so it warns."""
    field = _name(when.path)
    theirs = fields.get(field)
    if theirs is None or not theirs.options or (system.kind, name, field) in _OF_EACH_PARENT:
        return
    known = {one.value for one in theirs.options}
    for value in (*when.equals, *when.differs):
        if value not in known:
            yield _no_option(path, system, field, value, theirs.options, warning=True)


def _paths(mapping: EngagementMapping) -> Iterator[tuple[Path, str]]:
    """Yield every path that an engagement reads, with the key it stands under."""
    for key, path in (("counter", mapping.counter), ("stamp", mapping.stamp), ("at", mapping.at)):
        if path:
            yield (key,), path
    for name, path in mapping.attributes.items():
        yield ("attributes", name), path
    for when in mapping.when:
        yield ("when",), when.path


def _stages(config: Config, system: System, schema: Schema) -> Iterator[Problem]:
    """Every stage value is one of the field's options and may be set, and the field can be written."""
    for mapping in config.mappings[system.name].objects:
        fields = schema.fields.get(mapping.object)
        if mapping.stage is None or not fields:
            continue
        path: Path = ("mapping", system.name, mapping.object, "stage")
        name = mapping.stage.field
        yield from _known(system, mapping.object, fields, name, (*path, "field"))
        theirs = fields.get(name)
        if theirs is None:
            continue
        ours = system.name in config.home.stages
        if not theirs.writable and ours:
            hint = filled(advice(system.kind).read_only, mapping.object, name)
            message = f'"{name}" of {system.name} cannot be written.'
            yield Problem((*path, "field"), message, f"Map a field that the API may write. {hint}".strip())
        for stage, values in mapping.stage.values.items() if theirs.options else ():
            for value in values:
                yield from _stage_value((*path, str(stage)), system, theirs, value, written=ours)


def _stage_value(path: Path, system: System, theirs: FieldSchema, value: str, *, written: bool) -> Iterator[Problem]:
    """One stage value is there, and where stages are *written* it may be set."""
    found = next((one for one in theirs.options if one.value == value), None)
    if found is None:
        yield _no_option(path, system, theirs.name, value, theirs.options)
    elif written and not found.writable:
        message = f'"{value}" stands in "{theirs.name}" of {system.name}, but no write may set it.'
        yield Problem(path, message, advice(system.kind).converts)


def _written_fields(config: Config, system: System, schema: Schema) -> Iterator[Problem]:
    """What we write to can be written; what is not there yet is made by `prepare`."""
    for mapping in config.mappings[system.name].objects:
        fields = schema.fields.get(mapping.object, {})
        for result, target in mapping.write.items():
            theirs = fields.get(target)
            path: Path = ("mapping", system.name, mapping.object, "write", result)
            if fields and theirs is None:
                yield Problem(
                    path,
                    f'{system.name} has no {mapping.object} field "{target}" yet.',
                    f"{did_you_mean(target, fields)} {advice(system.kind).result}".strip(),
                    warning=True,
                )
            elif theirs is not None and not theirs.writable:
                hint = filled(advice(system.kind).read_only, mapping.object, target)
                message = f'"{target}" of {system.name} cannot be written.'
                yield Problem(path, message, f"Name a field of your own. {hint}".strip())


def _scopes(_config: Config, system: System, schema: Schema) -> Iterator[Problem]:
    """The credentials may do what the configuration needs."""
    if schema.missing_scopes:
        message = f"the credentials of {system.name} lack {', '.join(schema.missing_scopes)}."
        yield Problem(("systems", system.name), message, advice(system.kind).rights)


def _own_sync(config: Config, schemas: Mapping[str, Schema]) -> Iterator[Problem]:
    """Where HubSpot's own Salesforce sync is installed, it may write the stage that we write."""
    homes = [config.systems[name] for name in config.home.stages if name in config.systems]
    if not set(_OWN_SYNC) <= {one.kind for one in homes}:
        return
    for system in homes:
        words = VOCABULARIES.get(system.kind, NO_WORDS)
        for mapping in config.mappings[system.name].objects:
            fields = schemas[system.name].fields.get(mapping.object, {}) if system.name in schemas else {}
            kept = [one for twins in words.twins.get(mapping.object, {}).values() for one in twins.values()]
            there = next((one for one in kept if one in fields), "")
            if there and mapping.stage is not None:
                yield Problem(
                    ("home", "stages"),
                    f'HubSpot\'s own Salesforce sync is installed in {system.name} (it has "{there}"): where it sets '
                    f'"{mapping.stage.field}", two programs write one field.',
                    "In HubSpot, Settings > Integrations > Connected Apps > Salesforce > Contacts: give the mapping of "
                    f'"{mapping.stage.field}" the sync rule "Don\'t sync", and let no workflow copy it. All else may '
                    "go on syncing.",
                    warning=True,
                )


def _known(system: System, name: str, fields: Mapping[str, FieldSchema], path: str, where: Path) -> Iterator[Problem]:
    """Check that a field of theirs exists, over a relation as well where the vendor reads over relations."""
    field = _name(path)
    if not field or field in fields:
        return
    if "." in field:
        yield from _over(system, name, fields, field, where)
        return
    by_label = next((one.name for one in fields.values() if one.label.lower() == field.lower()), "")
    near = f'Its name is "{by_label}".' if by_label else did_you_mean(field, fields)
    yield Problem(where, f'{system.name} has no {name} field "{field}".', _missing(system, name, field, near))


def _over(system: System, name: str, fields: Mapping[str, FieldSchema], field: str, where: Path) -> Iterator[Problem]:
    """Check a field over a relation, as far as the related object is described."""
    if not VOCABULARIES.get(system.kind, NO_WORDS).relations:
        return
    relation, _, last = field.rpartition(".")
    beside = [one for one in fields if one.rpartition(".")[0] == relation]
    if beside:
        message = f'{system.name} has no field "{last}" over "{relation}" of {name}.'
        near = did_you_mean(field, beside)
        yield Problem(where, message, _missing(system, relation.rpartition(".")[2], last, near))
    else:
        message = f'nothing is known of "{relation}" of {name} in {system.name}, so "{last}" will stay unknown.'
        hint = "Check how the relation is called; the credentials must be allowed to read the object it leads to."
        yield Problem(where, message, hint, warning=True)


def _missing(system: System, name: str, field: str, near: str) -> str:
    """Return what to do about a field that is not there: the nearest, and where else to look."""
    general = advice(system.kind).missing
    if near and "{field}" not in general:
        return near
    return f"{near} {filled(general, name, field)}".strip()


def _name(path: str) -> str:
    """Return the vendor's field that *path* begins with."""
    try:
        return ".".join(steps(path))
    except BadPath:
        return ""


def _no_option(  # noqa: PLR0913 - what is said of one value
    path: Path, system: System, field: str, value: str, options: tuple[Option, ...], *, warning: bool = False
) -> Problem:
    """Return the problem that *value* is none of *options*, with the nearest by value or label."""
    by_label = next((one.value for one in options if one.label.lower() == value.lower()), "")
    near = f'"{value}" is a label; its value is "{by_label}".' if by_label else ""
    near = near or did_you_mean(value, [one.value for one in options])
    listed = ", ".join(f'"{one.value}" ({one.label})' for one in options[:_LISTED])
    more = " …" if len(options) > _LISTED else ""
    message = f'"{field}" of {system.name} has no option "{value}".'
    return Problem(path, message, f"{near} Options: {listed}{more}.".strip(), warning=warning)


_Check = Callable[[Config, System, Schema], Iterator[Problem]]
_CHECKS: Final[tuple[_Check, ...]] = (
    _scopes,
    _account,
    _mapped_fields,
    _engagement_fields,
    _stages,
    _written_fields,
    owners,
)
