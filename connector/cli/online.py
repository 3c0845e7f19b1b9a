"""What only the CRM can tell about a configuration: looked at before the first write of every pass."""

from __future__ import annotations

from connector.config.online import check_online
from connector.engine import Engine
from connector.problems import ConfigurationInvalid


def refuse_what_the_crm_lacks(engine: Engine) -> None:
    """
    Compare the configuration with what each CRM offers (read once a day).

    Raises:
        ConfigurationInvalid: A mapped field, a stage's value, an owner or a scope is missing there.
        AdapterDown: The CRM was never read and cannot be reached.
    """
    schemas = {name: engine.directory.schema(name) for name in engine.adapters}
    problems = [one for one in check_online(engine.config, schemas) if not one.warning]
    if problems:
        fresh = {name: engine.directory.renewed(name) for name in engine.adapters}
        problems = [one for one in check_online(engine.config, fresh) if not one.warning]
    if problems:
        raise ConfigurationInvalid(problems)
