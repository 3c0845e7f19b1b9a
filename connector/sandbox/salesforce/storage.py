"""The tables: one per object in an SQLite database that lives in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from connector.sandbox.salesforce.schema import ID_TYPES, NUMBER_TYPES, Field, SchemaBook, SObject
from connector.sandbox.salesforce.stored import Stored

INTEGERS: Final = frozenset({"boolean", "datetime", "int"})


def quoted(name: str) -> str:
    """Return an identifier as SQL takes it; only names of the schema come here."""
    return '"' + name.replace('"', '""') + '"'


def _column(field: Field) -> str:
    """Return the declaration of a field's column: text is compared without case, ids and days are not."""
    if field.name == "Id":
        return '"Id" TEXT NOT NULL UNIQUE'
    if field.type in INTEGERS:
        default = " DEFAULT 0" if field.type == "boolean" else ""
        return f"{quoted(field.name)} INTEGER{default}"
    if field.type in NUMBER_TYPES:
        return f"{quoted(field.name)} REAL"
    exact = field.type in ID_TYPES or field.type == "date"
    return f"{quoted(field.name)} TEXT{'' if exact else ' COLLATE NOCASE'}"


def _indexed(field: Field) -> bool:
    """Say whether a field has an index in Salesforce and is asked for here."""
    system = {"CreatedById", "LastModifiedById", "OwnerId", "MasterRecordId", "IndividualId"}
    looked_up = field.unique or field.external_id or field.id_lookup or bool(field.children)
    return field.name != "Id" and field.name not in system and looked_up


@lru_cache(maxsize=1024)
def _insertion(table: str, names: tuple[str, ...]) -> str:
    """Return the statement that adds a row with those columns; loads ask for the same few thousands of times."""
    columns, marks = ", ".join(map(quoted, names)), ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 -- schema names


class Storage:
    """Rows by object and id; columns follow the schema as it grows."""

    def __init__(self, book: SchemaBook) -> None:
        """Make the tables when they are first used."""
        self.book = book
        self.sql = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, cached_statements=512)
        for setting in ("journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY"):
            self.sql.execute(f"PRAGMA {setting}")
        self.sql.execute("PRAGMA case_sensitive_like=OFF")
        self.sql.create_function("fold", 1, _fold, deterministic=True)
        self._columns: dict[str, set[str]] = {}

    def table(self, sobject: SObject) -> str:
        """Return the quoted table of an object, made or widened as the schema asks."""
        have = self._columns.get(sobject.name)
        if have is None:
            have = self._make(sobject)
        elif len(have) < len(sobject.fields):
            for each in sobject.fields.values():
                if each.name not in have:
                    self.sql.execute(f"ALTER TABLE {quoted(sobject.name)} ADD COLUMN {_column(each)}")
                    self._index(sobject, each)
                    have.add(each.name)
        return quoted(sobject.name)

    def _make(self, sobject: SObject) -> set[str]:
        """Create the table of an object with its indexes."""
        columns = ", ".join(_column(each) for each in sobject.fields.values())
        name = quoted(sobject.name)
        self.sql.execute(f"CREATE TABLE {name} (row INTEGER PRIMARY KEY, {columns})")
        stamp = quoted(f"{sobject.name} by SystemModstamp")
        self.sql.execute(f'CREATE INDEX {stamp} ON {name} ("SystemModstamp", "Id")')
        for each in sobject.fields.values():
            self._index(sobject, each)
        self._columns[sobject.name] = set(sobject.fields)
        return self._columns[sobject.name]

    def _index(self, sobject: SObject, field: Field) -> None:
        """Make the index of a field that has one; rows without a value take no room in it."""
        if _indexed(field):
            column, name = quoted(field.name), quoted(f"{sobject.name} by {field.name}")
            self.sql.execute(f"CREATE INDEX {name} ON {quoted(sobject.name)} ({column}) WHERE {column} IS NOT NULL")

    def insert(self, sobject: SObject, row: Mapping[str, Stored]) -> None:
        """Add a row."""
        table = self.table(sobject)
        self.sql.execute(_insertion(table, tuple(row)), tuple(row.values()))

    def update(self, sobject: SObject, record_id: str, row: Mapping[str, Stored]) -> None:
        """Change columns of one row."""
        table = self.table(sobject)
        changes = ", ".join(f"{quoted(name)} = ?" for name in row)
        self.sql.execute(f'UPDATE {table} SET {changes} WHERE "Id" = ?', (*row.values(), record_id))  # noqa: S608 -- as above

    def get(self, sobject: SObject, record_id: str) -> dict[str, Stored] | None:
        """Return one whole row."""
        table = self.table(sobject)
        columns = ", ".join(map(quoted, sobject.fields))
        found = self.sql.execute(f'SELECT {columns} FROM {table} WHERE "Id" = ?', (record_id,)).fetchone()  # noqa: S608 -- as above
        return None if found is None else dict(zip(sobject.fields, found, strict=True))

    def ids(self, sobject: SObject) -> Iterator[str]:
        """Return the ids of all rows, deleted ones too, in the order in which they were added."""
        rows = self.sql.execute(f'SELECT "Id" FROM {self.table(sobject)} ORDER BY row')  # noqa: S608 -- as above
        return (str(each) for (each,) in rows.fetchall())


def _fold(value: Stored) -> Stored:
    """Return text without its case, as comparisons of more than ASCII need it."""
    return value.lower() if isinstance(value, str) else value
