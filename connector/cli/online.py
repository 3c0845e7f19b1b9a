"""What only the CRM can tell about a configuration: looked at before the first write of every pass."""

from __future__ import annotations

from collections.abc import Mapping

from connector.adapters.base import AdapterDown, Schema
from connector.cli.say import Refused, read
from connector.config.online import check_online
from connector.engine import Engine
from connector.problems import Path, Problem


def refuse_what_the_crm_lacks(engine: Engine, *, writing: bool = True) -> None:
    """
    Compare the configuration with what each CRM offers (read once a day).

    With *writing* the fields that results are written to must be there as well; without them every write would be
    refused, one by one. A system that cannot be reached now is judged by what it offered last; the engine remembers
    that it is down.

    Raises:
        Refused: A mapped field, a stage's value, an owner or a scope is missing there.
        AdapterDown: A CRM was never read and cannot be reached.
    """
    schemas = {name: _schema(engine, name, fresh=False) for name in engine.adapters}
    problems = _stopping(engine, schemas, writing=writing)
    if problems:
        schemas = {name: _schema(engine, name, fresh=True) for name in engine.adapters}
        problems = _stopping(engine, schemas, writing=writing)
    if problems:
        raise Refused(problems, read(engine.config.path).lines)


def _stopping(engine: Engine, schemas: Mapping[str, Schema], *, writing: bool) -> list[Problem]:
    """Return the problems that stand against a pass."""
    found = check_online(engine.config, schemas)
    return [one for one in found if not one.warning or (writing and _is_field_to_write(one.path))]


def _is_field_to_write(path: Path) -> bool:
    """Tell whether *path* is [mapping.SYSTEM.OBJECT.write]: what `connector setup` makes."""
    return path[:1] == ("mapping",) and path[3:4] == ("write",)


def _schema(engine: Engine, system: str, *, fresh: bool) -> Schema:
    """Return what *system* offers; unless it must be *fresh*, in case of need as it was read last."""
    try:
        return engine.directory.renewed(system) if fresh else engine.directory.schema(system)
    except AdapterDown as down:
        engine.went_down(system, down.kind, down.reason, down.after)
        known = engine.directory.known(system)
        if fresh or known is None:
            raise
        return known
