"""The configurations that `connector init` writes: examples that are tested to be complete and to run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Final

from connector.adapters import registry
from connector.problems import did_you_mean

_WRITTEN: Final[Mapping[str, str]] = MappingProxyType({
    "hubspot": "example.toml",
    "salesforce": "example_salesforce.toml",
    # Marketing in HubSpot, sales in Salesforce: the same text as examples/hubspot-marketing-salesforce-sales.
    "both": "example_both.toml",
})


def template(crm: str = "hubspot") -> str:
    """
    Return a commented configuration for *crm* that validates once its secrets are there.

    Raises:
        KeyError: There is none for this CRM; the first argument is the sentence to print.
    """
    if crm in _WRITTEN:
        return _packaged(_WRITTEN[crm])
    if crm in registry.OWN:
        raise KeyError(f'there is no ready configuration for "{crm}"; examples/ has some to begin with')
    hint = did_you_mean(crm, _WRITTEN) or f"There are {', '.join(_WRITTEN)}."
    raise KeyError(f'there is no CRM "{crm}". {hint}')


def example() -> str:
    """Return the example as it comes with the program; config.example.toml is the same text."""
    return template()


def _packaged(name: str) -> str:
    """Return a file that lies beside this module."""
    return resources.files("connector.config").joinpath(name).read_text(encoding="utf-8")
