"""People sign in at PCs: PINs, branches of people, sessions of devices, rotating tokens, what devices tell."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds the columns, and the table of failed sign-ins."""
    op.add_column("device", sa.Column("kind", sa.String(), nullable=False, server_default="pc"))
    op.add_column("device", sa.Column("generation", sa.Integer(), nullable=False, server_default="0"))
    for name, kind in (("person", sa.String()), ("status", sa.Text()), ("status_at", sa.String())):
        op.add_column("device", sa.Column(name, kind, nullable=True))
    op.add_column("person", sa.Column("pin_hash", sa.String(), nullable=True))
    op.add_column("person", sa.Column("branches", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("person", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("session", sa.Column("device", sa.String(), nullable=True))
    op.create_index("session_device", "session", ["device"], unique=False)
    op.create_table(
        "sign_in_failure",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("name_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("sign_in_failure_at", "sign_in_failure", ["at"], unique=False)
