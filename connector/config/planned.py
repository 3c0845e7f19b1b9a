"""Systems whose adapter comes in a later release: their configuration is checked and tested, nothing talks to them."""

from __future__ import annotations

from connector.adapters import registry
from connector.config.load import locate
from connector.config.nouns import Config
from connector.problems import ConfigurationInvalid, Problem


def refuse_planned(config: Config) -> None:
    """
    Refuse a configuration that cannot be run yet; to be called before the first adapter is made.

    Raises:
        ConfigurationInvalid: A system has a kind without an adapter; each is named at its `kind`.
    """
    problems = tuple(
        Problem(
            ("systems", name, "kind"),
            str(getattr(registry.module(system.kind), "PLANNED", "")),
            "`connector validate` and `connector test` work on this file already.",
        )
        for name, system in config.systems.items()
        if hasattr(registry.module(system.kind), "PLANNED")
    )
    if problems:
        raise ConfigurationInvalid(locate(problems, config.path))
