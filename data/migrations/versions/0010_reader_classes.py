"""Which class of reader a device is, and audit entries by time: reveals of the last hour are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Adds the column and the index."""
    op.add_column("device", sa.Column("reader", sa.String(), nullable=False, server_default="standard"))
    op.create_index("audit_at", "audit", ["at"], unique=False)
