"""Who was told of a window, and who is to be called back."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Adds the tables."""
    _add_told()
    _add_call_backs()


def _add_told() -> None:
    op.create_table(
        "told",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("outage", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("whom", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("news", sa.String(), nullable=False),
        sa.Column("etr", sa.String(), nullable=False),
    )
    op.create_index("told_outage", "told", ["outage", "customer"], unique=False)


def _add_call_backs() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("outage", sa.String()),
        sa.Column("place_kind", sa.String()),
        sa.Column("place_id", sa.String()),
        sa.Column("customer", sa.String()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("promised", sa.String()),
        sa.Column("claimed_by", sa.String()),
        sa.Column("claimed_until", sa.String()),
        sa.Column("ended_at", sa.String()),
    )
    op.create_index("call_back_ended_at", "call_back", ["ended_at"], unique=False)
    op.create_table(
        "call_back_try",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("call_back", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("news", sa.String(), nullable=False),
        sa.Column("outage", sa.String(), nullable=False),
        sa.Column("etr", sa.String()),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("call_back_try_call_back", "call_back_try", ["call_back"], unique=False)
