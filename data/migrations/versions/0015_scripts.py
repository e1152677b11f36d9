"""Script templates with their versions, and notices with who has read them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Makes the tables."""
    _make_script_tables()
    _make_notice_tables()


def _make_script_tables() -> None:
    op.create_table(
        "script_template",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("zh", sa.String()),
        sa.Column("en", sa.String()),
        sa.Column("row_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("bucket", sa.String(), nullable=False),
    )
    op.create_table(
        "script_version",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("zh", sa.Text()),
        sa.Column("en", sa.Text()),
    )
    op.create_index("script_version_template", "script_version", ["template"])


def _make_notice_tables() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("text", sa.String()),
        sa.Column("urgent", sa.Boolean()),
        sa.Column("branches", sa.Text()),
        sa.Column("since", sa.String()),
        sa.Column("until", sa.String()),
        sa.Column("posted_by", sa.String()),
        sa.Column("withdrawn_at", sa.String()),
        sa.Column("row_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("bucket", sa.String(), nullable=False),
    )
    op.create_table(
        "notice_read",
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("notice", "reader"),
    )
