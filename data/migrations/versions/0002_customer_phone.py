"""Keyed hashes of customers' phone numbers; `data.store.phone_hashes` fills them, for it has the key."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "customer_phone",
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("customer", "hash"),
        sqlite_with_rowid=False,
    )
    op.create_index("customer_phone_hash", "customer_phone", ["hash"], unique=False)
