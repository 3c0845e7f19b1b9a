"""What only the CRM can tell about a configuration: looked at before the first write of every pass."""

from __future__ import annotations

from connector.adapters.base import AdapterDown, Schema
from connector.cli.say import Refused, read
from connector.config.online import check_online
from connector.engine import Engine


def refuse_what_the_crm_lacks(engine: Engine) -> None:
    """
    Compare the configuration with what each CRM offers (read once a day).

    A system that cannot be reached now is judged by what it offered last; the engine remembers that it is down.

    Raises:
        Refused: A mapped field, a stage's value, an owner or a scope is missing there.
        AdapterDown: A CRM was never read and cannot be reached.
    """
    schemas = {name: _schema(engine, name, fresh=False) for name in engine.adapters}
    problems = [one for one in check_online(engine.config, schemas) if not one.warning]
    if problems:
        schemas = {name: _schema(engine, name, fresh=True) for name in engine.adapters}
        problems = [one for one in check_online(engine.config, schemas) if not one.warning]
    if problems:
        raise Refused(problems, read(engine.config.path).lines)


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
