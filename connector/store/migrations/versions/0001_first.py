"""The first schema: people, their rows, engagement, ledger, outbox and our own work."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str) -> sa.Column[str]:
    """Return a text column that is never null."""
    return sa.Column(name, _TEXT, nullable=False)


def _maybe(name: str) -> sa.Column[str | None]:
    """Return a text column that may be null."""
    return sa.Column(name, _TEXT, nullable=True)


def _number(name: str) -> sa.Column[int]:
    """Return an integer column that is never null."""
    return sa.Column(name, _ID, nullable=False)


def _id() -> sa.Column[int]:
    """Return the column that numbers a table's rows."""
    return sa.Column("id", _ID, nullable=False)


def _person(*, nullable: bool = False) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    """Return the column that names a person, and the key that holds it to one."""
    return sa.Column("person_id", _ID, nullable=nullable), sa.ForeignKeyConstraint(["person_id"], ["people.id"])


def _index(name: str, table: str, columns: list[str], where: str = "") -> None:
    """Make an index, over the rows of *where* alone when it is given."""
    only: dict[str, Any] = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
    op.create_index(name, table, columns, unique=False, **only)


def _people() -> None:
    """Make what is known of people."""
    op.create_table(
        "people",
        _id(),
        _maybe("email"),
        sa.Column("alias_of", _ID, nullable=True),
        _number("revision"),
        _number("judged"),
        _maybe("stage"),
        _maybe("stage_at"),
        _text("agreement"),
        _maybe("scored_at"),
        _maybe("due_at"),
        _maybe("memo"),
        _text("created_at"),
        sa.ForeignKeyConstraint(["alias_of"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("people_email", "people", ["email"], "email IS NOT NULL")
    _index("people_due", "people", ["due_at"], "due_at IS NOT NULL")
    _index("people_alias", "people", ["alias_of"], "alias_of IS NOT NULL")


def _rows() -> None:
    """Make what vendors hold."""
    person, key = _person(nullable=True)
    op.create_table(
        "records",
        _text("name"),
        person,
        _maybe("company"),
        _maybe("email"),
        _maybe("raw_stage"),
        _maybe("stage"),
        _maybe("stage_at"),
        _text("owner_id"),
        _text("digest"),
        _text("modified_at"),
        _maybe("gone_at"),
        _maybe("doc"),
        key,
        sa.PrimaryKeyConstraint("name"),
    )
    _index("records_person", "records", ["person_id"], "person_id IS NOT NULL")
    _index("records_company", "records", ["company"], "company IS NOT NULL")
    _index("records_email", "records", ["email"], "email IS NOT NULL")
    op.create_table(
        "quarantine",
        _text("name"),
        _text("problem"),
        _text("digest"),
        _text("first_at"),
        _text("last_at"),
        sa.PrimaryKeyConstraint("name"),
    )


def _engagement() -> None:
    """Make what people did."""
    person, key = _person()
    op.create_table(
        "engagements",
        person,
        _text("key"),
        _text("type"),
        _text("at"),
        _number("count"),
        _maybe("attributes"),
        _text("system"),
        _text("added_at"),
        key,
        sa.PrimaryKeyConstraint("person_id", "key"),
        sa.UniqueConstraint("key", name="engagements_once"),
        sqlite_with_rowid=False,
    )
    op.create_table("withdrawn", _text("key"), sa.PrimaryKeyConstraint("key"), sqlite_with_rowid=False)


def _ledger() -> None:
    """Make what was decided."""
    person, key = _person()
    op.create_table(
        "transitions",
        _id(),
        person,
        _text("source"),
        _text("target"),
        _text("at"),
        _text("actor"),
        _number("imputed"),
        _text("version"),
        _text("hash"),
        _maybe("reasons"),
        _text("system"),
        key,
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "target", "at", "actor", name="transitions_once"),
    )
    _index("transitions_at", "transitions", ["at"])
    op.create_table(
        "agreements",
        _text("version"),
        _text("hash"),
        _text("canonical"),
        _number("schema"),
        _text("first_seen"),
        sa.PrimaryKeyConstraint("version"),
    )


def _outbox() -> None:
    """Make what is to be written."""
    person, key = _person()
    op.create_table(
        "effects",
        _id(),
        _text("key"),
        person,
        *map(_text, ("system", "name", "slot", "kind")),
        _number("rank"),
        *map(_text, ("state", "command", "owner", "reason", "request_id")),
        _number("attempts"),
        *map(_maybe, ("not_before", "sent_at")),
        _text("remote_id"),
        _maybe("why"),
        *map(_text, ("brake", "created_at")),
        _maybe("settled_at"),
        _number("epoch"),
        *map(_maybe, ("closed", "closed_at")),
        key,
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    live = "(state NOT IN ('done', 'dropped'))"
    _index("effects_live", "effects", ["system", "state", "rank", "id"], live)
    _index("effects_slot", "effects", ["name", "slot"], live)
    _index("effects_person", "effects", ["person_id"])
    _index("effects_tasks", "effects", ["state", "settled_at"], "kind = 'create_task'")


def _own_work() -> None:
    """Make what we remember of ourselves."""
    op.create_table(
        "cursors",
        *map(_text, ("system", "stream", "cursor", "as_of", "looked_at")),
        _number("loaded"),
        sa.PrimaryKeyConstraint("system", "stream"),
    )
    op.create_table(
        "runs",
        _id(),
        *map(_text, ("kind", "started_at")),
        _maybe("finished_at"),
        *map(_text, ("counts", "error")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("notes", *map(_text, ("name", "text")), sa.PrimaryKeyConstraint("name"))
    op.create_table("epochs", _text("name"), _number("last"), sa.PrimaryKeyConstraint("name"))


def upgrade() -> None:
    """Make every table."""
    _people()
    _rows()
    _engagement()
    _ledger()
    _outbox()
    _own_work()
