"""What a configuration says against what the CRM has: fields, types, stage values, owners, scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from connector.adapters.base import FieldSchema, Option, Owner, Schema
from connector.config.load import locate
from connector.config.nouns import Config, System
from connector.mapping.paths import BadPath, steps
from connector.mapping.spec import EngagementMapping, FieldType, ObjectMapping
from connector.mapping.vocabulary import singular
from connector.owners import ROUND_ROBIN, members, pool_of
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
    return locate(tuple(found), config.path)


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
        unknown = tuple(_known(system, mapping.object, fields, column.path, path))
        yield from unknown
        for when in column.when:
            yield from _known(system, mapping.object, fields, when.path, path)
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
            for key, field in _paths(one):
                yield from _known(system, name, fields, field, ("mapping", system.name, "engagement", one.index, *key))


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
    """Every stage value is one of the field's options, and the field can be written."""
    for mapping in config.mappings[system.name].objects:
        fields = schema.fields.get(mapping.object)
        if mapping.stage is None or not fields:
            continue
        path: Path = ("mapping", system.name, mapping.object, "stage")
        yield from _known(system, mapping.object, fields, mapping.stage.field, (*path, "field"))
        theirs = fields.get(mapping.stage.field)
        if theirs is None:
            continue
        if not theirs.writable and system.name in config.home.stages:
            message = f'"{mapping.stage.field}" of {system.name} cannot be written.'
            yield Problem((*path, "field"), message, "Map a field that the API may write.")
        if theirs.options:
            known = {one.value for one in theirs.options}
            for stage, values in mapping.stage.values.items():
                for value in values:
                    if value not in known:
                        yield _no_option((*path, str(stage)), system, mapping.stage.field, value, theirs.options)


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
                    f"{did_you_mean(target, fields)} `connector setup --yes` makes it.".strip(),
                    warning=True,
                )
            elif theirs is not None and not theirs.writable:
                yield Problem(path, f'"{target}" of {system.name} cannot be written.', "Name a field of your own.")


def _owners(config: Config, system: System, schema: Schema) -> Iterator[Problem]:
    """Whoever can get a task is an active owner in the system that tasks are written to."""
    if system.name != config.home.tasks:
        return
    by_email = {one.email.lower(): one for one in schema.owners if one.email}
    yield from _owner(config.owners.fallback, ("owners", "fallback"), by_email, system)
    for pool, emails in config.owners.pools.items():
        for index, email in enumerate(emails):
            yield from _owner(email, ("owners", pool, index), by_email, system)
    for number, playbook in enumerate(config.playbooks):
        for index, step in enumerate(playbook.owner):
            if "@" in step and not step.startswith(ROUND_ROBIN):
                yield from _owner(step.lower(), ("task", number, "owner", index), by_email, system)
            elif step.startswith(ROUND_ROBIN) and not any(
                (found := by_email.get(one)) is not None and found.active for one in members(step, config.owners)
            ):
                message = f'nobody of the pool "{pool_of(step)}" can take a task in {system.name}.'
                yield Problem(
                    ("task", number, "owner", index), message, "Tasks go on to the next in the chain.", warning=True
                )


def _owner(email: str, path: Path, known: Mapping[str, Owner], system: System) -> Iterator[Problem]:
    """Check one owner; the fallback must be there, of the others one may be away."""
    found = known.get(email)
    if found is None:
        active = [one for one, owner in known.items() if owner.active]
        hint = did_you_mean(email, active) or f"Owners: {', '.join(sorted(active)[:_LISTED]) or 'none'}."
        yield Problem(path, f'{system.name} has no owner "{email}".', hint)
    elif not found.active:
        must = path == ("owners", "fallback")
        hint = "Name somebody who is active." if must else "They are passed over until they are active again."
        yield Problem(path, f'"{email}" is not active in {system.name}.', hint, warning=not must)


def _scopes(_config: Config, system: System, schema: Schema) -> Iterator[Problem]:
    """The credentials may do what the configuration needs."""
    if schema.missing_scopes:
        message = f"the credentials of {system.name} lack {', '.join(schema.missing_scopes)}."
        yield Problem(("systems", system.name), message, "Add these scopes where the token was made.")


def _known(system: System, name: str, fields: Mapping[str, FieldSchema], path: str, where: Path) -> Iterator[Problem]:
    """Check that a field of theirs exists; a path through a relation is left to the vendor."""
    field = _name(path)
    if not field or "." in field or field in fields:
        return
    near = did_you_mean(field, fields)
    by_label = next((one.name for one in fields.values() if one.label.lower() == field.lower()), "")
    hint = f'Its name is "{by_label}".' if by_label else near
    yield Problem(where, f'{system.name} has no {name} field "{field}".', hint or "Look it up in the CRM's settings.")


def _name(path: str) -> str:
    """Return the vendor's field that *path* begins with."""
    try:
        return ".".join(steps(path))
    except BadPath:
        return ""


def _no_option(path: Path, system: System, field: str, value: str, options: tuple[Option, ...]) -> Problem:
    """Return the problem that *value* is none of *options*, with the nearest by value or label."""
    by_label = next((one.value for one in options if one.label.lower() == value.lower()), "")
    near = f'"{value}" is a label; its value is "{by_label}".' if by_label else ""
    near = near or did_you_mean(value, [one.value for one in options])
    listed = ", ".join(f'"{one.value}" ({one.label})' for one in options[:_LISTED])
    more = " …" if len(options) > _LISTED else ""
    message = f'"{field}" of {system.name} has no option "{value}".'
    return Problem(path, message, f"{near} Options: {listed}{more}.".strip())


_Check = Callable[[Config, System, Schema], Iterator[Problem]]
_CHECKS: Final[tuple[_Check, ...]] = (
    _scopes,
    _mapped_fields,
    _engagement_fields,
    _stages,
    _written_fields,
    _owners,
)
