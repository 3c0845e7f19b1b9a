"""What the SQLite engine does that a clause cannot see: durability, indexes, migrations, the other dialect."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import cast

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import ClauseElement, Connection, Executable, event
from sqlalchemy.dialects import postgresql

from connector.model import Actor, Transition
from connector.store import upgrade
from connector.store.base import AgreementRow, Cursor, Quarantined
from connector.store.schema import HEAD, REVISIONS
from connector.store.sqlite import SqliteStore
from connector.store.transaction import Turn

from tests.store.made import NOW, contact, held, viewed

MODULES = ("people", "records", "engagements", "dossiers", "ledger", "outbox", "delivery", "merging", "runs", "inbox")
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
_EMPTY_VERSION = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"


@pytest.fixture(name="store")
def opened(tmp_path: Path) -> Iterator[SqliteStore]:
    """Lend an upgraded store."""
    store = SqliteStore(tmp_path / "connector.db")
    store.upgrade()
    yield store
    store.close()


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
def test_what_is_saved_survives_a_power_cut(store: SqliteStore, pragma: str, value: object) -> None:
    """Every writer's connection waits for the disk (FULL = 2), in WAL mode, with foreign keys."""
    with store.writing() as turn:
        assert turn._connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def _statements() -> Iterator[tuple[str, ClauseElement]]:
    """Yield the prepared statements of every noun."""
    for module in MODULES:
        for name, thing in vars(import_module(f"connector.store.{module}")).items():
            if name.startswith("_") and isinstance(thing, Executable) and isinstance(thing, ClauseElement):
                yield f"{module}.{name}", thing


SCANS = frozenset({
    "people._COUNTS",  # a report over everybody
    "people._TOUCH_ALL",  # everybody, once for each new agreement
    "records._ROWS_IN_STAGES",  # the daily reconcile
    "records._QUARANTINED",  # as many as are broken
    "records._HOW_MANY",  # as _QUARANTINED
    "ledger._STEPS",  # the whole history, streaming
    "ledger._EDITIONS",  # a few
    "outbox._BACKLOG",  # what waits
    "outbox._HELD_BY",  # as _BACKLOG
    "outbox._REFUSALS",  # as _BACKLOG
    "delivery._ORPHANS",  # what waits, once a start
    "delivery._ADOPT",  # as _ORPHANS
    "delivery._FREE_OTHERS",  # as _ORPHANS
    "delivery._FORWARD",  # what waits, once a jump of the clock
    "runs._CURSORS",  # one a stream
    "runs._RUNS",  # newest first by number
    "inbox._COUNTS",  # what waits
})
"""Statements that read through a table or index on purpose."""


def test_no_statement_reads_through_a_table(store: SqliteStore) -> None:
    """Cost follows change: every statement but those named above goes by an index."""
    plans: list[str] = []

    def explain(
        _connection: object, cursor: sqlite3.Cursor, text: str, parameters: tuple[object, ...], *_: object
    ) -> None:
        """Ask the database how it will go about a statement."""
        steps = cursor.connection.execute(f"EXPLAIN QUERY PLAN {text}", parameters).fetchall()
        plans.extend(step[3] for step in steps)

    seen = set()
    with store._engine.connect() as connection:
        event.listen(store._engine, "before_cursor_execute", explain)
        for name, statement in _statements():
            plans.clear()
            asked = statement.compile(connection).params.items()
            given: dict[str, object] = {
                one: [] if one == "items" else 1 if value is None else value for one, value in asked
            }
            connection.execute(cast("Executable", statement), given)
            if any(re.match(r"SCAN (?!json_each|CONSTANT)", step) for step in plans):
                seen.add(name)
    assert seen == SCANS


class Compiling:
    """Stands for a connection of PostgreSQL's driver: compiles what it is told, finds nothing."""

    rowcount = 0

    def execute(self, statement: ClauseElement, _parameters: object = None) -> Compiling:
        """Compile the statement; the result is this object, which has no rows."""
        statement.compile(dialect=POSTGRESQL)
        return self

    def all(self) -> tuple[()]:
        """Return no rows."""
        return ()

    def scalar_one(self) -> int:
        """Return the number that was asked for."""
        return 1


def test_every_statement_can_be_said_to_postgresql() -> None:
    """What the verbs say compiles for PostgreSQL as well, the upserts by its own INSERT."""
    compiled = {name: str(statement.compile(dialect=POSTGRESQL)) for name, statement in _statements()}
    assert "IN (SELECT unnest(CAST(" in compiled["people._STANDINGS"]
    turn = Turn(cast("Connection", Compiling()), postgresql.insert)
    turn.save_held([held(contact())])
    turn.quarantine([Quarantined(contact(), "", "", NOW, NOW)])
    turn.add_engagements(1, [viewed("a")], NOW)
    turn.withdraw(["a"])
    turn.add_transitions([Transition(1, None, None, NOW, Actor.CRM)])
    turn.save_agreement(AgreementRow("1", "", "", 1, NOW))
    turn.save_cursor(Cursor("hubspot", "contacts", "", NOW, NOW))
    turn.save_note("a", "b")
    assert turn.next_epoch() == 1


def _schema(file: Path) -> dict[str, list[str]]:
    """Return what a database says of each of its tables and indexes, in words that formatting does not change."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return {
        name: sorted(re.split(r"\s*,\s*|\s+", re.sub(r"[()]", " ", sql)))
        for name, sql in rows
        if name != "alembic_version"
    }


def test_migrations_end_where_a_new_database_begins(tmp_path: Path) -> None:
    """Migrating from nothing gives the tables and indexes that a new database is created with."""
    upgrade(f"sqlite:///{tmp_path / 'new.db'}")
    with closing(sqlite3.connect(tmp_path / "migrated.db")) as old:
        old.execute(_EMPTY_VERSION)
    assert upgrade(f"sqlite:///{tmp_path / 'migrated.db'}") == ("", HEAD)
    assert _schema(tmp_path / "migrated.db") == _schema(tmp_path / "new.db")


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    """The list that decides what is newer names every migration, in their order."""
    config = Config()
    config.set_main_option("script_location", "connector.store:migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert tuple(one.revision for one in reversed(list(script.walk_revisions()))) == REVISIONS


def test_a_failed_migration_leaves_the_old_schema(tmp_path: Path) -> None:
    """A migration that meets something unexpected changes nothing at all."""
    file = tmp_path / "connector.db"
    with closing(sqlite3.connect(file)) as old:
        old.executescript(f"{_EMPTY_VERSION}; CREATE TABLE runs (id INTEGER)")
    with pytest.raises(Exception, match="runs already exists"):
        upgrade(f"sqlite:///{file}")
    assert set(_schema(file)) == {"runs"}


def test_processes_that_start_together_make_one_database(tmp_path: Path) -> None:
    """Several first starts at once end with one schema, and none of them fails."""
    url = f"sqlite:///{tmp_path / 'connector.db'}"
    code = f"from connector.store import upgrade; print(upgrade({url!r})[1])"
    with ThreadPoolExecutor(4) as pool:
        run = partial(subprocess.run, capture_output=True, text=True, check=False)
        done = list(pool.map(run, [[sys.executable, "-c", code]] * 4))
    assert [(one.stdout.strip(), one.stderr) for one in done] == [(HEAD, "")] * 4


def test_nothing_heavy_is_imported_before_it_is_needed(tmp_path: Path) -> None:
    """The package costs nothing to import, and Alembic is not imported for a database that needs no migration."""
    url = f"sqlite:///{tmp_path / 'connector.db'}"
    code = (
        "import sys; import connector.store; assert 'sqlalchemy' not in sys.modules\n"
        f"connector.store.upgrade({url!r}); connector.store.upgrade({url!r}); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("False", "")
