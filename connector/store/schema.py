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
    Column("email", Text),
    Column("alias_of", _ID, ForeignKey("people.id")),
    Column("revision", Integer, nullable=False),
    Column("judged", Integer, nullable=False),
    Column("stage", Text),
    Column("stage_at", Text),
    Column("agreement", Text, nullable=False),
    Column("scored_at", Text),
    Column("due_at", Text),
    Column("memo", Text),
    Column("created_at", Text, nullable=False),
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
    Column("name", Text, primary_key=True),
    Column("person_id", _ID, ForeignKey("people.id")),
    Column("company", Text),
    Column("email", Text),
    Column("raw_stage", Text),
    Column("stage", Text),
    Column("stage_at", Text),
    Column("owner_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("modified_at", Text, nullable=False),
    Column("gone_at", Text),
    Column("doc", Text),
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
    Column("key", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("attributes", Text),
    Column("system", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    UniqueConstraint("key", name="engagements_once"),
    sqlite_with_rowid=False,
)
"""One person's engagement lies together: a dossier reads one page, a new row touches two."""

withdrawn: Final = Table("withdrawn", METADATA, Column("key", Text, primary_key=True), sqlite_with_rowid=False)

transitions: Final = Table(
    "transitions",
    METADATA,
    Column("id", _ID, primary_key=True),
    _person(),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("imputed", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("reasons", Text),
    Column("system", Text, nullable=False),
    UniqueConstraint("person_id", "target", "at", "actor", name="transitions_once"),
)
Index("transitions_at", transitions.c.at)

effects: Final = Table(
    "effects",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _person(),
    Column("system", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Text),
    Column("sent_at", Text),
    Column("remote_id", Text, nullable=False),
    Column("why", Text),
    Column("brake", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("settled_at", Text),
    Column("epoch", Integer, nullable=False),
    Column("closed", Text),
    Column("closed_at", Text),
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
    Column("name", Text, primary_key=True),
    Column("problem", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("first_at", Text, nullable=False),
    Column("last_at", Text, nullable=False),
)

agreements: Final = Table(
    "agreements",
    METADATA,
    Column("version", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("canonical", Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("first_seen", Text, nullable=False),
)

cursors: Final = Table(
    "cursors",
    METADATA,
    Column("system", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("looked_at", Text, nullable=False),
    Column("loaded", Integer, nullable=False),
)

runs: Final = Table(
    "runs",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("counts", Text, nullable=False),
    Column("error", Text, nullable=False),
)

notes: Final = Table("notes", METADATA, Column("name", Text, primary_key=True), Column("text", Text, nullable=False))

twins: Final = Table(
    "twins", METADATA, Column("name", Text, primary_key=True), Column("named_by", Text, nullable=False)
)

inbox: Final = Table(
    "inbox",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("system", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("headers", Text),
    Column("state", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("settled_at", Text),
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
    "epochs", METADATA, Column("name", Text, primary_key=True), Column("last", Integer, nullable=False)
)
