"""Alembic migrations, run by `connector.store.versions`; `env.py` is loaded by Alembic."""
