"""PostgreSQL that fails: what an admin reads, that nothing half done stays, and that it goes on by itself."""

from __future__ import annotations

import subprocess
import threading
from typing import Final

import psycopg
import pytest
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL

from connector.store import open_store
from connector.store.base import StoreAway, StoreBroken, StoreStopped, StoreTooNew
from connector.store.postgres import PostgresStore
from connector.store.schema import HEAD
from connector.store.versions import migrate

from tests.store.crash import PAGE, pages_found, save
from tests.store.server import Server, address, dsn, program

_FAILS: Final = """
CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'told by the test' USING ERRCODE = '{}'; END $$;
CREATE TRIGGER fails BEFORE INSERT ON people EXECUTE FUNCTION fails()
"""
_HEALED: Final = "DROP TRIGGER fails ON people"


def said(url: URL, statement: str) -> None:
    """Run a statement as somebody else."""
    with psycopg.connect(dsn(url), autocommit=True) as connection:
        connection.execute(statement.encode())


def opened(url: URL) -> PostgresStore:
    """Return a store that is ready."""
    store = open_store(address(url))
    assert isinstance(store, PostgresStore)
    store.upgrade()
    return store


@pytest.mark.parametrize(("code", "words"), [("53100", "disk of the server is full"), ("58030", "Check its disk")])
def test_a_server_that_takes_nothing_is_waited_for(postgres: Server, code: str, words: str) -> None:
    """Full or failing disk: it says so, nothing is stored, and the same store goes on when the cause is gone."""
    with postgres.database() as url:
        store = opened(url)
        said(url, _FAILS.format(code))
        with pytest.raises(StoreStopped, match=words):
            save(store, 0)
        with store.reading() as look:
            assert pages_found(look) == 0
        said(url, _HEALED)
        save(store, 0)
        with store.reading() as look:
            assert pages_found(look) == 1
        store.close()


def test_a_standby_is_waited_for(postgres: Server) -> None:
    """Nothing can be written while the server only reads; a store that was opened then writes once it takes writes."""
    with postgres.database() as url:
        opened(url).close()
        postgres.run("ALTER DATABASE {} SET default_transaction_read_only = on", str(url.database))
        store = open_store(address(url))
        with pytest.raises(StoreStopped, match="Name the primary"):
            save(store, 0)
        with store.reading() as look:
            assert pages_found(look) == 0
        store.close()
        postgres.run("ALTER DATABASE {} RESET ALL", str(url.database))
        again = open_store(address(url))
        save(again, 0)
        again.close()


def test_a_lost_connection_leaves_a_page_whole_or_not_at_all(postgres: Server) -> None:
    """The server ends the session at each statement of a page in turn, and at its commit: nothing of it is there."""
    with postgres.database() as url:
        store = opened(url)
        point = 0
        while _cut_at(store, url, point):
            with store.reading() as look:
                assert pages_found(look) == 0
            point += 1
        with store.reading() as look:
            assert pages_found(look) == 1
        assert point > 2 * PAGE, "every statement of a page is a point"
        store.close()


def _cut_at(store: PostgresStore, url: URL, point: int) -> bool:
    """Save the first page, its session ended before its statement number *point*; return whether that was reached."""
    left = point
    cut = False

    def pass_point(connection: Connection, *_: object) -> None:
        """End the session here when it is time."""
        nonlocal left, cut
        left -= 1
        if left == -1:
            cut = True
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            said(url, f"SELECT pg_terminate_backend({driver.info.backend_pid}, 5000)")

    def before(connection: Connection, _cursor: object, text: str, *_: object) -> None:
        """Count what a page does once it has the turn: a writer waits for the server before that."""
        if "pg_advisory" not in text:
            pass_point(connection)

    event.listen(store._engine, "before_cursor_execute", before)
    event.listen(store._engine, "commit", pass_point)
    try:
        save(store, 0)
    except StoreAway:
        return True
    finally:
        event.remove(store._engine, "before_cursor_execute", before)
        event.remove(store._engine, "commit", pass_point)
    assert not cut, "a page was acknowledged whose session had ended"
    return False


def test_two_processes_upgrade_at_once(postgres: Server) -> None:
    """Whoever comes second finds it done."""
    with postgres.database() as url:
        stores = [open_store(address(url)) for _ in range(4)]
        came: list[tuple[str, str]] = []
        threads = [threading.Thread(target=lambda one=one: came.append(one.upgrade())) for one in stores]
        for one in threads:
            one.start()
        for one in threads:
            one.join(30)
        assert sorted(came) == [("", HEAD), *[(HEAD, HEAD)] * 3] or {after for _, after in came} == {HEAD}
        assert len(came) == 4
        save(stores[-1], 0)
        for store in stores:
            store.close()


def test_the_migrations_lead_to_the_schema_of_a_new_database(postgres: Server) -> None:
    """Tables, columns, collations, indexes with their conditions, constraints: as PostgreSQL itself tells them."""
    with postgres.database() as new, postgres.database() as old:
        opened(new).close()
        engine = create_engine(old.set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            migrate(connection, HEAD)
        engine.dispose()
        opened(old).close()
        assert schema_of(old) == schema_of(new)


def schema_of(url: URL) -> list[str]:
    """Return the statements that make a database, in an order of their own: columns may have come later."""
    told = subprocess.run(
        [program("pg_dump"), "--schema-only", "--no-owner", "--dbname", dsn(url)],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    ).stdout
    lines = [line.strip().rstrip(",") for line in told.splitlines() if line.strip()]
    return sorted(line for line in lines if not line.startswith(("--", "\\")))


def test_what_is_no_database_of_ours_is_said_with_what_to_do(postgres: Server) -> None:
    """No such user, no such database, an encoding that loses letters, another program's tables, a newer schema."""
    with postgres.database() as url:
        with pytest.raises(StoreBroken, match=r'role "nobody_here" does not exist.*Check user and'):
            open_store(address(url.set(username="nobody_here")))
        with pytest.raises(StoreBroken, match=r"does not exist. Create it: createdb --encoding=UTF8"):
            open_store(address(url.set(database="not_there")))
        opened(url).close()
        said(url, "UPDATE alembic_version SET version_num = '9999'")
        store = open_store(address(url))
        with pytest.raises(StoreTooNew, match="has schema 9999, written by a newer connector"), store.writing():
            pass
        store.close()
    letters = "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    lost = r"has the encoding SQL_ASCII.*createdb --encoding=UTF8"
    with postgres.database(letters) as url, pytest.raises(StoreBroken, match=lost):
        open_store(address(url))
    with postgres.database() as url:
        said(url, "CREATE TABLE invoices (id int)")
        with pytest.raises(StoreBroken, match=r"belongs to another program .it has invoices"):
            open_store(address(url))
