"""Twins: rows of one system that a row of another names as the same person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "twins",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("named_by", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
