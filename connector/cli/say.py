"""
Printing: data on stdout, everything else on stderr; colours and bars on a terminal only.

Exceptions carry facts; the sentences an admin reads about them are made here and nowhere else.
"""

from __future__ import annotations

import json as _json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

from connector.adapters.base import AdapterDown
from connector.cli.exits import DOWN, Exit
from connector.config.load import Loaded, load, render
from connector.config.nouns import Config
from connector.engine import AgreementChanged
from connector.problems import ConfigurationInvalid
from connector.store.base import StoreBroken, StoreBusy, StoreTooNew

DEFAULT: Final = "config.toml"
VARIABLE: Final = "CONNECTOR_CONFIG"


def out(text: str) -> None:
    """Print data."""
    sys.stdout.write(text + "\n")


def err(text: str) -> None:
    """Print a sentence for a person."""
    sys.stderr.write(text + "\n")


def data(value: object) -> None:
    """Print *value* as JSON."""
    out(_json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    """Return what JSON has no word for as text or list."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    return str(value)


def place(file: Path | None) -> Path:
    """Return the configuration's path: the one given, else the environment's, else config.toml here."""
    return file or Path(os.environ.get(VARIABLE) or DEFAULT)


def read(file: Path | None) -> Loaded:
    """Return the configuration with its problems."""
    return load(place(file), os.environ)


def settled(file: Path | None) -> Config:
    """
    Return the configuration; warnings go to stderr.

    Raises:
        ConfigurationInvalid: It has problems.
    """
    loaded = read(file)
    for problem in loaded.problems:
        if problem.warning:
            err("warning: " + render(problem, loaded.lines))
    if loaded.config is None:
        raise ConfigurationInvalid([one for one in loaded.problems if not one.warning])
    return loaded.config


def told(command: Callable[..., Exit]) -> Callable[..., Exit]:
    """Let *command* end with the right exit code and one clear sentence, whatever is raised inside."""

    def run(*args: Any, **kwargs: Any) -> Exit:  # noqa: ANN401 - passed through untouched
        try:
            return command(*args, **kwargs)
        except ConfigurationInvalid as invalid:
            return _problems(invalid)
        except (AgreementChanged, AdapterDown, StoreBusy, StoreTooNew, StoreBroken) as known:
            sentence, code = _ending(known)
            err(sentence)
            return code
        except BrokenPipeError:
            # Whoever read our output has gone (| head); nothing to tell, and nowhere to tell it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return Exit.DONE
        except KeyboardInterrupt:
            err("interrupted; everything that was accepted is stored")
            return Exit.FAILED

    return run


def _ending(known: Exception) -> tuple[str, Exit]:
    """Return what to say about an exception whose cause we know, and how to end."""
    match known:
        case AgreementChanged():
            return (
                f'agreement.version: "{known}" was in force before with other words. '
                'Give the changed agreement a version of its own, such as "2026-12".'
            ), Exit.CONFIG
        case AdapterDown():
            return down_sentence("the CRM", known), DOWN.get(known.kind, Exit.UNREACHABLE)
        case StoreBusy():
            return f"{known} Reading commands work beside it.", Exit.LATER
        case StoreTooNew():
            return (
                f"{known} Start the newer program, or restore the backup that fits this one; nothing was touched.",
                Exit.FAILED,
            )
    return str(known), Exit.FAILED


def _problems(invalid: ConfigurationInvalid) -> Exit:
    """Print every problem, the count last."""
    for problem in invalid.problems:
        err(render(problem, ()))
    count = len(invalid.problems)
    err(f"{count} problem{'' if count == 1 else 's'}; nothing was written")
    return Exit.CONFIG


def down_sentence(system: str, down: AdapterDown) -> str:
    """Return what an operator should know and do about a system that cannot be reached."""
    advice = {
        "network": "Check the network and the vendor's status page; nothing is lost, it is tried again.",
        "paused": "The vendor asked us to stay away; it is tried again by itself.",
        "budget": "Our share of the API limits is used up; raise api_share or try later.",
        "credentials": "Check the token in the configuration: it is wrong, expired or revoked.",
        "scopes": "Give the credentials the scopes named above.",
    }
    when = f" (again in {int(down.after.total_seconds())} s)" if down.after else ""
    return f"{system}: {down.reason}{when}. {advice.get(down.kind, '')}".rstrip()
