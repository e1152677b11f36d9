"""Suspected outages."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_TIMES = ("began", "since", "until", "settled_at", "quiet_until")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "suspicion",
        sa.Column("id", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String()) for name in ("place_kind", "place", "feeder", *_TIMES)),
        sa.Column("strength", sa.Double()),
        *(sa.Column(name, sa.Text()) for name in ("evidence", "transformer_areas")),
        *(sa.Column(name, sa.String()) for name in ("settled_by", "reason", "outage")),
        sa.Column("row_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("bucket", sa.String(), nullable=False),
    )
