"""Which schema a database has, and how it gets this program's; Alembic is imported only for a real upgrade."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select

from connector.store.base import StoreBroken, StoreTooNew
from connector.store.schema import HEAD, METADATA, REVISIONS, VERSION_TABLE

_VERSIONS: Final = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32)),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)
"""As Alembic makes it."""


def found(connection: Connection, place: object) -> str:
    """Return the schema version of a database, "" for an empty one; StoreBroken for somebody else's."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE in tables:
        return str(connection.execute(select(_VERSIONS.c.version_num)).scalar() or "")
    if tables:
        message = f"The database {place} belongs to another program (it has {tables[0]}). Write another [store] url."
        raise StoreBroken(message)
    return ""


def refuse_other(version: str, place: object) -> None:
    """Refuse every schema version but this program's."""
    if version == HEAD:
        return
    _refuse_newer(version, place)
    state = f"has schema {version}" if version else "is empty"
    message = f"The database {place} {state}, this connector needs {HEAD}. Run `connector db upgrade`."
    raise StoreBroken(message)


def _refuse_newer(version: str, place: object) -> None:
    """Refuse a version that this program does not know."""
    if version and version not in REVISIONS:
        message = (
            f"The database {place} has schema {version}, written by a newer connector; this one knows {HEAD}. "
            "Start the newer connector, or restore the backup from before its upgrade."
        )
        raise StoreTooNew(message)


def bring_up(connection: Connection, version: str, place: object) -> None:
    """Bring an open transaction's database from *version* to `HEAD`: a new one at once, an older one step by step."""
    _refuse_newer(version, place)
    if version == HEAD:
        return
    if not version and not inspect(connection).has_table(VERSION_TABLE):
        METADATA.create_all(connection, checkfirst=False)
        _VERSIONS.create(connection)
        connection.execute(insert(_VERSIONS), {"version_num": HEAD})
        return
    migrate(connection, HEAD)
    if connection.dialect.name != "sqlite":
        return
    damaged = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
    if damaged is not None:
        message = f"The upgrade of the database {place} would lose what {damaged[0]} refers to; nothing was changed."
        raise StoreBroken(message)


def migrate(connection: Connection, target: str) -> None:
    """Run the migrations up to *target* in the open transaction."""
    from alembic import command  # noqa: PLC0415 - heavy, and almost never needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "connector.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, target)
