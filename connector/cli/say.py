"""
Printing: data on stdout, everything else on stderr; colours and bars on a terminal only.

Exceptions carry facts; the sentences an admin reads about them are made here and nowhere else.
"""

from __future__ import annotations

import json as _json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from shutil import get_terminal_size
from typing import Any, Final

from typing_extensions import override

from connector.adapters.base import AdapterDown
from connector.cli.exits import DOWN, Exit
from connector.config.load import Loaded, load, render
from connector.config.nouns import Config
from connector.engine import AgreementChanged
from connector.problems import ConfigurationInvalid, Problem
from connector.sandbox.people import BadPeopleFile
from connector.store.base import StoreAway, StoreBroken, StoreBusy, StoreTooNew

DEFAULT: Final = "config.toml"
VARIABLE: Final = "CONNECTOR_CONFIG"
INTERRUPTED: Final = "interrupted; what was accepted is stored, and the next pass goes on from here"

_SAID: Final = (AgreementChanged, AdapterDown, BadPeopleFile, StoreBusy, StoreTooNew, StoreBroken)
KNOWN: Final = (ConfigurationInvalid, *_SAID)
"""What is ended with a sentence of ours."""


class Mistaken(Exception):  # noqa: N818 - the name says who erred
    """What was typed names nothing there is; the text says which and what may be written (exit code 2)."""


class Refused(ConfigurationInvalid):
    """A configuration that cannot be used, with the lines of its file, to show each problem where it stands."""

    def __init__(self, problems: Iterable[Problem], lines: tuple[str, ...]) -> None:
        """Keep both."""
        super().__init__(problems)
        self.lines = lines


def out(text: str) -> None:
    """Print data; whoever read it may have gone (`| head -1`), which takes nothing from what the command does."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def err(text: str) -> None:
    """Print a sentence for a person."""
    sys.stderr.write(text + "\n")


def fitted(text: str) -> str:
    """Return *text* cut to the terminal's width; whole where no terminal is: a file or a script takes all."""
    if not sys.stdout.isatty():
        return text
    width = get_terminal_size().columns
    return text if len(text) <= width else text[: width - 1] + "…"


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


class Lent(Mapping[str, str]):
    """The environment for commands that ask no CRM: a secret that is not set there is not missed."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Stand before *environ*."""
        self._environ = environ

    @override
    def __getitem__(self, name: str) -> str:
        """Return the variable, or a word that no CRM takes."""
        return self._environ.get(name, "unset")

    @override
    def __iter__(self) -> Iterator[str]:
        """Name what is really set."""
        return iter(self._environ)

    @override
    def __len__(self) -> int:
        """Count what is really set."""
        return len(self._environ)

    @override
    def __contains__(self, name: object) -> bool:
        """Tell what is really set."""
        return name in self._environ


def settled(file: Path | None, *, online: bool = True) -> Config:
    """
    Return the configuration; warnings go to stderr.

    Args:
        file: The file, as it was given.
        online: Whether a CRM will be asked; without it, variables that hold secrets need not be set.

    Raises:
        Refused: It has problems.
    """
    loaded = read(file) if online else load(place(file), Lent(os.environ))
    for problem in loaded.problems:
        if problem.warning:
            err("warning: " + render(problem, loaded.lines))
    if loaded.config is None:
        raise Refused([one for one in loaded.problems if not one.warning], loaded.lines)
    return loaded.config


def told(command: Callable[..., Exit]) -> Callable[..., Exit]:
    """Let *command* end with the right exit code and one clear sentence, whatever is raised inside."""

    def run(*args: Any, **kwargs: Any) -> Exit:  # noqa: ANN401 - passed through untouched
        try:
            return command(*args, **kwargs)
        except ConfigurationInvalid as invalid:
            return _problems(invalid)
        except Mistaken as mistaken:
            err(str(mistaken))
            return Exit.USAGE
        except _SAID as known:
            sentence, code = ending(known)
            err(sentence)
            return code
        except OSError as refused:
            # A full disk, a folder that may not be written, a port that is taken: the system's words name it.
            err(f"{refused.filename}: {refused.strerror}" if refused.filename else str(refused))
            return Exit.FAILED
        except KeyboardInterrupt:
            err(INTERRUPTED)
            return Exit.FAILED

    return run


def ending(known: Exception) -> tuple[str, Exit]:
    """Return what to say about an exception whose cause we know, and how to end."""
    match known:
        case AgreementChanged():
            return (
                f'agreement.version: "{known}" was in force before with other words. '
                'Give the changed agreement a version of its own, such as "2026-12".'
            ), Exit.CONFIG
        case AdapterDown():
            return down_sentence("the CRM", known), DOWN.get(known.kind, Exit.UNREACHABLE)
        case StoreAway():
            return str(known), Exit.LATER
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
    lines = invalid.lines if isinstance(invalid, Refused) else ()
    for problem in invalid.problems:
        err(render(problem, lines))
    err(f"{counted(len(invalid.problems), 'problem')}; nothing was written")
    return Exit.CONFIG


def counted(number: int, noun: str, several: str = "") -> str:
    """Return a number with its noun: 1 problem, 2,000 problems."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def down_sentence(system: str, down: AdapterDown) -> str:
    """Return what an operator should know and do about a system that cannot be reached."""
    advice = {
        "network": "Check the network and the vendor's status page; nothing is lost, the next pass goes on from here.",
        "paused": "The vendor asked us to stay away; the next pass goes on from here.",
        "budget": "Our share of the API limits is used up; raise api_share or try later.",
        "credentials": "Check the token in the configuration: it is wrong, expired or revoked.",
        "scopes": "Give the credentials the scopes named above.",
        "gone": "Ask who runs it; after a restart, or under another address, it is tried again. Nothing is lost.",
        "setup": "Mend the configuration; nothing is lost.",
    }
    asks = down.after is not None and down.kind in {"paused", "budget"}
    when = f" (wait {int(down.after.total_seconds())} s)" if asks and down.after else ""
    return f"{system}: {down.reason}{when}. {advice.get(down.kind, '')}".rstrip()
