"""Templates of windows, and planned works that were imported."""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Nothing yet."""
