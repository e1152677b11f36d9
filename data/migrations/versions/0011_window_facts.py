"""What is known of a window beyond its promise, and the settings of the centre."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds the columns and the table."""
    for name in ("public_scope", "started_at", "etr_source", "cause", "crew", "crew_phone"):
        op.add_column("outage", sa.Column(name, sa.String()))
    for name in ("timetable", "channels"):
        op.add_column("outage", sa.Column(name, sa.Text()))
    op.execute("UPDATE outage SET timetable = 'null', channels = 'null'")  # JSON, as rows that are written have it
    op.create_table(
        "centre_setting",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
