"""What an admin reads when the database refuses: what, which file, what to do."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from connector.store import current, open_store, upgrade
from connector.store.base import Store, StoreBroken, StoreBusy, StoreTooNew
from connector.store.refusals import translated
from connector.store.sqlite import SqliteStore

from tests.store.made import NOW, viewed


@pytest.fixture(name="file")
def database(tmp_path: Path) -> Path:
    """Make a database of this program."""
    upgrade(f"sqlite:///{tmp_path / 'connector.db'}")
    return tmp_path / "connector.db"


@pytest.fixture(name="store")
def opened(file: Path) -> Iterator[Store]:
    """Lend the store on it."""
    store = open_store(f"sqlite:///{file}")
    yield store
    store.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://ann:geheim@db/x", '"mysql://db/x" names no store that there is; supported: sqlite://'),
        ("postgresql://ann@db", "names no database. Write postgresql://user@host/database"),
        ("sqllite:///x.db", 'Did you mean "sqlite"?'),
        ("connector.db", "supported: sqlite://"),
        ("sqlite://", "Write sqlite:///connector.db"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///x.db?mode=ro", "names no file"),
    ],
)
def test_a_url_that_names_no_store(url: str, words: str) -> None:
    """A wrong URL is a plain ValueError that says what may be written."""
    with pytest.raises(ValueError, match="names no") as refused:
        open_store(url)
    assert words in str(refused.value)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """The path of a folder is named as such."""
    with pytest.raises(StoreBroken, match=r"is a folder\. Write the name of a file"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Without its folder no database is made, and the folder is named."""
    with pytest.raises(StoreBroken, match=r"does not exist\. Create .*/missing"):
        open_store(f"sqlite:///{tmp_path}/missing/connector.db")


def test_reading_makes_no_database(tmp_path: Path) -> None:
    """A reading command before the first sync says what makes the database, and makes none."""
    with pytest.raises(StoreBroken, match="The first `connector sync` creates it"):
        open_store(f"sqlite:///{tmp_path}/connector.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_text_file_is_no_database(tmp_path: Path) -> None:
    """A file of another kind is left alone."""
    (tmp_path / "config.toml").write_text('timezone = "Europe/Berlin"\n' * 100)
    with pytest.raises(StoreBroken, match="is not a connector database"):
        open_store(f"sqlite:///{tmp_path}/config.toml")
    assert (tmp_path / "config.toml").read_text().startswith("timezone")


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """A database with somebody else's tables is refused, and not touched."""
    with closing(sqlite3.connect(tmp_path / "crm.db")) as theirs:
        theirs.execute("CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(StoreBroken, match="belongs to another program"):
        upgrade(f"sqlite:///{tmp_path}/crm.db")
    with closing(sqlite3.connect(tmp_path / "crm.db")) as theirs:
        assert theirs.execute("SELECT name FROM sqlite_schema").fetchall() == [("invoices",)]


def test_a_newer_schema_is_refused(file: Path, store: Store) -> None:
    """What a newer connector wrote is neither upgraded nor read, and its version is named."""
    with closing(sqlite3.connect(file)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    assert current(f"sqlite:///{file}")[0] == "9999"
    with pytest.raises(StoreTooNew, match="schema 9999, written by a newer connector"):
        store.upgrade()
    with pytest.raises(StoreTooNew), store.writing() as turn:
        turn.new_person("", NOW)
    with pytest.raises(StoreTooNew), store.reading() as look:
        look.cursors()


def test_damage_is_said_as_such(file: Path, store: Store) -> None:
    """Overwritten pages give the sentence about damage, not a traceback of the driver."""
    with store.writing() as turn:
        turn.new_people(["a@acme.example"] * 2000, NOW)
    store.close()
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * (file.stat().st_size - 4096))
    with pytest.raises(StoreBroken, match=r"is damaged .* restore the last backup"):
        _read_everything(open_store(f"sqlite:///{file}"))


def _read_everything(store: Store) -> None:
    """Ask for all people."""
    with store.reading() as look:
        look.person_counts()


def test_a_read_only_store_changes_nothing(file: Path, store: Store) -> None:
    """Opened for reading, even a mistake writes nothing; the sentence names the file."""
    reader = open_store(f"sqlite:///{file}", read_only=True)
    with reader.reading() as look:
        assert look.person_counts() == {"people": 0}
    with pytest.raises(StoreBroken, match=f"{file} cannot be written"), reader.writing() as turn:
        turn.new_person("", NOW)
    with store.reading() as look:
        assert look.person_counts() == {"people": 0}
    reader.close()


def test_another_writer_is_waited_for_and_then_named(file: Path) -> None:
    """A database that another process keeps locked is busy, and can be read meanwhile."""
    store = SqliteStore(file, patience=timedelta(milliseconds=50))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="locked by another process"), store.writing():
            pass
        with store.reading() as look:
            assert look.person_counts() == {"people": 0}
    with store.writing() as turn:
        assert turn.new_person("", NOW) == 1
    store.close()


def test_a_lock_file_that_cannot_be_opened(file: Path, store: Store) -> None:
    """A folder in the place of the lock file is said, with what to do."""
    file.with_name("connector.db.lock").mkdir()
    with pytest.raises(StoreBroken, match=r"connector\.db\.lock cannot be opened"), store.sync_role():
        pass


def test_a_person_who_is_not_there_is_refused(store: Store) -> None:
    """The database itself holds every row to a person that exists."""
    with pytest.raises(StoreBroken, match="FOREIGN KEY"), store.writing() as turn:
        turn.add_engagements(99, [viewed("a")], NOW)


def test_exceptions_of_others_pass(store: Store) -> None:
    """What the caller raises inside a block is not taken for the database's."""
    with pytest.raises(FileNotFoundError), store.writing():
        raise FileNotFoundError


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SQLITE_FULL", "the disk is full. Make room"),
        ("SQLITE_READONLY_DBMOVED", "is read-only. Give this user the right to write"),
        ("SQLITE_READONLY", "is read-only. Give this user the right to write"),
        ("SQLITE_PERM", "may not be opened by this user"),
        ("SQLITE_CANTOPEN", "cannot be opened (words). Give this user the right"),
        ("SQLITE_IOERR_WRITE", "could not be read or written by the system (words). Check disk and volume"),
        ("SQLITE_CORRUPT_INDEX", "is damaged (words). Stop the connector"),
        ("SQLITE_TOOBIG", "too big (words)"),
        ("SQLITE_NOMEM", "ran out of memory (words)"),
        ("SQLITE_MISUSE", "refused a statement: words."),
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
def test_each_refusal_of_the_driver_has_a_sentence(name: str, words: str, *, wrapped: bool) -> None:
    """Every error code of the driver, bare or wrapped by SQLAlchemy, names the file and what to do."""
    error = sqlite3.OperationalError("words")
    error.sqlite_errorname = name
    with (
        pytest.raises(StoreBroken, match=r"^The database /data/connector\.db ") as refused,
        translated(Path("/data/connector.db")),
    ):
        raise OperationalError("SELECT 1", {}, error) if wrapped else error
    assert words in str(refused.value)


@pytest.mark.parametrize("name", ["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"])
def test_a_lock_is_busy_and_not_broken(name: str) -> None:
    """Locks end by themselves: try again."""
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorname = name
    with pytest.raises(StoreBusy, match="Try again"), translated(Path("x.db")):
        raise error


def test_without_the_driver_the_extra_is_named() -> None:
    """In a process that has no psycopg; nobody reads of modules."""
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from connector.store import open_store\n"
        "from connector.store.base import StoreBroken\n"
        "try:\n    open_store('postgresql://connector@db.example/connector')\n"
        "except StoreBroken as broken:\n    print(broken)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (
        "postgresql:// needs the driver psycopg. Install it: pip install 'lifecycle-connector[postgres]'"
    )
