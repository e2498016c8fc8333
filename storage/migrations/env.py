"""Alembic's entry: runs the migrations on the connection that `storage.database` hands over."""

from __future__ import annotations

from alembic import context

from storage import schema

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=schema.runs.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
