"""The business catalogue, and the history of tickets."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Nothing yet."""
