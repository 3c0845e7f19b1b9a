"""
The store: everything the connector remembers, behind the one port of `base`.

Importing this package costs nothing; an engine and SQLAlchemy are loaded when a database is opened.
"""

from __future__ import annotations

import re
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

from connector.problems import did_you_mean

if TYPE_CHECKING:
    from connector.store.base import Store

_ENGINES: Final = (
    ("sqlite", "connector.store.sqlite"),
    ("postgresql", "connector.store.postgres"),
    ("postgres", "connector.store.postgres"),
)
"""URL scheme → module with `open_url(url, read_only=…)`; PostgreSQL's own programs know two names for it."""
_DRIVERS: Final = frozenset({"psycopg", "psycopg_binary"})
"""What the extra `postgres` brings."""
_SHOWN: Final = re.compile("//[^/]*@")
"""User and password of an address."""


def open_store(url: str, *, read_only: bool = False) -> Store:
    """
    Open the database that *url* names; a new one is created empty and wants `upgrade()` first.

    With *read_only* nothing is created or changed, not even by mistake.

    Raises:
        ValueError: The URL names no engine that there is, or no file.
        StoreBroken: The database cannot be opened; the message says what to do.
        StoreBusy: Another process keeps it locked.
    """
    scheme, colon, _ = url.partition(":")
    engines = dict(_ENGINES)
    if not colon or scheme not in engines:
        known = ", ".join(f"{name}://" for name in engines)
        shown = _SHOWN.sub("//", url)
        message = f'"{shown}" names no store that there is; supported: {known}. {did_you_mean(scheme, engines)}'
        raise ValueError(message.strip())
    opened: Store = _engine(engines[scheme], scheme).open_url(url, read_only=read_only)
    return opened


def _engine(module: str, scheme: str) -> ModuleType:
    """Return the module of an engine; StoreBroken where its driver is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in _DRIVERS:
            raise
        from connector.store.base import StoreBroken  # noqa: PLC0415 - see the module's docstring

        words = f"{scheme}:// needs the driver {missing.name}. Install it: pip install 'lifecycle-connector[postgres]'"
        raise StoreBroken(words) from missing


def upgrade(url: str) -> tuple[str, str]:
    """Bring a database to this program's schema (`connector db upgrade`); return the versions before and after."""
    store = open_store(url)
    try:
        return store.upgrade()
    finally:
        store.close()


def current(url: str) -> tuple[str, str]:
    """Return the schema version of a database and the one this program needs (`connector db current`)."""
    store = open_store(url, read_only=True)
    try:
        return store.version()
    finally:
        store.close()
