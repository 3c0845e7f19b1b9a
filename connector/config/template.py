"""The configuration that `connector init` writes: the example, which is tested to be complete and to run."""

from __future__ import annotations

from importlib import resources
from typing import Final

from connector.adapters import registry
from connector.problems import did_you_mean

EXAMPLE: Final = "example.toml"
_WRITTEN: Final = frozenset({"hubspot"})


def template(crm: str = "hubspot") -> str:
    """
    Return a commented configuration for *crm* that validates once its secret is there.

    Raises:
        KeyError: There is none for this CRM; the first argument is the sentence to print.
    """
    if crm in _WRITTEN:
        return example()
    if crm in registry.OWN:
        raise KeyError(
            f'a configuration for "{crm}" comes in a later release; see examples/ for what it will look like'
        )
    raise KeyError(f'there is no CRM "{crm}". {did_you_mean(crm, _WRITTEN) or "There is hubspot."}')


def example() -> str:
    """Return the example as it comes with the program; config.example.toml is the same text."""
    return resources.files("connector.config").joinpath(EXAMPLE).read_text(encoding="utf-8")
