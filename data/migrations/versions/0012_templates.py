"""Templates of windows, planned works that were imported, and an index of the important customers."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds the tables and the index."""
    op.create_table(
        "outage_template",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
    )
    op.create_table(
        "planned_work",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("outage", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
    )
    few = sa.text("importance IS NOT NULL OR high_risk OR sensitive")
    op.create_index("customer_important", "customer", ["transformer_area"], sqlite_where=few, postgresql_where=few)
