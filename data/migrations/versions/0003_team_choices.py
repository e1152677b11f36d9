"""What the team chooses: sums that grow, the choices that are published, and the batches that were counted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "team_choice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=True),
        sa.Column("record_kind", sa.String(), nullable=True),
        sa.Column("record", sa.String(), nullable=True),
        sa.Column("mass", sa.Double(), nullable=True),
        sa.Column("row_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("bucket", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("team_choice_query", "team_choice", ["query"], unique=False)
    op.create_table(
        "choice_sum",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("mass", sa.Double(), nullable=False),
        sa.Column("only_device", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("choice_sum_query", "choice_sum", ["query"], unique=False)
    op.create_table(
        "choice_batch",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
