"""Runs migrations inside the transaction that `connector.store.versions.migrate` hands over."""

from __future__ import annotations

from alembic import context

from connector.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
