"""Where areas are: WGS-84, in degrees."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Adds the columns."""
    for name in ("lon", "lat"):
        op.add_column("area", sa.Column(name, sa.Double()))
