"""
The one schema, as SQLAlchemy Core tables that SQLite and PostgreSQL both speak.

Instants are fixed-width UTC text ("2026-11-01T10:00:00.000000Z"), so that text order is time order. A vendor row is
named by one text, "system:object:id" (see `codec.name_of`). What is only read back whole stands as compact JSON text.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.sql.selectable import FromClause

REVISIONS: Final = ("0001", "0002", "0003")
"""Every schema version this program knows, oldest first; any other one was written by a newer program."""
HEAD: Final = REVISIONS[-1]
VERSION_TABLE: Final = "alembic_version"

METADATA: Final = MetaData()
_ID: Final = BigInteger().with_variant(Integer(), "sqlite")
_NUMBER: Final = _ID
"""SQLite's integers have 64 bits, so PostgreSQL's have as well."""
_TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte, as SQLite does: instants, names and addresses stand in one order on both engines."""


def live(table: FromClause) -> ColumnElement[bool]:
    """Return "this effect is not over", spelled as the partial indexes spell it, or SQLite would not use them."""
    return table.c.state.not_in([literal_column("'done'"), literal_column("'dropped'")])


def a_task(table: FromClause) -> ColumnElement[bool]:
    """Return "this effect is a task", spelled as the partial index spells it."""
    return table.c.kind == literal_column("'create_task'")


def _person() -> Column[int]:
    """Return a column that names a person."""
    return Column("person_id", _ID, ForeignKey("people.id"), nullable=False)


people: Final = Table(
    "people",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("email", _TEXT),
    Column("alias_of", _ID, ForeignKey("people.id")),
    Column("revision", _NUMBER, nullable=False),
    Column("judged", _NUMBER, nullable=False),
    Column("stage", _TEXT),
    Column("stage_at", _TEXT),
    Column("agreement", _TEXT, nullable=False),
    Column("scored_at", _TEXT),
    Column("due_at", _TEXT),
    Column("memo", _TEXT),
    Column("created_at", _TEXT, nullable=False),
)
Index(
    "people_email",
    people.c.email,
    sqlite_where=people.c.email.is_not(None),
    postgresql_where=people.c.email.is_not(None),
)
Index(
    "people_due",
    people.c.due_at,
    sqlite_where=people.c.due_at.is_not(None),
    postgresql_where=people.c.due_at.is_not(None),
)
Index(
    "people_alias",
    people.c.alias_of,
    sqlite_where=people.c.alias_of.is_not(None),
    postgresql_where=people.c.alias_of.is_not(None),
)

records: Final = Table(
    "records",
    METADATA,
    Column("name", _TEXT, primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id")),
    Column("company", _TEXT),
    Column("email", _TEXT),
    Column("raw_stage", _TEXT),
    Column("stage", _TEXT),
    Column("stage_at", _TEXT),
    Column("owner_id", _TEXT, nullable=False),
    Column("digest", _TEXT, nullable=False),
    Column("modified_at", _TEXT, nullable=False),
    Column("gone_at", _TEXT),
    Column("doc", _TEXT),
)
Index(
    "records_person",
    records.c.person_id,
    sqlite_where=records.c.person_id.is_not(None),
    postgresql_where=records.c.person_id.is_not(None),
)
Index(
    "records_company",
    records.c.company,
    sqlite_where=records.c.company.is_not(None),
    postgresql_where=records.c.company.is_not(None),
)
Index(
    "records_email",
    records.c.email,
    sqlite_where=records.c.email.is_not(None),
    postgresql_where=records.c.email.is_not(None),
)

engagements: Final = Table(
    "engagements",
    METADATA,
    Column("person_id", _ID, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("key", _TEXT, primary_key=True),
    Column("type", _TEXT, nullable=False),
    Column("at", _TEXT, nullable=False),
    Column("count", _NUMBER, nullable=False),
    Column("attributes", _TEXT),
    Column("system", _TEXT, nullable=False),
    Column("added_at", _TEXT, nullable=False),
    UniqueConstraint("key", name="engagements_once"),
    sqlite_with_rowid=False,
)
"""One person's engagement lies together: a dossier reads one page, a new row touches two."""

withdrawn: Final = Table("withdrawn", METADATA, Column("key", _TEXT, primary_key=True), sqlite_with_rowid=False)

transitions: Final = Table(
    "transitions",
    METADATA,
    Column("id", _ID, primary_key=True),
    _person(),
    Column("source", _TEXT, nullable=False),
    Column("target", _TEXT, nullable=False),
    Column("at", _TEXT, nullable=False),
    Column("actor", _TEXT, nullable=False),
    Column("imputed", _NUMBER, nullable=False),
    Column("version", _TEXT, nullable=False),
    Column("hash", _TEXT, nullable=False),
    Column("reasons", _TEXT),
    Column("system", _TEXT, nullable=False),
    UniqueConstraint("person_id", "target", "at", "actor", name="transitions_once"),
)
Index("transitions_at", transitions.c.at)

effects: Final = Table(
    "effects",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("key", _TEXT, nullable=False, unique=True),
    _person(),
    Column("system", _TEXT, nullable=False),
    Column("name", _TEXT, nullable=False),
    Column("slot", _TEXT, nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("rank", _NUMBER, nullable=False),
    Column("state", _TEXT, nullable=False),
    Column("command", _TEXT, nullable=False),
    Column("owner", _TEXT, nullable=False),
    Column("reason", _TEXT, nullable=False),
    Column("request_id", _TEXT, nullable=False),
    Column("attempts", _NUMBER, nullable=False),
    Column("not_before", _TEXT),
    Column("sent_at", _TEXT),
    Column("remote_id", _TEXT, nullable=False),
    Column("why", _TEXT),
    Column("brake", _TEXT, nullable=False),
    Column("created_at", _TEXT, nullable=False),
    Column("settled_at", _TEXT),
    Column("epoch", _NUMBER, nullable=False),
    Column("closed", _TEXT),
    Column("closed_at", _TEXT),
)
Index(
    "effects_live",
    effects.c.system,
    effects.c.state,
    effects.c.rank,
    effects.c.id,
    sqlite_where=live(effects),
    postgresql_where=live(effects),
)
Index("effects_slot", effects.c.name, effects.c.slot, sqlite_where=live(effects), postgresql_where=live(effects))
Index("effects_person", effects.c.person_id)
Index(
    "effects_tasks",
    effects.c.state,
    effects.c.settled_at,
    sqlite_where=a_task(effects),
    postgresql_where=a_task(effects),
)

quarantine: Final = Table(
    "quarantine",
    METADATA,
    Column("name", _TEXT, primary_key=True),
    Column("problem", _TEXT, nullable=False),
    Column("digest", _TEXT, nullable=False),
    Column("first_at", _TEXT, nullable=False),
    Column("last_at", _TEXT, nullable=False),
)

agreements: Final = Table(
    "agreements",
    METADATA,
    Column("version", _TEXT, primary_key=True),
    Column("hash", _TEXT, nullable=False),
    Column("canonical", _TEXT, nullable=False),
    Column("schema", _NUMBER, nullable=False),
    Column("first_seen", _TEXT, nullable=False),
)

cursors: Final = Table(
    "cursors",
    METADATA,
    Column("system", _TEXT, primary_key=True),
    Column("stream", _TEXT, primary_key=True),
    Column("cursor", _TEXT, nullable=False),
    Column("as_of", _TEXT, nullable=False),
    Column("looked_at", _TEXT, nullable=False),
    Column("loaded", _NUMBER, nullable=False),
)

runs: Final = Table(
    "runs",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("kind", _TEXT, nullable=False),
    Column("started_at", _TEXT, nullable=False),
    Column("finished_at", _TEXT),
    Column("counts", _TEXT, nullable=False),
    Column("error", _TEXT, nullable=False),
)

notes: Final = Table("notes", METADATA, Column("name", _TEXT, primary_key=True), Column("text", _TEXT, nullable=False))

twins: Final = Table(
    "twins", METADATA, Column("name", _TEXT, primary_key=True), Column("named_by", _TEXT, nullable=False)
)

inbox: Final = Table(
    "inbox",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("system", _TEXT, nullable=False),
    Column("event_id", _TEXT, nullable=False),
    Column("digest", _TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", _TEXT, nullable=False),
    Column("content_type", _TEXT, nullable=False),
    Column("headers", _TEXT),
    Column("state", _TEXT, nullable=False),
    Column("problem", _TEXT, nullable=False),
    Column("settled_at", _TEXT),
    UniqueConstraint("system", "event_id", name="inbox_once"),
)
Index(
    "inbox_open",
    inbox.c.state,
    inbox.c.id,
    sqlite_where=inbox.c.state != literal_column("'done'"),
    postgresql_where=inbox.c.state != literal_column("'done'"),
)
Index(
    "inbox_settled",
    inbox.c.settled_at,
    sqlite_where=inbox.c.settled_at.is_not(None),
    postgresql_where=inbox.c.settled_at.is_not(None),
)

epochs: Final = Table(
    "epochs", METADATA, Column("name", _TEXT, primary_key=True), Column("last", _NUMBER, nullable=False)
)
