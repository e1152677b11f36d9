"""The business catalogue, and the history of tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Makes the tables and columns; `closed`, which central systems told, is `done` from now on."""
    op.create_table(
        "business",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("name", sa.String()),
        sa.Column("parent_id", sa.String()),
        sa.Column("due_hours", sa.Double()),
        sa.Column("retired", sa.Boolean()),
        sa.Column("row_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("bucket", sa.String(), nullable=False),
    )
    for name in ("number", "business", "due_at", "closed_at", "lead", "person", "branch"):
        op.add_column("ticket", sa.Column(name, sa.String()))
    op.add_column("ticket", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ticket_number", "ticket", ["number"], unique=True)
    op.create_index("ticket_state", "ticket", ["state"])
    op.create_index("ticket_lead", "ticket", ["lead"])
    op.execute("UPDATE ticket SET state = 'done' WHERE state = 'closed'")
    op.create_table(
        "ticket_event",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_index("ticket_event_ticket", "ticket_event", ["ticket"])
