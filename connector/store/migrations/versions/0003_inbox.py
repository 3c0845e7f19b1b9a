"""The inbox: what systems send by themselves, stored before it is answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str) -> sa.Column[str]:
    """Return a text column that is never null."""
    return sa.Column(name, _TEXT, nullable=False)


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "inbox",
        sa.Column("id", _ID, nullable=False),
        _text("system"),
        _text("event_id"),
        _text("digest"),
        _text("content_type"),
        sa.Column("headers", _TEXT, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _text("received_at"),
        _text("state"),
        _text("problem"),
        sa.Column("settled_at", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("system", "event_id", name="inbox_once"),
    )
    is_open = sa.text("state != 'done'")
    op.create_index(
        "inbox_open", "inbox", ["state", "id"], unique=False, sqlite_where=is_open, postgresql_where=is_open
    )
    known = sa.text("settled_at IS NOT NULL")
    op.create_index("inbox_settled", "inbox", ["settled_at"], unique=False, sqlite_where=known, postgresql_where=known)
