"""Alembic's way in: runs the steps on the connection that `data.migrations.migrate` hands over."""

from alembic import context

from data.store import schema  # noqa: F401 - whoever migrates knows every table
from data.store.metadata import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
