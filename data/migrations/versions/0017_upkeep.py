"""The history of records that staff keep, files on their way into the store, and further fields of records."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Adds the tables and the columns."""
    for table, name in (("branch", "postcode"), ("area", "postcode"), ("contact", "email"), ("contact", "fax")):
        op.add_column(table, sa.Column(name, sa.String()))
    op.create_table(
        "record_change",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
    )
    op.create_index("record_change_record", "record_change", ["kind", "record"])
    op.create_table(
        "upload",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("clear", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text()),
    )
    op.create_table(
        "upload_part",
        sa.Column("upload", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("upload", "number"),
    )
